"""The times a clinic offers and what is left of them. Reads only."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from followups.choices import VisitKind
from followups.clock import midnight
from followups.models import Appointment, ClosedDay, SlotTemplate
from followups.rules import slots
from followups.rules.slots import Day, Slot, Weekly

if TYPE_CHECKING:
    from clinic.staff.models import Clinic

LOOK_AHEAD = 60  # days that are searched for a free time
FARTHEST = timedelta(days=3 * 366)


@dataclass(frozen=True, slots=True)
class Taken:
    """A time somebody already has."""

    starts_at: datetime
    ends_at: datetime
    clinician: int | None
    place: int

    def overlaps(self, slot: Slot) -> bool:
        return (
            self.clinician == slot.clinician
            and self.starts_at < slot.ends_at
            and slot.starts_at < self.ends_at
        )


@dataclass
class Diary:
    """A stretch of days of one clinic: what it offers, what is taken, when it is closed.

    Three queries, however long it is.
    """

    clinic: "Clinic"
    first: date
    last: date
    now: datetime
    names: dict[int, str] = field(default_factory=dict)

    @cached_property
    def weekly(self) -> list[Weekly]:
        found = list(
            SlotTemplate.objects.filter(clinic=self.clinic)
            .select_related("clinician")
            .order_by("weekday", "starts_at", "pk")
        )
        self.names.update({each.clinician_id: each.clinician.last_name for each in found})
        return [
            Weekly(
                weekday=each.weekday,
                starts_at=each.starts_at,
                minutes=each.minutes,
                clinician=each.clinician_id,
                in_a_row=each.in_a_row,
                kinds=frozenset(map(VisitKind, each.kinds)),
                capacity=each.capacity,
                last_on=each.last_on,
            )
            for each in found
            if each.clinician.is_active
        ]

    @cached_property
    def closed(self) -> dict[date, str]:
        days = ClosedDay.objects.filter(
            clinic=self.clinic, is_closed=True, on__range=(self.first, self.last)
        )
        return dict(days.values_list("on", "name"))

    @cached_property
    def taken(self) -> dict[date, list[Taken]]:
        """Return the standing appointments by the day of the clinic's clock."""
        zone = self.clinic.zone
        rows = (
            Appointment.objects.standing()
            .filter(
                clinic=self.clinic,
                starts_at__gte=midnight(zone, self.first),
                starts_at__lt=midnight(zone, self.last + timedelta(days=1)),
            )
            .values_list("starts_at", "ends_at", "clinician_id", "place")
        )
        found = defaultdict(list)
        for row in rows:
            taken = Taken(*row)
            found[taken.starts_at.astimezone(zone).date()].append(taken)
        return found

    def days(self) -> Iterator[date]:
        for number in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=number)

    def day(self, on: date, *, since: datetime | None = None) -> Day:
        """Return what is offered on a day after ``since``, taken or not."""
        return slots.day(
            on,
            self.weekly,
            self.clinic.zone,
            self.closed.get(on, ""),
            now=since or self.now,
        )

    def places_left(self, slot: Slot) -> int:
        on = slot.starts_at.astimezone(self.clinic.zone).date()
        used = {each.place for each in self.taken.get(on, ()) if each.overlaps(slot)}
        return max(0, slot.capacity - len(used))

    def free(self, kind: VisitKind, *, days: Iterable[date] | None = None) -> Iterator[Slot]:
        """Yield the times with a place left for a visit of this kind, earliest first."""
        for on in self.days() if days is None else days:
            for slot in self.day(on).slots:
                if (not slot.kinds or kind in slot.kinds) and self.places_left(slot):
                    yield slot


def diary(clinic: "Clinic", *, first: date, last: date, now: datetime) -> Diary:
    return Diary(clinic, first, last, now)


def suggested(
    book: Diary,
    kind: VisitKind,
    *,
    surgeon: int | None,
    opens_on: date,
    closes_on: date,
    today: date,
    most: int = 4,
) -> Sequence[Slot]:
    """Return a few free times: inside the window first, with the surgeon first, then early."""
    found = list(book.free(kind))
    zone = book.clinic.zone

    def worth(slot: Slot) -> tuple[bool, bool, datetime]:
        on = slot.starts_at.astimezone(zone).date()
        # an overdue visit has no window left: then the earliest is the best
        outside = closes_on >= today and not opens_on <= on <= closes_on
        return outside, slot.clinician != surgeon, slot.starts_at

    chosen = sorted(found, key=worth)[:most]
    return sorted(chosen, key=lambda slot: slot.starts_at)


class NotOffered(Exception):
    """The clinic has no such time, or not for such a visit, or not any more."""


def offered(clinic: "Clinic", key: str, *, kind: str, now: datetime) -> Slot:
    """Return the slot of this name for a kind of visit.

    Raises:
        NotOffered: for a name that is none, a past or far time, and what the templates
            and closed days do not offer.
    """
    clinician, _, minute = key.partition("-")
    parts = (clinician, minute)
    if not all(part.isascii() and part.isdigit() and len(part) <= 8 for part in parts):
        raise NotOffered(key)
    starts_at = datetime.fromtimestamp(int(minute) * 60, tz=UTC)
    if not now < starts_at < now + FARTHEST:
        raise NotOffered(key)
    on = starts_at.astimezone(clinic.zone).date()
    for slot in diary(clinic, first=on, last=on, now=now).day(on).slots:
        if slot.key == key and (not slot.kinds or kind in slot.kinds):
            return slot
    raise NotOffered(key)
