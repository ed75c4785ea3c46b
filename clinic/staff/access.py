"""Who may do what. Every view says so; one that does not is refused.

Staff views carry ``@requires(Action…)``, patients' pages and the sign-in ``@public``.
The middleware refuses any view with neither, so that forgetting is a closed door.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from clinic.staff.models import Role, User

View = TypeVar("View", bound=Callable[..., Any])


class Action(StrEnum):
    """What a page lets somebody do."""

    REVIEW = "review"  # see the queue and cases, call, claim, resolve
    SEE_PATIENTS = "see_patients"
    EDIT_PATIENTS = "edit_patients"  # register, record surgery, book visits


ALLOWED: dict[Action, frozenset[str]] = {
    Action.REVIEW: frozenset({Role.SURGEON, Role.NURSE}),
    Action.SEE_PATIENTS: frozenset({Role.SURGEON, Role.NURSE, Role.AUDITOR}),
    Action.EDIT_PATIENTS: frozenset({Role.SURGEON, Role.NURSE}),
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
                raise PermissionDenied
            return cast(HttpResponse, view(request, *args, **kwargs))

        guarded.access = action  # type: ignore[attr-defined]
        return cast(View, guarded)

    return mark


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
