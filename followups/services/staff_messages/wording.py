"""Word a message to staff: mailboxes and lock screens are shared, so it names nobody."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from followups.choices import StaffMessageKind
from followups.models import FollowUp, StaffMessage
from followups.notify import Outgoing
from patients.choices import ChannelKind

SUBJECTS = {
    StaffMessageKind.PAGE: "Emergency: a case needs you now",
    StaffMessageKind.ESCALATION: "Emergency: nobody has taken up a case",
    StaffMessageKind.ASSIGNED: "A case was given to you",
    StaffMessageKind.TARGET: "A case needs you",
    StaffMessageKind.DIGEST: "Cases that wait today",
}
TEXTS = {
    StaffMessageKind.PAGE: "A case needs you now. Sign in and acknowledge it: {link}",
    StaffMessageKind.ESCALATION: "Nobody has acknowledged an emergency. A case needs you: {link}",
    StaffMessageKind.ASSIGNED: "A colleague gave you a case: {link}",
    StaffMessageKind.TARGET: "A case needs you: {link}",
    StaffMessageKind.DIGEST: "{waiting} waiting, {past} past the target: {link}",
}


def worded(message: StaffMessage, *, to: str, now: datetime) -> Outgoing:
    kind = StaffMessageKind(message.kind)
    numbers = _numbers(message, now) if kind == StaffMessageKind.DIGEST else {}
    text = TEXTS[kind].format(link=_link(message, kind), **numbers)
    is_text = message.channel == ChannelKind.SMS
    return Outgoing(
        to=to,
        subject="" if is_text else SUBJECTS[kind],
        body=text if is_text else text + "\n",
        reference=str(message.public_id),
        sender=str(message.clinic.sms_number) if is_text else "",
    )


def _numbers(message: StaffMessage, now: datetime) -> dict[str, int]:
    waiting = FollowUp.objects.filter(clinic=message.clinic_id).queue().awaiting_contact()
    return {
        "waiting": waiting.count(),
        "past": waiting.filter(lead_flag__respond_by__lte=now).count(),
    }


def _link(message: StaffMessage, kind: StaffMessageKind) -> str:
    if kind in (StaffMessageKind.PAGE, StaffMessageKind.ESCALATION):
        address = reverse("followups:page", args=[message.pk])
    elif message.flag is None:
        address = reverse("followups:queue")
    else:
        case = FollowUp.objects.only("pk").get(surgery=message.flag.surgery_id)
        address = reverse("followups:case", args=[case.pk])
    return settings.SITE_URL + address
