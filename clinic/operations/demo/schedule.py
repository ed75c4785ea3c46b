"""The times of the demo clinic: weekly slots, closed days, and visits booked or called for."""

from datetime import datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING

from clinic.staff.models import User
from followups.choices import ContactOutcome, VisitKind, VisitStatus
from followups.models import ClosedDay, SlotTemplate, Visit
from followups.rules.calls import working_day
from followups.services import appointments, contacts, slots, visits
from followups.services.slots import LOOK_AHEAD, Diary

if TYPE_CHECKING:
    from clinic.operations.demo.load import Team

WEEKDAYS = range(5)
SHORT_DAY = 4  # on Fridays the afternoon is for the ward
BOOKED_SHARE, CALLED_SHARE = 0.72, 0.7
UPCOMING = timedelta(weeks=3)


def open_doors(team: "Team", now: datetime) -> None:
    """Give the team its weekly slots, and close two days of the second week."""
    for number, surgeon in enumerate(team.surgeons):
        for weekday in WEEKDAYS:
            _slots(team, surgeon, weekday, time(8, 20 + 20 * number), in_a_row=4)
            if weekday != SHORT_DAY:
                _slots(team, surgeon, weekday, time(13, 40), in_a_row=2)
    for weekday in WEEKDAYS:
        _slots(team, team.nurse, weekday, time(10, 40), in_a_row=1, capacity=2)
    monday = working_day(team.clinic.today(now))
    monday -= timedelta(days=monday.weekday())
    for ahead, name in ((10, "Staff training"), (11, "Clinic closed")):
        ClosedDay.objects.create(clinic=team.clinic, on=monday + timedelta(days=ahead), name=name)


def _slots(team: "Team", who: User, weekday: int, at: time, **facts: int) -> None:
    SlotTemplate.objects.create(
        clinic=team.clinic, clinician=who, weekday=weekday, starts_at=at, minutes=20, **facts
    )


def fill(team: "Team", now: datetime) -> None:
    """Book most visits that are due or coming up, and call about some that are overdue."""
    today = team.clinic.today(now)
    chance = Random(11)  # noqa: S311  the same every time
    last = today + timedelta(days=LOOK_AHEAD)
    book = slots.diary(team.clinic, first=today, last=last, now=now)
    due = Visit.objects.planned().filter(
        clinic=team.clinic, status=VisitStatus.PLANNED, target_on__lte=today + UPCOMING
    )
    for visit in due.select_related("clinic", "surgery").order_by("target_on", "pk"):
        if visit.is_overdue(today):
            _call(visit, team, chance, now)
        elif chance.random() < BOOKED_SHARE:
            _book(visit, team, book, chance)


def _book(visit: Visit, team: "Team", book: Diary, chance: Random) -> None:
    """Take a free time near the best day, with the surgeon or whoever is free."""
    near = max(visit.target_on, book.first)
    days = [near + timedelta(days=ahead) for ahead in range(7)]
    free = list(book.free(VisitKind(visit.kind), days=days))[:6]
    if free:
        try:
            visits.take(visit, chance.choice(free), by=team.nurse, now=book.now)
        except appointments.SlotTaken:
            return
        del book.taken  # asked again with this one in it


def _call(visit: Visit, team: "Team", chance: Random, now: datetime) -> None:
    """Let the nurse have tried once, twice or three times."""
    if chance.random() > CALLED_SHARE:
        return
    for days_ago in range(chance.randint(1, 3), 0, -1):
        outcome = chance.choice([ContactOutcome.NO_ANSWER, ContactOutcome.LEFT_MESSAGE])
        contacts.record_about_visit(
            visit,
            by=team.nurse,
            outcome=outcome,
            seen=10**15,
            now=now - timedelta(days=days_ago, hours=chance.randint(0, 5)),
        )
