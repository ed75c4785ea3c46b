"""Nobody of the staff works with a password alone: first they set up a second factor."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from clinic.staff.models import User

SET_UP = {
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "account_reauthenticate",
    "signout",
    "account_logout",
}


def needs_one(user: User) -> bool:
    """Whether somebody must set one up; the demo's invented staff need not."""
    if user.has_second_factor:  # type: ignore[attr-defined]  # brought by StaffBackend
        return False
    in_demo = user.clinic is not None and user.clinic.is_demo
    return not (settings.FUSELINE_DEMO and in_demo)


class AskForSecondFactor:
    """Lead somebody without a second factor to the page where they set one up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not isinstance(request.user, User) or getattr(view, "access", None) == "public":
            return None
        name = request.resolver_match.url_name if request.resolver_match else None
        if name in SET_UP or not needs_one(request.user):
            return None
        return redirect("mfa_index")
