"""A copy of everything held about one patient: to read, for a spreadsheet, for a program.

Made from the models (``holdings``). What is left out are hashes, which say nothing to anybody.
"""

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile
from zoneinfo import ZoneInfo

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import BinaryField, Field, Model
from django.template.loader import render_to_string

from clinic.audit import services as audit
from clinic.audit.models import Entry, Kind
from clinic.exchange.formulas import guard
from clinic.privacy import holdings
from clinic.staff.models import User
from patients.models import Patient

EXPORTED = "record exported"
MOST_AN_HOUR = 5
HOUR = timedelta(hours=1)
MARK = "\ufeff"  # without it spreadsheets take UTF-8 for something else


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one model about the patient, as stored and in words."""

    name: str
    title: str
    fields: Sequence[Field]
    stored: Sequence[Sequence[Any]]
    words: Sequence[Sequence[str]]

    @property
    def headings(self) -> list[str]:
        return [str(field.verbose_name) for field in self.fields]

    @property
    def rows(self) -> list[list[tuple[str, str]]]:
        return [list(zip(self.headings, row, strict=True)) for row in self.words]


def seconds_to_wait(user: User, *, now: datetime) -> int:
    """Return how long until this person may export again; 0 is now.

    Their row is held until the transaction ends, so that two at once count each other.
    """
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    made = Entry.objects.filter(kind=Kind.EVENT, what=EXPORTED, user=user, at__gt=now - HOUR)
    latest = list(made.order_by("-at").values_list("at", flat=True)[:MOST_AN_HOUR])
    if len(latest) < MOST_AN_HOUR:
        return 0
    return max(1, round((latest[-1] + HOUR - now).total_seconds()))


def export(patient: Patient, *, by: User, now: datetime, request: str = "") -> BytesIO:
    """Return the copy as a zip archive, and write down that it was handed out."""
    tables = [table for table in _tables(patient) if table.stored]
    archive = BytesIO()
    with ZipFile(archive, "w", ZIP_DEFLATED) as folder:
        context = {"patient": patient, "tables": tables, "now": now}
        folder.writestr("record.html", render_to_string("privacy/copy.html", context))
        folder.writestr("record.json", _json(tables, now))
        for table in tables:
            folder.writestr(f"tables/{table.name}.csv", _csv(table))
    archive.seek(0)
    audit.note(EXPORTED, user=by, request=request, patients=[patient.pk], tables=len(tables))
    return archive


def _tables(patient: Patient) -> Iterable[Table]:
    names = {user.pk: str(user) for user in User.objects.filter(clinic=patient.clinic_id)}
    for model in holdings.models():
        fields = [each for each in holdings.fields(model) if not isinstance(each, BinaryField)]
        stored = list(holdings.rows(model, patient.pk).values_list(*(f.attname for f in fields)))
        words = [
            [
                _word(field, value, names, patient.clinic.zone)
                for field, value in _pairs(fields, row)
            ]
            for row in stored
        ]
        yield Table(_name(model), str(model._meta.verbose_name_plural), fields, stored, words)


def _pairs(fields: Sequence[Field], row: Sequence[Any]) -> Iterable[tuple[Field, Any]]:
    return zip(fields, row, strict=True)


def _name(model: type[Model]) -> str:
    return str(model._meta.db_table)


def _word(field: Field, value: Any, names: dict[int, str], zone: ZoneInfo) -> str:
    """Return a stored value as a reader understands it; "" is not known or not asked."""
    if value is None:
        return ""
    if field.related_model is User:
        return names.get(value, f"user {value}")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat(" ", "minutes")
    if isinstance(value, list):
        inner = getattr(field, "base_field", field)
        return "; ".join(_word(inner, each, names, zone) for each in value)
    if isinstance(value, dict):
        return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
    return str(dict(field.flatchoices).get(value, value))


def _csv(table: Table) -> str:
    text = StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(map(guard, table.headings))
    writer.writerows([guard(word) for word in row] for row in table.words)
    return MARK + text.getvalue()


def _json(tables: Iterable[Table], now: datetime) -> str:
    content = {
        table.name: [
            {field.name: value for field, value in _pairs(table.fields, row)}
            for row in table.stored
        ]
        for table in tables
    }
    copy = {"made_at": now, "tables": content}
    return json.dumps(copy, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
