"""What a person decides about messages that were given up or set aside."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from followups.choices import ReminderState

STUCK = (ReminderState.QUARANTINED, ReminderState.FAILED)


def send_after_all(messages: QuerySet, chosen: Iterable[str], *, now: datetime) -> int:
    """Let the chosen messages leave; return how many. One that is too late stays as it is."""
    return (
        _stuck(messages, chosen)
        .filter(not_after__gt=now)
        .update(
            state=ReminderState.PENDING,
            not_before=now,
            unanswered=0,
            attempts=0,
            claim_token=None,
            lease_until=None,
            reason="Released by hand.",
        )
    )


def leave_unsent(messages: QuerySet, chosen: Iterable[str]) -> int:
    """Note that somebody has looked, and the chosen messages are not to leave."""
    return _stuck(messages, chosen).update(
        state=ReminderState.SUPPRESSED, reason="Left unsent by hand."
    )


def _stuck(messages: QuerySet, chosen: Iterable[str]) -> QuerySet:
    return messages.filter(public_id__in=list(chosen), state__in=STUCK)
