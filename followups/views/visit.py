"""Book a visit of the plan and say how it went."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from clinic.staff.access import Action, StaffRequest, requires
from followups.choices import CancelReason, VisitStatus
from followups.forms.schedule import CancelForm
from followups.forms.visit import BookForm, CompleteForm
from followups.models import Visit
from followups.presenters import history
from followups.presenters.plan import name_of
from followups.services import appointments, visits
from followups.views.saving import CONFLICT, UNPROCESSABLE


@require_safe
@requires(Action.EDIT_PATIENTS)
def show(request: StaffRequest, pk: int, visit_pk: int) -> HttpResponse:
    """What can be done with one visit."""
    return _page(request, _visit(request, pk, visit_pk))


@require_POST
@requires(Action.EDIT_PATIENTS)
def book(request: StaffRequest, pk: int, visit_pk: int) -> HttpResponse:
    """Give a visit its day and time, or another one."""
    visit, now = _visit(request, pk, visit_pk), timezone.now()
    form = BookForm(request.POST, visit=visit, now=now)
    if not form.is_valid():
        return _page(request, visit, book=form, status=UNPROCESSABLE)
    clinician = form.cleaned_data["clinician"]
    try:
        return _done(
            request,
            visit,
            lambda: visits.book(
                visit,
                booked_for=form.booked_for(),
                clinician=clinician.pk if clinician else None,
                by=request.user,
                now=now,
            ),
            "The visit is booked.",
        )
    except appointments.SlotTaken:
        form.add_error("at", f"{clinician} sees somebody else at this time. Take another.")
        return _page(request, visit, book=form, status=CONFLICT)


@require_POST
@requires(Action.EDIT_PATIENTS)
def complete(request: StaffRequest, pk: int, visit_pk: int) -> HttpResponse:
    """Say that the patient came."""
    visit, now = _visit(request, pk, visit_pk), timezone.now()
    form = CompleteForm(request.POST, visit=visit, today=visit.clinic.today(now))
    if not form.is_valid():
        return _page(request, visit, complete=form, status=UNPROCESSABLE)
    return _done(
        request,
        visit,
        lambda: visits.complete(visit, on=form.cleaned_data["on"], now=now),
        "The visit took place.",
    )


@require_POST
@requires(Action.EDIT_PATIENTS)
def no_show(request: StaffRequest, pk: int, visit_pk: int) -> HttpResponse:
    """Say that the patient did not come."""
    visit, now = _visit(request, pk, visit_pk), timezone.now()
    said = "Noted: the patient did not attend."
    try:
        return _done(request, visit, lambda: visits.no_show(visit, now=now), said)
    except visits.NotYet:
        messages.warning(request, "Nothing was noted: the time of the appointment is to come.")
        return _page(request, visit, status=UNPROCESSABLE)


@require_POST
@requires(Action.EDIT_PATIENTS)
def cancel(request: StaffRequest, pk: int, visit_pk: int) -> HttpResponse:
    """Call off an appointment."""
    visit, now = _visit(request, pk, visit_pk), timezone.now()
    form = CancelForm(request.POST)
    if not form.is_valid():
        return _page(request, visit, cancel=form, status=UNPROCESSABLE)
    reason = CancelReason(form.cleaned_data["reason"])
    said = "The appointment is cancelled; the visit is still expected."
    return _done(request, visit, lambda: visits.cancel(visit, reason=reason, now=now), said)


def _visit(request: StaffRequest, pk: int, visit_pk: int) -> Visit:
    reachable = Visit.objects.for_user(request.user).select_related(
        "clinic", "surgery__patient", "surgery__surgeon", "waived_by"
    )
    return get_object_or_404(reachable, pk=visit_pk, surgery__patient=pk)


def _done(
    request: StaffRequest, visit: Visit, change: Callable[[], Any], said: str
) -> HttpResponse:
    """Make the change and go back to the patient, unless a colleague was first."""
    try:
        change()
    except visits.NotExpected:
        visit.refresh_from_db()
        return _page(request, visit, changed=True, status=CONFLICT)
    messages.success(request, said)
    return redirect("patients:detail", visit.surgery.patient_id)


def _page(
    request: StaffRequest,
    visit: Visit,
    *,
    book: BookForm | None = None,
    complete: CompleteForm | None = None,
    cancel: CancelForm | None = None,
    changed: bool = False,
    status: int = 200,
) -> HttpResponse:
    now: datetime = timezone.now()
    today = visit.clinic.today(now)
    context = {
        "section": "patients",
        "patient": visit.surgery.patient,
        "visit": visit,
        "name": name_of(visit),
        "is_booked": visit.status == VisitStatus.BOOKED,
        "is_coming": visits.is_booked(visit, now),
        "imaging": visit.get_imaging_display(),
        "calls": history.calls_about(visit, now),
        "history": [history.line(each, now) for each in history.of(visit)],
        "is_expected": visit.status not in (VisitStatus.COMPLETED, VisitStatus.CANCELLED),
        "book": book or BookForm(visit=visit, now=now),
        "complete": complete or CompleteForm(visit=visit, today=today),
        "cancel": cancel or CancelForm(),
        "changed": changed,
    }
    return render(request, "patients/visit.html", context, status=status)
