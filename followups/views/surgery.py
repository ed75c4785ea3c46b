"""Record an operation and correct it; the follow-up is planned with it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.staff.access import Action, StaffRequest, requires
from followups.forms.surgery import SurgeryForm
from followups.services import plans
from followups.views.saving import lock, posted, saving, status_of
from patients.models import Patient, Surgery


@require_http_methods(["GET", "POST"])
@requires(Action.EDIT_PATIENTS)
def add(request: StaffRequest, pk: int) -> HttpResponse:
    """Record an operation of a patient."""
    reachable = Patient.objects.for_user(request.user).select_related("clinic")
    patient = get_object_or_404(reachable, pk=pk)
    form = SurgeryForm(posted(request), patient=patient)
    if form.is_bound and form.is_valid():
        with saving(form):
            plans.record_surgery(patient, facts=form.facts(), now=timezone.now())
        if form.is_valid():
            messages.success(request, "The operation is recorded and its follow-up planned.")
            return redirect("patients:detail", patient.pk)
    return _form(request, form, patient, None)


@require_http_methods(["GET", "POST"])
@requires(Action.EDIT_PATIENTS)
def edit(request: StaffRequest, pk: int, surgery_pk: int) -> HttpResponse:
    """Correct an operation; what has not happened yet is planned again."""
    reachable = Surgery.objects.for_user(request.user).select_related("patient", "clinic")
    surgery = get_object_or_404(reachable, pk=surgery_pk, patient=pk)
    form = SurgeryForm(posted(request), patient=surgery.patient, surgery=surgery)
    if form.is_bound and form.is_valid():
        with saving(form):
            lock(surgery)
            form.refuse_if_changed()
            plans.correct_surgery(surgery, facts=form.facts(), now=timezone.now())
        if form.is_valid():
            messages.success(request, "The operation was corrected and its follow-up moved.")
            return redirect("patients:detail", pk)
        surgery.refresh_from_db()  # the heading keeps what is on record
    return _form(request, form, surgery.patient, surgery)


def _form(
    request: StaffRequest, form: SurgeryForm, patient: Patient, surgery: Surgery | None
) -> HttpResponse:
    context = {
        "section": "patients",
        "form": form,
        "patient": patient,
        "surgery": surgery,
    }
    return render(request, "patients/surgery.html", context, status=status_of(form))
