"""Find, see, register and edit patients, and say whether they are still followed."""

import re
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from clinic.staff.access import Action, StaffRequest, few_searches, may, requires
from followups.forms.notes import NoteForm
from followups.forms.patient import FindForm, PatientForm, StatusForm
from followups.presenters import (
    course,
    given,
    matrix,
    notes,
    patient_list,
    plan,
    receives,
    record,
    timeline,
)
from followups.services import plans
from followups.views import patient_rows
from followups.views.saving import lock, posted, saving, status_of
from patients import search
from patients import services as records
from patients.models import Patient


@require_http_methods(["GET", "POST"])
@requires(Action.SEE_PATIENTS)
@few_searches
def index(request: StaffRequest) -> HttpResponse:
    """The patients of this clinic by name, or those a search finds.

    A search is posted, so that no name stands in an address, a log or a history.
    """
    form = FindForm(request.POST if request.method == "POST" else request.GET)
    context: dict[str, Any] = {
        "section": "patients",
        "form": form,
        "may_edit": may(request.user, Action.EDIT_PATIENTS),
        "may_break_glass": may(request.user, Action.BREAK_GLASS),
    }
    if not form.is_valid():
        return render(request, "patients/list.html", context, status=400)
    patients, more = _found(request, form) if form.cleaned_data["q"] else _listed(request, form)
    operations, now = patient_rows.operations(patients), timezone.now()
    context |= more | {
        "rows": patient_list.rows(patients, operations, asked=form.asked, now=now),
        "closed": patient_rows.closed(request.user, form.cleaned_data["q"]),
    }
    if context["closed"].found and context["may_break_glass"] and not patients:
        return redirect("privacy:open", context["closed"].found)
    return render(request, "patients/list.html", context)


def _found(request: StaffRequest, form: FindForm) -> tuple[list[Patient], dict[str, Any]]:
    status = form.cleaned_data["status"]
    patients = patient_rows.searched(request.user, form.asked, status=status)
    shown = patients[: search.MOST]
    return shown, {"is_search": True, "is_cut": len(patients) > len(shown), "most": search.MOST}


def _listed(request: StaffRequest, form: FindForm) -> tuple[list[Patient], dict[str, Any]]:
    reachable, asked = Patient.objects.for_user(request.user), form.cleaned_data
    page = patient_rows.listed(reachable, status=asked["status"], after=asked["after"])
    return page[0], {"after": page[1]}


@require_safe
@requires(Action.SEE_PATIENTS)
def detail(request: StaffRequest, pk: int) -> HttpResponse:
    """Everything on record about one patient and one of the operations."""
    patient = _patient(request, pk, "restriction")
    rows = patient_rows.record(patient, surgery_pk=_asked_for(request), now=timezone.now())
    if patient.clinic_id == request.user.clinic_id:
        request.user.clinic = patient.clinic  # at hand already, and the frame shows it
    every_column = request.GET.get("columns") == "all"
    may_edit = may(request.user, Action.EDIT_PATIENTS)
    planned = plan.of(rows)
    context = {
        "section": "patients",
        "patient": patient,
        "surgery": rows.surgery,
        "header": record.header(rows),
        "operations": record.operations(rows),
        "cases": record.cases(rows),
        "course": course.of(rows, span=request.GET.get("range", "")),
        "matrix": matrix.of(rows, recent=None if every_column else matrix.RECENT),
        "timeline": timeline.of(rows, kind=request.GET.get("show", "")),
        "kinds": timeline.KINDS.items(),
        "plan": planned,
        "next_visit": plan.next_visit(planned),
        "lessons": given.of(rows),
        "work_up": record.work_up(rows),
        "notes": notes.of(rows.notes, reader=request.user, now=rows.now, zone=patient.clinic.zone),
        "note_form": NoteForm() if may_edit else None,
        "receives": receives.of(rows, rows.unsent),
        "printed": record.printed(rows),
        "may_edit": may_edit,
        "may_review": may(request.user, Action.REVIEW),
        "may_restrict": may(request.user, Action.RESTRICT),
        "may_export": may(request.user, Action.EXPORT_PATIENT),
    }
    return render(request, "patients/detail.html", context)


@require_http_methods(["GET", "POST"])
@requires(Action.EDIT_PATIENTS)
def register(request: StaffRequest) -> HttpResponse:
    """Add a patient, then go on to the operation."""
    clinic = request.user.clinic
    if clinic is None:  # whoever runs the whole system works in no clinic
        raise PermissionDenied
    form = PatientForm(posted(request), clinic=clinic)
    if form.is_bound and form.is_valid():
        today = clinic.today(timezone.now())
        with saving(form):
            patient = records.register(
                clinic=clinic,
                facts=form.facts(),
                channels=form.channels(agreed=True),
                consented_on=today,
                today=today,
            )
            _record_the_rest(form, patient, request, today)
        if form.is_valid():
            return redirect("patients:surgery_new", patient.pk)
    return _form(request, "register", form)


@require_http_methods(["GET", "POST"])
@requires(Action.EDIT_PATIENTS)
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Correct who a patient is, how to reach them, what raises their risk."""
    patient = _patient(request, pk)
    form = PatientForm(posted(request), clinic=patient.clinic, patient=patient)
    if form.is_bound and form.is_valid():
        today = patient.clinic.today(timezone.now())
        with saving(form):
            lock(patient)
            form.refuse_if_changed()
            records.update(
                patient,
                facts=form.facts(),
                channels=form.channels(agreed=True),
                consented_on=today,
                today=today,
            )
            _record_the_rest(form, patient, request, today)
        if form.is_valid():
            messages.success(request, "The record was changed.")
            return redirect("patients:detail", patient.pk)
        patient.refresh_from_db()  # the heading keeps the name on record
    return _form(request, "edit", form, patient)


@require_http_methods(["GET", "POST"])
@requires(Action.EDIT_PATIENTS)
def status(request: StaffRequest, pk: int) -> HttpResponse:
    """Say that a patient withdrew, moved on, died, or is followed again."""
    patient, now = _patient(request, pk), timezone.now()
    form = StatusForm(posted(request), patient=patient, today=patient.clinic.today(now))
    if form.is_bound and form.is_valid():
        with saving(form):
            lock(patient)
            form.refuse_if_changed()
            plans.change_status(patient, **form.facts(), now=now)
        if form.is_valid():
            messages.success(request, "The status was changed.")
            return redirect("patients:detail", patient.pk)
        patient.refresh_from_db()
    return _form(request, "status", form, patient)


def _patient(request: StaffRequest, pk: int, *related: str) -> Patient:
    reachable = Patient.objects.for_user(request.user).select_related("clinic", *related)
    return get_object_or_404(reachable, pk=pk)


def _asked_for(request: StaffRequest) -> int | None:
    """Return the operation named in the address, if there is one."""
    pk = request.GET.get("surgery")
    if pk is None:
        return None
    if not re.fullmatch("[0-9]{1,18}", pk):
        raise Http404
    return int(pk)


def _record_the_rest(
    form: PatientForm, patient: Patient, request: StaffRequest, today: date
) -> None:
    """Store addresses without consent, and the risk factors if they are news."""
    records.update(
        patient,
        facts={},
        channels=form.channels(agreed=False),
        consented_on=None,
        today=today,
    )
    records.prefer(patient, form.cleaned_data["preferred"])
    if form.risks_changed():
        records.record_risks(
            patient,
            facts=form.risks(),
            recorded_on=today,
            source=request.user.display_name[:60],
        )


def _form(
    request: StaffRequest, page: str, form: Any, patient: Patient | None = None
) -> HttpResponse:
    context = {"section": "patients", "form": form, "patient": patient}
    if namesake := getattr(form, "namesake", None):
        reachable = Patient.objects.for_user(request.user)
        context |= {"namesake": reachable.filter(pk=namesake).first(), "taken": namesake}
    return render(request, f"patients/{page}.html", context, status=status_of(form))
