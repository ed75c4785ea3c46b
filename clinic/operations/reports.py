"""Read what providers tell us: their words in, ours out."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

from followups.choices import Delivery
from followups.services.inbound import Incoming
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


def incoming_text(form: Mapping[str, str]) -> Incoming | None:
    """Return a text somebody sent; None if it says not whose it is."""
    sid, sender = form.get("MessageSid", ""), form.get("From", "")
    if not (0 < len(sid) <= 64 and 0 < len(sender) <= 32):
        return None
    pictures = form.get("NumMedia", "0")
    note = "" if pictures in ("", "0") else "\n[A picture came with this. Pictures are not kept.]"
    return Incoming(
        provider_id=sid,
        sender=sender,
        body=(form.get("Body", "") + note).replace("\0", "").strip(),
        said_by_provider=form.get("OptOutType", ""),
    )


READERS = {
    "brevo": "anymail.webhooks.brevo.BrevoTrackingWebhookView",
    "mailgun": "anymail.webhooks.mailgun.MailgunTrackingWebhookView",
    "mailjet": "anymail.webhooks.mailjet.MailjetTrackingWebhookView",
    "postmark": "anymail.webhooks.postmark.PostmarkTrackingWebhookView",
    "sendgrid": "anymail.webhooks.sendgrid.SendGridTrackingWebhookView",
    "sparkpost": "anymail.webhooks.sparkpost.SparkPostTrackingWebhookView",
}
MAILS = {
    EventType.QUEUED: Delivery.ACCEPTED,
    EventType.SENT: Delivery.ACCEPTED,
    EventType.DEFERRED: Delivery.ACCEPTED,
    EventType.DELIVERED: Delivery.DELIVERED,
    EventType.REJECTED: Delivery.UNDELIVERED,
    EventType.FAILED: Delivery.UNDELIVERED,
    EventType.BOUNCED: Delivery.UNDELIVERED,
}
HARD = {RejectReason.BOUNCED, RejectReason.INVALID}
SOFT_TYPES = {"SoftBounce", "VirusNotification", "blocked"}


def mail_reports(request: HttpRequest) -> list[Report]:
    """Return the reports of one call, read by django-anymail.

    Raises:
        AnymailWebhookValidationFailure: if the provider did not prove who it is.
        ValueError, LookupError, TypeError, AttributeError: if it is none of its reports.
    """
    reader = import_string(READERS[settings.MAIL_REPORTS_FROM])()
    reader.run_validators(request)
    return [mail_report(event) for event in reader.parse_events(request)]


def mail_report(event: AnymailTrackingEvent) -> Report:
    """Return one report on an e-mail; its Message-ID begins with our own reference."""
    identifier = str(event.message_id or "").strip("<>")
    return Report(
        provider=settings.MAIL_REPORTS_FROM,
        event_id=str(event.event_id or _digest(event)),
        kind=str(event.event_type),
        channel=ChannelKind.EMAIL,
        address=str(event.recipient or ""),
        reference=identifier.partition("@")[0],
        provider_id=identifier,
        code=str(event.reject_reason or ""),
        delivery=MAILS.get(event.event_type),
        closes=CloseReason.BOUNCED if _is_hard(event) else None,
        opts_out=event.event_type in (EventType.COMPLAINED, EventType.UNSUBSCRIBED),
    )


def _is_hard(event: AnymailTrackingEvent) -> bool:
    """Whether no mail will reach the address: full or busy mailboxes are for now."""
    raw: Any = event.esp_event if isinstance(event.esp_event, Mapping) else {}
    is_soft = raw.get("Type") in SOFT_TYPES or raw.get("hard_bounce") is False
    is_back = event.event_type in (EventType.BOUNCED, EventType.REJECTED)
    return is_back and event.reject_reason in HARD and not is_soft


def _digest(event: AnymailTrackingEvent) -> str:
    """Return a name for an event whose provider gives it none."""
    said = f"{event.event_type} {event.message_id} {event.recipient} {event.timestamp}"
    return sha256(said.encode()).hexdigest()
