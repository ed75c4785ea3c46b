"""What a patient receives next, and the ledger of every message there was: sent, or why not."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from followups.choices import Delivery, ReminderPurpose, ReminderState
from followups.models import CheckIn, Reminder
from followups.models.outbox import UNSENT
from followups.notify import MESSENGERS
from followups.presenters.record import Record

SHOWN = 5
_MARKS = {
    ReminderState.SENT: ("ok", "circle-check"),
    ReminderState.FAILED: ("bad", "alert-triangle"),
    ReminderState.QUARANTINED: ("bad", "alert-triangle"),
    ReminderState.EXPIRED: ("warn", "clock"),
}


@dataclass(frozen=True, slots=True)
class Coming:
    """One message that will leave unless something happens first."""

    at: datetime
    what: str
    by: str
    why_later: str = ""


@dataclass(frozen=True, slots=True)
class Receives:
    """The next messages; or, in words, why there will be none."""

    coming: Sequence[Coming]
    nothing: str
    more: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the ledger."""

    at: datetime
    what: str
    by: str
    state: str
    reason: str
    mark: str
    icon: str


def of(record: Record, unsent: Iterable[Reminder]) -> Receives:
    """Return what the patient receives next, from the outbox and from the plan behind it."""
    if not record.patient.is_active:
        return Receives([], "Nothing: no longer followed here.", 0)
    usable = [each for each in record.channels if each.is_usable and each.kind in MESSENGERS]
    if not usable:
        return Receives([], "Nothing: there is no address they agreed to and can be reached by.", 0)
    coming = [*map(_coming, unsent), *_planned(record, usable[0].get_kind_display())]
    coming.sort(key=lambda each: each.at)
    nothing = "" if coming else "Nothing is planned."
    return Receives(coming[:SHOWN], nothing, max(0, len(coming) - SHOWN))


def ledger(messages: Iterable[Reminder]) -> list[Line]:
    """Return the line of each message, in the order given."""
    return [_line(message) for message in messages]


def _coming(message: Reminder) -> Coming:
    return Coming(
        message.not_before, _about(message), message.get_channel_display(), message.reason
    )


def _planned(record: Record, by: str) -> Iterator[Coming]:
    """The next check-in, whose messages are put in the outbox when it comes due."""
    ahead = [each for each in record.check_ins if _is_ahead(each, record.now)]
    if ahead:
        soonest = min(ahead, key=lambda each: each.due_at)
        yield Coming(soonest.due_at, "Check-in", by)


def _is_ahead(check_in: CheckIn, now: datetime) -> bool:
    awaited = check_in.report_id is None and check_in.cancelled_at is None
    return awaited and check_in.due_at > now


def _about(message: Reminder) -> str:
    name = str(ReminderPurpose(message.purpose).label)
    reminded = message.purpose == ReminderPurpose.CHECK_IN and message.step
    return f"{name}, reminder {message.step}" if reminded else name


def _line(message: Reminder) -> Line:
    mark, icon = _MARKS.get(ReminderState(message.state), ("off", "minus"))
    state, reason = str(ReminderState(message.state).label), message.reason
    if message.delivery and message.state == ReminderState.SENT:
        state = f"{state}: {Delivery(message.delivery).label.lower()}"
    if message.delivery == Delivery.UNDELIVERED:
        mark, icon = "bad", "alert-triangle"
    at = message.sent_at or message.not_before
    if message.state in UNSENT:
        mark, icon = "warn", "clock"
    return Line(at, _about(message), message.get_channel_display(), state, reason, mark, icon)
