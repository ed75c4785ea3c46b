"""One circuit breaker a provider, kept in the database: all senders see the same one.

Five failures in a row open it; for a minute nothing is sent, then one message tries. It
protects the provider from us and every other channel from the one that hangs.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F

from followups.choices import ReminderState
from followups.models import Provider, Reminder, StaffMessage
from followups.notify import MESSENGERS

FAILURES = 5
OPEN_FOR = timedelta(minutes=1)
LONGEST_WAIT = timedelta(minutes=30)  # between two tries of one message


class Channels:
    """The channels of one round: which may be used, which may be tried, which had failures."""

    def __init__(self, now: datetime) -> None:
        troubled = {each.channel: each for each in Provider.objects.filter(failures__gt=0)}
        opened = {name: each.open_until for name, each in troubled.items() if each.open_until}
        self.troubled = set(troubled)
        self.usable = [name for name in MESSENGERS if name not in opened]
        self.to_try = [name for name in MESSENGERS if name in opened and opened[name] <= now]


def may_try(channel: str, now: datetime) -> bool:
    """Take the one try there is of a provider that has been left alone for a while."""
    free = Provider.objects.filter(channel=channel, open_until__lte=now)
    return bool(free.update(open_until=now + OPEN_FOR))


def failed(channel: str, reason: str, now: datetime) -> bool:
    """Count a failure; return whether the provider is now left alone."""
    Provider.objects.bulk_create([Provider(channel=channel)], ignore_conflicts=True)
    mine = Provider.objects.filter(channel=channel)
    mine.update(failures=F("failures") + 1, failed_at=now, reason=reason[:80])
    return bool(mine.filter(failures__gte=FAILURES).update(open_until=now + OPEN_FOR))


def works(channel: str, now: datetime) -> None:
    """Forget the failures; what waits because of them need not wait any longer."""
    had = Provider.objects.filter(channel=channel, failures__gt=0)
    if not had.update(failures=0, open_until=None):
        return
    models: tuple[type[Any], ...] = (Reminder, StaffMessage)
    for model in models:
        model.objects.filter(
            channel=channel,
            state=ReminderState.PENDING,
            attempts__gt=0,
            unanswered=0,
            not_before__gt=now,
            not_before__lte=now + LONGEST_WAIT,
        ).update(not_before=now)
