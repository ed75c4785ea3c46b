"""The days of the strip and the times to choose from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import dateformat

from followups.choices import Severity, VisitStatus
from followups.clock import midnight
from followups.models import Appointment, Visit
from followups.presenters import people, words
from followups.presenters import visits as visit_words
from followups.rules.calls import working_day
from followups.rules.slots import Slot
from followups.services.slots import Diary

STRIP_DAYS = 14
HOT_PERCENT = 90


@dataclass(frozen=True, slots=True)
class DayTile:
    """One day: how much of it is free, or why it is closed."""

    on: date
    weekday: str
    number: int
    is_today: bool
    closed: str
    said: str
    percent: int
    note: str

    @property
    def bar(self) -> str:
        return "hot" if self.percent >= HOT_PERCENT else ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One time as a button."""

    key: str
    at: str
    who: str


def first_day(today: date) -> date:
    """Return the Monday of the week somebody is working in."""
    day = working_day(today)
    return day - timedelta(days=day.weekday())


def strip(book: Diary, today: date) -> list[DayTile]:
    """Return the two weeks around today: working days, and others that offer something."""
    first = first_day(today)
    days = [on for on in book.days() if 0 <= (on - first).days < STRIP_DAYS]
    tiles = [day_tile(book, on, today) for on in days]
    return [tile for tile in tiles if tile.on.weekday() < 5 or tile.said != "No slots"]


def day_tile(book: Diary, on: date, today: date) -> DayTile:
    """Return how much of a day is taken, or why it is closed."""
    whole = book.day(on, since=midnight(book.clinic.zone, on) - timedelta(seconds=1))
    places = sum(slot.capacity for slot in whole.slots)
    left = sum(book.places_left(slot) for slot in whole.slots if slot.starts_at > book.now)
    used = places - sum(book.places_left(slot) for slot in whole.slots)
    return DayTile(
        on=on,
        weekday=dateformat.format(on, "D"),
        number=on.day,
        is_today=on == today,
        closed=whole.closed,
        said=_said(left, places, used if on < today else None),
        percent=round(100 * used / places) if places else 0,
        note=whole.explanation,
    )


def _said(left: int, places: int, used: int | None) -> str:
    """Return what is free; of a day that has passed, what was ``used``."""
    if not places:
        return "No slots"
    if used is not None:
        return f"{used} of {places} used"
    return f"{left} free of {places}" if left else f"Full, {places}"


def choices(slots: Sequence[Slot], book: Diary) -> list[Choice]:
    zone = book.clinic.zone
    return [
        Choice(
            slot.key,
            visit_words.short_time(slot.starts_at, book.now, zone),
            book.names.get(slot.clinician or 0, ""),
        )
        for slot in slots
    ]


@dataclass(frozen=True, slots=True)
class DayChoices:
    """The free times of one day."""

    day: str
    times: Sequence[Choice]
    note: str


def by_day(slots: Sequence[Slot], book: Diary) -> list[DayChoices]:
    """Return free times under their days; a day of changed clocks says what it leaves out."""
    zone = book.clinic.zone
    found: dict[date, list[Slot]] = {}
    for slot in slots:
        found.setdefault(slot.starts_at.astimezone(zone).date(), []).append(slot)
    return [
        DayChoices(
            dateformat.format(on, "l, M j"),
            [_time(slot, book) for slot in of_day],
            book.day(on).explanation,
        )
        for on, of_day in found.items()
    ]


def _time(slot: Slot, book: Diary) -> Choice:
    local: datetime = slot.starts_at.astimezone(book.clinic.zone)
    who = book.names.get(slot.clinician or 0, "")
    return Choice(slot.key, dateformat.format(local, "g:i A"), who)


@dataclass(frozen=True, slots=True)
class Line:
    """One appointment of the day list."""

    time: str
    patient_pk: int
    visit_pk: int
    name: str
    mrn: str
    age_and_sex: str
    severity: str
    severity_word: str
    visit: str
    who: str
    needs_ride: bool
    state: str


def line(appointment: Appointment, now: datetime) -> Line:
    """Return one appointment with whom it is for and how it stands."""
    visit, zone = appointment.visit, appointment.visit.clinic.zone
    patient, case = visit.surgery.patient, visit.surgery.follow_up
    local = appointment.starts_at.astimezone(zone)
    waits = "Booked" if appointment.starts_at > now else "Did they come?"
    return Line(
        time=dateformat.format(local, "g:i A"),
        patient_pk=patient.pk,
        visit_pk=visit.pk,
        name=patient.name,
        mrn=patient.mrn,
        age_and_sex=people.age_and_sex(patient, visit.clinic.today(now)),
        severity=words.severity_class(case.severity) if case.severity else "",
        severity_word=str(Severity(case.severity).label) if case.severity else "",
        visit=visit_words.full_name(visit),
        who=people.surname(appointment.clinician),
        needs_ride=appointment.needs_ride,
        state=appointment.get_end_display() or waits,
    )


@dataclass(frozen=True, slots=True)
class Found:
    """A visit that can be booked, as a search shows it."""

    pk: int
    patient_pk: int
    name: str
    mrn: str
    visit: str
    window: str
    state: str
    is_booked: bool


def found(visit: Visit, now: datetime) -> Found:
    today, zone = visit.clinic.today(now), visit.clinic.zone
    booked = visit.booked_for if visit.status == VisitStatus.BOOKED else None
    state = f"Booked {visit_words.slot_time(booked, zone)}" if booked else "Not booked"
    return Found(
        pk=visit.pk,
        patient_pk=visit.surgery.patient_id,
        name=visit.surgery.patient.name,
        mrn=visit.surgery.patient.mrn,
        visit=visit_words.full_name(visit),
        window=f"{words.day(visit.opens_on, today)} to {words.day(visit.closes_on, today)}",
        state=state,
        is_booked=booked is not None,
    )
