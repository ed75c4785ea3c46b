"""Document how staff tried to reach a patient: the only writer of contact attempts."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max

from followups.choices import (
    ContactMethod,
    ContactOutcome,
    EvaluationTrigger,
    Family,
    FlagEventKind,
)
from followups.models import ClosedDay, ContactAttempt, Flag, FollowUp, Visit
from followups.protocol import CALLS
from followups.rules import calls
from followups.rules.calls import Try, ladder
from followups.services import flag_events, flags, letters, ranks
from patients.models import SymptomReport

if TYPE_CHECKING:
    from clinic.staff.models import Clinic, User


class AlreadyRecorded(Exception):
    """Somebody noted an attempt since the page was opened: it is ``attempt``."""

    def __init__(self, attempt: ContactAttempt) -> None:
        super().__init__(attempt.pk)
        self.attempt = attempt


@transaction.atomic
def record_about_visit(
    visit: Visit,
    *,
    by: "User",
    outcome: ContactOutcome,
    method: ContactMethod = ContactMethod.PHONE,
    note: str = "",
    promised_on: date | None = None,
    seen: int,
    now: datetime,
) -> ContactAttempt:
    """Note how a try to get somebody to a visit ended, unless one was noted meanwhile.

    ``seen`` is the newest attempt the caller has seen, 0 for none: a double click finds
    its own.

    Raises:
        AlreadyRecorded: with the attempt that was there first.
    """
    follow_up = FollowUp.objects.locked().get(surgery=visit.surgery_id)
    latest = ContactAttempt.objects.filter(surgery=visit.surgery_id).order_by("pk").last()
    if latest is not None and latest.pk > seen:
        raise AlreadyRecorded(latest)
    return record(
        follow_up,
        by=by,
        method=method,
        outcome=outcome,
        note=note,
        visit=visit,
        promised_on=promised_on,
        now=now,
    )


@transaction.atomic
def record(
    follow_up: FollowUp,
    *,
    by: "User",
    method: ContactMethod,
    outcome: ContactOutcome,
    note: str = "",
    visit: Visit | None = None,
    promised_on: date | None = None,
    now: datetime,
) -> ContactAttempt:
    """Note an attempt; reaching the patient stops the clock of every open flag.

    About a ``visit``, it says when to try again, on the clinic's next open morning.
    """
    follow_up = FollowUp.objects.locked().get(pk=follow_up.pk)
    attempt = ContactAttempt.objects.create(
        clinic_id=follow_up.clinic_id,
        surgery_id=follow_up.surgery_id,
        at=now,
        by=by,
        method=method,
        outcome=outcome,
        note=note,
        visit=visit,
        promised_on=promised_on,
        next_attempt_at=_next_attempt(follow_up, method, outcome, promised_on, now)
        if visit
        else None,
    )
    if follow_up.is_active:  # silence and tries are facts the rules look at
        flags.refresh(follow_up, trigger=EvaluationTrigger.RECORD, now=now)
    if ContactOutcome(outcome).is_contact:
        _stop_clocks(follow_up, by=by, note=note, about_visit=visit is not None, now=now)
    else:
        letters.after_call(follow_up.surgery, now=now)
    ranks.refresh(follow_up, now=now, changed=True)
    return attempt


def _next_attempt(
    follow_up: FollowUp,
    method: ContactMethod,
    outcome: ContactOutcome,
    promised_on: date | None,
    now: datetime,
) -> datetime | None:
    if method != ContactMethod.PHONE:
        return None
    clinic = follow_up.surgery.clinic
    stood = ladder(
        tries_of(follow_up.surgery_id),
        answered_at=answered_at(follow_up.surgery_id),
        today=clinic.today(now),
    )
    return calls.next_attempt(
        ContactOutcome(outcome),
        missed=stood.call,
        promised_on=promised_on,
        now=now,
        zone=clinic.zone,
        closed=closed_days(clinic, clinic.today(now)),
    )


def closed_days(clinic: "Clinic", today: date) -> set[date]:
    """Return the closed days that the next calls could fall on."""
    soon = (today, today + timedelta(days=CALLS.longest_promise_days + 30))
    days = ClosedDay.objects.filter(clinic=clinic, is_closed=True, on__range=soon)
    return set(days.values_list("on", flat=True))


def tries_of(surgery: int) -> list[Try]:
    """Return the attempts to reach a patient about one operation, oldest first."""
    found = ContactAttempt.objects.filter(surgery=surgery).order_by("at", "pk")
    return [attempt.as_try for attempt in found]


def answered_at(surgery: int) -> datetime | None:
    """Return when the patient last answered a check-in."""
    reports = SymptomReport.objects.filter(surgery=surgery, is_complete=True)
    latest: datetime | None = reports.aggregate(at=Max("reported_at"))["at"]
    return latest


def _stop_clocks(
    follow_up: FollowUp, *, by: "User", note: str, about_visit: bool, now: datetime
) -> None:
    """Whatever is open now, this talk was about it.

    A call to book a visit is no clinical contact: it answers for silence and missed visits
    alone (protocol 4.1.10).
    """
    waiting = Flag.objects.open().filter(surgery=follow_up.surgery_id, contacted_at=None)
    for flag in waiting.filter(family=Family.CONTACT) if about_visit else waiting:
        flag.contacted_at = now
        flag.acknowledged_at = flag.acknowledged_at or now
        flag.save(update_fields=["contacted_at", "acknowledged_at"])
        flag_events.add(flag, FlagEventKind.CONTACT, by=by, at=now, text=note)
