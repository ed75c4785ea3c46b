"""Whether a message is still wanted: asked in the statement that begins the send, and why not.

Nobody who answered, died, left or opted out is written to, and nobody about an appointment
that was moved; of what waited through an outage only the latest still counts.
"""

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q

from followups.choices import ReminderPurpose, ReminderState, VisitStatus
from followups.models import CheckIn, Reminder, Visit
from followups.models.outbox import UNSENT
from followups.services.reminders.days import same_thing, tomorrow
from followups.services.sending import Verdict
from patients.choices import PatientStatus
from patients.models import ContactChannel, Patient

SUPPRESSED, SUPERSEDED = ReminderState.SUPPRESSED, ReminderState.SUPERSEDED


def wanted(message: Reminder, now: datetime) -> Q:
    """Return what must hold in the statement that begins the send."""
    about = _check_in(message, now) if message.check_in_id else _visit(message, now)
    return (
        Q(Exists(Patient.objects.active().filter(pk=OuterRef("patient"))))
        & Q(Exists(_agreed(message)))
        & Q(Exists(about))
        & ~Q(Exists(_newer(message, now)))
    )


def verdict(message: Reminder, now: datetime) -> Verdict:
    """Return why a message is not wanted: the first reason there is."""
    patient = Patient.objects.values_list("status", flat=True).get(pk=message.patient_id)
    if patient != PatientStatus.ACTIVE:
        return Verdict(SUPPRESSED, f"No longer followed: {PatientStatus(patient).label.lower()}.")
    if not _agreed(message).exists():
        return Verdict(SUPPRESSED, "No consent for this channel, opted out, or it reaches nobody.")
    if message.check_in_id and not _check_in(message, now).exists():
        return Verdict(SUPPRESSED, "Answered, or no longer asked.")
    if message.visit_id and not _visit(message, now).exists():
        return Verdict(SUPERSEDED, "The appointment was held, moved or called off.")
    return Verdict(SUPERSEDED, "A newer one was due.")


def _agreed(message: Reminder) -> Any:
    return ContactChannel.objects.usable().filter(patient=message.patient_id, kind=message.channel)


def _check_in(message: Reminder, now: datetime) -> Any:
    return CheckIn.objects.open_at(now).filter(reminders=message.pk)


def _visit(message: Reminder, now: datetime) -> Any:
    """The visit, as long as it is what the message was written about."""
    visit = Visit.objects.filter(reminders=message.pk)
    if message.purpose == ReminderPurpose.TO_BOOK:
        return visit.filter(status__in=[VisitStatus.PLANNED, VisitStatus.NO_SHOW])
    if message.purpose == ReminderPurpose.MISSED:
        return visit.filter(status=VisitStatus.NO_SHOW, booked_for=message.visit_at)
    return visit.filter(status=VisitStatus.BOOKED, booked_for=message.visit_at, booked_for__gt=now)


def _newer(message: Reminder, now: datetime) -> Any:
    """A later message about the same thing that comes today as well."""
    return Reminder.objects.filter(
        same_thing(message),
        state__in=UNSENT,
        not_before__gt=message.not_before,
        not_before__lt=tomorrow(message.clinic, now),
    )
