"""Put letters on the list: to patients whom no call reaches, and to those who want paper.

Nothing is printed or posted here; ``posting`` says when a letter has left.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from followups.choices import ContactMethod, LetterReason
from followups.models import CheckIn, ContactAttempt, Letter
from followups.models.letters import CONTACTS
from followups.notify import MESSENGERS
from followups.protocol import STANDARD
from patients.choices import ChannelKind, PatientStatus
from patients.models import ContactChannel, Surgery

if TYPE_CHECKING:
    from clinic.staff.models import User

NOT_AGAIN_FOR = timedelta(days=28)


def ask(surgery: Surgery, *, reason: LetterReason, by: "User | None", now: datetime) -> bool:
    """Put a letter on the list; False if one waits there already."""
    if Letter.objects.waiting().filter(surgery=surgery).exists():
        return False
    asked = {"asked_at": now, "asked_by": by, "reason": reason}
    # one that is no longer wanted, as the patient was reached since, starts anew
    if not Letter.objects.filter(surgery=surgery, ended_at=None).update(**asked):
        letter = Letter(clinic_id=surgery.clinic_id, surgery=surgery, **asked)
        Letter.objects.bulk_create([letter], ignore_conflicts=True)
    return True


def after_call(surgery: Surgery, *, now: datetime) -> bool:
    """Ask for a letter once the calls are used up (protocol 3.3); False while they are not."""
    tries = ContactAttempt.objects.filter(surgery=surgery)
    reached_at = tries.filter(outcome__in=CONTACTS).order_by("at").values_list("at", flat=True)
    since = tries.filter(at__gt=last) if (last := reached_at.last()) else tries
    missed = since.filter(method=ContactMethod.PHONE).exclude(outcome__in=CONTACTS).count()
    is_written_to = since.filter(method=ContactMethod.LETTER).exists()
    if missed < STANDARD.lost_to_follow_up.attempts or is_written_to:
        return False
    return ask(surgery, reason=LetterReason.UNREACHED, by=None, now=now)


def plan(*, now: datetime, limit: int = 500) -> int:
    """Ask for letters to patients who chose nothing but letters and have a check-in open."""
    channels = ContactChannel.objects.usable().filter(patient=OuterRef("surgery__patient"))
    lately = Letter.objects.filter(surgery=OuterRef("surgery"), asked_at__gt=now - NOT_AGAIN_FOR)
    open_ones = (
        CheckIn.objects.open_at(now)
        .filter(surgery__patient__status=PatientStatus.ACTIVE)
        .filter(Exists(channels.filter(kind=ChannelKind.LETTER)))
        .exclude(Exists(channels.filter(kind__in=list(MESSENGERS))))
        .exclude(Exists(lately))
        .select_related("surgery")[:limit]
    )
    surgeries = {each.surgery_id: each.surgery for each in open_ones}
    return sum(
        ask(each, reason=LetterReason.CHOSEN, by=None, now=now) for each in surgeries.values()
    )


def drop(letter: Letter, *, by: "User", now: datetime) -> bool:
    """Take a letter off the list unsent; False if it has left or was dropped already."""
    waiting = Letter.objects.filter(pk=letter.pk, ended_at=None)
    return bool(waiting.update(ended_at=now, ended_by=by))
