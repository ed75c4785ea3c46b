"""Read the reports of providers: their words in, ours out. Pure."""

from collections.abc import Mapping

from followups.choices import Delivery
from followups.services.receipts import Report
from patients.choices import ChannelKind, CloseReason

ACCEPTED = {"accepted", "scheduled", "queued", "sending", "sent"}
TEXTS = dict.fromkeys(ACCEPTED, Delivery.ACCEPTED) | {
    "delivered": Delivery.DELIVERED,
    "read": Delivery.DELIVERED,
    "undelivered": Delivery.UNDELIVERED,
    "failed": Delivery.UNDELIVERED,
    "canceled": Delivery.UNDELIVERED,
}
# Twilio's codes that are about the number and not about this message
CLOSING = {
    "21610": CloseReason.OPTED_OUT,
    "21211": CloseReason.NO_SUCH_NUMBER,
    "21614": CloseReason.NO_SUCH_NUMBER,
    "30005": CloseReason.NO_SUCH_NUMBER,
    "30006": CloseReason.NO_SUCH_NUMBER,
}


def text_report(form: Mapping[str, str], reference: str) -> Report | None:
    """Return the status of a text message; None if it names none. Unknown fields may come."""
    sid, status = form.get("MessageSid", ""), form.get("MessageStatus", "").lower()
    if not (0 < len(sid) <= 64 and 0 < len(status) <= 20):
        return None
    return Report(
        provider=ChannelKind.SMS,
        event_id=f"{sid} {status}",
        kind=status,
        channel=ChannelKind.SMS,
        address=form.get("To", ""),
        reference=reference,
        provider_id=sid,
        code=form.get("ErrorCode", ""),
        delivery=TEXTS.get(status),
        closes=CLOSING.get(form.get("ErrorCode", "")),
    )
