"""One message a day: what an outage held up must not all arrive at once."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q

from followups.choices import ReminderState
from followups.clock import early, midnight
from followups.models import Reminder
from followups.models.outbox import UNSENT

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
    """Return the next morning for a message that is a day late, if the patient gets another today.

    Of several late ones the latest goes first; which that is does not depend on who asks.
    """
    began = today(message.clinic, now)
    if message.due_at >= began:
        return None
    later = Q(not_before__gt=message.not_before) | Q(
        not_before=message.not_before, pk__gt=message.pk
    )
    others = Reminder.objects.filter(
        Q(state=ReminderState.SENT, sent_at__gte=began)
        | Q(later, state__in=UNSENT, not_before__lt=tomorrow(message.clinic, now)),
        patient=message.patient_id,
        channel=message.channel,
    )
    # of those about the same thing the latest supersedes the others
    if not others.exclude(same_thing(message)).exists():
        return None
    return early(message.clinic.zone, message.clinic.today(now) + timedelta(days=1))
