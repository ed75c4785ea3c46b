"""Document how staff tried to reach a patient: the only writer of contact attempts."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from followups.choices import (
    ContactMethod,
    ContactOutcome,
    EvaluationTrigger,
    FlagEventKind,
)
from followups.models import ContactAttempt, Flag, FollowUp
from followups.services import flag_events, flags, letters, ranks

if TYPE_CHECKING:
    from clinic.staff.models import User


@transaction.atomic
def record(
    follow_up: FollowUp,
    *,
    by: "User",
    method: ContactMethod,
    outcome: ContactOutcome,
    note: str = "",
    now: datetime,
) -> ContactAttempt:
    """Note an attempt; reaching the patient stops the clock of every open flag."""
    follow_up = FollowUp.objects.locked().get(pk=follow_up.pk)
    attempt = ContactAttempt.objects.create(
        clinic_id=follow_up.clinic_id,
        surgery_id=follow_up.surgery_id,
        at=now,
        by=by,
        method=method,
        outcome=outcome,
        note=note,
    )
    if follow_up.is_active:  # silence and tries are facts the rules look at
        flags.refresh(follow_up, trigger=EvaluationTrigger.RECORD, now=now)
    if ContactOutcome(outcome).is_contact:
        _stop_clocks(follow_up, by=by, note=note, now=now)
    else:
        letters.after_call(follow_up.surgery, now=now)
    ranks.refresh(follow_up, now=now, changed=True)
    return attempt


def _stop_clocks(follow_up: FollowUp, *, by: "User", note: str, now: datetime) -> None:
    """Whatever is open now, this talk was about it."""
    waiting = Flag.objects.open().filter(surgery=follow_up.surgery_id, contacted_at=None)
    for flag in waiting:
        flag.contacted_at = now
        flag.acknowledged_at = flag.acknowledged_at or now
        flag.save(update_fields=["contacted_at", "acknowledged_at"])
        flag_events.add(flag, FlagEventKind.CONTACT, by=by, at=now, text=note)
