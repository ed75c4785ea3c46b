"""Whether a message is still wanted: asked in the statement that begins the send, and why not.

Nobody who answered, died, left or opted out is written to, and nobody about an appointment
that was moved; of what waited through an outage only the latest still counts.
"""

from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q

from followups.choices import ReminderPurpose, ReminderState, VisitStatus
from followups.compiled import Compiled, Given, question
from followups.models import CheckIn, Reminder, Visit
from followups.models.outbox import UNSENT
from followups.services.reminders.days import same_thing, tomorrow
from followups.services.sending import Verdict
from patients.choices import PatientStatus
from patients.models import ContactChannel, Patient

SUPPRESSED, SUPERSEDED = ReminderState.SUPPRESSED, ReminderState.SUPERSEDED
AGAIN_AFTER = timedelta(minutes=1)  # where the reason has gone meanwhile


class Condition(NamedTuple):
    holds: Q  # in the columns of the message and what is given
    otherwise: Verdict


def conditions(purpose: str) -> list[Condition]:
    """Return what must hold when such a message leaves, and what becomes of it if not."""
    return [
        Condition(
            Q(Exists(Patient.objects.active().filter(pk=OuterRef("patient")))),
            Verdict(SUPPRESSED, "No longer followed."),
        ),
        Condition(
            Q(Exists(_agreed())),
            Verdict(SUPPRESSED, "No consent for this channel, opted out, or it reaches nobody."),
        ),
        _about(purpose),
        Condition(~Q(Exists(_newer(purpose))), Verdict(SUPERSEDED, "A newer one was due.")),
    ]


def given(message: Reminder, now: datetime) -> dict[str, Any]:
    """Return what the conditions ask for besides the message's own columns and ``now``."""
    return {"day_ends": tomorrow(message.clinic, now)}


def verdict(message: Reminder, now: datetime) -> Verdict:
    """Return why a message is not wanted: the first reason there is."""
    status = Patient.objects.values_list("status", flat=True).get(pk=message.patient_id)
    if status != PatientStatus.ACTIVE:
        return Verdict(SUPPRESSED, f"No longer followed: {PatientStatus(status).label.lower()}.")
    facts = given(message, now) | {"now": now}
    reasons = (
        otherwise
        for holds, otherwise in _questions(message.purpose)
        if not holds.rows(pk=message.pk, **facts)
    )
    return next(reasons, Verdict(ReminderState.PENDING, "Looked at again.", now + AGAIN_AFTER))


@cache
def _questions(purpose: str) -> list[tuple[Compiled, Verdict]]:
    return [
        (question(Reminder.objects.filter(holds, pk=Given("pk")).values_list("pk")), otherwise)
        for holds, otherwise in conditions(purpose)
    ]


def _agreed() -> Any:
    return ContactChannel.objects.usable().filter(
        patient=OuterRef("patient"), kind=OuterRef("channel")
    )


def _about(purpose: str) -> Condition:
    """The check-in still waits for an answer, or the visit is what the message speaks of."""
    if purpose == ReminderPurpose.CHECK_IN:
        now: Any = Given("now")
        check_in = CheckIn.objects.open_at(now).filter(pk=OuterRef("check_in"))
        return Condition(Q(Exists(check_in)), Verdict(SUPPRESSED, "Answered, or no longer asked."))
    return Condition(
        Q(Exists(_visit(purpose).filter(pk=OuterRef("visit")))),
        Verdict(SUPERSEDED, "The appointment was held, moved or called off."),
    )


def _visit(purpose: str) -> Any:
    if purpose == ReminderPurpose.TO_BOOK:
        return Visit.objects.filter(status__in=[VisitStatus.PLANNED, VisitStatus.NO_SHOW])
    as_written = Visit.objects.filter(booked_for=OuterRef("visit_at"))
    if purpose == ReminderPurpose.MISSED:
        return as_written.filter(status=VisitStatus.NO_SHOW)
    return as_written.filter(status=VisitStatus.BOOKED, booked_for__gt=Given("now"))


def _newer(purpose: str) -> Any:
    """A later message about the same thing that comes today as well."""
    return Reminder.objects.filter(
        same_thing(purpose, OuterRef),
        state__in=UNSENT,
        not_before__gt=OuterRef("not_before"),
        not_before__lt=Given("day_ends"),
    )
