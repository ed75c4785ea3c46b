"""A clinician's own calendar address: make it, end it, and answer the calendars that ask."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from clinic.staff.access import Action, StaffRequest, public, requires
from followups.models import CalendarFeed
from followups.services import calendars
from patients.reach import reach


@require_safe
@requires(Action.EDIT_PATIENTS)
def index(request: StaffRequest) -> HttpResponse:
    """Whether somebody has a calendar address; the address itself is shown once, when made."""
    return _page(request)


@require_POST
@requires(Action.EDIT_PATIENTS)
def make(request: StaffRequest) -> HttpResponse:
    """Make a new address and show it, this once."""
    token = calendars.make_feed(request.user, now=timezone.now())
    address = request.build_absolute_uri(reverse("followups:calendar_feed", args=[token]))
    return _page(request, address=address)


@require_POST
@requires(Action.EDIT_PATIENTS)
def revoke(request: StaffRequest) -> HttpResponse:
    """End the address: calendars that ask are told that nothing is there."""
    if calendars.revoke_feed(request.user, now=timezone.now()):
        messages.success(request, "The calendar address has ended.")
    return redirect("followups:calendar")


@public
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The visits of whoever made this address, without a name or a clinical word."""
    owner = calendars.owner_of(token)
    if owner is None:
        raise Http404
    with reach([owner.clinic_id or 0], user=owner.pk, request=getattr(request, "id", "")):
        content = calendars.feed(owner, now=timezone.now())
    return HttpResponse(content, content_type="text/calendar; charset=utf-8")


def _page(request: StaffRequest, address: str = "") -> HttpResponse:
    live = CalendarFeed.objects.live().filter(user=request.user).first()
    return render(request, "followups/calendar.html", {"address": address, "feed": live})
