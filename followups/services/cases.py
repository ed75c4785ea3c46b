"""Work a case: claim, hand over, acknowledge, resolve. A case is a follow-up with open flags.

Each step looks at the version the reviewer saw, so that nobody closes over a
colleague's change or a newer answer.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from followups.choices import Disposition, FlagEventKind, NextStep
from followups.models import Flag, FollowUp
from followups.models.review import LONGEST_SNOOZE
from followups.protocol import STANDARD
from followups.services import flag_events, ranks, staff_messages
from followups.services.snoozes import end_snooze, why_never_snoozed

if TYPE_CHECKING:
    from clinic.staff.models import User


class Changed(Exception):
    """A colleague, or a newer answer, was first; ``follow_up`` is how it stands now."""

    def __init__(self, follow_up: FollowUp) -> None:
        super().__init__(follow_up.pk)
        self.follow_up = follow_up


class NotSnoozable(Exception):
    """Why a flag may not sleep, in words for the person who asked."""


@transaction.atomic
def claim(follow_up: FollowUp, *, by: "User", now: datetime) -> FollowUp:
    """Make ``by`` the owner; claiming one's own case again changes nothing.

    Raises:
        Changed: if a colleague owns it already, or nothing is open.
    """
    current = locked(follow_up)
    if current.owner_id == by.pk:
        return current
    if current.owner_id is not None or current.lead_flag is None:
        raise Changed(current)
    return set_owner(current, by, FlagEventKind.CLAIMED, by=by, now=now)


@transaction.atomic
def release(follow_up: FollowUp, *, by: "User", now: datetime) -> FollowUp:
    """Give a case back to everybody.

    Raises:
        Changed: if ``by`` does not own it.
    """
    current = locked(follow_up)
    if current.owner_id is None:
        return current
    if current.owner_id != by.pk:
        raise Changed(current)
    return set_owner(current, None, FlagEventKind.RELEASED, by=by, now=now)


@transaction.atomic
def hand_over(
    follow_up: FollowUp, *, to: "User", note: str, by: "User", version: int, now: datetime
) -> FollowUp:
    """Make a colleague the owner, whoever it was.

    Raises:
        Changed: if the case has changed since the page was opened, or nothing is open.
    """
    current = as_seen(follow_up, version)
    if current.lead_flag is None:
        raise Changed(current)
    said = f"To {to}. {note}".strip()
    staff_messages.assigned(current, to=to, by=by, now=now)
    return set_owner(current, to, FlagEventKind.HANDED_OVER, by=by, now=now, text=said)


@transaction.atomic
def acknowledge(follow_up: FollowUp, *, by: "User", version: int, now: datetime) -> FollowUp:
    """Say that somebody has seen the open flags; the response clock runs on.

    Raises:
        Changed: if there is a flag or an answer that the reviewer's page did not show.
    """
    current = locked(follow_up)
    seen = list(Flag.objects.open().filter(surgery=current.surgery_id, acknowledged_at=None))
    if seen and current.version != version:
        raise Changed(current)
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
    current = locked(follow_up)
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
        current.pin, current.pinned_at, current.pinned_by = 0, None, None
        current.pin_reason = ""
        current.save()
    ranks.refresh(current, now=now, changed=True)
    return current


@transaction.atomic
def snooze(
    follow_up: FollowUp,
    *,
    flags: Sequence[Flag],
    until: datetime,
    reason: str,
    by: "User",
    version: int,
    now: datetime,
) -> FollowUp:
    """Let flags sleep until a moment, at most 90 days on; worse answers wake them.

    Raises:
        NotSnoozable: if a severity or rule never sleeps, or the date is out of range.
        Changed: if the case has changed since, or a flag is no longer open.
    """
    current = as_seen(follow_up, version)
    limits = STANDARD.snooze
    sleeping = [_open(current, flag) for flag in flags]
    if not sleeping or any(why_never_snoozed(flag) for flag in sleeping):
        raise NotSnoozable("This kind of flag cannot be snoozed.")
    if not now < until <= now + LONGEST_SNOOZE:
        raise NotSnoozable(f"Choose a day within the next {limits.limit_days} days.")
    if not reason.strip():
        raise NotSnoozable("Say why.")
    for flag in sleeping:
        flag.snoozed_at, flag.snoozed_until = now, until
        flag.snoozed_by, flag.snooze_reason = by, reason.strip()
        flag.snooze_measure = _measure(flag)
        flag.save()
        flag_events.add(flag, FlagEventKind.SNOOZED, by=by, at=now, text=reason)
    ranks.refresh(current, now=now, changed=True)
    return current


@transaction.atomic
def wake(follow_up: FollowUp, *, by: "User", now: datetime) -> FollowUp:
    """End the snooze of every open flag early; what is awake stays awake."""
    current = locked(follow_up)
    asleep = Flag.objects.open().filter(surgery=current.surgery_id, snoozed_until__isnull=False)
    for flag in (sleeping := list(asleep)):
        end_snooze(flag)
        flag.save()
        flag_events.add(flag, FlagEventKind.UNSNOOZED, by=by, at=now)
    if sleeping:
        ranks.refresh(current, now=now, changed=True)
    return current


@transaction.atomic
def reopen(
    follow_up: FollowUp, *, flag: Flag, reason: str, by: "User", version: int, now: datetime
) -> Flag:
    """Open a closed flag again: a new interval with a new clock.

    Raises:
        Changed: if the case has changed since, the flag is open already, or a newer one is.
    """
    current = as_seen(follow_up, version)
    closed = Flag.objects.get(pk=flag.pk, surgery=current.surgery_id)
    family = Flag.objects.open().filter(surgery=current.surgery_id, family=closed.family)
    if closed.is_open or family.exists():
        raise Changed(current)
    target = closed.respond_by - closed.clock_started_at
    closed.closed_at = closed.closed_by = None
    closed.disposition = closed.next_step = closed.note = ""
    closed.clock_started_at, closed.respond_by = now, now + target
    closed.acknowledged_at = closed.contacted_at = None
    end_snooze(closed)
    closed.save()
    flag_events.add(closed, FlagEventKind.REOPENED, by=by, at=now, text=reason)
    ranks.refresh(current, now=now, changed=True)
    return closed


def as_seen(follow_up: FollowUp, version: int) -> FollowUp:
    """Return the case locked.

    Raises:
        Changed: if it is no longer as the reviewer's page showed it.
    """
    current = locked(follow_up)
    if current.version != version:
        raise Changed(current)
    return current


def locked(follow_up: FollowUp) -> FollowUp:
    return FollowUp.objects.locked().get(pk=follow_up.pk)


def set_owner(
    current: FollowUp,
    owner: "User | None",
    kind: FlagEventKind,
    *,
    by: "User",
    now: datetime,
    text: str = "",
) -> FollowUp:
    """Change whose case it is, and note that at the flag that leads it."""
    current.owner = owner
    current.owned_since = now if owner else None
    current.version += 1
    current.save(update_fields=["owner", "owned_since", "version"])
    if current.lead_flag is not None:
        flag_events.add(current.lead_flag, kind, by=by, at=now, text=text)
    return current


def _open(current: FollowUp, flag: Flag) -> Flag:
    found = Flag.objects.open().filter(pk=flag.pk, surgery=current.surgery_id).first()
    if found is None:
        raise Changed(current)
    return found


def _measure(flag: Flag) -> float | None:
    """Return the pain a snoozed flag stands at; two points more wake it."""
    measures = [item.get("measure") for item in flag.evidence]
    known = [measure for measure in measures if measure is not None]
    return known[-1] if known else None
