"""The follow-up plan: each visit with its window and where it stands, and the check-ins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from followups.choices import VisitStatus
from followups.models import CheckIn, Visit
from followups.presenters import words
from followups.presenters.record import Record


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """One visit; ``mark`` is how it is drawn, ``action`` what its button says."""

    pk: int
    name: str
    mark: str
    icon: str
    state: str
    window: str
    action: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One open check-in: when it was asked and until when it can be answered."""

    pk: int
    text: str
    is_locked: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What is expected of one operation, and how much of it has come."""

    visits: Sequence[PlannedVisit]
    answered: int
    asked: int
    missed: int
    coming: str
    waiting: Sequence[Asked]
    is_followed: bool


_ICONS = {
    "done": "calendar-check",
    "due": "alert-circle",
    "booked": "calendar-event",
    "fut": "calendar-plus",
    "off": "calendar-x",
}


def of(record: Record) -> Plan:
    """Return the plan of the operation shown."""
    now, check_ins = record.now, record.check_ins
    answered = sum(check_in.report_id is not None for check_in in check_ins)
    missed = sum(check_in.is_missed(now) for check_in in check_ins)
    follow_up = record.follow_up
    is_followed = follow_up is not None and follow_up.is_active
    return Plan(
        visits=[
            visit_state(visit, record)
            for visit in record.visits
            # one cancelled while a patient was away was planned again
            if not (is_followed and visit.status == VisitStatus.CANCELLED)
        ],
        answered=answered,
        asked=answered + missed,
        missed=missed,
        coming=_coming(record),
        waiting=[_asked(check_in, record) for check_in in _open(record)],
        is_followed=is_followed,
    )


def next_visit(plan: Plan) -> PlannedVisit | None:
    """Return the visit to book or move first."""
    return next((visit for visit in plan.visits if visit.action), None)


def visit_state(visit: Visit, record: Record) -> PlannedVisit:
    """Return where a visit stands today."""
    mark, state = _state(visit, record)
    expected = mark in ("due", "booked", "fut")
    return PlannedVisit(
        pk=visit.pk,
        name=name_of(visit),
        mark=mark,
        icon=_ICONS[mark],
        state=state,
        window=_window(visit, record.today) if expected else "",
        action=("Update" if mark == "booked" else "Book") if expected else "",
    )


def name_of(visit: Visit) -> str:
    """Return “6-week visit”."""
    return f"{visit.get_kind_display().replace(' ', '-').removesuffix('s')} visit"


def _state(visit: Visit, record: Record) -> tuple[str, str]:
    today, zone = record.today, record.patient.clinic.zone
    if visit.status == VisitStatus.COMPLETED and visit.completed_on is not None:
        return "done", f"Took place {words.day(visit.completed_on, today)}"
    if visit.status == VisitStatus.CANCELLED:
        return "off", "Cancelled"
    if visit.is_overdue(today):
        return "due", f"Overdue {_days((today - visit.closes_on).days)}"
    if visit.status == VisitStatus.BOOKED and visit.booked_for is not None:
        return "booked", f"Booked {words.moment(visit.booked_for, record.now, zone)}"
    if visit.status == VisitStatus.NO_SHOW:
        return "due", "Did not attend"
    return ("due", "Due, not booked") if visit.opens_on <= today else ("fut", "Planned")


def _window(visit: Visit, today: date) -> str:
    return f"{words.day(visit.opens_on, today)} to {words.day(visit.closes_on, today)}"


def _days(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"


def _open(record: Record) -> list[CheckIn]:
    return [
        check_in
        for check_in in record.check_ins
        if check_in.report_id is None and check_in.due_at <= record.now < check_in.closes_at
    ]


def _coming(record: Record) -> str:
    days = [
        check_in.due_on
        for check_in in record.check_ins
        if check_in.report_id is None and check_in.due_at > record.now
    ]
    return words.day(min(days), record.today) if days else ""


def _asked(check_in: CheckIn, record: Record) -> Asked:
    zone = record.patient.clinic.zone
    late = ", late" if check_in.is_late(record.now) else ""
    closes = words.moment(check_in.closes_at, record.now, zone)
    return Asked(
        pk=check_in.pk,
        text=f"Due {words.day(check_in.due_on, record.today)}{late}, "
        f"can be answered until {closes}",
        is_locked=check_in.is_locked,
    )
