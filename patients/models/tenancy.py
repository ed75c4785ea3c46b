"""Every record belongs to one clinic, and may point only to records of that clinic.

The application asks through ``for_user``; the database refuses a row that mixes clinics,
whatever wrote it.
"""

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.backends.ddl_references import Statement
from django.db.models.constraints import BaseConstraint

if TYPE_CHECKING:
    from clinic.staff.models import User


class ClinicQuerySet(models.QuerySet):
    """The one entry point to patient data: what this user's clinic owns."""

    def for_user(self, user: "User") -> Self:
        """Rows this user may reach; a superuser reaches every clinic."""
        if user.is_superuser:
            return self.all()
        return self.filter(clinic_id=user.clinic_id)


class SameClinic(BaseConstraint):
    """A composite foreign key (field, clinic) -> (id, clinic).

    Django's own foreign key checks that the target exists; this one checks that it
    belongs to the same clinic. A NULL field passes, as with any foreign key.
    """

    def __init__(self, *, field: str, name: str) -> None:
        super().__init__(name=name)
        self.field = field

    def _definition(self, model: Any, schema_editor: Any) -> str:
        field = model._meta.get_field(self.field)
        quote = schema_editor.quote_name
        target = field.remote_field.model._meta
        return (
            f"CONSTRAINT {quote(self.name)} "
            f"FOREIGN KEY ({quote(field.column)}, {quote('clinic_id')}) "
            f"REFERENCES {quote(target.db_table)} ({quote('id')}, {quote('clinic_id')})"
        )

    def constraint_sql(
        self,
        model: Any,
        schema_editor: Any,
    ) -> str:
        # Added by its own statement below: the target's unique key must exist first.
        schema_editor.deferred_sql.append(self.create_sql(model, schema_editor))
        return ""

    def create_sql(
        self,
        model: Any,
        schema_editor: Any,
    ) -> Any:
        return Statement(
            "ALTER TABLE %(table)s ADD %(definition)s",
            table=schema_editor.quote_name(model._meta.db_table),
            definition=self._definition(model, schema_editor),
        )

    def remove_sql(
        self,
        model: Any,
        schema_editor: Any,
    ) -> Any:
        return Statement(
            "ALTER TABLE %(table)s DROP CONSTRAINT %(name)s",
            table=schema_editor.quote_name(model._meta.db_table),
            name=schema_editor.quote_name(self.name),
        )

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """Leave the verdict to the database: forms never offer another clinic's rows."""

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "field": self.field}

    def __eq__(self, other: object) -> bool:
        if isinstance(other, SameClinic):
            return (self.name, self.field) == (other.name, other.field)
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]


def clinic_key(name: str) -> models.UniqueConstraint:
    """The key that composite foreign keys of the same clinic point to."""
    return models.UniqueConstraint(fields=["id", "clinic"], name=name)
