"""Work a case: claim, acknowledge, document contact, resolve."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.staff.access import Action, StaffRequest, requires
from followups.choices import ContactOutcome
from followups.forms.queue import FilterForm, Filters
from followups.forms.review import ContactForm, ResolveForm
from followups.models import ContactAttempt, FollowUp
from followups.presenters.case import Facts
from followups.services import cases, contacts
from followups.views import reading
from followups.views.pages import Sheet, render_queue
from followups.views.queue import get_case
from followups.views.saving import posted

SAME_CONTACT_WITHIN = timedelta(minutes=1)


@requires(Action.REVIEW)
@require_POST
def claim(request: StaffRequest, pk: int) -> HttpResponse:
    return _step(request, pk, cases.claim, "You claimed this case.")


@requires(Action.REVIEW)
@require_POST
def release(request: StaffRequest, pk: int) -> HttpResponse:
    return _step(request, pk, cases.release, "Anybody can claim this case again.")


@requires(Action.REVIEW)
@require_POST
def acknowledge(request: StaffRequest, pk: int) -> HttpResponse:
    done = "Acknowledged. The response clock runs until contact is documented."
    return _step(request, pk, cases.acknowledge, done)


@requires(Action.REVIEW)
@require_http_methods(["GET", "POST"])
def contact(request: StaffRequest, pk: int) -> HttpResponse:
    follow_up = get_case(request, pk)
    form = ContactForm(posted(request))
    if not form.is_valid():
        return _sheet(request, follow_up, Sheet("contact", form))
    if not _is_repeated(request, follow_up, form.cleaned_data):
        contacts.record(follow_up, by=request.user, now=timezone.now(), **form.cleaned_data)
    reached = ContactOutcome(form.cleaned_data["outcome"]).is_contact
    messages.success(
        request,
        "Contact documented. The response clock has stopped."
        if reached
        else "Attempt documented. The response clock runs on.",
    )
    return _to_case(request, pk)


@requires(Action.REVIEW)
@require_http_methods(["GET", "POST"])
def resolve(request: StaffRequest, pk: int) -> HttpResponse:
    follow_up = get_case(request, pk)
    facts = reading.facts(follow_up, timezone.now())
    version = {"version": follow_up.version}
    form = ResolveForm(posted(request), flags=facts.open_flags, initial=version)
    if form.is_bound:
        if _is_mine_already(request, facts):
            return _to_next(request, follow_up)
        if request.POST.get("version") != str(follow_up.version):
            return _conflict(request, pk)
        if form.is_valid():
            return _resolve(request, follow_up, form)
    return _sheet(request, follow_up, Sheet("resolve", form), facts=facts)


def _resolve(request: StaffRequest, follow_up: FollowUp, form: ResolveForm) -> HttpResponse:
    now = timezone.now()
    try:
        left = cases.resolve(follow_up, by=request.user, now=now, **form.resolution())
    except cases.Changed:
        return _conflict(request, follow_up.pk)
    if left.severity is not None:
        messages.success(request, "Resolved. Other flags of this case are still open.")
        return _to_case(request, follow_up.pk)
    return _to_next(request, follow_up)


def _step(
    request: StaffRequest, pk: int, service: Callable[..., FollowUp], done: str
) -> HttpResponse:
    try:
        service(get_case(request, pk), by=request.user, now=timezone.now())
    except cases.Changed:
        current = get_case(request, pk)
        return render_queue(request, follow_up=current, has_changed=True, status=409)
    messages.success(request, done)
    return _to_case(request, pk)


def _sheet(request: StaffRequest, follow_up: FollowUp, sheet: Sheet, **known: Any) -> HttpResponse:
    """Show a form over the case; with typed values it did not pass, so it is a 422."""
    status = 422 if sheet.form.is_bound else 200
    return render_queue(request, follow_up=follow_up, sheet=sheet, status=status, **known)


def _conflict(request: StaffRequest, pk: int) -> HttpResponse:
    """Show what a colleague or a newer answer changed, with what was typed kept."""
    current = get_case(request, pk)
    facts = reading.facts(current, timezone.now())
    typed = {
        name: request.POST.get(name, "")
        for name in ("disposition", "next_step", "note", "safe_confirmed_by")
    }
    form = ResolveForm(flags=facts.open_flags, initial={**typed, "version": current.version})
    return render_queue(
        request,
        follow_up=current,
        facts=facts,
        sheet=Sheet("resolve", form),
        has_changed=True,
        status=409,
    )


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


def _filters(request: StaffRequest) -> Filters:
    return FilterForm(request.GET).filters()[0]


def _to_case(request: StaffRequest, pk: int) -> HttpResponse:
    address = reverse("followups:case", args=[pk])
    return redirect(f"{address}{_filters(request).query}")


def _to_next(request: StaffRequest, done: FollowUp) -> HttpResponse:
    """Open the case behind the one just resolved, else the first of the list."""
    filters = _filters(request)
    following = reading.next_case(request.user, filters, done)
    if following is None:
        messages.success(request, "Resolved. Nothing else is waiting in this list.")
        return redirect(f"{reverse('followups:queue')}{filters.query}")
    messages.success(request, "Resolved. This is the next case.")
    return _to_case(request, following.pk)
