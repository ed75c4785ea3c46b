"""The schedule: whom to call next, and booking in one click."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.staff.access import Action, StaffRequest, requires
from followups.choices import CancelReason, ContactMethod, ContactOutcome
from followups.forms.schedule import CallForm, TakeForm, WaiveForm
from followups.models import Visit
from followups.presenters import visits as visit_words
from followups.services import appointments, contacts, slots, visits
from followups.services.contacts import AlreadyRecorded
from followups.views.call_box import Opened
from followups.views.saving import CONFLICT, UNPROCESSABLE, posted
from followups.views.schedule_page import render_schedule

TAKEN = "This time was taken a moment ago. Choose one of these; nothing else was saved."
GONE = "This time is not offered any more. Choose one of these; nothing else was saved."
CHANGED = "Nothing was saved: a colleague was first. This is how it stands now."
PICK = "Pick a time: one click books it and saves the call."


@requires(Action.REVIEW)
@require_GET
def index(request: StaffRequest) -> HttpResponse:
    """Everything that is due, with nothing open."""
    return render_schedule(request)


@requires(Action.REVIEW)
@require_GET
def row(request: StaffRequest, pk: int) -> HttpResponse:
    """One row, closed; without a script the whole page at that row."""
    visit = visit_of(request, pk)
    if "HX-Request" in request.headers:
        return render_schedule(request, closed=visit)
    return _back(request, visit)


@requires(Action.REVIEW)
@require_http_methods(["GET", "POST"])
def call(request: StaffRequest, pk: int) -> HttpResponse:
    """The call box of a visit; one result or one time ends the call."""
    visit, now = visit_of(request, pk), timezone.now()
    data = posted(request)
    if data is None:
        return render_schedule(request, Opened(visit, is_call=True))
    form = CallForm(data, today=visit.clinic.today(now))
    opened = Opened(visit, is_call=True, form=form)
    if not form.is_valid():
        return render_schedule(request, opened, status=UNPROCESSABLE)
    has_time = form.cleaned_data["slot"] or visits.is_booked(visit, now)
    if form.outcome == ContactOutcome.BOOKED and not has_time:
        problem = Opened(visit, is_call=True, form=form, problem=PICK)
        return render_schedule(request, problem, status=UNPROCESSABLE)
    return _record(request, opened, form)


def _record(request: StaffRequest, opened: Opened, form: CallForm) -> HttpResponse:
    """Book the time if one was chosen, and note the call; both or neither."""
    visit, now, known = opened.visit, timezone.now(), form.cleaned_data
    seen = known["seen"] if known["seen"] is not None else 0
    try:
        with transaction.atomic():
            contacts.record_about_visit(
                visit,
                by=request.user,
                outcome=form.outcome,
                note=known["note"],
                promised_on=form.promise,
                seen=seen,
                now=now,
            )
            if known["slot"]:
                _take(request, visit, known["slot"], needs_ride=known["needs_ride"])
    except AlreadyRecorded as first:
        if first.attempt.by_id == request.user.pk and first.attempt.outcome == form.outcome:
            return _saved(request, visit, "Saved already.")  # a double click found its own
        return _refused(request, opened, CHANGED)
    except (appointments.SlotTaken, appointments.InThePast, appointments.NotHere):
        return _refused(request, opened, TAKEN)
    except slots.NotOffered:
        return _refused(request, opened, GONE)
    except visits.NotExpected:
        return _refused(request, opened, CHANGED)
    if known["slot"]:
        return _saved(request, visit, _booked(visit), is_new=True)
    return _saved(request, visit, f"Saved: {ContactOutcome(form.outcome).label.lower()}.")


@requires(Action.EDIT_PATIENTS)
@require_http_methods(["GET", "POST"])
def book(request: StaffRequest, pk: int) -> HttpResponse:
    """The free times of a visit; one click takes one."""
    visit = visit_of(request, pk)
    data = posted(request)
    if data is None:
        return render_schedule(request, Opened(visit, is_call=False))
    form = TakeForm(data)
    opened = Opened(visit, is_call=False, form=form)
    if not form.is_valid():
        return render_schedule(request, opened, status=UNPROCESSABLE)
    known = form.cleaned_data
    try:
        _take(request, visit, known["slot"], needs_ride=known["needs_ride"])
    except (appointments.SlotTaken, appointments.InThePast, appointments.NotHere):
        return _refused(request, opened, TAKEN)
    except slots.NotOffered:
        return _refused(request, opened, GONE)
    except visits.NotExpected:
        return _refused(request, opened, CHANGED)
    return _saved(request, visit, _booked(visit), is_new=True)


@requires(Action.EDIT_PATIENTS)
@require_POST
def unbook(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a booking back: it was a slip."""
    visit = visit_of(request, pk)
    try:
        visits.cancel(visit, reason=CancelReason.MISTAKE, now=timezone.now())
    except visits.NotExpected:
        return _refused(request, Opened(visit, is_call=False), CHANGED)
    return _saved(request, visit, "The booking is undone; the visit is still expected.")


@requires(Action.REVIEW)
@require_POST
def letter(request: StaffRequest, pk: int) -> HttpResponse:
    """Note that the letter has gone out, the second way of reaching somebody."""
    visit = visit_of(request, pk)
    seen = request.POST.get("seen", "")
    try:
        contacts.record_about_visit(
            visit,
            by=request.user,
            method=ContactMethod.LETTER,
            outcome=ContactOutcome.SENT,
            seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 16 else 0,
            now=timezone.now(),
        )
    except AlreadyRecorded:
        return _refused(request, Opened(visit, is_call=True), CHANGED)
    said = "The letter is noted. If nothing comes of it, the surgeon decides."
    return _saved(request, visit, said)


@requires(Action.WAIVE_VISITS)
@require_POST
def waive(request: StaffRequest, pk: int) -> HttpResponse:
    """A surgeon decides that a visit is no longer expected."""
    visit = visit_of(request, pk)
    form = WaiveForm(request.POST)
    if not form.is_valid():
        opened = Opened(visit, is_call=True, form=form)
        return render_schedule(request, opened, status=UNPROCESSABLE)
    try:
        visits.waive(visit, reason=form.cleaned_data["reason"], by=request.user, now=timezone.now())
    except visits.NotExpected:
        return _refused(request, Opened(visit, is_call=True), CHANGED)
    return _saved(request, visit, "The visit is no longer expected.")


def visit_of(request: StaffRequest, pk: int) -> Visit:
    """Return a visit of the user's clinic; any other id, known or not, is a 404."""
    reachable = Visit.objects.for_user(request.user).select_related(
        "clinic", "surgery__patient", "surgery__surgeon"
    )
    return get_object_or_404(reachable, pk=pk)


def _take(request: StaffRequest, visit: Visit, key: str, *, needs_ride: bool) -> None:
    now = timezone.now()
    slot = slots.offered(visit.clinic, key, kind=visit.kind, now=now)
    visits.take(visit, slot, by=request.user, needs_ride=needs_ride, now=now)


def _booked(visit: Visit) -> str:
    if visit.booked_for is None:
        return "Booked."
    return f"Booked for {visit_words.slot_time(visit.booked_for, visit.clinic.zone)}."


def _saved(request: StaffRequest, visit: Visit, said: str, *, is_new: bool = False) -> HttpResponse:
    """Show the row as it is now; without a script go back to it on the page.

    ``is_new``: it was booked just now, which can be undone.
    """
    messages.success(request, said)
    if "HX-Request" in request.headers:
        return render_schedule(request, closed=visit, just_booked=visit.pk if is_new else 0)
    return _back(request, visit)


def _refused(request: StaffRequest, opened: Opened, why: str) -> HttpResponse:
    """Say why nothing was saved, with what was typed and new times to choose from."""
    opened.visit.refresh_from_db()
    again = Opened(opened.visit, opened.is_call, opened.form, problem=why)
    return render_schedule(request, again, status=CONFLICT)


def _back(request: StaffRequest, visit: Visit) -> HttpResponse:
    query = request.GET.urlencode()
    address = f"{reverse('followups:schedule')}{'?' if query else ''}{query}"
    return redirect(f"{address}#fu-{visit.pk}")
