"""The links by which somebody chooses a password: an invitation, or after forgetting one.

A link holds nothing but a signature over what the user is now; choosing a password, signing in
or a new e-mail address makes it void, so it works once.
"""

from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from django.utils.http import base36_to_int

from clinic.staff.models import User

RESET_SECONDS = 60 * 60


class PasswordLinks(PasswordResetTokenGenerator):
    """Django's links; for somebody who has a password they end after an hour.

    An invitation, to somebody who has none yet, holds for ``PASSWORD_RESET_TIMEOUT``.
    """

    def check_token(self, user: User | None, token: str | None) -> bool:
        if user is None or not token or not super().check_token(user, token):
            return False
        made = base36_to_int(token.partition("-")[0])
        return not user.has_usable_password() or self._seconds_since(made) <= RESET_SECONDS

    def _seconds_since(self, made: int) -> int:
        return self._num_seconds(self._now()) - made


def address(uid: str, token: str) -> str:
    """Return the address of a link on this site, whatever host a request has named."""
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})
    return f"{settings.SITE_URL}{path}"


def make(user: User) -> str:
    """Return a new link for somebody to choose a password."""
    return address(user_pk_to_url_str(user), PasswordLinks().make_token(user))
