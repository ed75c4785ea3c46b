"""Asking many patients at once to book: first whom, then one click."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Max, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import pluralize
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.staff.access import Action, StaffRequest, requires
from followups.choices import ReminderPurpose, Severity
from followups.models import Visit
from followups.models.plan import VisitQuerySet
from followups.presenters import visits as words
from followups.services import reminders
from followups.services.reminders import channels
from followups.views.call_box import clinic_of
from followups.views.worklist import worklist
from patients.choices import ChannelKind
from patients.fields import is_id

MOST = 1000


@requires(Action.EDIT_PATIENTS)
@require_http_methods(["GET", "POST"])
def invite(request: StaffRequest) -> HttpResponse:
    """Whom to ask to book: visits due this week that nobody has booked."""
    now = timezone.now()
    unbooked = _unbooked(request, now)
    if request.method == "POST":
        chosen = [pk for pk in request.POST.getlist("visit")[:MOST] if is_id(pk)]
        return _invite(request, unbooked.filter(pk__in=chosen), len(chosen), now)
    visits = list(
        unbooked.select_related("surgery__patient", "surgery__follow_up")
        .annotate(asked_at=Max("reminders__not_before", filter=_INVITATION))
        .order_by("target_on", "pk")
    )
    can_be_asked = set(reminders.can_invite(unbooked, now=now).values_list("pk", flat=True))
    by_channel = channels.preferred({each.surgery.patient_id for each in visits})
    rows = [_row(each, can_be_asked, by_channel[each.surgery.patient_id]) for each in visits]
    context: dict[str, Any] = {
        "section": "schedule",
        "rows": rows,
        "to_ask": sum(row["can_be_asked"] for row in rows),
    }
    return render(request, "followups/schedule/invite.html", context)


_INVITATION = Q(reminders__purpose=ReminderPurpose.TO_BOOK)


def _unbooked(request: StaffRequest, now: datetime) -> VisitQuerySet:
    due = worklist(request.user, clinic_of(request), now).to_invite()
    return Visit.objects.for_user(request.user).filter(pk__in=due)


def _row(visit: Visit, can_be_asked: set[int], kinds: list[str]) -> dict[str, Any]:
    return {
        "visit": visit,
        "name": words.full_name(visit),
        "channel": ChannelKind(kinds[0]).label if kinds else "",
        "can_be_asked": visit.pk in can_be_asked,
        "waits": visit.surgery.follow_up.severity == Severity.EMERGENCY,
    }


def _invite(
    request: StaffRequest, visits: VisitQuerySet, chosen: int, now: datetime
) -> HttpResponse:
    asked = reminders.invite_to_book(visits, by=request.user, now=now)
    if not chosen:
        messages.info(request, "Nobody was chosen, so nobody is asked.")
        return redirect("followups:schedule_invite")
    said = f"{asked} patient{pluralize(asked)} will get a message that asks them to book."
    if asked < chosen:
        said += f" Not asked, because that has changed meanwhile: {chosen - asked}."
    messages.success(request, said)
    return redirect("followups:schedule")
