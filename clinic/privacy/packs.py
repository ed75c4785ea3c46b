"""Hand out the visit pack: a file leaves the product, so who takes it shows who they are."""

from io import BytesIO

from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST

from clinic.audit import services as audit
from clinic.operations.heartbeats import pulse
from clinic.staff.access import Action, StaffRequest, requires
from clinic.staff.reauthentication import recently_signed_in
from followups import packs
from followups.presenters import pack
from followups.views import patient_rows
from patients.models import Patient

MADE = "visit pack made"


@require_POST
@requires(Action.EDIT_PATIENTS)
@recently_signed_in
def make(request: StaffRequest, pk: int, surgery_pk: int) -> HttpResponse | FileResponse:
    """Return the pack of one operation as a PDF that no cache keeps."""
    reachable = Patient.objects.for_user(request.user).select_related("clinic")
    patient = get_object_or_404(reachable, pk=pk)
    now, by = timezone.now(), request.user
    rows = patient_rows.record(patient, surgery_pk=surgery_pk, now=now)
    checked_at = pulse().checked_at
    content = pack.of(rows, rows.chosen, by=by.display_name, checked_at=checked_at)
    audit.note(MADE, user=by, request=getattr(request, "id", ""), patients=[patient.pk])
    name = f"visit-pack-{patient.clinic.today(now)}.pdf"
    response = FileResponse(BytesIO(packs.draw(content)), as_attachment=True, filename=name)
    response["Cache-Control"] = "no-store"
    return response
