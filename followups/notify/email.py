"""E-mail to patients, over Django's SMTP backend. No clinical detail leaves us."""

from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from followups.models import CheckIn
from followups.notify.errors import CannotSend, Refused
from followups.texts import texts

PERMANENT = 500


def ask_for_report(check_in: CheckIn, *, to: str, token: str, reference: str) -> None:
    """Send the link to one check-in; ``reference`` makes the message traceable.

    Raises:
        Refused: if the server will never take it for this address.
        CannotSend: if the server is away or busy.
    """
    clinic, words = check_in.clinic, texts(check_in.surgery.patient.language)
    body = words.say(
        "messages.invitation.body",
        link=settings.SITE_URL + reverse("check_in:start", args=[token]),
        emergency=clinic.emergency_number,
        urgent=str(clinic.urgent_phone.as_national),
    )
    if not clinic.has_on_call:
        body += "\n" + words.say("staff_hours.outside") + "\n"
    message = EmailMessage(
        subject=words.say("messages.invitation.subject"),
        body=body,
        to=[to],  # one recipient a message, or a refusal of one would be lost
        headers={"X-Reference": reference},
    )
    try:
        message.send()
    except SMTPRecipientsRefused as error:
        raise _meaning(next(iter(error.recipients.values()))[0]) from None
    except SMTPResponseException as error:
        raise _meaning(error.smtp_code) from None
    except ValueError:  # a header that cannot be sent, whatever the server
        raise Refused("The message could not be built.") from None
    except (SMTPException, OSError) as error:
        raise CannotSend(type(error).__name__) from None


def _meaning(code: int) -> Exception:
    """Return what a reply code says: 5xx is for good, anything else is for now."""
    if code >= PERMANENT:
        return Refused(f"The mail server refused it ({code}).")
    return CannotSend(f"The mail server is busy ({code}).")
