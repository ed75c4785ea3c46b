"""Book visits and say how they went."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from followups.choices import (
    AppointmentEnd,
    CancelReason,
    EvaluationTrigger,
    VisitStatus,
    WaiveReason,
)
from followups.models import FollowUp, Visit
from followups.rules.slots import Slot
from followups.services import appointments, flags

if TYPE_CHECKING:
    from clinic.staff.models import User

USUAL_MINUTES = 20


class NotExpected(Exception):
    """The visit was completed or cancelled meanwhile."""


class NotYet(Exception):
    """The time of the appointment is still to come."""


@transaction.atomic
def book(
    visit: Visit,
    *,
    booked_for: datetime,
    minutes: int = USUAL_MINUTES,
    clinician: int | None = None,
    by: "User | None" = None,
    now: datetime,
) -> Visit:
    """Give an expected visit a free time; booking again moves it.

    Raises:
        NotExpected: if it was completed or cancelled.
        appointments.InThePast, SlotTaken, NotHere: see there.
    """
    return take(visit, Slot(booked_for, minutes, clinician), by=by, now=now)


@transaction.atomic
def take(
    visit: Visit, slot: Slot, *, by: "User | None", needs_ride: bool = False, now: datetime
) -> Visit:
    """Give an expected visit a slot; booking again moves it, and the old time stays on record.

    Raises:
        NotExpected: if it was completed or cancelled.
        appointments.InThePast, SlotTaken, NotHere: see there.
    """
    follow_up = _locked(visit)
    # a double click and a page that was sent again ask for the time it has
    if visit.status == VisitStatus.BOOKED and _has(visit, slot):
        return visit
    appointments.take(visit, slot, by=by, needs_ride=needs_ride, now=now)
    facts = {"status": VisitStatus.BOOKED, "booked_for": slot.starts_at}
    return _change(visit, follow_up, now, **facts)


@transaction.atomic
def complete(visit: Visit, *, on: date, now: datetime) -> Visit:
    """Say that the patient came on a day.

    Raises:
        NotExpected: if it was completed or cancelled already.
    """
    follow_up = _locked(visit)
    appointments.give_back(visit, AppointmentEnd.CAME, now=now)
    return _change(visit, follow_up, now, status=VisitStatus.COMPLETED, completed_on=on)


@transaction.atomic
def walk_in(visit: Visit, *, by: "User", now: datetime) -> Visit:
    """Say that the patient came just now without an appointment, or at another time than booked.

    Raises:
        NotExpected: if it was completed or cancelled already.
    """
    follow_up = _locked(visit)
    appointments.give_back(visit, AppointmentEnd.MOVED, now=now)
    appointments.walk_in(visit, by=by, now=now)
    today = visit.clinic.today(now)
    return _change(visit, follow_up, now, status=VisitStatus.COMPLETED, completed_on=today)


@transaction.atomic
def no_show(visit: Visit, *, now: datetime) -> Visit:
    """Say that the patient did not come to a booked visit.

    Raises:
        NotExpected: if it was not booked.
        NotYet: if its time is still to come.
    """
    follow_up = _locked(visit)
    if visit.status != VisitStatus.BOOKED:
        raise NotExpected(visit.pk)
    if visit.booked_for is not None and visit.booked_for > now:
        raise NotYet(visit.pk)
    appointments.give_back(visit, AppointmentEnd.NO_SHOW, now=now)
    missed = [*visit.no_show_at, now]
    return _change(visit, follow_up, now, status=VisitStatus.NO_SHOW, no_show_at=missed)


@transaction.atomic
def cancel(visit: Visit, *, reason: CancelReason = CancelReason.PATIENT, now: datetime) -> Visit:
    """Call off an appointment; the visit itself is still expected.

    Raises:
        NotExpected: if it was completed meanwhile.
    """
    follow_up = _locked(visit)
    appointments.give_back(
        visit, AppointmentEnd.CANCELLED, cancel_reason=CancelReason(reason), now=now
    )
    return _change(visit, follow_up, now, status=VisitStatus.PLANNED, booked_for=None)


@transaction.atomic
def waive(visit: Visit, *, reason: WaiveReason, by: "User", now: datetime) -> Visit:
    """Decide that a visit is no longer expected; it leaves the lists with its reason.

    Raises:
        NotExpected: if it was completed or cancelled already.
    """
    follow_up = _locked(visit)
    appointments.give_back(visit, AppointmentEnd.PLAN_ENDED, now=now)
    facts = {"waived_at": now, "waived_by": by, "waive_reason": WaiveReason(reason)}
    return _change(visit, follow_up, now, status=VisitStatus.CANCELLED, **facts)


def _locked(visit: Visit) -> FollowUp:
    """Hold the follow-up: staff, patients and sweeps take turns."""
    return FollowUp.objects.locked().get(surgery=visit.surgery_id)


def _has(visit: Visit, slot: Slot) -> bool:
    """Whether the visit stands at exactly this time with this person already."""
    now_standing = visit.appointments.filter(ended_at=None)
    return now_standing.filter(starts_at=slot.starts_at, clinician=slot.clinician).exists()


def _change(visit: Visit, follow_up: FollowUp, now: datetime, **facts: object) -> Visit:
    """Write the facts if the visit is as the caller saw it, then run the rules."""
    as_seen = Visit.objects.planned().filter(pk=visit.pk, status=visit.status)
    if not as_seen.update(**facts):
        raise NotExpected(visit.pk)
    flags.refresh(follow_up, trigger=EvaluationTrigger.RECORD, now=now)
    visit.refresh_from_db()
    return visit


def is_booked(visit: Visit, now: datetime) -> bool:
    """Whether an appointment is still to come."""
    return (
        visit.status == VisitStatus.BOOKED
        and visit.booked_for is not None
        and visit.booked_for > now
    )
