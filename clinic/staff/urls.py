"""Addresses of signing in and of what staff change about it; allauth asks for them by name.

Of allauth's views only these exist here. What is not routed cannot be opened: nobody signs up,
adds an e-mail address or signs in by a code.
"""

from allauth.account import views as account
from allauth.mfa.base import views as second_factor
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as keys
from django.urls import path, reverse_lazy
from django.views.decorators.http import require_POST

from clinic.staff import preferences_views
from clinic.staff.access import public, signed_in
from clinic.staff.views import (
    ChangePassword,
    ChoosePassword,
    ForgottenPassword,
    KeyAgain,
    OwnSessions,
    SetUpApp,
    SignIn,
    View,
    answering,
    here,
)

sign_in = public(answering(SignIn.as_view()))
sign_out = public(require_POST(account.logout))
remove_key = keys.RemoveWebAuthnView.as_view(success_url=reverse_lazy("mfa_index"))


def own(view: View) -> View:
    """Return the view as a page about oneself."""
    return signed_in(answering(view))


urlpatterns = [
    path("signin/", sign_in, name="signin"),
    path("signin/", sign_in, name="account_login"),
    path("signin/code/", public(answering(second_factor.authenticate)), name="mfa_authenticate"),
    path("signout/", sign_out, name="signout"),
    path("signout/", sign_out, name="account_logout"),
    path(
        "password/forgotten/",
        public(answering(ForgottenPassword.as_view())),
        name="account_reset_password",
    ),
    path(
        "password/<slug:uidb36>/<slug:key>/",
        public(answering(ChoosePassword.as_view())),
        name="account_reset_password_from_key",
    ),
    path("account/", own(second_factor.index), name="mfa_index"),
    path("account/here/", signed_in(require_POST(here)), name="account_here"),
    path("account/settings/", preferences_views.settings, name="account_settings"),
    path("account/settings/keys/", preferences_views.keys, name="account_keys"),
    path("account/password/", own(ChangePassword.as_view()), name="account_change_password"),
    path("account/sessions/", own(OwnSessions.as_view()), name="usersessions_list"),
    path("account/app/", own(SetUpApp.as_view()), name="mfa_activate_totp"),
    path("account/app/remove/", own(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("account/keys/add/", own(keys.add_webauthn), name="mfa_add_webauthn"),
    path("account/keys/<id:pk>/remove/", own(remove_key), name="mfa_remove_webauthn"),
    path("account/codes/", own(recovery.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "account/codes/new/",
        own(recovery.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "account/codes/file/",
        own(recovery.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path("account/again/", own(account.reauthenticate), name="account_reauthenticate"),
    path("account/again/code/", own(second_factor.reauthenticate), name="mfa_reauthenticate"),
    path(
        "account/again/key/",
        own(KeyAgain.as_view()),
        name="mfa_reauthenticate_webauthn",
    ),
]
