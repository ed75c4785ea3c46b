"""One sender at work: claim some, send them one by one, until nothing is due or time is up."""

from datetime import datetime
from time import monotonic
from typing import Any

from followups.services import origin
from followups.services.sending import circuit, claims
from followups.services.sending.outbox import Clock, Outbox
from followups.services.sending.turn import Turn

# Leaves room for the slowest send (13 s) before Celery's soft limit of 50 s.
SECONDS = 30.0


def send_due(outbox: Outbox, *, clock: Clock, limit: int = 10_000) -> int:
    """Send what is due, one message after the other; return how many were sent."""
    origin.check(now=clock())
    sent, stop_at = 0, monotonic() + SECONDS
    while limit > 0 and monotonic() < stop_at:
        now = clock()
        channels = circuit.Channels(now)
        claimed = _claim(outbox, channels, now, min(limit, claims.AT_ONCE))
        if not claimed:
            break
        limit -= len(claimed)
        sent += _send_each(outbox, claimed, channels, clock, stop_at)
    return sent


def _claim(outbox: Outbox, channels: circuit.Channels, now: datetime, most: int) -> list[Any]:
    """Claim for every provider that works, and one message for each that may work again."""
    found = []
    for channel in channels.to_try:
        for message in claims.take(outbox, [channel], now, most=1):
            if circuit.may_try(channel, now):
                found.append(message)
                channels.usable.append(channel)
            else:
                claims.give_back([message])
    working = [each for each in channels.usable if each not in channels.to_try]
    return found + claims.take(outbox, working, now, most=most)


def _send_each(
    outbox: Outbox, claimed: list[Any], channels: circuit.Channels, clock: Clock, stop_at: float
) -> int:
    sent = 0
    for message in claimed:
        if monotonic() > stop_at or message.channel not in channels.usable:
            claims.give_back([message])
        else:
            sent += Turn(outbox, message, channels, clock).take()
    return sent
