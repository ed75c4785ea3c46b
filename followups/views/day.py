"""One day of the schedule, for the desk and the printer; and finding a visit to book."""

from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.staff.access import Action, StaffRequest, few_searches, requires
from followups.clock import midnight
from followups.forms.schedule import DayForm, FindForm
from followups.models import Appointment, Visit
from followups.models.schedule import AppointmentQuerySet
from followups.presenters import diary as diaries
from followups.presenters import visits as visit_words
from followups.rules.slots import Slot
from followups.services import slots, visits
from followups.views.call_box import clinic_of
from followups.views.saving import CONFLICT, posted, status_of
from followups.views.schedule import visit_of
from patients import search
from patients.asked import read

FOUND = 20
MOST_OF_A_DAY = 200


@requires(Action.REVIEW)
@require_GET
def show(request: StaffRequest) -> HttpResponse:
    """Who comes on a day, in the order of their times, and what is still free."""
    now, clinic = timezone.now(), clinic_of(request)
    form = DayForm(request.GET)
    is_known = form.is_valid()
    on: date = form.cleaned_data.get("on") or clinic.today(now)
    book = slots.diary(clinic, first=on, last=on, now=now)
    context = {
        "section": "schedule",
        "on": on,
        "is_unknown_day": not is_known,
        "before": on - timedelta(days=1),
        "after": on + timedelta(days=1),
        "tile": diaries.day_tile(book, on, clinic.today(now)),
        "lines": [diaries.line(each, now) for each in _of_day(request, on)],
        "free": diaries.by_day(list(_free(book, on)), book),
    }
    return render(request, "followups/schedule/day.html", context)


def _of_day(request: StaffRequest, on: date) -> AppointmentQuerySet:
    clinic = clinic_of(request)
    start, end = midnight(clinic.zone, on), midnight(clinic.zone, on + timedelta(days=1))
    return (
        Appointment.objects.for_user(request.user)
        .filter(clinic=clinic, starts_at__gte=start, starts_at__lt=end)
        .exclude(end__in=["moved", "cancelled", "plan_ended"])
        .select_related("clinician", "visit__clinic", "visit__surgery__patient")
        .select_related("visit__surgery__follow_up", "visit__surgery__surgeon")
        .order_by("starts_at", "clinician", "place", "pk")[:MOST_OF_A_DAY]
    )


def _free(book: slots.Diary, on: date) -> list[Slot]:
    return [slot for slot in book.day(on).slots if book.places_left(slot)]


@requires(Action.EDIT_PATIENTS)
@few_searches
@require_http_methods(["GET", "POST"])
def find(request: StaffRequest) -> HttpResponse:
    """Find whose visit is to be booked; what is typed stays out of the address."""
    form, found = FindForm(posted(request)), []
    if form.is_bound and form.is_valid():
        asked = read(form.cleaned_data["q"])
        known = [match.pk for match in search.find(request.user, asked)]
        visits_found = (
            Visit.objects.for_user(request.user)
            .planned()
            .filter(surgery__patient__in=known, surgery__follow_up__ended_at=None)
            .select_related("clinic", "surgery__patient", "surgery__surgeon")
            .order_by("surgery__patient__family_name", "surgery__patient", "target_on", "pk")
        )
        found = [diaries.found(visit, timezone.now()) for visit in visits_found[:FOUND]]
    context = {"section": "schedule", "form": form, "found": found, "most": FOUND}
    return render(request, "followups/schedule/find.html", context, status=status_of(form))


@requires(Action.EDIT_PATIENTS)
@require_POST
def walk_in(request: StaffRequest, pk: int) -> HttpResponse:
    """Note that somebody came without an appointment."""
    visit = visit_of(request, pk)
    try:
        visits.walk_in(visit, by=request.user, now=timezone.now())
    except visits.NotExpected:
        messages.warning(request, "Nothing was changed: a colleague was first.")
        context = {"section": "schedule", "form": FindForm()}
        return render(request, "followups/schedule/find.html", context, status=CONFLICT)
    messages.success(request, f"Noted: {visit_words.full_name(visit)} took place today.")
    return redirect("patients:detail", visit.surgery.patient_id)
