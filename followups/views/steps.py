"""Snooze, wake, hand over, pin and reopen a case, note that imaging was asked for, book a visit."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.staff.access import ALLOWED, Action, StaffRequest, requires
from followups.choices import FlagEventKind, VisitStatus
from followups.forms.steps import (
    HandOverForm,
    ImagingForm,
    PinForm,
    ReopenForm,
    ResultForm,
    SnoozeForm,
)
from followups.models import FollowUp, Visit
from followups.presenters.case import Facts
from followups.services import cases, imaging, pins
from followups.services.snoozes import why_never_snoozed
from followups.views import reading
from followups.views.outcomes import conflict, conflict_with, done, show_sheet, undo_token
from followups.views.pages import Sheet
from followups.views.queue import get_case
from followups.views.saving import posted
from patients.models import ImagingStudy
from patients.reach import veiled_from

GET_AND_POST = ["GET", "POST"]


@dataclass(frozen=True, slots=True)
class _Step:
    """What a sheet does once it is filled in, and how that is told."""

    service: Callable[..., Any]
    said: str
    undone_as: FlagEventKind | None = None
    is_over: bool = False


@requires(Action.REVIEW)
@require_http_methods(GET_AND_POST)
def snooze(request: StaffRequest, pk: int) -> HttpResponse:
    follow_up, facts, now = _opened(request, pk)
    may_sleep = [flag for flag in facts.open_flags if not why_never_snoozed(flag)]
    why = tuple(filter(None, map(why_never_snoozed, facts.open_flags)))
    form = SnoozeForm(posted(request), flags=may_sleep, case=follow_up, now=now)
    sheet = Sheet("snooze", form, told=why)
    step = _Step(cases.snooze, "Snoozed.", FlagEventKind.SNOOZED, is_over=True)
    return _sheet(request, follow_up, facts, sheet, step)


@requires(Action.REVIEW)
@require_POST
def wake(request: StaffRequest, pk: int) -> HttpResponse:
    follow_up = get_case(request, pk)
    cases.wake(follow_up, by=request.user, now=timezone.now())
    return done(request, follow_up, "Awake again: the case is back in its list.")


@requires(Action.REVIEW)
@require_http_methods(GET_AND_POST)
def request_imaging(request: StaffRequest, pk: int) -> HttpResponse:
    follow_up, facts, _ = _opened(request, pk)
    told = (
        "This notes that imaging was requested. It orders nothing: order it where you always do.",
    )
    sheet = Sheet("imaging", ImagingForm(posted(request)), told=told)
    said = "Noted. The case stands in “Waiting for results” until the result is recorded."
    step = _Step(imaging.request, said, FlagEventKind.IMAGING_REQUESTED)
    return _sheet(request, follow_up, facts, sheet, step)


@requires(Action.REVIEW)
@require_http_methods(GET_AND_POST)
def result(request: StaffRequest, pk: int) -> HttpResponse:
    follow_up, facts, now = _opened(request, pk)
    form = ResultForm(posted(request), studies=facts.studies, case=follow_up, now=now)
    step = _Step(_record_result, "The result is recorded; the rules have looked at it.")
    return _sheet(request, follow_up, facts, Sheet("result", form), step)


def _record_result(follow_up: FollowUp, *, study: ImagingStudy, **facts: Any) -> None:
    imaging.record_result(study, **facts)


@requires(Action.REVIEW)
@require_http_methods(GET_AND_POST)
def hand_over(request: StaffRequest, pk: int) -> HttpResponse:
    follow_up, facts, _ = _opened(request, pk)
    patient = follow_up.surgery.patient_id
    colleagues = (
        get_user_model()
        .objects.filter(clinic=follow_up.clinic_id, is_active=True)
        .filter(role__in=ALLOWED[Action.REVIEW])
        .exclude(pk__in=[request.user.pk, follow_up.owner_id or 0])
    )
    form = HandOverForm(
        posted(request),
        colleagues=colleagues,
        may_see=lambda to: patient not in veiled_from(to.pk),
    )
    step = _Step(cases.hand_over, "Handed over.", FlagEventKind.HANDED_OVER)
    return _sheet(request, follow_up, facts, Sheet("hand_over", form), step)


@requires(Action.REVIEW)
@require_http_methods(GET_AND_POST)
def pin(request: StaffRequest, pk: int) -> HttpResponse:
    follow_up, facts, _ = _opened(request, pk)
    sheet = Sheet("pin", PinForm(posted(request)))
    step = _Step(pins.pin, "Pinned above the others of its severity.", FlagEventKind.PINNED)
    return _sheet(request, follow_up, facts, sheet, step)


@requires(Action.REVIEW)
@require_POST
def unpin(request: StaffRequest, pk: int) -> HttpResponse:
    before, now = get_case(request, pk), timezone.now()
    after = pins.unpin(before, by=request.user, now=now)
    undo = ""
    if after.version != before.version:
        undo = undo_token(request, FlagEventKind.UNPINNED, before=before, after=after, now=now)
    return done(request, before, "No longer pinned.", undo=undo)


@requires(Action.REVIEW)
@require_http_methods(GET_AND_POST)
def reopen(request: StaffRequest, pk: int) -> HttpResponse:
    follow_up, facts, _ = _opened(request, pk)
    form = ReopenForm(posted(request), flags=facts.reopenable)
    step = _Step(cases.reopen, "Open again, with a new response clock.")
    return _sheet(request, follow_up, facts, Sheet("reopen", form), step)


@requires(Action.REVIEW)
@require_GET
def visit(request: StaffRequest, pk: int) -> HttpResponse:
    """Lead to the booking of the next visit that has no appointment, else to the plan."""
    follow_up = get_case(request, pk)
    patient = follow_up.surgery.patient_id
    unbooked = [VisitStatus.PLANNED, VisitStatus.NO_SHOW]
    following = (
        Visit.objects.for_user(request.user)
        .filter(surgery=follow_up.surgery_id, status__in=unbooked)
        .order_by("target_on", "pk")
        .first()
    )
    if following is None:
        return redirect("patients:detail", patient)
    return redirect("patients:visit", patient, following.pk)


def _opened(request: StaffRequest, pk: int) -> tuple[FollowUp, Facts, datetime]:
    now = timezone.now()
    follow_up = get_case(request, pk)
    return follow_up, reading.facts(follow_up, now), now


def _sheet(
    request: StaffRequest, before: FollowUp, facts: Facts, sheet: Sheet, step: _Step
) -> HttpResponse:
    """Show the sheet, or take its step if the case is still as the sheet showed it."""
    form: Any = sheet.form
    form.initial["version"] = before.version
    if form.is_bound and request.POST.get("version") != str(before.version):
        return conflict_with(request, before, facts, sheet)
    if not form.is_bound or not form.is_valid():
        return show_sheet(request, before, sheet, facts)
    now = timezone.now()
    try:
        step.service(before, by=request.user, now=now, **form.step())
    except cases.Changed:
        return conflict(request, before.pk)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return show_sheet(request, before, sheet, facts)
    after = get_case(request, before.pk)
    undo = ""
    if step.undone_as is not None:
        undo = undo_token(request, step.undone_as, before=before, after=after, now=now)
    return done(request, before, step.said, undo=undo, is_over=step.is_over)
