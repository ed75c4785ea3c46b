"""Say that letters have left: each is a contact attempt of its operation."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from followups.choices import ContactMethod, ContactOutcome
from followups.models import FollowUp, Letter
from followups.services import contacts

if TYPE_CHECKING:
    from clinic.staff.models import User


@transaction.atomic
def sent(letters: Iterable[Letter], *, by: "User", now: datetime) -> int:
    """Note these letters as sent; return how many nobody had noted before."""
    return sum(_sent(letter, by, now) for letter in letters)


def _sent(letter: Letter, by: "User", now: datetime) -> bool:
    waiting = Letter.objects.filter(pk=letter.pk, ended_at=None)
    if not waiting.update(ended_at=now, ended_by=by, was_sent=True):
        return False
    follow_up = FollowUp.objects.filter(surgery=letter.surgery_id).first()
    if follow_up is not None:
        contacts.record(
            follow_up, by=by, method=ContactMethod.LETTER, outcome=ContactOutcome.SENT, now=now
        )
    return True
