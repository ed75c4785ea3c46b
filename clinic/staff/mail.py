"""Messages to staff about how they sign in. They carry no names: mailboxes are shared."""

import logging
from threading import Thread
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

logger = logging.getLogger(__name__)


def send(kind: str, to: str, **facts: Any) -> None:
    """Send one of templates/account/email; raises what the mail server answers."""
    _message(kind, to, facts).send()


def post(kind: str, to: str, **facts: Any) -> None:
    """Send it beside the request: how long that takes would tell whether an address is known."""
    Thread(target=_deliver, args=(_message(kind, to, facts),), daemon=True).start()


def _message(kind: str, to: str, facts: dict[str, Any]) -> EmailMessage:
    said = facts | {"product": settings.PRODUCT_NAME, "site": settings.SITE_URL}
    text = render_to_string(f"account/email/{kind}.txt", said)
    subject, _, body = text.partition("\n")
    return EmailMessage(subject, body.strip() + "\n", to=[to])


def _deliver(message: EmailMessage) -> None:
    try:
        message.send()
    except OSError:  # SMTP's errors are among them
        logger.exception("a message about signing in was not sent")
