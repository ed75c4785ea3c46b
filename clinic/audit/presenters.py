"""Entries of the audit as sentences: who did what, whose data it was, what changed."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.utils import dateformat
from django.utils.dateparse import parse_datetime

from clinic.audit import vocabulary
from clinic.audit.models import Entry, Kind, Values
from clinic.audit.search import GLASS, is_closed, is_glass, openings
from clinic.staff.models import User
from patients.models import Opening, Patient
from patients.reach import note_seen

OVER_HTTP = re.compile("[0-9a-f]{12}")  # how the middleware writes the id of a request
LISTED = 3  # changed values in a line; the entry's page shows all
NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Change:
    """One column that changed; ``is_coded`` where the values are words of ours."""

    name: str
    old: str
    new: str
    is_coded: bool

    def __str__(self) -> str:
        return f"{self.name} {self.old} → {self.new}" if self.is_coded else self.name


@dataclass(frozen=True, slots=True)
class Line:
    """One entry, ready to be read."""

    entry: Entry
    at: datetime
    day: str
    time: str
    person: str
    did: str
    changes: Sequence[Change] = ()
    reason: str = ""

    @property
    def marks(self) -> Iterator[tuple[str, str]]:
        """What must not be overlooked, with the kind of chip it is."""
        if is_glass(self.entry):
            yield "glass", "Break-glass"
        if is_closed(self.entry):
            yield "closed", self.entry.what.capitalize()

    @property
    def changed(self) -> str:
        """The changes in a few words: “status Planned → Booked; booked for”."""
        shown = [str(each) for each in self.changes[:LISTED]]
        more = len(self.changes) - LISTED
        return "; ".join([*shown, *([f"{more} more"] if more > 0 else [])])

    @property
    def sentence(self) -> str:
        said = f"{self.person} {self.did}"
        return f"{said}: {self.changed}" if self.changed else said


@dataclass(frozen=True)
class Context:
    """Everything a page of entries needs besides them, asked for once."""

    zone: ZoneInfo
    records: Mapping[int, str] = field(default_factory=dict)  # patient to record number
    values: Mapping[int, dict[str, Any]] = field(default_factory=dict)  # entry to columns
    reasons: Mapping[int, str] = field(default_factory=dict)  # opening to reason
    people: Mapping[int, str] = field(default_factory=dict)  # user to name


def zone_of(user: User) -> ZoneInfo:
    """Return the zone of the user's clinic; whoever runs all of them reads UTC."""
    return user.clinic.zone if user.clinic else ZoneInfo("UTC")


def lines(entries: Sequence[Entry], *, user: User) -> list[Line]:
    """Return the entries as sentences, with four queries however many there are.

    The patients they name are loaded, so that reading the audit is itself written down.
    """
    named = {entry.patients[0] for entry in entries if len(entry.patients) == 1}
    changed = [entry.pk for entry in entries if entry.values_digest is not None]
    values = dict(Values.objects.for_user(user).filter(pk__in=changed).values_list("pk", "columns"))
    context = Context(
        zone=zone_of(user),
        records=_record_numbers(named, user),
        values=values,
        reasons=_reasons(entries),
        people=_people(entries, values.values()),
    )
    return [_line(entry, context) for entry in entries]


def bare_lines(entries: Iterable[Entry], *, user: User) -> Iterator[Line]:
    """Yield the entries as sentences that name patients by id and hold no values."""
    context = Context(zone=zone_of(user))
    return (_line(entry, context) for entry in entries)


def _line(entry: Entry, context: Context) -> Line:
    at = entry.at.astimezone(context.zone)
    return Line(
        entry=entry,
        at=at,
        day=dateformat.format(at, "D, M j, Y"),
        time=dateformat.format(at, "g:i:s A"),
        person=person(entry),
        did=_did(entry, context),
        changes=tuple(_changes(entry, context)),
        reason=_reason(entry, context),
    )


def person(entry: Entry) -> str:
    """Return who did it: “Nurse J. Kowalczyk”, or the system, or a patient."""
    user = entry.user
    if user is not None:
        return user.display_name if user.title else f"{user.get_role_display()} {user}"
    if entry.user_id is not None:
        return f"Account #{entry.user_id}"
    if not OVER_HTTP.fullmatch(entry.request):
        return f"The system ({entry.request or entry.login})"
    return "Somebody not signed in" if entry.kind == Kind.EVENT else "A patient, by link,"


def _reason(entry: Entry, context: Context) -> str:
    """Return what was given as the reason, where it is known by its number in its words."""
    found = [context.reasons[each] for each in openings(entry) if each in context.reasons]
    return "; ".join(found) or entry.reason


def _did(entry: Entry, context: Context) -> str:
    who = _who(entry, context)
    if entry.kind == Kind.READ:
        return _read(entry, who)
    if entry.kind == Kind.EVENT:
        return _event(entry, who)
    return _wrote(entry, who, context)


def _read(entry: Entry, who: str) -> str:
    page = vocabulary.page(entry.what)
    verb = "used" if entry.detail.get("method") == "POST" else "opened"
    if "{who}" in page:
        return f"{verb} {page.format(who=who)}"
    return f"{verb} {page}: {who}"


def _event(entry: Entry, who: str) -> str:
    page = vocabulary.page(str(entry.detail.get("page", ""))).format(who="a patient")
    said = entry.detail | {"page": page, "who": who}
    try:
        return vocabulary.EVENTS.get(entry.what, entry.what).format(**said)
    except (KeyError, ValueError, IndexError):  # not one of ours, or of an older version
        return entry.what


_VERBS = {Kind.INSERT: "added", Kind.UPDATE: "changed", Kind.DELETE: "deleted"}


def _wrote(entry: Entry, who: str, context: Context) -> str:
    if entry.what == GLASS[0] and entry.kind == Kind.INSERT:
        return f"broke the glass to open the record of {who}"
    if entry.what == "patients_patient" and entry.kind == Kind.INSERT:
        return f"registered {who}"
    noun = vocabulary.table(entry.what)
    article = "the" if entry.kind != Kind.INSERT else "an" if noun[0] in "aeiou" else "a"
    said = f"{_VERBS[Kind(entry.kind)]} {article} {noun}"
    if entry.what == "staff_user":
        return f"{said} of {context.people.get(entry.row or 0, f'#{entry.row}')}"
    return f"{said} of {who}" if who else f"{said} #{entry.row}"


def _who(entry: Entry, context: Context) -> str:
    if len(entry.patients) > 1:
        return f"{len(entry.patients)} patients"
    return "".join(context.records.get(each, f"record #{each}") for each in entry.patients)


def _record_numbers(patients: Iterable[int], user: User) -> dict[int, str]:
    found = Patient.objects.for_user(user).filter(pk__in=patients).only("mrn")
    return {each.pk: each.mrn for each in found}


def _reasons(entries: Iterable[Entry]) -> dict[int, str]:
    """Why the glass was broken: what these entries are there to be asked."""
    asked = {each for entry in entries for each in openings(entry)}
    found = Opening.objects.filter(pk__in=asked).values_list("pk", "reason", "patient")
    for _, _, patient in found:
        note_seen(patient)  # a reason speaks of the patient
    return {opening: reason for opening, reason, _ in found}


# Values


def _changes(entry: Entry, context: Context) -> Iterator[Change]:
    model = vocabulary.model_of(entry.what)
    known = {each.column: each for each in model._meta.concrete_fields} if model else {}
    for column, value in sorted(context.values.get(entry.pk, {}).items()):
        of = known.get(column)
        name = str(of.verbose_name) if of else column.replace("_", " ")
        old, new = value if entry.kind == Kind.UPDATE else (value, None)
        is_coded = bool(of and (of.choices or isinstance(of, models.BooleanField)))
        yield Change(name, _said(old, of, context), _said(new, of, context), is_coded)


def _said(value: Any, of: "models.Field | None", context: Context) -> str:
    """Return a stored value in the words of the product."""
    if value in (None, "", []):
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if of is not None and of.choices:
        return str(dict(of.flatchoices).get(value, value))
    if isinstance(of, models.ForeignKey):
        is_user = of.related_model is User
        return context.people.get(value, f"#{value}") if is_user else f"#{value}"
    if isinstance(of, models.DateTimeField) and (at := parse_datetime(str(value))):
        local = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(context.zone)
        return dateformat.format(local, "M j, Y, g:i:s A")
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ", ".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _people(entries: Iterable[Entry], values: Iterable[dict[str, Any]]) -> dict[int, str]:
    """Names of the users that the entries are about, or that their values point to."""
    rows = {entry.row for entry in entries if entry.what == "staff_user" and entry.row}
    columns = {
        each.attname
        for model in map(vocabulary.model_of, {entry.what for entry in entries})
        if model
        for each in model._meta.concrete_fields
        if each.related_model is User
    }
    for changed in values:
        for column in columns & changed.keys():
            pair = changed[column] if isinstance(changed[column], list) else [changed[column]]
            rows |= {each for each in pair if isinstance(each, int)}
    return {user.pk: user.display_name for user in User.objects.filter(pk__in=rows)}
