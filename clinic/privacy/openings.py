"""Break the glass as a whole: the opening, its audit event, and who is told at once."""

from datetime import datetime

from django.db import transaction

from clinic.audit import services as audit
from clinic.privacy import notices
from clinic.staff.models import User
from patients import restrictions
from patients.models import Opening, Restriction

OPENED = "glass broken"
CLOSED = "opening closed"


@transaction.atomic
def break_glass(
    restriction: Restriction, *, by: User, reason: str, now: datetime, request: str = ""
) -> Opening:
    """Open a restricted record for an hour, write it down, tell the clinic.

    Raises:
        TooManyOpenings: see ``patients.restrictions``.
    """
    opening, is_new = restrictions.break_glass(restriction, by=by, reason=reason, now=now)
    if is_new:
        notices.plan(opening, now=now)
        audit.note(
            OPENED, user=by, request=request, patients=[opening.patient_id], opening=opening.pk
        )
    return opening


def close(opening: int, *, by: User, now: datetime, request: str = "") -> bool:
    """End somebody's own opening early; False if it has ended or is not theirs."""
    closed = restrictions.close(by, opening, now=now)
    if closed:
        audit.note(CLOSED, user=by, request=request, opening=opening)
    return closed
