"""Sign the patients' texts off. The only writer of ``SignOff``."""

from datetime import datetime
from typing import TYPE_CHECKING

from followups.models import SignOff
from followups.texts import EDITION, wording_of

if TYPE_CHECKING:
    from clinic.staff.models import User


class TextsChanged(Exception):
    """The texts are not the ones that were read: nothing is signed."""


def sign(
    language: str, *, edition: str, name: str, role: str, by: "User", now: datetime
) -> SignOff:
    """Keep that somebody approves every text of a language; twice changes nothing.

    Raises:
        TextsChanged: the edition that was read is not the one in use.
    """
    if edition != wording_of(language):
        raise TextsChanged(language)
    kept, _ = SignOff.objects.get_or_create(
        clinic_id=by.clinic_id or 0,  # a surgeon has one
        language=language,
        edition=edition,
        by=by,
        defaults={"questions": EDITION, "name": name, "role": role, "at": now},
    )
    return kept
