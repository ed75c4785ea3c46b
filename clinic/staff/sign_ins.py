"""The one place that hears of every sign-in, failure, sign-out and change of how one signs in.

Ids only: neither names nor what was typed.
"""

import logging
from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as second_factors
from django.contrib.auth import signals as auth
from django.http import HttpRequest

from clinic.audit import services as audit
from clinic.staff.models import User

logger = logging.getLogger("clinic.sign_in")


def note(event: str, *, user: User | None, request: HttpRequest | None, detail: str = "") -> None:
    """Keep account of one event; ``user`` is None where nobody is known."""
    logger.info("%s user=%s %s", event, user.pk if user else "-", detail)
    more: dict[str, Any] = {"said": detail} if detail else {}
    audit.note(event, user=user, request=getattr(request, "id", ""), **more)


def _on(event: str, signal: Any, *details: str) -> None:
    """Note the event whenever the signal says so, with these of its words."""

    def heard(request: HttpRequest | None = None, user: Any = None, **said: Any) -> None:
        known = user if isinstance(user, User) else None
        words = [getattr(said.get(name), "type", said.get(name)) for name in details]
        note(event, user=known, request=request, detail=" ".join(map(str, filter(None, words))))

    signal.connect(heard, weak=False, dispatch_uid=f"clinic.sign_ins {event}")


def listen() -> None:
    """Connect what Django and allauth tell; called once, as the application starts."""
    _on("signed in", auth.user_logged_in)
    _on("sign-in failed", auth.user_login_failed)
    _on("signed out", auth.user_logged_out)
    _on("second factor used", second_factors.authenticator_used, "authenticator")
    _on("second factor wrong", second_factors.authentication_failed, "authenticator")
    _on("second factor added", second_factors.authenticator_added, "authenticator")
    _on("second factor removed", second_factors.authenticator_removed, "authenticator")
    _on("second factor made again", second_factors.authenticator_reset, "authenticator")
    _on("password changed", account.password_changed)
    _on("password chosen by link", account.password_reset)
