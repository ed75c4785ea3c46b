"""Which times a clinic offers on a day: weekly templates on the clinic's own clock.

A wall clock skips some times in spring and shows others twice in autumn. What is skipped is
left out and said; of what comes twice the first is meant, so every slot is one moment.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from followups.choices import VisitKind


@dataclass(frozen=True, slots=True)
class Weekly:
    """Times one clinician sees patients each week."""

    weekday: int
    starts_at: time
    minutes: int
    clinician: int
    in_a_row: int = 1
    kinds: frozenset[VisitKind] = frozenset()
    capacity: int = 1
    last_on: date | None = None

    def suits(self, kind: VisitKind) -> bool:
        """Whether it is for visits of this kind; without any named it is for all."""
        return not self.kinds or kind in self.kinds

    def applies(self, on: date) -> bool:
        return on.weekday() == self.weekday and (self.last_on is None or on <= self.last_on)


@dataclass(frozen=True, slots=True)
class Slot:
    """One time that can be booked, as often as it has places."""

    starts_at: datetime
    minutes: int
    clinician: int | None
    capacity: int = 1
    kinds: frozenset[VisitKind] = frozenset()

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def key(self) -> str:
        """Name it in a form: whose, and when in minutes since 1970."""
        return f"{self.clinician or 0}-{int(self.starts_at.timestamp()) // 60}"


@dataclass(frozen=True, slots=True)
class Day:
    """What a clinic offers on one day; ``closed`` says why nothing."""

    on: date
    slots: tuple[Slot, ...] = ()
    closed: str = ""
    skipped: tuple[time, ...] = ()

    @property
    def explanation(self) -> str:
        """Say which times are left out because the clocks jump over them."""
        if not self.skipped:
            return ""
        times = ", ".join(f"{each:%H:%M}" for each in self.skipped)
        return f"Not offered: {times}. The clocks are put forward over this time that day."


def day(
    on: date, weekly: Iterable[Weekly], zone: ZoneInfo, closed: str = "", *, now: datetime
) -> Day:
    """Return what can still be booked on a day, earliest first; nothing of the past."""
    if closed:
        return Day(on, closed=closed)
    slots, skipped = [], set()
    for each in weekly:
        if each.applies(on):
            for at in _times(each):
                moment = moment_of(on, at, zone)
                if moment is None:
                    skipped.add(at)
                elif moment > now:
                    slots.append(_slot(moment, each))
    slots.sort(key=lambda slot: (slot.starts_at, slot.clinician or 0))
    return Day(on, tuple(slots), skipped=tuple(sorted(skipped)))


def moment_of(on: date, at: time, zone: ZoneInfo) -> datetime | None:
    """Return the moment a wall clock shows this time, in UTC; None if it skips it.

    Where it is shown twice, the first time is meant.
    """
    local = datetime.combine(on, at, tzinfo=zone)
    moment = local.astimezone(UTC)
    back = moment.astimezone(zone)
    return moment if (back.date(), back.time()) == (on, at) else None


def _slot(moment: datetime, weekly: Weekly) -> Slot:
    return Slot(moment, weekly.minutes, weekly.clinician, weekly.capacity, weekly.kinds)


def _times(weekly: Weekly) -> Iterator[time]:
    """Yield the starting times of a row of slots, none of them past midnight."""
    first = weekly.starts_at.hour * 60 + weekly.starts_at.minute
    for number in range(weekly.in_a_row):
        minutes = first + number * weekly.minutes
        if minutes < 24 * 60:
            yield time(minutes // 60, minutes % 60)
