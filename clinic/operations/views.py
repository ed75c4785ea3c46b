"""Pages about the system itself: is it awake, and what has the demo sent."""

from pathlib import Path
from secrets import compare_digest

from django.conf import settings
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from clinic.operations import outbox
from clinic.operations.heartbeats import pulse
from clinic.operations.metrics import text as figures_text
from clinic.staff.access import public
from clinic.staff.models import Clinic
from followups.clock import database_now
from patients.models import ContactChannel, Patient
from patients.reach import EVERY_CLINIC, reach

UNAVAILABLE = 503
LOOPBACK = ("127.0.0.1", "::1")


@public
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Say whether the database answers and the sweep runs; nothing else to anybody."""
    try:
        now = pulse()
    except Error:
        return JsonResponse({"status": "database away"}, status=UNAVAILABLE)
    age = None if now.age is None else round(now.age.total_seconds(), 1)
    status = "sweep silent" if now.stale else "ok"
    return JsonResponse(
        {"status": status, "heartbeat_age_seconds": age},
        status=UNAVAILABLE if now.stale else 200,
    )


@public
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Give the watching program its figures; for anybody else there is no such page."""
    if not _may_scrape(request):
        raise Http404
    with reach(EVERY_CLINIC):
        found = figures_text(database_now())
    return HttpResponse(found, content_type=CONTENT_TYPE_LATEST)


def _may_scrape(request: HttpRequest) -> bool:
    """Whether it shows the token; without one set, only programs on this host may ask."""
    if settings.METRICS_TOKEN:
        shown = request.headers.get("Authorization", "")
        return compare_digest(shown.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    # behind a proxy everybody seems to be on this host
    return not settings.BEHIND_PROXY and request.META.get("REMOTE_ADDR") in LOOPBACK


@public
@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    """Show the demo's outbox, so that one person can be clinic and patient."""
    if not settings.FUSELINE_DEMO:
        raise Http404
    folder = getattr(settings, "EMAIL_FILE_PATH", None)
    found = outbox.newest(Path(folder)) if folder else None
    context = {"found": _with_readers(found or []), "has_folder": folder is not None}
    return render(request, "operations/messages.html", context)


def _with_readers(found: list[outbox.Message]) -> list[tuple[outbox.Message, Patient | None]]:
    """Pair each message with the made-up patient it went to.

    Whoever plays the patient has to know the birth date; only demo people are shown.
    """
    demos = Clinic.objects.filter(is_demo=True).values_list("pk", flat=True)
    addresses = {message.to for message in found}
    with reach(demos):
        channels = ContactChannel.objects.filter(address__in=addresses, clinic__is_demo=True)
        readers = {each.address: each.patient for each in channels.select_related("patient")}
    return [(message, readers.get(message.to)) for message in found]
