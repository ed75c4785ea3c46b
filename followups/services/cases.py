"""Work a case: claim, acknowledge, resolve. A case is a follow-up with open flags.

Each step looks at the version the reviewer saw, so that nobody closes over a
colleague's change or a newer answer.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from followups.choices import Disposition, FlagEventKind, NextStep
from followups.models import Flag, FollowUp
from followups.services import flag_events, ranks

if TYPE_CHECKING:
    from clinic.staff.models import User


class Changed(Exception):
    """A colleague, or a newer answer, was first; ``follow_up`` is how it stands now."""

    def __init__(self, follow_up: FollowUp) -> None:
        super().__init__(follow_up.pk)
        self.follow_up = follow_up


@transaction.atomic
def claim(follow_up: FollowUp, *, by: "User", now: datetime) -> FollowUp:
    """Make ``by`` the owner; claiming one's own case again changes nothing.

    Raises:
        Changed: if a colleague owns it already.
    """
    current = _locked(follow_up)
    if current.owner_id == by.pk:
        return current
    if current.owner_id is not None:
        raise Changed(current)
    return _set_owner(current, by, now)


@transaction.atomic
def release(follow_up: FollowUp, *, by: "User", now: datetime) -> FollowUp:
    """Give a case back to everybody.

    Raises:
        Changed: if ``by`` does not own it.
    """
    current = _locked(follow_up)
    if current.owner_id is None:
        return current
    if current.owner_id != by.pk:
        raise Changed(current)
    return _set_owner(current, None, now)


@transaction.atomic
def acknowledge(follow_up: FollowUp, *, by: "User", now: datetime) -> FollowUp:
    """Say that somebody has seen the open flags; the response clock runs on."""
    current = _locked(follow_up)
    seen = list(Flag.objects.open().filter(surgery=current.surgery_id, acknowledged_at=None))
    for flag in seen:
        flag.acknowledged_at = now
        flag.save(update_fields=["acknowledged_at"])
        flag_events.add(flag, FlagEventKind.ACKNOWLEDGED, by=by, at=now)
    if seen:
        ranks.refresh(current, now=now, changed=True)
    return current


@transaction.atomic
def resolve(
    follow_up: FollowUp,
    *,
    flags: Sequence[Flag],
    by: "User",
    disposition: Disposition,
    next_step: NextStep,
    note: str,
    version: int,
    now: datetime,
) -> FollowUp:
    """Close flags of one case with how it ended and what comes next.

    Args:
        version: what the reviewer's page showed.

    Raises:
        Changed: if the case has changed since, or a flag is no longer open.
    """
    current = _locked(follow_up)
    open_flags = Flag.objects.open().filter(
        surgery=current.surgery_id, pk__in=[flag.pk for flag in flags]
    )
    closing = list(open_flags)
    if current.version != version or not closing or len(closing) != len(flags):
        raise Changed(current)
    for flag in closing:
        flag.closed_at, flag.closed_by = now, by
        flag.disposition, flag.next_step, flag.note = disposition, next_step, note
        flag.save()
        flag_events.add(flag, FlagEventKind.RESOLVED, by=by, at=now, text=note)
    if not Flag.objects.open().filter(surgery=current.surgery_id).exists():
        current.owner, current.owned_since = None, None
        current.save(update_fields=["owner", "owned_since"])
    ranks.refresh(current, now=now, changed=True)
    return current


def _locked(follow_up: FollowUp) -> FollowUp:
    return FollowUp.objects.locked().get(pk=follow_up.pk)


def _set_owner(current: FollowUp, owner: "User | None", now: datetime) -> FollowUp:
    current.owner = owner
    current.owned_since = now if owner else None
    current.version += 1
    current.save(update_fields=["owner", "owned_since", "version"])
    return current
