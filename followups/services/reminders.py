"""Plan and send reminders: the only writer of ``Reminder``.

At least once, one message at a time: claim under a lease, begin the send only if the
patient is still to be asked, send with no transaction open, then record. A sender that
dies in between is replaced when its lease runs out; the claim token keeps it from
writing over its successor.
"""

import logging
import random
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from followups import tokens
from followups.choices import CheckInKind, ReminderState
from followups.clock import morning
from followups.models import CheckIn, Reminder
from followups.notify import MESSENGERS, CannotSend, Refused, UnknownOutcome
from followups.protocol import STANDARD
from followups.services.invitations import invitation
from patients.choices import PatientStatus
from patients.models import ContactChannel

if TYPE_CHECKING:
    from clinic.staff.models import Clinic
    from followups.models.outbox import OutboxQuerySet
    from patients.models.person import ContactChannelQuerySet

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)  # longer than a provider's time-outs (3 s + 10 s)
MOST_ATTEMPTS = 12
LONGEST_WAIT = timedelta(minutes=30)
AGAIN_AFTER = timedelta(minutes=10)

Clock = Callable[[], datetime]


def plan(*, now: datetime, limit: int = 5000) -> int:
    """Put the messages of every check-in that has come due in the outbox.

    One when it is due, then one a day until it closes (protocol 3.2). Return how many.
    """
    due = (
        CheckIn.objects.open_at(now)
        .filter(surgery__patient__status=PatientStatus.ACTIVE)
        .filter(~Exists(Reminder.objects.filter(check_in=OuterRef("pk"))))
        .filter(Exists(_channels(OuterRef("surgery__patient"))))
        .select_related("clinic", "surgery")
        .order_by("due_at", "pk")[:limit]
    )
    check_ins = list(due)
    channels = _preferred_channels({c.surgery.patient_id for c in check_ins})
    messages = [
        message
        for check_in in check_ins
        for message in _messages(check_in, channels[check_in.surgery.patient_id], now)
    ]
    Reminder.objects.bulk_create(messages, ignore_conflicts=True)
    return len(messages)


def send_again(check_in: CheckIn, *, now: datetime) -> bool:
    """Put one more message in the outbox, for somebody who asks for the link again.

    False if one left or was asked for just now, or there is no channel to send it by.
    """
    patient = check_in.surgery.patient_id
    channels = _preferred_channels({patient})[patient]
    known = Reminder.objects.filter(check_in=check_in)
    lately = known.filter(not_before__gt=now - AGAIN_AFTER, not_before__lte=now)
    if not channels or lately.exists():
        return False
    last = known.order_by("step").last()
    if last is None:
        plan(now=now)
        return True
    message = Reminder(
        clinic_id=check_in.clinic_id,
        patient_id=patient,
        check_in=check_in,
        channel=channels[0],
        step=max(last.step + 1, len(STANDARD.check_ins.reminder_hours)),
        not_before=now,
        not_after=check_in.closes_at,
    )
    Reminder.objects.bulk_create([message], ignore_conflicts=True)
    return True


def send_due(*, clock: Clock, limit: int = 500) -> int:
    """Send what is due, one message after the other; return how many were sent."""
    sent = 0
    for _ in range(limit):
        reminder = _claim(clock())
        if reminder is None:
            break
        sent += _send(reminder, clock)
    return sent


def _channels(patient: Any) -> "ContactChannelQuerySet":
    return ContactChannel.objects.usable().filter(patient=patient, kind__in=list(MESSENGERS))


def _preferred_channels(patients: set[int]) -> dict[int, list[str]]:
    """Return each patient's channels, the cheapest to ignore last."""
    order = list(MESSENGERS)
    found: dict[int, list[str]] = {patient: [] for patient in patients}
    usable = ContactChannel.objects.usable().filter(patient__in=patients, kind__in=order)
    for patient, kind in usable.values_list("patient", "kind"):
        found[patient].append(kind)
    return {patient: sorted(kinds, key=order.index) for patient, kinds in found.items()}


def _messages(check_in: CheckIn, channels: list[str], now: datetime) -> list[Reminder]:
    """Return the messages of one check-in: the last goes by a second channel if any.

    After an outage only the latest of the steps gone by is sent: one message a day.
    """
    numbers = STANDARD.check_ins
    messages = []
    for step, hours in enumerate(numbers.reminder_hours):
        second = hours >= numbers.second_channel_from_hours
        messages.append(
            Reminder(
                clinic_id=check_in.clinic_id,
                patient_id=check_in.surgery.patient_id,
                check_in=check_in,
                channel=channels[-1 if second else 0],
                step=step,
                not_before=_step_at(check_in, hours),
                not_after=check_in.closes_at,
            )
        )
    gone_by = [message for message in messages if message.not_before <= now]
    return [
        message
        for message in messages
        if message not in gone_by[:-1] and message.not_before < message.not_after
    ]


def _step_at(check_in: CheckIn, hours: int) -> datetime:
    """Return the same morning hour on a later day, whatever daylight saving does."""
    if hours == 0:
        return check_in.due_at
    return morning(check_in.clinic.zone, check_in.due_on + timedelta(hours=hours))


@transaction.atomic
def _claim(now: datetime) -> Reminder | None:
    """Take the next message under a lease; those that failed before come last."""
    reminder = (
        Reminder.objects.claimable(now)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("clinic", "check_in")
        .order_by("attempts", "not_before", "pk")
        .first()
    )
    if reminder is not None:
        reminder.state = ReminderState.SENDING
        reminder.claim_token = uuid.uuid4()
        reminder.lease_until = now + LEASE
        reminder.save(update_fields=["state", "claim_token", "lease_until"])
    return reminder


def _send(reminder: Reminder, clock: Clock) -> bool:
    """Send one claimed message and record what became of it."""
    if not _begin(reminder, clock()):
        _stand_down(reminder, clock())
        return False
    check_in = CheckIn.objects.select_related("clinic", "surgery__patient").get(reminders=reminder)
    address = _channels(check_in.surgery.patient_id).filter(kind=reminder.channel)
    try:
        message = invitation(
            check_in,
            channel=reminder.channel,
            to=address.values_list("address", flat=True).get(),
            token=tokens.new_link(check_in, now=clock()),
            reference=str(reminder.public_id),
        )
        MESSENGERS[reminder.channel].send(message)
    except Refused as error:
        _record(reminder, state=ReminderState.FAILED, reason=str(error))
        return False
    except (CannotSend, UnknownOutcome) as error:
        _retry(reminder, str(error), clock())
        return False
    return _record(reminder, state=ReminderState.SENT, sent_at=clock())


def _begin(reminder: Reminder, now: datetime) -> bool:
    """Count the attempt if the message is still ours and still wanted, in one statement."""
    if _must_wait(reminder, now) or reminder.attempts >= MOST_ATTEMPTS:
        return False
    started = _mine(reminder).filter(_still_wanted(now), lease_until__gt=now, not_after__gt=now)
    return bool(started.update(attempts=F("attempts") + 1, sending_at=now, lease_until=now + LEASE))


def _still_wanted(now: datetime) -> Q:
    """Nobody has answered, the patient is followed and has not opted out.

    Of messages that waited through an outage only the latest is still wanted.
    """
    awaited = CheckIn.objects.open_at(now).filter(
        pk=OuterRef("check_in"), surgery__patient__status=PatientStatus.ACTIVE
    )
    agreed = ContactChannel.objects.usable().filter(
        patient=OuterRef("check_in__surgery__patient"), kind=OuterRef("channel")
    )
    newer = Reminder.objects.unsent().filter(
        check_in=OuterRef("check_in"), step__gt=OuterRef("step"), not_before__lte=now
    )
    return Q(Exists(awaited)) & Q(Exists(agreed)) & ~Q(Exists(newer))


def _stand_down(reminder: Reminder, now: datetime) -> None:
    """Say why a claimed message is not sent: not yet, too late, hopeless, unwanted."""
    if _must_wait(reminder, now) and _quiet_until(reminder.clinic, now) < reminder.not_after:
        _mine(reminder).update(
            state=ReminderState.PENDING, not_before=_quiet_until(reminder.clinic, now)
        )
    elif _must_wait(reminder, now) or now >= reminder.not_after:
        _record(reminder, state=ReminderState.EXPIRED, reason="Too late.")
    elif reminder.attempts >= MOST_ATTEMPTS:
        _record(reminder, state=ReminderState.FAILED, reason="Too many attempts.")
    else:
        _record(
            reminder,
            state=ReminderState.SUPPRESSED,
            reason="Answered, opted out, no longer followed, or a newer one was due.",
        )


def _retry(reminder: Reminder, reason: str, now: datetime) -> None:
    """Try again later, after a wait that grows and never falls on everybody at once."""
    attempts = reminder.attempts + 1
    if attempts >= MOST_ATTEMPTS:
        _record(reminder, state=ReminderState.FAILED, reason=reason)
        return
    longest = min(timedelta(seconds=30 * 2**attempts), LONGEST_WAIT)
    wait = longest * random.uniform(0.5, 1)  # noqa: S311  spreads load, guards nothing
    _mine(reminder).update(
        state=ReminderState.PENDING,
        not_before=min(now + wait, reminder.not_after - timedelta(seconds=1)),
        reason=reason[:80],
    )


def _record(
    reminder: Reminder,
    *,
    state: ReminderState,
    sent_at: datetime | None = None,
    reason: str = "",
) -> bool:
    """Write the end of a message, unless a later sender has taken it over."""
    return bool(_mine(reminder).update(state=state, sent_at=sent_at, reason=reason[:80]))


def _mine(reminder: Reminder) -> "OutboxQuerySet":
    """The row as long as this sender's claim stands."""
    return Reminder.objects.filter(
        pk=reminder.pk,
        state=ReminderState.SENDING,
        claim_token=reminder.claim_token,
    )


def _must_wait(reminder: Reminder, now: datetime) -> bool:
    """Quiet hours hold, except for a link somebody has just asked for."""
    check_in = reminder.check_in
    on_demand = check_in is not None and check_in.kind == CheckInKind.ON_DEMAND
    first_of_its_own = reminder.step == 0 and on_demand
    asked_again = reminder.step >= len(STANDARD.check_ins.reminder_hours)
    asked_for = first_of_its_own or asked_again
    return not asked_for and _is_quiet(reminder.clinic, now)


def _is_quiet(clinic: "Clinic", now: datetime) -> bool:
    local = now.astimezone(clinic.zone).time()
    if clinic.quiet_from <= clinic.quiet_until:
        return clinic.quiet_from <= local < clinic.quiet_until
    return local >= clinic.quiet_from or local < clinic.quiet_until


def _quiet_until(clinic: "Clinic", now: datetime) -> datetime:
    """Return when the quiet hours that hold at ``now`` end."""
    local = now.astimezone(clinic.zone)
    day = local.date()
    if local.time() >= clinic.quiet_until:
        day += timedelta(days=1)
    return datetime.combine(day, clinic.quiet_until, tzinfo=clinic.zone)
