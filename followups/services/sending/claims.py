"""Take messages under a lease, and give them back."""

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from followups.choices import ReminderState
from followups.compiled import Given
from followups.models import Hold
from followups.models.outbox import OutboxQuerySet
from followups.services.sending.outbox import Outbox

AT_ONCE = 50  # a sender that dies keeps so many waiting until its lease is over


def lease() -> timedelta:
    """How long a claim holds: longer than a provider's time-outs (3 s + 10 s)."""
    return timedelta(seconds=settings.LEASE_SECONDS)


@transaction.atomic
def take(outbox: Outbox, channels: Collection[str], now: datetime, *, most: int) -> list[Any]:
    """Claim what is due, in order; what has been tried before comes last and alone.

    A message that kills its sender must not take others down with it.
    """
    due = (
        outbox.model.objects.claimable(now)
        .filter(~held(), channel__in=channels)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related(*outbox.loaded)
        .order_by("attempts", "not_before", "pk")
    )
    found = list(due.filter(attempts=0)[:most]) or list(due[:1])
    token = uuid.uuid4()
    claim = {"state": ReminderState.SENDING, "claim_token": token, "lease_until": now + lease()}
    outbox.model.objects.filter(pk__in=[each.pk for each in found]).update(**claim)
    for each in found:
        each.state, each.claim_token, each.lease_until = claim.values()
    return found


def give_back(messages: Collection[Any]) -> None:
    """Leave claimed messages to the next round, as if nobody had taken them."""
    for message in messages:
        mine(message).update(state=ReminderState.PENDING, claim_token=None, lease_until=None)


def mine(message: Any) -> OutboxQuerySet:
    """The row as long as this sender's claim stands."""
    rows: OutboxQuerySet = type(message).objects.filter(
        state=ReminderState.SENDING, **claim_of(message)
    )
    return rows


def claimed(model: type[Any]) -> OutboxQuerySet:
    """The row of ``mine``, for a query that is given the claim each time."""
    rows: OutboxQuerySet = model.objects.filter(
        pk=Given("pk"), state=ReminderState.SENDING, claim_token=Given("claim_token")
    )
    return rows


def claim_of(message: Any) -> dict[str, Any]:
    return {"pk": message.pk, "claim_token": message.claim_token}


def held() -> Exists:
    """Whether a hold is on the clinic of a message."""
    return Exists(Hold.objects.active().filter(clinic=OuterRef("clinic")))
