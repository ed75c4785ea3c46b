"""What of the audit somebody asks for, and the place in it where the next page begins.

An address holds ids only: a record number that was typed is turned into one first.
"""

import re
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.http import urlencode

from clinic.audit.models import Entry, EntryQuerySet, Kind
from followups.clock import midnight

NOBODY = 0  # as a person: the system, or a patient by link
CLOSED = ("refused", "not found")
# A broken glass: its row and its event; what it was broken for carries its number as a reason.
GLASS = ("patients_opening", "glass broken")
OPENINGS = re.compile(r"opening ([0-9]+(?:, [0-9]+)*)", re.ASCII)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PLACE = re.compile(r"[0-9]{1,17}-[0-9]{1,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry stands: newest first, and of one moment the one written last."""

    at: datetime
    pk: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the place written by ``str``; ValueError for anything else."""
        if not _PLACE.fullmatch(text):
            raise ValueError(text)
        at, pk = map(int, text.split("-"))
        return cls(EPOCH + timedelta(microseconds=at), pk)

    def __str__(self) -> str:
        return f"{(self.at - EPOCH) // timedelta(microseconds=1)}-{self.pk}"


@dataclass(frozen=True, slots=True)
class Search:
    """One choice of entries; the names are those in the address."""

    who: int | None = None
    patient: int | None = None
    kind: str = ""
    what: str = ""
    row: int | None = None
    since: date | None = None
    until: date | None = None
    request: str = ""
    closed: bool = False
    glass: bool = False
    before: Place | None = None

    @property
    def query(self) -> str:
        """Return the search as an address writes it: “patient=12&kind=update”, or nothing."""
        chosen = {field.name: getattr(self, field.name) for field in fields(self)}
        said = {
            name: int(value) if isinstance(value, bool) else str(value)
            for name, value in chosen.items()
            if value or (name == "who" and value == NOBODY)
        }
        return urlencode(said)

    def but(self, **changes: Any) -> str:
        """Return the address of this search with changes."""
        return replace(self, **changes).query

    def of(self, entries: EntryQuerySet, zone: ZoneInfo) -> EntryQuerySet:
        """Return the entries asked for, newest first; days are those of ``zone``."""
        found = entries.filter(self._who() & self._what() & self._when(zone))
        if self.patient is not None:
            found = found.about(self.patient)
        return found.newest_first()

    def _who(self) -> Q:
        if self.who is None:
            return Q()
        return Q(user=None) if self.who == NOBODY else Q(user=self.who)

    def _what(self) -> Q:
        said = {"kind": self.kind, "what": self.what, "row": self.row, "request": self.request}
        wanted = Q(**{name: value for name, value in said.items() if value})
        if self.closed:
            wanted &= Q(kind=Kind.EVENT, what__in=CLOSED)
        if self.glass:
            wanted &= Q(what__in=GLASS) | Q(reason__startswith="opening ")
        return wanted

    def _when(self, zone: ZoneInfo) -> Q:
        wanted = Q()
        if self.since is not None:
            wanted &= Q(at__gte=midnight(zone, self.since))
        if self.until is not None:
            wanted &= Q(at__lt=midnight(zone, self.until + timedelta(days=1)))
        if self.before is not None:
            at, pk = self.before.at, self.before.pk
            wanted &= Q(at__lte=at) & (Q(at__lt=at) | Q(pk__lt=pk))
        return wanted


def is_glass(entry: Entry) -> bool:
    """Whether the entry says that a restricted record was opened with a reason, or read so."""
    return entry.what in GLASS or bool(OPENINGS.fullmatch(entry.reason))


def openings(entry: Entry) -> list[int]:
    """Return the openings the entry speaks of."""
    if entry.what == GLASS[0] and entry.row:
        return [entry.row]
    if entry.what == GLASS[1]:
        return [int(entry.detail.get("opening", 0))]
    found = OPENINGS.fullmatch(entry.reason)
    return [int(number) for number in found[1].split(", ")] if found else []


def is_closed(entry: Entry) -> bool:
    """Whether the entry says that a door stayed closed."""
    return entry.kind == Kind.EVENT and entry.what in CLOSED
