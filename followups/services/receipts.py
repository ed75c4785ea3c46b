"""Record what providers report of our messages, and draw what follows for the address.

Reports come late, twice and in any order, and some are about messages we know nothing of:
each counts once, and what a message has reached it does not lose again.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from followups.choices import Delivery
from followups.models import ProviderEvent
from followups.models.outbox import OutboxMessage
from patients import consent
from patients.choices import CloseReason, ConsentSource

# What a message may still become; delivered is the end of it.
BEFORE = {
    Delivery.ACCEPTED: [""],
    Delivery.UNDELIVERED: ["", Delivery.ACCEPTED],
    Delivery.DELIVERED: ["", Delivery.ACCEPTED, Delivery.UNDELIVERED],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report of a provider, in our words.

    ``reference`` is our own id of the message and ``provider_id`` the provider's; either may be
    unknown. ``address`` is looked at and not kept.
    """

    provider: str
    event_id: str
    kind: str
    channel: str
    address: str = ""
    reference: str = ""
    provider_id: str = ""
    code: str = ""
    delivery: Delivery | None = None
    closes: CloseReason | None = None
    opts_out: bool = False


@transaction.atomic
def record(report: Report, *, now: datetime) -> bool:
    """Take in one report; False if it came before."""
    if not is_first(report, now=now):
        return False
    if report.delivery is not None:
        _move_on(report, report.delivery, now)
    if report.address and report.opts_out:
        consent.opt_out(report.channel, report.address, source=ConsentSource.PROVIDER, now=now)
    if report.address and report.closes:
        consent.close(report.channel, report.address, reason=report.closes, now=now)
    return True


def is_first(report: Report, *, now: datetime) -> bool:
    """Write the event down; False if that was done before."""
    try:
        with transaction.atomic():
            ProviderEvent.objects.create(
                provider=report.provider,
                event_id=report.event_id[:200],
                kind=report.kind[:20],
                code=report.code[:40],
                reference=(report.reference or report.provider_id)[:200],
                received_at=now,
            )
    except IntegrityError:
        return False
    return True


def _move_on(report: Report, delivery: Delivery, now: datetime) -> None:
    """Bring the ledger forward, never back, whichever table the message stands in."""
    known = Q(provider_id=report.provider_id) if report.provider_id else Q(pk__in=[])
    delivered_at = now if delivery == Delivery.DELIVERED else None
    for model in OutboxMessage.__subclasses__():
        rows = model._default_manager.filter(
            _of_reference(report.reference) | known,
            channel=report.channel,
            delivery__in=BEFORE[delivery],
        )
        rows.update(delivery=delivery, delivered_at=delivered_at)


def _of_reference(reference: str) -> Q:
    try:
        return Q(public_id=UUID(reference))
    except ValueError:  # none, or none of ours
        return Q(pk__in=[])
