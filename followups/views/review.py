"""Work a case: claim, release, acknowledge, document contact, resolve."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.staff.access import Action, StaffRequest, requires
from followups.choices import ContactOutcome, FlagEventKind
from followups.forms.review import ContactForm, ResolveForm
from followups.forms.sheets import VersionForm
from followups.models import ContactAttempt, FollowUp
from followups.presenters.case import Facts
from followups.services import cases, contacts
from followups.views import reading
from followups.views.outcomes import conflict, conflict_with, done, show_sheet, undo_token
from followups.views.pages import Sheet
from followups.views.queue import get_case
from followups.views.saving import posted

SAME_CONTACT_WITHIN = timedelta(minutes=1)


@requires(Action.REVIEW)
@require_POST
def claim(request: StaffRequest, pk: int) -> HttpResponse:
    return _step(request, pk, cases.claim, FlagEventKind.CLAIMED, "You claimed this case.")


@requires(Action.REVIEW)
@require_POST
def release(request: StaffRequest, pk: int) -> HttpResponse:
    said = "Anybody can claim this case again."
    return _step(request, pk, cases.release, FlagEventKind.RELEASED, said)


@requires(Action.REVIEW)
@require_POST
def acknowledge(request: StaffRequest, pk: int) -> HttpResponse:
    said = "Acknowledged. The response clock runs until contact is documented."
    version = {"version": VersionForm.of(request.POST)}
    return _step(request, pk, cases.acknowledge, FlagEventKind.ACKNOWLEDGED, said, **version)


@requires(Action.REVIEW)
@require_http_methods(["GET", "POST"])
def contact(request: StaffRequest, pk: int) -> HttpResponse:
    follow_up = get_case(request, pk)
    form = ContactForm(posted(request))
    if not form.is_valid():
        return show_sheet(request, follow_up, Sheet("contact", form))
    if not _is_repeated(request, follow_up, form.cleaned_data):
        contacts.record(follow_up, by=request.user, now=timezone.now(), **form.cleaned_data)
    reached = ContactOutcome(form.cleaned_data["outcome"]).is_contact
    said = (
        "Contact documented. The response clock has stopped."
        if reached
        else "Attempt documented. The response clock runs on."
    )
    return done(request, follow_up, said)


@requires(Action.REVIEW)
@require_http_methods(["GET", "POST"])
def resolve(request: StaffRequest, pk: int) -> HttpResponse:
    follow_up = get_case(request, pk)
    facts = reading.facts(follow_up, timezone.now())
    version = {"version": follow_up.version}
    form = ResolveForm(posted(request), flags=facts.open_flags, initial=version)
    sheet = Sheet("resolve", form)
    if form.is_bound:
        if _is_mine_already(request, facts):
            return done(request, follow_up, "Resolved.", is_over=True)
        if request.POST.get("version") != str(follow_up.version):
            return conflict_with(request, follow_up, facts, sheet)
        if form.is_valid():
            return _resolve(request, follow_up, form)
    return show_sheet(request, follow_up, sheet, facts)


def _resolve(request: StaffRequest, follow_up: FollowUp, form: ResolveForm) -> HttpResponse:
    now = timezone.now()
    try:
        left = cases.resolve(follow_up, by=request.user, now=now, **form.resolution())
    except cases.Changed:
        current = get_case(request, follow_up.pk)
        facts = reading.facts(current, now)
        again = ResolveForm(flags=facts.open_flags)
        return conflict_with(request, current, facts, Sheet("resolve", again))
    undo = undo_token(request, FlagEventKind.RESOLVED, before=follow_up, after=left, now=now)
    if left.severity is not None:
        said = "Resolved. Other flags of this case are still open."
        return done(request, follow_up, said, undo=undo)
    return done(request, follow_up, "Resolved.", undo=undo, is_over=True)


def _step(
    request: StaffRequest,
    pk: int,
    service: Callable[..., FollowUp],
    kind: FlagEventKind,
    said: str,
    **facts: Any,
) -> HttpResponse:
    before, now = get_case(request, pk), timezone.now()
    try:
        after = service(before, by=request.user, now=now, **facts)
    except cases.Changed:
        return conflict(request, pk)
    is_news = after.version != before.version
    undo = undo_token(request, kind, before=before, after=after, now=now) if is_news else ""
    return done(request, before, said, undo=undo)


def _is_repeated(request: StaffRequest, follow_up: FollowUp, attempt: dict[str, Any]) -> bool:
    """Whether this very attempt was written down a moment ago: a double click."""
    return ContactAttempt.objects.filter(
        surgery=follow_up.surgery_id,
        by=request.user,
        at__gte=timezone.now() - SAME_CONTACT_WITHIN,
        **attempt,
    ).exists()


def _is_mine_already(request: StaffRequest, facts: Facts) -> bool:
    """Whether nothing is open because this person closed it: a double click."""
    closed = [flag for flag in facts.flags if flag.closed_at]
    if facts.open_flags or not closed:
        return False
    last = max(closed, key=lambda flag: flag.closed_at)  # type: ignore[arg-type,return-value]
    return last.closed_by_id == request.user.pk
