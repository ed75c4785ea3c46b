"""Write what patients and providers say about an address: leave off, go on, nothing arrives.

Each holds for everybody who gave the address. Nothing here needs anybody signed in, so the
channel keeps how it became known. Twice changes nothing.
"""

from datetime import datetime

from patients.choices import CloseReason, ConsentSource
from patients.models import ContactChannel
from patients.models.person import ContactChannelQuerySet


def opt_out(kind: str, address: str, *, source: ConsentSource, now: datetime) -> int:
    """Send nothing more to an address; return how many patients' channel that was."""
    known = ContactChannel.objects.of_address(kind, address).filter(opted_out_at=None)
    return known.update(opted_out_at=now, consent_source=source)


def opt_in(kind: str, address: str, *, source: ConsentSource, now: datetime) -> int:
    """Send to an address again, or for the first time; return how many patients' it is."""
    known = ContactChannel.objects.of_address(kind, address).select_related("clinic")
    return sum(_agree(channel, source, now) for channel in known)


def close(kind: str, address: str, *, reason: CloseReason, now: datetime) -> int:
    """Stop using an address that nothing reaches; a changed address is used again."""
    return _open(kind, address).update(closed_at=now, close_reason=reason)


def _open(kind: str, address: str) -> ContactChannelQuerySet:
    return ContactChannel.objects.of_address(kind, address).filter(closed_at=None)


def _agree(channel: ContactChannel, source: ConsentSource, now: datetime) -> bool:
    is_stopped = channel.close_reason == CloseReason.OPTED_OUT
    if channel.opted_out_at is None and channel.consented_on is not None and not is_stopped:
        return False
    channel.opted_out_at = None
    channel.consented_on = channel.consented_on or channel.clinic.today(now)
    channel.consent_source = source
    if is_stopped:
        channel.closed_at, channel.close_reason = None, ""
    channel.save(
        update_fields=[
            *("opted_out_at", "consented_on", "consent_source", "closed_at", "close_reason"),
        ]
    )
    return True
