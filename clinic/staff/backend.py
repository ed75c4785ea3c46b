"""Who is behind a session: the user, their clinic, second factor and preferences, in one query."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.backends import ModelBackend
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from clinic.staff.models import User
from clinic.staff.passwords import LONGEST

SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def second_factors() -> QuerySet[Authenticator]:
    """What somebody can show beside a password; recovery codes only stand in for one."""
    found: QuerySet[Authenticator] = Authenticator.objects.filter(type__in=SECOND_FACTORS)
    return found


class StaffBackend(ModelBackend):
    """Django's check of name and password; every page needs the clinic and the second factor."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        if password and len(password) > LONGEST:
            return None  # hashing what nobody can have chosen only costs time
        found = super().authenticate(request, username, password, **kwargs)
        return found if isinstance(found, User) else None

    def get_user(self, user_id: int) -> User | None:
        has_one = Exists(second_factors().filter(user=OuterRef("pk")))
        users = User.objects.select_related("clinic", "preferences")
        users = users.annotate(has_second_factor=has_one)
        user = users.filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
