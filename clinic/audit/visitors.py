"""Who opened or changed one patient's record: per day and person, what and how often."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.db.models import Case, CharField, Count, Max, Min, Value, When
from django.db.models.functions import TruncDate
from django.utils import dateformat

from clinic.audit import vocabulary
from clinic.audit.models import EntryQuerySet, Kind
from clinic.audit.presenters import OVER_HTTP
from clinic.audit.search import GLASS
from clinic.staff.models import User
from followups.clock import midnight
from patients.models import Opening, Patient

AT_ONCE = timedelta(days=90)
SYSTEM, BY_LINK = "The system", "The patient, by link"


@dataclass(frozen=True, slots=True)
class Stretch:
    """The days a page shows, both included."""

    first: date
    last: date

    @classmethod
    def until(cls, last: date) -> Self:
        return cls(last - AT_ONCE + timedelta(days=1), last)

    @property
    def before(self) -> date:
        return self.first - timedelta(days=1)


@dataclass(slots=True)
class Visitor:
    """One person's day with the record."""

    name: str
    role: str
    first: datetime
    last: datetime
    opened: int = 0
    changed: int = 0
    pages: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)  # why the glass was broken

    @property
    def what(self) -> str:
        """What was opened, then what was changed."""
        changed = f"changed {', '.join(self.rows)}" if self.rows else ""
        return "; ".join(filter(None, [", ".join(self.pages), changed]))

    @property
    def when(self) -> str:
        """From the first to the last time of that day."""
        times = [dateformat.format(each, "g:i A") for each in (self.first, self.last)]
        return times[0] if times[0] == times[1] else " – ".join(times)


def of(
    patient: Patient, entries: EntryQuerySet, stretch: Stretch
) -> list[tuple[str, list[Visitor]]]:
    """Return the days of the stretch, newest first, each with who was there, latest first."""
    zone = patient.clinic.zone
    rows = list(_counted(entries.about(patient.pk), stretch, zone))
    users = User.objects.in_bulk({row["user"] for row in rows if row["user"]})
    reasons = _reasons(patient, stretch, zone)
    visitors: dict[tuple[date, Any], Visitor] = {}
    for row in rows:
        key = (row["day"], row["user"] or row["by"])
        visitors[key] = _and(visitors.get(key), row, users, zone)
    for (day, user), visitor in visitors.items():
        visitor.reasons = reasons.get((day, user), [])
    return _by_day(visitors)


def is_earlier(patient: Patient, entries: EntryQuerySet, stretch: Stretch) -> bool:
    """Whether anything happened before the stretch."""
    start = midnight(patient.clinic.zone, stretch.first)
    return entries.about(patient.pk).filter(at__lt=start).exists()


def _counted(entries: EntryQuerySet, stretch: Stretch, zone: ZoneInfo) -> Iterable[dict[str, Any]]:
    by = Case(
        When(user__isnull=False, then=Value("")),
        When(request__regex=f"^{OVER_HTTP.pattern}$", then=Value(BY_LINK)),
        default=Value(SYSTEM),
        output_field=CharField(),
    )
    start = midnight(zone, stretch.first)
    end = midnight(zone, stretch.last + timedelta(days=1))
    counted: Iterable[dict[str, Any]] = (
        entries.filter(at__gte=start, at__lt=end)
        .annotate(day=TruncDate("at", tzinfo=zone), by=by)
        .values("day", "user", "by", "kind", "what")
        .annotate(times=Count("pk"), first=Min("at"), last=Max("at"))
        .order_by("-day", "-last")
    )
    return counted


def _and(
    visitor: Visitor | None, row: dict[str, Any], users: dict[int, User], zone: ZoneInfo
) -> Visitor:
    """Add what was done with one page or table to the person's day."""
    first, last = row["first"].astimezone(zone), row["last"].astimezone(zone)
    if visitor is None:
        user = users.get(row["user"])
        name = user.display_name if user else row["by"] or f"Account #{row['user']}"
        visitor = Visitor(name, user.get_role_display() if user else "", first, last)
    visitor.first, visitor.last = min(visitor.first, first), max(visitor.last, last)
    if row["kind"] == Kind.READ:
        visitor.opened += row["times"]
        _name(visitor.pages, _page(row["what"]))
    elif row["what"] in GLASS:
        _name(visitor.pages, "broke the glass")
    elif row["kind"] != Kind.EVENT:
        visitor.changed += row["times"]
        _name(visitor.rows, vocabulary.table(row["what"]))
    else:
        _name(visitor.pages, row["what"])
    return visitor


def _page(name: str) -> str:
    """Return a page's name without the patient, who is the same all over."""
    return re.sub(" (of|about|for|saw|edits|restricts) {who}$", "", vocabulary.page(name))


def _name(names: list[str], name: str) -> None:
    if name not in names:
        names.append(name)


def _reasons(
    patient: Patient, stretch: Stretch, zone: ZoneInfo
) -> dict[tuple[date, int], list[str]]:
    found: dict[tuple[date, int], list[str]] = {}
    broken = Opening.objects.filter(patient=patient, day__range=(stretch.first, stretch.last))
    for opening in broken.order_by("at"):
        found.setdefault((opening.day, opening.user_id), []).append(opening.reason)
    return found


def _by_day(visitors: dict[tuple[date, Any], Visitor]) -> list[tuple[str, list[Visitor]]]:
    days: dict[date, list[Visitor]] = {}
    for (day, _), visitor in visitors.items():
        days.setdefault(day, []).append(visitor)
    return [
        (dateformat.format(day, "l, M j, Y"), sorted(there, key=lambda each: each.last)[::-1])
        for day, there in sorted(days.items(), reverse=True)
    ]
