"""Mistakes that such systems really have, planted in this process to see that ./faults finds them.

Each replaces a function of the product, here and now; no file is changed.
"""

from typing import Any

from django.db import transaction
from django.db.models import F

from followups.services import flags
from followups.services.sending import claims, outcomes
from followups.services.sending.turn import Turn


def mark_before_sending() -> None:
    """Call a message sent, then send it: a crash in between loses it."""
    send = Turn._send

    def mark_then_send(turn: Turn, outgoing: Any) -> bool:
        outcomes.sent(turn.message, "", turn.clock())
        return send(turn, outgoing)

    _replace(Turn, "_send", mark_then_send)


def begin_without_asking() -> None:
    """Begin whatever was claimed once, though another sender may have taken it over."""

    def begin(_outbox: Any, message: Any, now: Any) -> bool:
        row = type(message).objects.filter(pk=message.pk)
        return bool(row.update(attempts=F("attempts") + 1, sending_at=now))

    _replace(outcomes, "begin", begin)


def record_in_batches() -> None:
    """Write down what was sent after a whole batch: a crash repeats all of it."""
    take, sent = claims.take, outcomes.sent
    unwritten: list[Any] = []

    def remember(*sending: Any) -> bool:
        unwritten.append(sending)
        return True

    def write_then_take(*arguments: Any, **more: Any) -> Any:
        while unwritten:
            sent(*unwritten.pop())
        return take(*arguments, **more)

    _replace(outcomes, "sent", remember)
    _replace(claims, "take", write_then_take)


def evaluate_after_commit() -> None:
    """Store a report first and look at it afterwards: a crash in between overlooks it."""
    refresh = flags.refresh

    def refresh_later(*arguments: Any, **more: Any) -> None:
        transaction.on_commit(lambda: refresh(*arguments, **more))

    _replace(flags, "refresh", refresh_later)


def _replace(where: Any, name: str, by: Any) -> None:
    setattr(where, name, by)


MISTAKES = {
    "marks before sending": mark_before_sending,
    "begins without asking": begin_without_asking,
    "records in batches": record_in_batches,
    "evaluates after the commit": evaluate_after_commit,
}
