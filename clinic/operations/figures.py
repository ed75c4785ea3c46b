"""How the sending of messages stands, counted in the database: what pages and metrics show."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.db.models.functions import Coalesce

from clinic.operations.heartbeats import ago
from followups.choices import Delivery, ReminderState
from followups.models import Heartbeat, Provider, Reminder, StaffMessage
from followups.models.outbox import UNSENT

AMBER, RED = timedelta(minutes=15), timedelta(minutes=60)
RECENT = timedelta(days=7)
TABLES: dict[str, type[Any]] = {"patients": Reminder, "staff": StaffMessage}


@dataclass(frozen=True, slots=True)
class Figures:
    """One table of messages; the counts of what went wrong are of the last seven days."""

    oldest: datetime | None
    due: int
    quarantined: int
    failed: int
    expired: int
    undelivered: int
    at: datetime

    @property
    def age(self) -> timedelta:
        """How long the oldest message that should have left has been waiting."""
        return self.at - self.oldest if self.oldest else timedelta()

    @property
    def age_text(self) -> str:
        return ago(self.age)

    @property
    def level(self) -> str:
        """Amber from a quarter of an hour on, red from an hour."""
        return "red" if self.age > RED else "amber" if self.age > AMBER else "ok"


def of(messages: QuerySet, now: datetime) -> Figures:
    """Count one table's messages in one query."""
    overdue = Q(state__in=UNSENT) & (Q(not_before__lte=now) | Q(attempts__gt=0))
    recent = Q(not_before__gt=now - RECENT)
    counted = messages.order_by().aggregate(
        oldest=Min(Coalesce("was_due_at", "not_before"), filter=overdue),
        due=Count("pk", filter=overdue),
        quarantined=Count("pk", filter=Q(state=ReminderState.QUARANTINED)),
        failed=Count("pk", filter=recent & Q(state=ReminderState.FAILED)),
        expired=Count("pk", filter=recent & Q(state=ReminderState.EXPIRED)),
        undelivered=Count("pk", filter=recent & Q(delivery=Delivery.UNDELIVERED)),
    )
    return Figures(**counted, at=now)


def providers() -> Iterator[tuple[Provider, bool]]:
    """Yield each provider that has had failures, and whether it is left alone at the moment."""
    for provider in Provider.objects.all():
        yield provider, provider.open_until is not None


def heartbeats(now: datetime) -> list[tuple[str, timedelta, str]]:
    """Return how long ago each periodic job last finished, and that in words."""
    ages = [(each.name, max(now - each.at, timedelta())) for each in Heartbeat.objects.all()]
    return [(name, age, ago(age)) for name, age in ages]
