"""Text messages, over Twilio's HTTP contract (api.twilio.com, or whoever speaks it).

Twilio documents no idempotency key and no search by our reference: a message whose reply was
lost may have left. Its receipt tells, as it comes to an address that holds the reference.
"""

from datetime import timedelta
from typing import Any

import requests
from django.conf import settings
from django.urls import reverse

from followups.notify.alphabet import fits_one_text
from followups.notify.errors import CannotSend, Refused, UnknownOutcome
from followups.notify.message import Outgoing
from patients.choices import ChannelKind

KIND = ChannelKind.SMS
HONOURS_IDEMPOTENCY: bool = settings.SMS_HONOURS_IDEMPOTENCY

TIMEOUTS = (3, 10)  # seconds to connect, and to wait for the reply
OPTED_OUT = 21610
NO_SUCH_NUMBER = {21211, 21614}
CLOSING = NO_SUCH_NUMBER | {OPTED_OUT}
LONGEST_PAUSE = timedelta(hours=1)


def is_ready() -> bool:
    return bool(settings.SMS_URL)


def send(message: Outgoing) -> str:
    """Send one text message and return the provider's id of it.

    Raises:
        Refused: if the provider will never take it for this number.
        CannotSend: if the provider is away, busy or does not know us.
        UnknownOutcome: if the provider had it and no readable answer came back.
    """
    if not fits_one_text(message.body):
        raise Refused("The text is too long or has letters a phone may not show.")
    form = {
        "To": message.to,
        "From": message.sender or settings.SMS_FROM,
        "Body": message.body,
        "StatusCallback": receipts_url(message.reference),
    }
    try:
        reply = requests.post(
            _address(),
            data=form,
            auth=(settings.SMS_ACCOUNT, settings.SMS_TOKEN),
            headers={"Idempotency-Key": message.reference},
            timeout=TIMEOUTS,
            allow_redirects=False,
        )
    except requests.ConnectTimeout:
        raise CannotSend("ConnectTimeout") from None
    except requests.ConnectionError as error:
        raise _lost(error) from None
    except requests.RequestException as error:  # it had begun to answer, or fell silent
        raise UnknownOutcome(type(error).__name__) from None
    return _read(reply)


def receipts_url(reference: str) -> str:
    """Return where the provider reports what became of a message."""
    return settings.SITE_URL + reverse("hooks:sms_status", args=[reference])


def _address() -> str:
    return f"{settings.SMS_URL}/2010-04-01/Accounts/{settings.SMS_ACCOUNT}/Messages.json"


def _lost(error: requests.ConnectionError) -> Exception:
    """Say whether a connection failed before or after it carried the message."""
    never_connected = "NewConnectionError" in repr(error) or "NameResolution" in repr(error)
    if never_connected:
        return CannotSend("ConnectionError")
    return UnknownOutcome("ConnectionError")


def _read(reply: requests.Response) -> str:
    if reply.status_code == 429 or reply.status_code >= 500:
        raise CannotSend(
            f"The provider is busy ({reply.status_code}).", retry_after=_pause(reply.headers)
        )
    said = _json(reply)
    if reply.status_code in (200, 201) and isinstance(said.get("sid"), str) and said["sid"]:
        return str(said["sid"])[:64]
    if reply.status_code in (401, 403, 404):  # our account, not the patient's number
        raise CannotSend(f"The provider does not let us in ({reply.status_code}).")
    if reply.status_code == 400 and isinstance(said.get("code"), int):
        code = said["code"]
        raise Refused(f"The provider refused it ({code}).", should_close_channel=code in CLOSING)
    raise UnknownOutcome(f"The provider answered nonsense ({reply.status_code}).")


def _json(reply: requests.Response) -> dict[str, Any]:
    try:
        said = reply.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _pause(headers: Any) -> timedelta | None:
    """Return how long the provider asks us to wait, if it says so in seconds."""
    asked = headers.get("Retry-After", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 7):
        return None
    return min(timedelta(seconds=int(asked)), LONGEST_PAUSE)
