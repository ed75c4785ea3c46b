"""Where allauth's flows meet this house: its words, its mail, its throttle, its keys."""

from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from clinic.staff import links, mail, reauthentication, sealing, sign_ins, throttle
from clinic.staff.models import User

WRONG = "The user name or the password is not right. Check both and try again."


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in with the user name; every try is counted before it is evaluated."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": WRONG,
        "incorrect_password": "The password is not right. Try again.",
        "enter_current_password": "This is not your present password. Try again.",
        "incorrect_code": "The code is not right, or was used already. Enter the one shown now.",
        "incorrect_key": "This security key is not known here. Use another one, or a code.",
        "invalid_password_reset": "This link does not work any more. Ask for a new one.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_ajax(self, request: HttpRequest) -> bool:
        return False  # pages, never JSON

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address somebody comes from; a server on a Unix socket knows none."""
        if not (request.META.get("REMOTE_ADDR") or settings.BEHIND_PROXY):
            return "0.0.0.0"  # noqa: S104 - the unspecified address, nothing is bound
        return str(super().get_client_ip(request))

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        now, place = timezone.now(), throttle.network(self.get_client_ip(request))
        throttle.take(throttle.ADDRESS, place, now=now)
        try:
            throttle.take(throttle.NAME_AND_ADDRESS, credentials["username"], place, now=now)
        except throttle.TooManyTries:
            throttle.give_back(throttle.ADDRESS, place)
            raise

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        user = super().authenticate(request, **credentials)
        if user is not None:
            place = throttle.network(self.get_client_ip(request))
            throttle.give_back(throttle.ADDRESS, place)
            throttle.clear(throttle.NAME_AND_ADDRESS, credentials["username"], place)
        return user

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """A sign-in of a moment ago is as good as showing it again."""
        return not reauthentication.is_recent(context.request)

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        return redirect("account_login")

    def get_reset_password_from_key_url(self, key: str) -> str:
        uid, _, token = key.partition("-")
        return links.address(uid, token)

    def send_password_reset_mail(
        self, user: AbstractBaseUser, email: str, context: dict[str, Any]
    ) -> None:
        """Send the link, to the address on record and not to the one that was typed."""
        known = cast(User, user)
        sign_ins.note("password link asked for", user=known, request=self.request)
        mail.post("password_link", known.email, link=context["password_reset_url"])

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell somebody that the way they sign in was changed; nothing in it is secret."""
        if isinstance(user, User) and user.email:
            mail.post("changed", user.email, what=template_prefix.rpartition("/")[2])


class SecondFactorAdapter(DefaultMFAAdapter):
    """Second factors under the user name, sealed in the database."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"],
    }

    def encrypt(self, text: str) -> str:
        return sealing.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return sealing.unseal(encrypted_text)

    def generate_authenticator_name(self, user: AbstractBaseUser, type: str) -> str:
        return f"Security key {Authenticator.objects.filter(user=user, type=type).count() + 1}"

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return str(user.get_username())

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return super().get_public_key_credential_rp_entity() | {"name": settings.PRODUCT_NAME}

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, Any]:
        name = user.get_username()
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return entity | {"display_name": name, "name": name}
