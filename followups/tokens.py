"""Links that cannot be guessed: a random token, of which only the hash is kept.

A token may do one thing, add answers to one check-in. It is never stored, logged or
shown to staff; who lost it gets a new one.
"""

import secrets
from datetime import datetime
from functools import cache
from hashlib import sha256

from followups.compiled import Compiled, Given, addition
from followups.models import CheckIn, CheckInLink
from patients.models import Surgery

# Crockford's base 32: no letter that reads like a digit, nothing a mail program cuts off.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 26  # times 5 bits: 130
_READS_LIKE = str.maketrans("oil", "011")


def new_link(check_in: CheckIn, *, now: datetime) -> str:
    """Return a new token for ``check_in``; earlier ones keep working."""
    token = random_token()
    _adding().changed(
        clinic=check_in.clinic_id, check_in=check_in.pk, token_hash=_digest(token), made_at=now
    )
    return token


@cache
def _adding() -> Compiled:
    columns = ["clinic", "check_in", "token_hash", "made_at"]
    return addition(CheckInLink, **{each: Given(each) for each in columns})


def random_token() -> str:
    """Return what nobody can guess: 130 random bits."""
    bits = secrets.randbits(5 * LENGTH)
    return "".join(ALPHABET[bits >> 5 * place & 31] for place in range(LENGTH))


def clinic_of(token: str) -> int | None:
    """Return the id of the clinic a link belongs to: all that is known before it is opened."""
    links = CheckInLink.objects.filter(token_hash=_digest(_as_made(token)))
    return links.values_list("clinic", flat=True).first()


def find(token: str) -> CheckIn | None:
    """Return the check-in a token was made for, with what its pages need to know.

    In two queries: PostgreSQL needs longer to plan one of seven tables than to answer both.
    """
    links = CheckInLink.objects.filter(token_hash=_digest(_as_made(token)))
    link = links.select_related("check_in__clinic", "check_in__report").first()
    if link is None:
        return None
    surgeries = Surgery.objects.select_related("patient", "follow_up")
    surgery = surgeries.get(pk=link.check_in.surgery_id)
    surgery.clinic, link.check_in.surgery = link.check_in.clinic, surgery
    return link.check_in


def _as_made(token: str) -> str:
    """Undo what copying by hand does: capitals, and letters for digits."""
    return token.lower().translate(_READS_LIKE)


def _digest(token: str) -> bytes:
    # A plain hash is enough: there is nothing to guess in 130 random bits.
    return sha256(token.encode(errors="replace")).digest()
