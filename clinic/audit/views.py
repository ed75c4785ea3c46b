"""The audit for those who look after it, and who saw one patient for those who treat them."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import dateformat, timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.audit import presenters, visitors
from clinic.audit.export import TooMany
from clinic.audit.export import export as write_export
from clinic.audit.forms import SearchForm
from clinic.audit.models import Entry, EntryQuerySet
from clinic.audit.search import Place, Search
from clinic.staff.access import Action, StaffRequest, may, requires
from clinic.staff.reauthentication import recently_signed_in
from followups.views.saving import posted
from patients.fields import IsoDateField
from patients.models import Patient
from patients.reach import note_seen

PAGE = 50
UNPROCESSABLE = 422
TOO_MANY = 429


@require_http_methods(["GET", "POST"])
@requires(Action.SEE_AUDIT)
def index(request: StaffRequest) -> HttpResponse:
    """The entries of a search, newest first.

    What was typed is posted and becomes an address without record numbers.
    """
    if request.method == "POST":
        typed = SearchForm(posted(request), user=request.user)
        if typed.is_valid():
            query = typed.search().but(before=None)
            return redirect(f"{reverse('audit:list')}?{query}" if query else "audit:list")
        return _page(request, {"form": typed}, status=UNPROCESSABLE)
    asked = SearchForm(request.GET, user=request.user, typed=False)
    if not asked.is_valid():
        return _page(request, {"form": asked}, status=400)
    return _page(request, _found(request, asked.search()))


@require_safe
@requires(Action.SEE_AUDIT)
def entry(request: StaffRequest, pk: int) -> HttpResponse:
    """One entry with all it replaced, which is patient data: looking is written down."""
    found = get_object_or_404(_entries(request), pk=pk)
    for patient in found.patients:
        note_seen(patient)
    [line] = presenters.lines([found], user=request.user)
    reachable = Patient.objects.for_user(request.user).filter(pk__in=found.patients[:PAGE])
    context = {
        "section": "audit",
        "line": line,
        "entry": found,
        "zone": presenters.zone_of(request.user),
        "patients": reachable,
        "may_see_patients": may(request.user, Action.SEE_PATIENTS),
        # kept, but of a record closed to this person, or erased since
        "is_closed": found.values_digest is not None and not line.changes,
    }
    return render(request, "audit/entry.html", context)


@require_POST
@requires(Action.SEE_AUDIT)
@recently_signed_in
def export(request: StaffRequest) -> HttpResponse:
    """The whole search as a file; made here, as nothing may be read after the transaction."""
    asked = SearchForm(request.GET, user=request.user, typed=False)
    if not asked.is_valid():
        return _page(request, {"form": asked}, status=400)
    search = asked.search()
    zone, now = presenters.zone_of(request.user), timezone.now()
    try:
        text = write_export(
            search.of(_entries(request), zone),
            by=request.user,
            request=getattr(request, "id", ""),
            now=now,
        )
    except TooMany as refusal:
        context = _found(request, search) | {"refusal": str(refusal)}
        return _page(request, context, status=TOO_MANY)
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    name = f"audit-{now.astimezone(zone):%Y-%m-%d-%H%M}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
@requires(Action.SEE_PATIENTS)
def access(request: StaffRequest, pk: int) -> HttpResponse:
    """Who opened or changed one patient's record, by day."""
    reachable = Patient.objects.for_user(request.user).select_related("clinic")
    patient = get_object_or_404(reachable, pk=pk)
    now = timezone.now()
    stretch = visitors.Stretch.until(_last_day(request) or patient.clinic.today(now))
    entries = Entry.objects.for_user(request.user)
    context = {
        "section": "patients",
        "patient": patient,
        "days": visitors.of(patient, entries, stretch),
        "stretch": stretch,
        "is_earlier": visitors.is_earlier(patient, entries, stretch),
        "printed": dateformat.format(now.astimezone(patient.clinic.zone), "M j, Y, g:i A"),
        "may_see_audit": may(request.user, Action.SEE_AUDIT),
    }
    return render(request, "audit/access.html", context)


def _entries(request: StaffRequest) -> EntryQuerySet:
    return Entry.objects.for_user(request.user).select_related("user", "clinic")


def _found(request: StaffRequest, search: Search) -> dict[str, Any]:
    """Return one page of a search; the entry after it says whether there is another."""
    zone = presenters.zone_of(request.user)
    entries = list(search.of(_entries(request), zone)[: PAGE + 1])
    shown = entries[:PAGE]
    after = Place(shown[-1].at, shown[-1].pk) if len(entries) > PAGE else None
    return {
        "form": SearchForm.showing(search, user=request.user),
        "lines": presenters.lines(shown, user=request.user),
        "zone": zone,
        "search": search,
        "older": search.but(before=after) if after else "",
        "newest": search.but(before=None),
        "is_narrowed": bool(search.but(before=None)),
    }


def _page(request: StaffRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return render(request, "audit/list.html", context | {"section": "audit"}, status=status)


def _last_day(request: StaffRequest) -> date | None:
    """Return the day the address ends with, if it names one."""
    text = request.GET.get("until", "")
    try:
        return IsoDateField(required=False).clean(text)
    except ValidationError as error:
        raise Http404 from error
