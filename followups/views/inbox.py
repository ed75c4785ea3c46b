"""Messages from patients: read each, do what it asks for, say that it is done."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.contrib import messages as notes
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from clinic.staff.access import Action, StaffRequest, may, requires
from followups.clock import working_days_ago
from followups.models import InboundMessage
from followups.presenters import inbox
from followups.services import inbound
from patients.choices import ChannelKind, PatientStatus
from patients.models import ContactChannel, Patient

LATE_AFTER = 2  # working days (protocol 4.3)
MOST = 200


@require_safe
@requires(Action.READ_MESSAGES)
def index(request: StaffRequest) -> HttpResponse:
    """What patients have texted that nobody has seen to; or what was, the latest first."""
    now, zone = timezone.now(), _zone(request)
    is_done = request.GET.get("show") == "handled"
    late_before = working_days_ago(zone, now, LATE_AFTER)
    readable = InboundMessage.objects.readable_by(request.user)
    waiting = readable.unhandled()
    rows = readable.filter(handled_at__isnull=False) if is_done else waiting.order_by("received_at")
    shown = list(rows.select_related("patient", "visit", "handled_by")[:MOST])
    context = {
        "section": "inbox",
        "is_done": is_done,
        "lines": inbox.lines(
            shown, _sharing(request, shown), late_before=late_before, now=now, zone=zone
        ),
        "late": waiting.waiting_since(late_before).count(),
        "dead": inbox.dead(_dead(request), now=now, zone=zone),
        "may_see": may(request.user, Action.SEE_PATIENTS),
        "may_edit": may(request.user, Action.EDIT_PATIENTS),
    }
    return render(request, "followups/inbox.html", context)


@require_POST
@requires(Action.READ_MESSAGES)
def handle(request: StaffRequest, pk: int) -> HttpResponse:
    """Say that a message has been seen to."""
    readable = InboundMessage.objects.readable_by(request.user).select_related("patient")
    message = get_object_or_404(readable, pk=pk)
    if inbound.handle(message, by=request.user, now=timezone.now()):
        notes.success(request, "The message is marked as handled.")
    else:
        notes.info(request, "Somebody had already handled this message.")
    return redirect("followups:inbox")


def _zone(request: StaffRequest) -> ZoneInfo:
    return request.user.clinic.zone if request.user.clinic else ZoneInfo("UTC")


def _sharing(request: StaffRequest, shown: Iterable[InboundMessage]) -> dict[str, list[Patient]]:
    """Return the patients behind numbers that more than one has given."""
    numbers = {each.sender for each in shown if each.patient_id is None}
    if not numbers or not may(request.user, Action.SEE_PATIENTS):
        return {}
    channels = ContactChannel.objects.for_user(request.user).filter(
        address__in=numbers, kind__in=inbound.BY_VOICE_OR_TEXT
    )
    found: dict[str, list[Patient]] = {}
    for channel in channels.select_related("patient").order_by("pk"):
        known = found.setdefault(channel.address, [])
        if channel.patient not in known:
            known.append(channel.patient)
    return found


def _dead(request: StaffRequest) -> Iterable[ContactChannel]:
    """Return addresses of followed patients that nothing reaches any more."""
    if not may(request.user, Action.EDIT_PATIENTS):
        return []
    closed = ContactChannel.objects.for_user(request.user).filter(
        closed_at__isnull=False, patient__status=PatientStatus.ACTIVE
    )
    sendable = closed.exclude(kind=ChannelKind.PHONE).select_related("patient")
    return sendable.order_by("-closed_at", "-pk")[:MOST]
