"""Type in what a patient said on the phone, on paper or at a visit."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.staff.access import Action, StaffRequest, requires
from followups import endings
from followups.endings import Ending
from followups.forms.entry import EntryForm
from followups.presenters import questions
from followups.services import check_ins, circumstances
from followups.texts import texts
from followups.views.saving import posted, status_of
from patients.choices import AnsweredBy, Source
from patients.models import Surgery

SAID = {
    Ending.EMERGENCY: "Saved. These answers can mean an emergency: tell the patient to call the "
    "emergency number now, and stay on the line until help is on the way.",
    Ending.CRISIS: "Saved. The patient may not be safe: follow your clinic's crisis plan now.",
    Ending.URGENT: "Saved. The clinic has to hear from this patient today: see the queue.",
    Ending.THANKS: "Saved and judged by the rules.",
}


@require_http_methods(["GET", "POST"])
@requires(Action.EDIT_PATIENTS)
def enter(request: StaffRequest, pk: int, surgery_pk: int) -> HttpResponse:
    """Ask the questions of today's check-in, or of one on demand, for the patient."""
    reachable = Surgery.objects.for_user(request.user).select_related("clinic", "patient")
    followed = reachable.filter(follow_up__isnull=False, follow_up__ended_at=None)
    surgery = get_object_or_404(followed, pk=surgery_pk, patient=pk)
    now = timezone.now()
    sheet = circumstances.sheet_for_entry(surgery, today=surgery.clinic.today(now))
    words = texts("en")  # staff read these; the patient is asked in words of their own
    form = EntryForm(posted(request), surgery=surgery, sheet=sheet, texts=words, now=now)
    form_id = _form_id(request)
    if form.is_bound and form.is_valid():
        report = check_ins.enter(
            surgery,
            answers=form.answers,
            submission_id=uuid.uuid5(form_id, f"surgery {surgery.pk}"),
            source=Source(form.cleaned_data["source"]),
            answered_by=AnsweredBy(form.cleaned_data["answered_by"]),
            entered_by=request.user,
            answered_at=form.cleaned_data["answered_at"],
            now=now,
        )
        ending = endings.of(form.answers)
        say = messages.success if ending is Ending.THANKS else messages.error
        say(request, SAID[ending])
        return redirect("patients:detail", report.surgery.patient_id)
    context = {
        "section": "patients",
        "patient": surgery.patient,
        "surgery": surgery,
        "form": form,
        "form_id": form_id,
        "language": texts(surgery.patient.language).name,
        "screens": [
            (
                questions.screen(each, sheet, words, given=request.POST.getlist(each.name)),
                form.wrong.get(each.name, ""),
            )
            for each in sheet.questions
        ],
    }
    return render(request, "patients/entry.html", context, status=status_of(form))


def _form_id(request: StaffRequest) -> uuid.UUID:
    """Return the name of the report to come: sent twice, it is stored once."""
    try:
        return uuid.UUID(request.POST.get("form_id", ""))
    except ValueError:
        return uuid.uuid4()
