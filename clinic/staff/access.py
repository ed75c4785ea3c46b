"""Who may do what. Every view says so; one that does not is refused.

Staff views carry ``@requires(Action…)``, patients' pages and the sign-in ``@public``.
The middleware refuses any view with neither, so that forgetting is a closed door.

What lets staff in also opens the one transaction their page runs in: the database shows it
the rows of their clinic only, and whose data it read is written to the audit before it ends.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.response import SimpleTemplateResponse
from django.utils import timezone

from clinic.audit import services as audit
from clinic.staff import throttle
from clinic.staff.models import Role, User
from patients.reach import EVERY_CLINIC, reach

View = TypeVar("View", bound=Callable[..., Any])


class Action(StrEnum):
    """What a page lets somebody do."""

    REVIEW = "review"  # see the queue and cases, call, claim, resolve
    SEE_PATIENTS = "see_patients"
    EDIT_PATIENTS = "edit_patients"  # register, record surgery, book visits
    READ_MESSAGES = "read_messages"  # texts patients send, and those of unknown numbers
    WAIVE_VISITS = "waive_visits"  # decide that a visit is no longer expected
    BREAK_GLASS = "break_glass"  # open a restricted record with a reason
    RESTRICT = "restrict"  # close a record to all but its team
    EXPORT_PATIENT = "export_patient"
    SEE_AUDIT = "see_audit"
    SEE_PRIVACY = "see_privacy"  # who broke the glass, how long what is kept
    SEE_RULES = "see_rules"
    SEE_TEXTS = "see_texts"  # every word patients read, and who signed it off
    SIGN_TEXTS = "sign_texts"
    IMPORT_PATIENTS = "import_patients"
    SEE_SYSTEM = "see_system"  # what leaves, what is stuck, what is awake
    RUN_SYSTEM = "run_system"  # stop all messages, decide about those that are stuck


ALLOWED: dict[Action, frozenset[str]] = {
    Action.REVIEW: frozenset({Role.SURGEON, Role.NURSE}),
    Action.SEE_PATIENTS: frozenset({Role.SURGEON, Role.NURSE, Role.AUDITOR}),
    Action.EDIT_PATIENTS: frozenset({Role.SURGEON, Role.NURSE}),
    Action.READ_MESSAGES: frozenset({Role.SURGEON, Role.NURSE, Role.ADMINISTRATOR}),
    Action.WAIVE_VISITS: frozenset({Role.SURGEON}),
    Action.BREAK_GLASS: frozenset({Role.SURGEON, Role.NURSE}),
    Action.RESTRICT: frozenset({Role.SURGEON}),
    Action.EXPORT_PATIENT: frozenset({Role.SURGEON}),
    Action.SEE_AUDIT: frozenset({Role.AUDITOR}),
    Action.SEE_PRIVACY: frozenset({Role.ADMINISTRATOR, Role.AUDITOR}),
    Action.SEE_RULES: frozenset(Role),
    Action.SEE_TEXTS: frozenset(Role),
    Action.SIGN_TEXTS: frozenset({Role.SURGEON}),
    Action.IMPORT_PATIENTS: frozenset({Role.ADMINISTRATOR}),
    Action.SEE_SYSTEM: frozenset({Role.ADMINISTRATOR, Role.AUDITOR}),
    Action.RUN_SYSTEM: frozenset({Role.ADMINISTRATOR}),
}


class StaffRequest(HttpRequest):
    """A request that ``requires`` has let through, so its user is known."""

    user: User


def may(user: User, action: Action) -> bool:
    return user.is_superuser or user.role in ALLOWED[action]


def requires(action: Action) -> Callable[[View], View]:
    """Let signed-in staff whose role allows ``action`` pass, and nobody else."""

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not may(request.user, action):
                _note_refusal(request, "refused")
                raise PermissionDenied
            return within_reach(request, lambda: view(request, *args, **kwargs))

        guarded.access = action  # type: ignore[attr-defined]
        return cast(View, guarded)

    return mark


def within_reach(request: HttpRequest, show: Callable[[], HttpResponse]) -> HttpResponse:
    """Make a page in a transaction that reaches the user's clinic and leaves its audit entry.

    The page is rendered inside it, so that nothing is read that is not accounted for. If the
    entry cannot be written, there is no page.
    """
    user = cast(User, request.user)
    clinics = EVERY_CLINIC if user.is_superuser else [user.clinic_id or 0]
    number = getattr(request, "id", "")
    try:
        with reach(clinics, user=user.pk, request=number) as reached:
            response = show()
            if isinstance(response, SimpleTemplateResponse):
                response.render()
            if reached.patients:
                audit.note_read(
                    user,
                    _name(request),
                    patients=reached.patients,
                    request=number,
                    reason=reached.reason,
                    method=request.method,
                    status=response.status_code,
                )
    except Http404:
        _note_refusal(request, "not found")
        raise
    return response


def _note_refusal(request: HttpRequest, what: str) -> None:
    """Keep account of doors that stayed closed: somebody may be trying them."""
    given = request.resolver_match.kwargs if request.resolver_match else {}
    ids: dict[str, Any] = {name: each for name, each in given.items() if isinstance(each, int)}
    user = cast(User, request.user)
    audit.note(what, user=user, request=getattr(request, "id", ""), page=_name(request), **ids)


def _name(request: HttpRequest) -> str:
    return request.resolver_match.view_name[:60] if request.resolver_match else ""


SEARCHES = throttle.Limit("search", tries=300, minutes=5)  # typing a name asks up to ten times


def few_searches(view: View) -> View:
    """Refuse searches faster than anybody types: nobody lists a clinic's patients by program."""

    @wraps(view)
    def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            if request.method == "POST":
                throttle.take(SEARCHES, request.user.pk, now=timezone.now())
        except throttle.TooManyTries as refusal:
            part = "patients/_too_many.html" if "HX-Request" in request.headers else "429.html"
            response = render(request, part, status=429)
            response["Retry-After"] = str(refusal.seconds)
            return response
        return cast(HttpResponse, view(request, *args, **kwargs))

    return cast(View, limited)


def signed_in(view: View) -> View:
    """Let any signed-in member of staff pass: pages about oneself, without patients."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return cast(HttpResponse, view(request, *args, **kwargs))

    guarded.access = "signed_in"  # type: ignore[attr-defined]
    return cast(View, guarded)


def public(view: View) -> View:
    """Mark a view that anybody may open."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


class DefaultDeny:
    """Refuse a view that says neither ``requires`` nor ``public``.

    The Django admin guards its own views; static files are served before this.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> None:
        match = request.resolver_match
        in_admin = match is not None and "admin" in match.namespaces
        if not in_admin and not hasattr(view, "access"):
            raise PermissionDenied
