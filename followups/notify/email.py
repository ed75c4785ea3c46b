"""E-mail to patients, over Django's SMTP backend."""

from smtplib import (
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from followups.notify.errors import CannotSend, Refused, UnknownOutcome
from followups.notify.message import Outgoing
from patients.choices import ChannelKind

KIND = ChannelKind.EMAIL
HONOURS_IDEMPOTENCY = False

PERMANENT = 500
NO_SUCH_MAILBOX = {521, 550, 551, 553, 556}  # RFC 5321; others may be about the message


def is_ready() -> bool:
    return True  # no installation starts without a mail server


def send(message: Outgoing) -> str:
    """Send one message; its Message-ID, which bounces name, comes from the reference.

    Raises:
        Refused: if the server will never take it for this address.
        CannotSend: if the server is away, busy or does not know us.
        UnknownOutcome: if the server fell silent while it had the message.
    """
    connection = get_connection()
    try:
        connection.open()
    except (SMTPException, OSError) as error:  # a wrong password is no fault of the patient's
        raise CannotSend(type(error).__name__) from None
    try:
        return _deliver(message, connection)
    finally:
        connection.close()


def _deliver(message: Outgoing, connection: BaseEmailBackend) -> str:
    identifier = f"{message.reference}@{urlsplit(settings.SITE_URL).hostname}"
    try:
        _built(message, identifier, connection).send()
    except SMTPRecipientsRefused as error:
        raise _meaning(next(iter(error.recipients.values()))[0], of_address=True) from None
    except SMTPSenderRefused as error:
        raise CannotSend(f"The mail server refused the sender ({error.smtp_code}).") from None
    except SMTPResponseException as error:
        raise _meaning(error.smtp_code, of_address=False) from None
    except ValueError:  # a header that cannot be sent, whatever the server
        raise Refused("The message could not be built.") from None
    except (SMTPServerDisconnected, TimeoutError) as error:
        raise UnknownOutcome(type(error).__name__) from None
    except (SMTPException, OSError) as error:
        raise CannotSend(type(error).__name__) from None
    return identifier


def _built(message: Outgoing, identifier: str, connection: BaseEmailBackend) -> EmailMessage:
    built = EmailMessage(
        subject=message.subject,
        body=message.body,
        to=[message.to],  # one recipient a message, or a refusal of one would be lost
        headers={
            "X-Reference": message.reference,
            "Message-ID": f"<{identifier}>",
            "Auto-Submitted": "auto-generated",  # RFC 3834: no holiday reply comes back
        },
        connection=connection,
    )
    for attachment in message.attachments:
        built.attach(*attachment)
    return built


def _meaning(code: int, *, of_address: bool) -> Exception:
    """Return what a reply code says: 5xx is for good, anything else is for now."""
    if code >= PERMANENT:
        closes = of_address and code in NO_SUCH_MAILBOX
        return Refused(f"The mail server refused it ({code}).", should_close_channel=closes)
    return CannotSend(f"The mail server is busy ({code}).")
