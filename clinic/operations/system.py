"""The system page: how sending stands, what is stuck, and the switch that holds everything."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.audit import services as audit
from clinic.operations import figures
from clinic.operations.forms import OnCallForm, ReasonForm, StuckForm
from clinic.staff.access import Action, StaffRequest, may, requires
from clinic.staff.models import Clinic
from followups.choices import ReminderState
from followups.clock import database_now
from followups.models import Hold, OnCall
from followups.protocol import MESSAGES
from followups.services import holds, staff_messages
from followups.services.sending import releases

UNPROCESSABLE, CONFLICT = 422, 409
SHOWN = 100


@require_safe
@requires(Action.SEE_SYSTEM)
def system(request: StaffRequest) -> HttpResponse:
    return _page(request)


@require_POST
@requires(Action.RUN_SYSTEM)
def hold(request: StaffRequest) -> HttpResponse:
    """Let nothing leave the clinic any more."""
    clinic, form = _clinic(request), ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, UNPROCESSABLE, hold_form=form)
    reason, now = form.cleaned_data["reason"], database_now()
    try:
        holds.place(clinic, by=request.user, reason=reason, now=now)
    except holds.AlreadyHeld:
        messages.warning(request, "A colleague has stopped the messages already.")
        return _page(request, CONFLICT)
    messages.success(request, "Stopped. No message leaves this clinic until you release it.")
    return redirect("operations:system")


@require_POST
@requires(Action.RUN_SYSTEM)
def release(request: StaffRequest) -> HttpResponse:
    """Let messages leave again."""
    active = Hold.objects.active().filter(clinic=_clinic(request)).first()
    form = ReasonForm(request.POST)
    if active is None:
        messages.warning(request, "Messages are not stopped: a colleague released them first.")
        return _page(request, CONFLICT)
    if not form.is_valid():
        return _page(request, UNPROCESSABLE, hold_form=form)
    reason, now = form.cleaned_data["reason"], database_now()
    holds.release(active, by=request.user, reason=reason, now=now)
    messages.success(request, "Released. What is due leaves within a minute.")
    return redirect("operations:system")


@require_http_methods(["GET", "POST"])
@requires(Action.RUN_SYSTEM)
def on_call(request: StaffRequest) -> HttpResponse:
    """Say whom an emergency pages."""
    clinic = _clinic(request)
    known = OnCall.objects.filter(clinic=clinic).first()
    form = OnCallForm(request.POST if request.method == "POST" else None, known=known)
    if form.is_bound and form.is_valid():
        staff_messages.set_route(clinic, **form.cleaned_data)
        messages.success(request, "Saved. The next emergency pages these contacts.")
        return redirect("operations:system")
    context = {"form": form, "known": known, "minutes": MESSAGES.page_escalates_minutes}
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "operations/on_call.html", context, status=status)


@require_POST
@requires(Action.RUN_SYSTEM)
def decide(request: StaffRequest) -> HttpResponse:
    """Send what was set aside or failed after all, or leave it unsent for good."""
    rows = _stuck(request)
    form = StuckForm(request.POST, stuck=[each for found in rows for each in found[:SHOWN]])
    if not form.is_valid():
        return _page(request, UNPROCESSABLE, stuck_form=form)
    chosen, sends = form.cleaned_data["chosen"], "send" in request.POST
    number = sum(_decide(found, chosen, sends) for found in rows)
    audit.note(
        "messages released" if sends else "messages left unsent",
        user=request.user,
        request=getattr(request, "id", ""),
        reason=form.cleaned_data["reason"],
        messages=number,
    )
    late = len(chosen) - number
    said = f"{number} will be sent." if sends else f"{number} will not be sent."
    messages.success(request, said + (f" {late} came too late for that." if late else ""))
    return redirect("operations:system")


def _decide(found: QuerySet, chosen: list[str], sends: bool) -> int:
    if sends:
        return releases.send_after_all(found, chosen, now=database_now())
    return releases.leave_unsent(found, chosen)


def _clinic(request: StaffRequest) -> Clinic:
    if request.user.clinic is None:  # whoever runs the whole system works in no clinic
        raise PermissionDenied
    return request.user.clinic


def _stuck(request: StaffRequest) -> list[QuerySet]:
    """Messages somebody has to decide about, of each table; none of them names a patient."""
    recent = Q(not_before__gt=database_now() - figures.RECENT)
    waiting = Q(state=ReminderState.QUARANTINED) | Q(state=ReminderState.FAILED) & recent
    return [
        model.objects.in_clinic(request.user).filter(waiting).order_by("not_before", "pk")
        for model in figures.TABLES.values()
    ]


def _page(request: StaffRequest, status: int = 200, **forms: Any) -> HttpResponse:
    now = database_now()
    stuck = [each for found in _stuck(request) for each in found[:SHOWN]]
    context = {
        "now": now,
        "tables": [
            (to, figures.of(model.objects.in_clinic(request.user), now))
            for to, model in figures.TABLES.items()
        ],
        "providers": list(figures.providers()),
        "heartbeats": figures.heartbeats(now),
        "held": Hold.objects.in_clinic(request.user).active().select_related("by").first(),
        "stuck": stuck,
        "hold_form": ReasonForm(),
        "stuck_form": StuckForm(stuck=stuck),
        "may_run": may(request.user, Action.RUN_SYSTEM) and request.user.clinic is not None,
    }
    return render(request, "operations/system.html", context | forms, status=status)
