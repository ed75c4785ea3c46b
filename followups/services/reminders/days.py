"""One message a day: what an outage held up must not all arrive at once."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q

from followups.choices import CheckInKind, ReminderPurpose, ReminderState
from followups.clock import early, midnight
from followups.models import Reminder
from followups.models.outbox import UNSENT, OutboxQuerySet

if TYPE_CHECKING:
    from clinic.staff.models import Clinic


def today(clinic: "Clinic", now: datetime) -> datetime:
    """Return when the clinic's day began."""
    return midnight(clinic.zone, clinic.today(now))


def tomorrow(clinic: "Clinic", now: datetime) -> datetime:
    """Return when the clinic's day ends."""
    return midnight(clinic.zone, clinic.today(now) + timedelta(days=1))


def same_thing(message: Reminder) -> Q:
    """Rows about the same check-in or the same appointment."""
    if message.check_in_id:
        return Q(check_in=message.check_in_id)
    return Q(visit=message.visit_id, visit_at=message.visit_at)


def wait(message: Reminder, now: datetime) -> datetime | None:
    """Return the next morning for a message that gives way to another one of today.

    Whatever is a day late does, and of two check-ins the older one. Which goes first does not
    depend on who asks: the one that was planned last.
    """
    began = today(message.clinic, now)
    is_late = message.due_at < began
    if not is_late and message.purpose != ReminderPurpose.CHECK_IN:
        return None
    others = _others(message, began, tomorrow(message.clinic, now))
    if not (others if is_late else others.filter(purpose=ReminderPurpose.CHECK_IN)).exists():
        return None
    return early(message.clinic.zone, message.clinic.today(now) + timedelta(days=1))


def _others(message: Reminder, began: datetime, ends: datetime) -> OutboxQuerySet:
    """What the patient gets by the same channel between these moments about something else."""
    later = Q(not_before__gt=message.not_before) | Q(
        not_before=message.not_before, pk__gt=message.pk
    )
    still_asked = Q(check_in=None) | Q(check_in__report=None, check_in__cancelled_at=None)
    others = Reminder.objects.filter(
        Q(state=ReminderState.SENT, sent_at__gte=began)
        | Q(later & still_asked, state__in=UNSENT, not_before__lt=ends),
        patient=message.patient_id,
        channel=message.channel,
    )
    # of those about the same thing the latest supersedes the others; what was asked for is extra
    return others.exclude(same_thing(message)).exclude(check_in__kind=CheckInKind.ON_DEMAND)
