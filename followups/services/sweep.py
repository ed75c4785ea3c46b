"""The clock's work, each minute: what no request did. Safe to repeat and to overlap."""

from datetime import datetime

from followups.models import Heartbeat
from followups.services import (
    drafts,
    flags,
    letters,
    notices,
    plans,
    ranks,
    reminders,
    staff_messages,
)

NAME = "sweep"


def run(*, now: datetime) -> dict[str, int]:
    """Plan, evaluate, re-rank, fill the outbox; then say that we are alive."""
    counts = {
        "planned": plans.catch_up(now=now),
        "left": drafts.store_left(now=now),
        "evaluated": flags.refresh_due(now=now),
        "moved": ranks.refresh_due(now=now),
        "notices": notices.make_due(now=now),
        "told": staff_messages.target_due(now=now) + staff_messages.digest_due(now=now),
        "messages": reminders.plan_due(now=now),
        "letters": letters.plan(now=now),
    }
    # Last, so that a sweep which fails half-way does not look alive.
    Heartbeat.objects.update_or_create(name=NAME, defaults={"at": now, "detail": counts})
    return counts
