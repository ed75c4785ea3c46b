"""How a step on a case ends: what comes next, a refusal in words, or a colleague was first."""

from datetime import datetime
from typing import Any

from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from clinic.staff.access import StaffRequest
from followups.choices import FlagEventKind
from followups.forms.queue import FilterForm, Filters
from followups.models import FollowUp
from followups.presenters.case import Facts
from followups.services.undoing import Step
from followups.views import reading
from followups.views.pages import (
    Sheet,
    Toast,
    address,
    leave_toast,
    part_of,
    render_done,
    render_queue,
)
from followups.views.queue import get_case
from followups.views.saving import CONFLICT, UNPROCESSABLE

SALT = "undo"


def filters_of(request: StaffRequest) -> Filters:
    return FilterForm(request.GET).filters()[0]


def done(
    request: StaffRequest, changed: FollowUp, said: str, *, undo: str = "", is_over: bool = False
) -> HttpResponse:
    """Show what was done, and the case again; where it ``is_over``, the one behind it."""
    shown: FollowUp | None = changed
    if is_over:
        following = reading.next_case(request.user, filters_of(request), changed, timezone.now())
        shown = following and get_case(request, following.pk)
        nothing_left = "Nothing else is waiting in this list."
        said = f"{said} {'This is the next case.' if shown else nothing_left}"
    toast = Toast(said, undo)
    if part_of(request):
        current = shown if shown is None or is_over else get_case(request, changed.pk)
        return render_done(request, changed=changed, follow_up=current, toast=toast)
    leave_toast(request, toast)
    return redirect(address(shown, filters_of(request)))


def show_sheet(
    request: StaffRequest, follow_up: FollowUp, sheet: Sheet, facts: Facts | None = None
) -> HttpResponse:
    """Show a form over the case; with typed values it did not pass, so it is a 422."""
    status = UNPROCESSABLE if sheet.form.is_bound else 200
    return render_queue(request, follow_up=follow_up, sheet=sheet, facts=facts, status=status)


def conflict(request: StaffRequest, pk: int) -> HttpResponse:
    """Show what a colleague or a newer answer has changed; there was nothing to lose."""
    return render_queue(request, follow_up=get_case(request, pk), has_changed=True, status=CONFLICT)


def conflict_with(
    request: StaffRequest, follow_up: FollowUp, facts: Facts, sheet: Sheet
) -> HttpResponse:
    """Show what a colleague or a newer answer changed, with what was typed kept."""
    typed: dict[str, Any] = {
        name: request.POST.get(name, "") for name in sheet.form.fields if name != "flags"
    }
    sheet.form.initial = {**sheet.form.initial, **typed, "version": follow_up.version}
    sheet.form.is_bound = False
    return render_queue(
        request,
        follow_up=follow_up,
        facts=facts,
        sheet=sheet,
        has_changed=True,
        status=CONFLICT,
    )


def undo_token(
    request: StaffRequest,
    kind: FlagEventKind,
    *,
    before: FollowUp,
    after: FollowUp,
    now: datetime,
) -> str:
    """Return what takes this step back: ids and moments, good for this person alone."""
    step = {
        "kind": kind.value,
        "case": after.pk,
        "at": now.isoformat(),
        "version": after.version,
        "owner": before.owner_id,
        "pinned": before.pinned_at is not None,
    }
    return signing.dumps(step, salt=f"{SALT} {request.user.pk}", compress=True)


def read_token(request: StaffRequest, token: str) -> tuple[int, Step] | None:
    """Return the case and the step of a token of this person; None for anything else."""
    try:
        found = signing.loads(token, salt=f"{SALT} {request.user.pk}")
    except signing.BadSignature:
        return None
    step = Step(
        kind=FlagEventKind(found["kind"]),
        at=datetime.fromisoformat(found["at"]),
        version=found["version"],
        owner=found["owner"],
        was_pinned=found["pinned"],
    )
    return found["case"], step
