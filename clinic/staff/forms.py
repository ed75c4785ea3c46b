"""What is typed to sign in and to change how: allauth's forms in our words and limits."""

import struct
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account import forms as account
from allauth.core import context
from allauth.mfa.base import forms as second_factor
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn import forms as keys
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from clinic.staff import codes, passwords, throttle
from clinic.staff.models import User

NONSENSE = (
    ValidationError,
    *(TypeError, ValueError, LookupError, AttributeError, AssertionError),
    *(struct.error, InvalidSignature, UnsupportedAlgorithm),
)


def _worded(form: forms.Form, **labels: str) -> None:
    """Give fields our labels; a label does not vanish as a placeholder does."""
    for name, field in form.fields.items():
        field.label = labels.get(name, field.label)
        field.widget.attrs.pop("placeholder", None)
        if isinstance(field.widget, forms.PasswordInput):
            field.validators = [*field.validators, passwords.MaximumLength().validate]
            field.help_text = passwords.HELP if name == "password1" else ""


class SignInForm(account.LoginForm):
    """User name and password; who one is becomes clear only when both are right."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _worded(self, login="User name", password="Password")  # noqa: S106 - a label

    def clean_login(self) -> str:
        return unicodedata.normalize("NFKC", super().clean_login())


class PasswordAgainForm(account.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _worded(self, password="Password")  # noqa: S106 - a label


class ChangePasswordForm(account.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        again = "New password, once more"
        _worded(self, oldpassword="Present password", password1="New password", password2=again)

    def clean_oldpassword(self) -> str:
        now = timezone.now()
        throttle.take(throttle.CODES, "password", self.user.pk, now=now)
        typed = super().clean_oldpassword()
        throttle.clear(throttle.CODES, "password", self.user.pk)
        return typed


class AskForLinkForm(account.ResetPasswordForm):
    """Takes any address and says the same; only one on record gets a link, a few times an hour."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _worded(self, email="E-mail address")

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        now, adapter = timezone.now(), account.get_adapter()
        place = throttle.network(adapter.get_client_ip(context.request))
        throttle.take(throttle.LINKS_FROM, place, now=now)
        self.users = list(User.objects.filter(email__iexact=email, is_active=True))
        try:
            throttle.take(throttle.LINKS_TO, email, now=now)
        except throttle.TooManyTries:
            self.users = []
        return email


class ChoosePasswordForm(account.ResetPasswordKeyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _worded(self, password1="New password", password2="New password, once more")


class LinkForm(account.UserTokenForm):
    """A link to choose a password, for somebody who still works here."""

    def _get_user(self, uidb36: str) -> User | None:
        user = super()._get_user(uidb36)
        return user if isinstance(user, User) and user.is_active else None


class _OneCode(second_factor.BaseAuthenticateForm):
    """A code from the app or a recovery code: five tries, and each code once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _worded(self, code="Code")
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "spellcheck": "false"}

    def clean_code(self) -> str:
        throttle.take(throttle.CODES, self.user.pk, now=timezone.now())
        code: str = super().clean_code()
        if self.authenticator.type == Authenticator.Type.TOTP:
            codes.use(self.authenticator, code)
        throttle.clear(throttle.CODES, self.user.pk)
        return code


class CodeForm(_OneCode, second_factor.AuthenticateForm):
    """The second step of signing in."""


class CodeAgainForm(_OneCode, second_factor.ReauthenticateForm):
    """Showing it once more before something that matters."""


class FirstCodeForm(ActivateTOTPForm):
    """The first code of a new authenticator app; until it is right the secret waits sealed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.user = kwargs.pop("user")
        forms.Form.__init__(self, *args, **kwargs)  # allauth's would put the secret in the session
        self.secret = codes.new_secret(context.request.session)
        _worded(self, code="Code shown by the app")
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "spellcheck": "false"}

    def clean_code(self) -> str:
        throttle.take(throttle.CODES, self.user.pk, now=timezone.now())
        code: str = super().clean_code()
        throttle.clear(throttle.CODES, self.user.pk)
        return code


@contextmanager
def _refusing_nonsense() -> Iterator[None]:
    """Take what no security key says for a wrong one: its parts are read without looking."""
    try:
        yield
    except NONSENSE as error:
        raise account.get_adapter().validation_error("incorrect_key") from error


class AddKeyForm(keys.AddWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _worded(self, name="Name of the key", credential="Security key")

    def clean_name(self) -> str:
        return super().clean_name()[:60]

    def clean(self) -> dict[str, Any]:
        with _refusing_nonsense():
            return super().clean()


class KeyForm(keys.AuthenticateWebAuthnForm):
    """A security key as the second step of signing in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _worded(self, credential="Security key")

    def clean_credential(self) -> Authenticator:
        with _refusing_nonsense():
            return super().clean_credential()


class KeyAgainForm(KeyForm):
    """A security key shown once more before something that matters."""

    reauthenticated = True
