"""The ledger of one patient: every message there was, and what became of it."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from clinic.staff.access import Action, StaffRequest, requires
from followups.models import Reminder
from followups.presenters import receives
from patients.models import Patient

SHOWN = 200


@require_safe
@requires(Action.SEE_PATIENTS)
def ledger(request: StaffRequest, pk: int) -> HttpResponse:
    patients = Patient.objects.for_user(request.user).select_related("clinic")
    patient = get_object_or_404(patients, pk=pk)
    messages = Reminder.objects.for_user(request.user).filter(patient=patient)
    found = receives.ledger(messages.order_by("-not_before", "-pk")[: SHOWN + 1])
    context = {
        "section": "patients",
        "patient": patient,
        "lines": found[:SHOWN],
        "is_cut": len(found) > SHOWN,
    }
    return render(request, "patients/messages.html", context)
