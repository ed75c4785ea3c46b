"""What comes next after the calls so far: another call, a letter, or the surgeon's decision.

Silence is never an answer, so a row leaves this ladder only by contact, by an appointment
or by somebody's decision.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from followups.choices import ContactMethod, ContactOutcome
from followups.protocol import CALLS, STANDARD, Calls
from followups.rules.slots import moment_of


class Step(StrEnum):
    """What somebody has to do about an unbooked visit."""

    CALL = "call"
    AWAIT = "await"  # the patient said they will call back, until the promised day
    LETTER = "letter"
    DECIDE = "decide"


@dataclass(frozen=True, slots=True)
class Try:
    """One documented attempt to reach the patient."""

    at: datetime
    method: str
    outcome: str
    promised_on: date | None = None
    next_attempt_at: datetime | None = None

    @property
    def is_contact(self) -> bool:
        return ContactOutcome(self.outcome).is_contact

    @property
    def is_missed_call(self) -> bool:
        return self.method == ContactMethod.PHONE and not self.is_contact


@dataclass(frozen=True, slots=True)
class Ladder:
    """Where the calls about a visit stand."""

    step: Step
    call: int  # the number of the next call
    due_at: datetime | None = None
    is_declined: bool = False

    @property
    def is_unreached(self) -> bool:
        """Whether it belongs on the list of those who could not be reached."""
        return self.step in (Step.LETTER, Step.DECIDE)


def ladder(
    tries: Sequence[Try], *, answered_at: datetime | None, today: date, numbers: Calls = CALLS
) -> Ladder:
    """Return what comes next; ``answered_at`` is when the patient last wrote or came."""
    last = max(tries, key=lambda each: each.at, default=None)
    if last and last.outcome == ContactOutcome.DECLINED_VISIT:
        return Ladder(Step.DECIDE, 1, is_declined=True)
    since = _since_contact(tries, answered_at)
    missed = sum(each.is_missed_call for each in since)
    number = missed + 1
    if last and last.promised_on and last.promised_on >= today:
        return Ladder(Step.AWAIT, number, last.next_attempt_at)
    has_number = not any(each.outcome == ContactOutcome.WRONG_NUMBER for each in since)
    if missed < numbers.tries and has_number:
        return Ladder(Step.CALL, number, last.next_attempt_at if last else None)
    limits = STANDARD.lost_to_follow_up
    channels = {each.method for each in since}
    if len(since) >= limits.attempts and len(channels) >= limits.channels:
        return Ladder(Step.DECIDE, number)
    return Ladder(Step.LETTER, number)


def next_attempt(
    outcome: ContactOutcome,
    *,
    missed: int,
    promised_on: date | None,
    now: datetime,
    zone: ZoneInfo,
    closed: Collection[date] = (),
    numbers: Calls = CALLS,
) -> datetime | None:
    """Return when to call again after a call that ended so; None if no call follows.

    ``missed`` counts the calls without an answer, this one among them.
    """
    today = now.astimezone(zone).date()
    if outcome == ContactOutcome.CALL_BACK and promised_on is not None:
        return _morning_after(promised_on, 1, zone, closed, numbers)
    waits = {
        ContactOutcome.NO_ANSWER: 1,
        ContactOutcome.CAREGIVER_REACHED: 1,
        ContactOutcome.LEFT_MESSAGE: numbers.after_message_days,
    }
    if outcome not in waits or missed >= numbers.tries:
        return None
    return _morning_after(today, waits[outcome], zone, closed, numbers)


def returned_within(
    attempt_at: datetime, came_on: Collection[date], zone: ZoneInfo, numbers: Calls = CALLS
) -> bool:
    """Whether the patient answered or came within fifteen days of an attempt."""
    on = attempt_at.astimezone(zone).date()
    until = on + timedelta(days=numbers.return_within_days)
    return any(on <= came <= until for came in came_on)


def working_day(on: date, closed: Collection[date] = ()) -> date:
    """Return this day, or the next one that is no weekend and not closed."""
    while on.weekday() >= 5 or on in closed:
        on += timedelta(days=1)
    return on


def _since_contact(tries: Sequence[Try], answered_at: datetime | None) -> list[Try]:
    moments = [each.at for each in tries if each.is_contact]
    reached = max([*moments, *([answered_at] if answered_at else [])], default=None)
    return [each for each in tries if reached is None or each.at > reached]


def _morning_after(
    on: date, days: int, zone: ZoneInfo, closed: Collection[date], numbers: Calls
) -> datetime | None:
    return moment_of(working_day(on + timedelta(days=days), closed), numbers.at, zone)
