"""What the search field suggests while somebody types: whom it finds, or whom they saw last."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from clinic.audit import recent
from clinic.staff.access import Action, StaffRequest, few_searches, may, requires
from followups.forms.patient import FindForm
from followups.presenters import found
from followups.views import patient_rows

SUGGESTED = 8
UNPROCESSABLE = 422


@require_POST
@requires(Action.SEE_PATIENTS)
@few_searches
def suggest(request: StaffRequest) -> HttpResponse:
    """Return the list under the field; without it the field leads to the list of patients."""
    if "HX-Request" not in request.headers:
        return redirect("patients:list")
    form, now = FindForm(request.POST), timezone.now()
    if not form.is_valid():
        return render(request, "patients/_suggestions.html", {"form": form}, status=UNPROCESSABLE)
    asked = form.asked
    if not asked:
        seen = recent.patients(request.user)
        context = {"found": [found.line(each, now=now) for each in seen], "is_recent": True}
        return render(request, "patients/_suggestions.html", context)
    patients = patient_rows.searched(request.user, asked)
    context = {
        "asked": form.cleaned_data["q"],
        "found": [found.line(each, asked, now=now) for each in patients[:SUGGESTED]],
        "more": len(patients) > SUGGESTED,
        "closed": patient_rows.closed(request.user, form.cleaned_data["q"]),
        "may_break_glass": may(request.user, Action.BREAK_GLASS),
    }
    return render(request, "patients/_suggestions.html", context)
