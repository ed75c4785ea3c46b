"""Import a patient list from a page: check first, then import the very file that was checked."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, OperationalError, transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.audit import services as audit
from clinic.exchange import importing, kept
from clinic.exchange import queue as queue_file
from clinic.exchange.forms import TOO_OLD, Checked, CheckedForm, ImportForm, digest
from clinic.exchange.importing import Import, Kind, RowsInError
from clinic.exchange.problems import Problem, Stopped
from clinic.exchange.profiles import PROFILES, REQUIRED, Field
from clinic.staff.access import Action, StaffRequest, requires
from clinic.staff.models import Clinic
from followups.forms.queue import FilterForm, Filters

IMPORTED = "patients imported"
SHOWN = 200  # problems; whoever has more of them corrects these first
MOST_AT_ONCE = 500  # patients; each takes up to 0.1 s, and a proxy stops waiting after a minute
UNPROCESSABLE, CONFLICT = 422, 409
WORDS = {
    Kind.CREATE: "New patients",
    Kind.UPDATE: "Patients to change",
    Kind.UNCHANGED: "Already as in the file",
    Kind.ERROR: "Rows with problems",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One problem beside the record number of its row."""

    mrn: str
    problem: Problem


@require_http_methods(["GET", "POST"])
@requires(Action.IMPORT_PATIENTS)
def index(request: StaffRequest) -> HttpResponse:
    """Ask for a file, and show what importing it would do. Stores no patient."""
    clinic = _clinic(request)
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    if form.is_bound and form.is_valid():
        data, now = form.cleaned_data["file"], timezone.now()
        try:
            found = importing.dry_run(data, profile=form.profile, clinic=clinic, now=now)
        except Stopped as stopped:
            form.add_error("file", str(stopped))
        else:
            name = kept.keep(data, user=request.user, clinic=clinic)
            checked = Checked.of(name, data, form.cleaned_data["layout"])
            return _checked(request, found, checked)
    return _ask(request, form, UNPROCESSABLE if form.errors else 200)


@require_POST
@requires(Action.IMPORT_PATIENTS)
def apply(request: StaffRequest) -> HttpResponse:
    """Import the file that was checked, all of it in this page's transaction."""
    clinic, user = _clinic(request), request.user
    form = CheckedForm(request.POST)
    checked = form.cleaned_data["checked"] if form.is_valid() else None
    data = kept.get(checked.name, user=user, clinic=clinic) if checked else None
    if checked is None or data is None or digest(data) != checked.digest:
        return _refused(request, TOO_OLD, UNPROCESSABLE)
    try:
        _refuse_too_long(data, checked.layout, clinic)
        done = importing.commit(
            data,
            profile=PROFILES[checked.layout],
            clinic=clinic,
            now=timezone.now(),
            skip_errors=form.cleaned_data["skip"],
        )
    except RowsInError as refusal:
        return _checked(request, refusal.found, checked, status=UNPROCESSABLE)
    except Stopped as stopped:
        return _refused(request, str(stopped), UNPROCESSABLE)
    except (IntegrityError, OperationalError):  # the database's own words may quote a patient
        return _refused(
            request,
            "Somebody else is changing the same records. Nothing was stored; check the file"
            " again in a minute.",
            CONFLICT,
        )
    counts: dict[str, Any] = {kind.value: count for kind, count in done.counts.items()}
    audit.note(IMPORTED, user=user, request=getattr(request, "id", ""), **counts)
    transaction.on_commit(lambda: kept.forget(checked.name, user=user, clinic=clinic))
    messages.success(request, _told(done))
    return redirect("exchange:imports")


@require_POST
@requires(Action.REVIEW)
def queue(request: StaffRequest) -> HttpResponse:
    """A list of the queue as a file; lists that are not of open cases have none."""
    filters = FilterForm(request.POST).filters()[0]
    if not filters.view.is_of_cases:
        filters = Filters()
    now = timezone.now()
    written = queue_file.export(
        filters, by=request.user, request=getattr(request, "id", ""), now=now
    )
    name = f"queue-{filters.view.value}-{now:%Y-%m-%d-%H%M}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(written, content_type="text/csv; charset=utf-8", headers=headers)


def _clinic(request: StaffRequest) -> Clinic:
    clinic = request.user.clinic
    if clinic is None:  # whoever runs the whole system works in no clinic
        raise PermissionDenied
    return clinic


def _ask(request: StaffRequest, form: ImportForm, status: int) -> HttpResponse:
    context = {
        "section": "imports",
        "form": form,
        "fields": [(each.value, each in REQUIRED) for each in Field],
    }
    return render(request, "exchange/imports.html", context, status=status)


def _refused(request: StaffRequest, reason: str, status: int) -> HttpResponse:
    form = ImportForm({}, {})
    form.errors.clear()
    form.add_error(None, reason)
    return _ask(request, form, status)


def _checked(
    request: StaffRequest, found: Import, checked: Checked, status: int = 200
) -> HttpResponse:
    counts = found.counts
    context: dict[str, Any] = {
        "section": "imports",
        "found": found,
        "counts": [(kind.value, WORDS[kind], counts[kind]) for kind in Kind],
        "to_store": _to_store(found),
        "is_too_long": _to_store(found) > MOST_AT_ONCE,
        "most": MOST_AT_ONCE,
        "in_error": counts[Kind.ERROR],
        "problems": list(_problems(found))[:SHOWN],
        "hidden": max(0, len(found.problems) - SHOWN),
        "checked": checked.signed,
    }
    return render(request, "exchange/checked.html", context, status=status)


def _refuse_too_long(data: bytes, layout: str, clinic: Clinic) -> None:
    """Refuse a file whose button was not offered."""
    found = importing.dry_run(data, profile=PROFILES[layout], clinic=clinic, now=timezone.now())
    if _to_store(found) > MOST_AT_ONCE:
        raise Stopped(f"This page imports at most {MOST_AT_ONCE} patients at once. Split the file.")


def _to_store(found: Import) -> int:
    return found.counts[Kind.CREATE] + found.counts[Kind.UPDATE]


def _problems(found: Import) -> Iterator[Shown]:
    for outcome in found.failing:
        texts = {} if outcome.row.fault else found.layout.texts(outcome.row)
        for problem in outcome.problems:
            yield Shown(texts.get(Field.MRN, ""), problem)


def _told(done: Import) -> str:
    counts = done.counts
    said = f"Imported: {counts[Kind.CREATE]} new, {counts[Kind.UPDATE]} changed,"
    said += f" {counts[Kind.UNCHANGED]} already on record."
    passed_over = counts[Kind.ERROR]
    return f"{said} {passed_over} with problems were left out." if passed_over else said
