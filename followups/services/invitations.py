"""Word the message that asks for one check-in. No clinical detail stands in it."""

from django.conf import settings
from django.urls import reverse

from followups.models import CheckIn
from followups.notify import Outgoing
from followups.texts import texts
from patients.choices import ChannelKind


def invitation(check_in: CheckIn, *, channel: str, to: str, token: str, reference: str) -> Outgoing:
    """Return the message with the link; ``reference`` makes it traceable."""
    language = check_in.surgery.patient.language
    is_text = channel == ChannelKind.SMS
    return Outgoing(
        to=to,
        subject="" if is_text else texts(language).say("messages.invitation.subject"),
        body=_text(check_in, token) if is_text else _mail(check_in, token),
        reference=reference,
        language=language,
    )


def _text(check_in: CheckIn, token: str) -> str:
    return texts(check_in.surgery.patient.language).say(
        "messages.invitation.sms",
        link=_link(token),
        emergency=check_in.clinic.emergency_number,
    )


def _mail(check_in: CheckIn, token: str) -> str:
    clinic, words = check_in.clinic, texts(check_in.surgery.patient.language)
    body = words.say(
        "messages.invitation.body",
        link=_link(token),
        emergency=clinic.emergency_number,
        urgent=str(clinic.urgent_phone.as_national),
    )
    if not clinic.has_on_call:
        body += "\n" + words.say("staff_hours.outside") + "\n"
    return body


def _link(token: str) -> str:
    return settings.SITE_URL + reverse("check_in:start", args=[token])
