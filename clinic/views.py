"""The way in and out: sign-in, sign-out, and the page each role starts from."""

from typing import Any

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView, redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.forms import SignInForm
from clinic.staff.access import public
from clinic.staff.models import Role, User

START: dict[str, str] = {
    Role.SURGEON: "followups:queue",
    Role.NURSE: "followups:queue",
    Role.AUDITOR: "patients:list",
}

DEMO_SIGN_INS = (
    ("reyes", "Surgeon"),
    ("kowalczyk", "Nurse"),
    ("admin", "Administrator"),
)
DEMO_PASSWORD = "fuseline-demo"  # noqa: S105 - public on purpose; demo data only


class SignIn(LoginView):
    """Django's sign-in with our form; what could not be checked is a 422."""

    authentication_form = SignInForm
    redirect_authenticated_user = True
    template_name = "registration/signin.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if settings.FUSELINE_DEMO:
            context |= {"demo_sign_ins": DEMO_SIGN_INS, "demo_password": DEMO_PASSWORD}
        return context

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


_sign_in = SignIn.as_view()
_sign_out = LogoutView.as_view()


@public
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Send everybody to the page they start their day with."""
    user = request.user
    if not isinstance(user, User):
        return redirect_to_login("/")
    start = START.get(user.role)
    if start is not None:
        return redirect(start)
    if user.is_staff:
        return redirect("admin:index")
    raise PermissionDenied


@public
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponseBase:
    return _sign_in(request)


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponseBase:
    return _sign_out(request)
