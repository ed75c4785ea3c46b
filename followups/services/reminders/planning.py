"""Put what has come due in the outbox: the messages of check-ins, and those of visits.

Safe to repeat and to overlap: the unique keys of the ledger decide who planned first.
"""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from followups.clock import morning
from followups.models import CheckIn, Reminder
from followups.protocol import STANDARD
from followups.services.reminders import channels, visits
from patients.choices import PatientStatus

AGAIN_AFTER = timedelta(minutes=10)


def plan_due(*, now: datetime, limit: int = 5000) -> int:
    """Plan every message that has come due; return how many."""
    return _plan_check_ins(now, limit) + visits.plan(now=now, limit=limit)


def send_again(check_in: CheckIn, *, now: datetime) -> bool:
    """Put one more message in the outbox, for somebody who asks for the link again.

    False if one left or was asked for just now, or there is no channel to send it by.
    """
    patient = check_in.surgery.patient_id
    known_channels = channels.preferred({patient})[patient]
    known = Reminder.objects.filter(check_in=check_in)
    lately = known.filter(not_before__gt=now - AGAIN_AFTER, not_before__lte=now)
    if not known_channels or lately.exists():
        return False
    last = known.order_by("step").last()
    if last is None:
        plan_due(now=now)
        return True
    step = max(last.step + 1, len(STANDARD.check_ins.reminder_hours))
    message = _message(check_in, known_channels[0], step, not_before=now)
    Reminder.objects.bulk_create([message], ignore_conflicts=True)
    return True


def _plan_check_ins(now: datetime, limit: int) -> int:
    """One message when a check-in is due, then one a day until it closes (protocol 3.2)."""
    due = (
        CheckIn.objects.open_at(now)
        .filter(surgery__patient__status=PatientStatus.ACTIVE)
        .filter(~Exists(Reminder.objects.filter(check_in=OuterRef("pk"))))
        .filter(Exists(channels.of(OuterRef("surgery__patient"))))
        .select_related("clinic", "surgery")
        .order_by("due_at", "pk")[:limit]
    )
    check_ins = list(due)
    found = channels.preferred({each.surgery.patient_id for each in check_ins})
    messages = [
        message
        for check_in in check_ins
        for message in _messages(check_in, found[check_in.surgery.patient_id], now)
    ]
    Reminder.objects.bulk_create(messages, ignore_conflicts=True)
    return len(messages)


def _messages(check_in: CheckIn, kinds: list[str], now: datetime) -> list[Reminder]:
    """Return the messages of one check-in: the last goes by a second channel if any.

    After an outage only the latest of the steps gone by is sent: one message a day.
    """
    numbers = STANDARD.check_ins
    messages = []
    for step, hours in enumerate(numbers.reminder_hours):
        second = hours >= numbers.second_channel_from_hours
        channel = kinds[-1 if second else 0]
        messages.append(_message(check_in, channel, step, not_before=_step_at(check_in, hours)))
    gone_by = [message for message in messages if message.not_before <= now]
    return [
        message
        for message in messages
        if message not in gone_by[:-1] and message.not_before < message.not_after
    ]


def _message(check_in: CheckIn, channel: str, step: int, *, not_before: datetime) -> Reminder:
    return Reminder(
        clinic_id=check_in.clinic_id,
        patient_id=check_in.surgery.patient_id,
        check_in=check_in,
        channel=channel,
        step=step,
        not_before=not_before,
        not_after=check_in.closes_at,
    )


def _step_at(check_in: CheckIn, hours: int) -> datetime:
    """Return the same morning hour on a later day, whatever daylight saving does."""
    if hours == 0:
        return check_in.due_at
    return morning(check_in.clinic.zone, check_in.due_on + timedelta(hours=hours))
