"""Close a record, break the glass, hand out a copy; and what administrators watch of it."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.privacy import exports, openings, retention
from clinic.privacy.forms import BreakGlassForm, RestrictForm, WeekForm
from clinic.staff.access import Action, StaffRequest, may, requires
from clinic.staff.reauthentication import recently_signed_in
from followups.clock import database_now
from patients import restrictions
from patients.models import Opening, Patient, Restriction
from patients.models.restriction import OPENINGS_A_DAY
from patients.reach import note_seen

UNPROCESSABLE, TOO_MANY = 422, 429
_OFTEN = (
    f"You have opened {OPENINGS_A_DAY} restricted records today, the most anybody may. "
    "Ask the patient’s surgeon, or a colleague, to look."
)
WEEK = timedelta(days=7)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
@requires(Action.RESTRICT)
def restrict(request: StaffRequest, pk: int) -> HttpResponse:
    """Close a record to all but its team, change the team, or open it to everybody again."""
    patient = _patient(request, pk)
    if not restrictions.has_team_access(patient, request.user):
        return _for_the_team(request, patient)
    known = Restriction.objects.filter(patient=patient).first()
    if request.method == "POST" and "lift" in request.POST:
        restrictions.lift(patient)
        messages.success(request, "Everybody who treats patients here can open this record again.")
        return redirect("patients:detail", patient.pk)
    data = request.POST if request.method == "POST" else None
    form = RestrictForm(data, patient=patient, by=request.user, known=known)
    if form.is_bound and form.is_valid():
        restrictions.restrict(patient, by=request.user, now=database_now(), **form.cleaned_data)
        messages.success(request, "Only its team can open this record now.")
        return redirect("patients:detail", patient.pk)
    context = {"patient": patient, "form": form, "known": known}
    return _page(request, "restrict", context, UNPROCESSABLE if form.errors else 200)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
@requires(Action.BREAK_GLASS)
@recently_signed_in
def break_glass(request: StaffRequest, pk: int) -> HttpResponse:
    """Open a restricted record with a reason. Until then nothing of the patient is read."""
    if Patient.objects.for_user(request.user).filter(pk=pk).exists():
        return redirect("patients:detail", pk)
    closed = Restriction.objects.veiled_for(request.user).select_related("clinic")
    restriction = get_object_or_404(closed, patient=pk)
    form = BreakGlassForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound:
        if form.is_valid() and _opened(request, restriction, form):
            return redirect("patients:detail", pk)
        status = TOO_MANY if form.has_error(NON_FIELD_ERRORS, "often") else UNPROCESSABLE
    return _page(request, "open", {"form": form, "most": OPENINGS_A_DAY}, status)


def _opened(request: StaffRequest, restriction: Restriction, form: BreakGlassForm) -> bool:
    try:
        openings.break_glass(
            restriction,
            by=request.user,
            reason=form.cleaned_data["reason"],
            now=database_now(),
            request=_number(request),
        )
    except restrictions.TooManyOpenings:
        form.add_error(None, ValidationError(_OFTEN, code="often"))
        return False
    return True


@require_POST
@requires(Action.BREAK_GLASS)
def close(request: StaffRequest, opening: int) -> HttpResponse:
    """End one's own opening before its hour is over; a second click changes nothing."""
    openings.close(opening, by=request.user, now=database_now(), request=_number(request))
    messages.success(request, "The restricted record is closed to you again.")
    return redirect("patients:list")


@require_safe
@requires(Action.SEE_PRIVACY)
def openings_of_the_week(request: StaffRequest) -> HttpResponse:
    """Who broke the glass, week by week. What was said to explain it is for auditors."""
    now, clinic = database_now(), request.user.clinic
    today = clinic.today(now) if clinic else now.date()
    monday = WeekForm(request.GET).monday(today)
    sees_reasons = may(request.user, Action.SEE_AUDIT)
    found = list(
        Opening.objects.in_clinic(request.user)
        .filter(day__range=(monday, monday + WEEK - timedelta(days=1)))
        .select_related("user", "clinic")
        .prefetch_related("notices__to")
    )
    for each in found if sees_reasons else ():
        note_seen(each.patient_id)
    context = {
        "found": found,
        "sees_reasons": sees_reasons,
        "monday": monday,
        "sunday": monday + timedelta(days=6),
        "earlier": monday - WEEK,
        "later": monday + WEEK if monday + WEEK <= today else None,
        "now": now,
    }
    return _page(request, "openings", context)


@require_safe
@requires(Action.SEE_PRIVACY)
def kept(request: StaffRequest) -> HttpResponse:
    """How long which data is kept, and when that was last enforced."""
    context = {"rules": retention.RULES, "last": retention.last_run()}
    return _page(request, "retention", context)


@require_http_methods(["GET", "POST"])
@requires(Action.EXPORT_PATIENT)
@recently_signed_in
def export(request: StaffRequest, pk: int) -> HttpResponse | FileResponse:
    """Hand out everything held about a patient, for the patient."""
    patient = _patient(request, pk)
    if not restrictions.has_team_access(patient, request.user):
        return _for_the_team(request, patient)
    context: dict[str, Any] = {"patient": patient, "most": exports.MOST_AN_HOUR}
    if request.method != "POST":
        return _page(request, "export", context)
    now = database_now()
    if wait := exports.seconds_to_wait(request.user, now=now):
        context["minutes"] = wait // 60 + 1
        response = _page(request, "export", context, TOO_MANY)
        response["Retry-After"] = str(wait)
        return response
    content = exports.export(patient, by=request.user, now=now, request=_number(request))
    name = f"patient-record-{patient.clinic.today(now)}.zip"
    return FileResponse(content, as_attachment=True, filename=name)


def _number(request: StaffRequest) -> str:
    """Return the request's reference; one kept until somebody had shown who they are has none."""
    return getattr(request, "id", "")


def _patient(request: StaffRequest, pk: int) -> Patient:
    reachable = Patient.objects.for_user(request.user).select_related("clinic")
    return get_object_or_404(reachable, pk=pk)


def _for_the_team(request: StaffRequest, patient: Patient) -> HttpResponse:
    return _page(request, "team_only", {"patient": patient}, 403)


def _page(
    request: StaffRequest, name: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    section = "privacy" if name in ("openings", "retention") else "patients"
    context |= {"section": section}
    return render(request, f"privacy/{name}.html", context, status=status)
