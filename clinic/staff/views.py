"""The pages of signing in: allauth's views with our answers and statuses."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from allauth.account import views as account
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import ReauthenticateWebAuthnView
from allauth.usersessions.models import UserSession
from allauth.usersessions.views import ListUserSessionsView
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from clinic.staff import codes, sessions, sign_ins
from clinic.staff.models import User
from clinic.staff.throttle import TooManyTries

View = Callable[..., HttpResponse]

DEMO_SIGN_INS = (
    ("reyes", "Surgeon"),
    ("kowalczyk", "Nurse"),
    ("admin", "Administrator"),
)
DEMO_PASSWORD = "fuseline-demo"  # noqa: S105 - public on purpose; demo data only


def answering(view: View) -> View:
    """Let a view answer 422 where the form was not right, 429 where it came too often."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @sensitive_post_parameters()
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if request.method == "POST" and isinstance(response, TemplateResponse):
            _say_how_it_went(request, response)
        return response

    return answered


def _say_how_it_went(request: HttpRequest, response: TemplateResponse) -> None:
    shown = (response.context_data or {}).values()
    wrong = [form for form in shown if isinstance(form, forms.BaseForm) and form.errors]
    errors = [error for form in wrong for error in form.errors.as_data().values()]
    waits = [one.seconds for some in errors for one in some if isinstance(one, TooManyTries)]
    if waits:
        user = request.user if isinstance(request.user, User) else None
        sign_ins.note("too many tries", user=user, request=request)
        response.status_code = 429
        response["Retry-After"] = str(max(waits))
    elif wrong:
        response.status_code = 422


class SignIn(account.LoginView):
    """The one door; it says why somebody stands before it again."""

    template_name = "registration/signin.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["why"] = sessions.WHY.get(self.request.GET.get("ended", ""))
        if settings.FUSELINE_DEMO:
            context |= {"demo_sign_ins": DEMO_SIGN_INS, "demo_password": DEMO_PASSWORD}
        return context


class ForgottenPassword(account.PasswordResetView):
    success_url = reverse_lazy("account_login")

    def form_valid(self, form: Any) -> HttpResponse:
        form.save(self.request)
        messages.success(
            self.request,
            "If this address belongs to somebody who works here, a link is on its way to it. "
            "It can be used once, within an hour.",
        )
        return redirect(self.success_url)


class ChoosePassword(account.PasswordResetFromKeyView):
    """Opened from a link: an invitation, or after a forgotten password."""

    success_url = reverse_lazy("account_login")

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        messages.success(self.request, "Your password is set. Sign in with it.")
        return response


class KeyAgain(ReauthenticateWebAuthnView):
    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data())


class ChangePassword(account.PasswordChangeView):
    success_url = reverse_lazy("mfa_index")

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        messages.success(
            self.request, "Your password is changed. You were signed out everywhere else."
        )
        return response


class SetUpApp(ActivateTOTPView):
    """An authenticator app; the code that proves it is spent like any other."""

    def form_valid(self, form: Any) -> HttpResponse:
        response = cast(HttpResponse, super().form_valid(form))
        app = Authenticator.objects.get(user=form.user, type=Authenticator.Type.TOTP)
        codes.use(app, form.cleaned_data["code"])
        return response


class OwnSessions(ListUserSessionsView):
    """Where somebody is signed in, and the way to end one or all of the others."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        for session in context["sessions"]:
            session.device = sessions.device(session.user_agent)
        return context

    def form_valid(self, form: Any) -> HttpResponse:
        user = cast(User, self.request.user)
        if one := self.request.POST.get("session", ""):
            held = UserSession.objects.filter(user=user)
            get_object_or_404(held, pk=int(one) if one.isascii() and one.isdecimal() else 0).end()
            said = "That session was ended."
        else:
            form.save(self.request)
            said = "You were signed out everywhere else."
        sign_ins.note("sessions ended", user=user, request=self.request)
        messages.success(self.request, said)
        return redirect("usersessions_list")


def here(request: HttpRequest) -> HttpResponse:
    """Hear that somebody is typing: the request itself holds the session."""
    return HttpResponse(status=204)
