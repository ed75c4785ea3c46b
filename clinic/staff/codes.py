"""Codes of an authenticator app: each holds once (RFC 6238, 5.2), and its secret lies sealed."""

from allauth.account.adapter import get_adapter
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    SECRET_SESSION_KEY,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction

from clinic.staff.sealing import seal, unseal

LAST = "last_counter"


def new_secret(session: SessionBase) -> str:
    """Return the secret being set up in this session; one that was shown stays the same."""
    if SECRET_SESSION_KEY not in session:
        session[SECRET_SESSION_KEY] = seal(generate_totp_secret())
    return unseal(session[SECRET_SESSION_KEY])


@transaction.atomic
def use(authenticator: Authenticator, code: str) -> None:
    """Spend a right code.

    Raises:
        ValidationError: this code or a later one was used already.
    """
    locked = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
    secret = unseal(locked.data["secret"])
    counter = max(
        (
            counter
            for counter in yield_hotp_counters_from_time()
            if compare_user_code(
                actual=code, expected=format_hotp_value(hotp_value(secret, counter))
            )
        ),
        default=0,
    )
    if counter <= locked.data.get(LAST, 0):
        raise get_adapter().validation_error("incorrect_code")
    locked.data[LAST] = counter
    locked.save(update_fields=["data"])
