"""Where data about a patient is held: found from the models, so that a new one is not forgotten."""

from collections.abc import Iterator
from functools import cache

from django.apps import apps
from django.db.models import Field, ForeignKey, Model, QuerySet

from clinic.audit.models import Entry, Values
from clinic.privacy.models import Erasure
from patients.models import Patient

# Without a foreign key: the audit and the ledger outlive what they speak of.
LOOKUPS: dict[type[Model], str] = {
    Entry: "patients__contains",
    Values: "entry__patients__contains",
    Erasure: "patient_id",
}


@cache
def path(model: type[Model]) -> str | None:
    """Return the shortest way along foreign keys to the patient; None if there is none."""
    ways: list[tuple[type[Model], str]] = [(model, "")]
    seen = {model}
    while ways:
        at, way = ways.pop(0)
        if at is Patient:
            return way or "pk"
        for key in _foreign_keys(at):
            target = key.remote_field.model
            if target not in seen:
                seen.add(target)
                ways.append((target, f"{way}__{key.name}" if way else key.name))
    return None


def models() -> list[type[Model]]:
    """Return every model with rows about patients, tables of plain relations among them."""
    every = apps.get_models(include_auto_created=True)
    return [model for model in every if path(model) or model in LOOKUPS]


def rows(model: type[Model], patient: int) -> QuerySet:
    """Return the rows of a model that are about a patient, in the order they were made."""
    lookup = LOOKUPS.get(model) or path(model)
    value = [patient] if str(lookup).endswith("__contains") else patient
    return model._base_manager.filter(**{str(lookup): value}).order_by("pk")


def fields(model: type[Model]) -> list[Field]:
    return list(model._meta.concrete_fields)


def _foreign_keys(model: type[Model]) -> Iterator[ForeignKey]:
    return (field for field in model._meta.concrete_fields if isinstance(field, ForeignKey))
