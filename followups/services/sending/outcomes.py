"""Write down what became of a message, unless a later sender has taken it over."""

import random
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import F

from followups.choices import ReminderState
from followups.compiled import Compiled, Given, change
from followups.notify import MESSENGERS
from followups.services.sending import circuit
from followups.services.sending.claims import claim_of, claimed, held, lease, mine
from followups.services.sending.outbox import Outbox, Verdict

MOST_UNANSWERED = 5  # sends begun in a row of which nobody knows the end
REPEATS = 1  # … where repeating may mean a second message
FIRST_WAIT = timedelta(seconds=30)
MOMENT = timedelta(seconds=1)


def begin(outbox: Outbox, message: Any, now: datetime) -> bool:
    """Count the attempt if the message is still ours and still wanted, in one statement."""
    beginning = _beginning(type(outbox), outbox.kind(message))
    facts = outbox.given(message, now) | {"now": now, "lease": now + lease()}
    return bool(beginning.changed(**claim_of(message), **facts))


@cache
def _beginning(outbox: Any, kind: str) -> Compiled:
    now = Given("now")
    ready = claimed(outbox.model).filter(
        ~held(), outbox().wanted(kind), lease_until__gt=now, not_after__gt=now
    )
    return change(
        ready,
        attempts=F("attempts") + 1,
        unanswered=F("unanswered") + 1,
        sending_at=now,
        lease_until=Given("lease"),
    )


def sent(message: Any, provider_id: str, now: datetime) -> bool:
    model: Any = type(message)
    facts = claim_of(message) | {"now": now, "provider_id": provider_id[:120]}
    return bool(_sending(model).changed(**facts))


@cache
def _sending(model: Any) -> Compiled:
    return change(
        claimed(model),
        state=ReminderState.SENT,
        sent_at=Given("now"),
        provider_id=Given("provider_id"),
        unanswered=0,
        reason="",
    )


def end(message: Any, verdict: Verdict) -> None:
    """Give a message up, or another time."""
    if verdict.not_before is not None and verdict.not_before >= message.not_after:
        verdict = Verdict(ReminderState.EXPIRED, f"Too late. {verdict.reason}")
    times = {}
    if verdict.not_before is not None:
        times = {"not_before": verdict.not_before, "was_due_at": message.due_at}
    mine(message).update(
        state=verdict.state, reason=verdict.reason[:80], claim_token=None, lease_until=None, **times
    )


def refused(message: Any, reason: str) -> None:
    mine(message).update(state=ReminderState.FAILED, reason=reason[:80], unanswered=0)


def again(message: Any, reason: str, now: datetime, retry_after: timedelta | None = None) -> None:
    """Try again later: the wait grows, never falls on everybody at once, and has a limit.

    Until ``not_after`` it is never given up: a provider's bad night loses no message.
    """
    longest = min(FIRST_WAIT * 2 ** min(message.attempts + 1, 10), circuit.LONGEST_WAIT)
    wait = longest * random.random()  # noqa: S311  spreads load, guards nothing
    not_before = now + max(wait, retry_after or MOMENT, MOMENT)
    mine(message).update(unanswered=0)
    end(message, Verdict(ReminderState.PENDING, reason, not_before))


def unknown(message: Any, reason: str, now: datetime) -> None:
    """It may have left: repeat where that is harmless, else wait for a receipt first."""
    if MESSENGERS[message.channel].HONOURS_IDEMPOTENCY:
        wait = FIRST_WAIT * random.random()  # noqa: S311  spreads load, guards nothing
        end(message, Verdict(ReminderState.PENDING, reason, now + max(wait, MOMENT)))
    else:
        end(message, Verdict(ReminderState.PENDING, reason, now + _receipt_wait()))


def settle(message: Any, now: datetime) -> bool:
    """Decide about a message that an earlier sender began; return whether that is all.

    A receipt says that it left. Without one it is repeated at once where the provider knows
    its reference again, else once after a while; then somebody has to look.
    """
    if not message.unanswered:
        return False
    if message.delivery:
        mine(message).update(
            state=ReminderState.SENT, sent_at=message.sending_at, unanswered=0, reason=""
        )
        return True
    harmless = MESSENGERS[message.channel].HONOURS_IDEMPOTENCY
    receipt_until = message.sending_at + _receipt_wait()
    if not harmless and now < receipt_until:
        waiting = "It may have left: waiting for the provider's receipt."
        end(message, Verdict(ReminderState.PENDING, waiting, receipt_until))
        return True
    if message.unanswered >= (MOST_UNANSWERED if harmless else REPEATS + 1):
        end(message, Verdict(ReminderState.QUARANTINED, _gave_up(message.unanswered)))
        return True
    return False


def _gave_up(times: int) -> str:
    return f"Begun {times} times, and nobody knows whether it left."


def _receipt_wait() -> timedelta:
    return timedelta(seconds=settings.RECEIPT_SECONDS)
