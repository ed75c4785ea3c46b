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
from followups.models.review import LONGEST_SNOOZE
from followups.protocol import STANDARD
from followups.services import flag_events, ranks
from followups.services.snoozes import end_snooze

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
        current.pin, current.pinned_at, current.pinned_by = 0, None, None
        current.pin_reason = ""
        current.save()
    ranks.refresh(current, now=now, changed=True)
    return current


@transaction.atomic
def snooze(
    follow_up: FollowUp,
    *,
    flag: Flag,
    until: datetime,
    reason: str,
    by: "User",
    now: datetime,
) -> Flag:
    """Let a flag sleep until a moment, at most 90 days on; worse answers wake it.

    Raises:
        NotSnoozable: if this severity or rule never sleeps, or the date is out of range.
        Changed: if the flag is no longer open.
    """
    current = _locked(follow_up)
    sleeping = _open(current, flag)
    limits = STANDARD.snooze
    if sleeping.severity >= limits.never_severity or _never_sleeps(sleeping):
        raise NotSnoozable("This kind of flag cannot be snoozed.")
    if not now < until <= now + LONGEST_SNOOZE:
        raise NotSnoozable(f"Choose a day within the next {limits.limit_days} days.")
    if not reason.strip():
        raise NotSnoozable("Say why.")
    sleeping.snoozed_at, sleeping.snoozed_until = now, until
    sleeping.snoozed_by, sleeping.snooze_reason = by, reason.strip()
    sleeping.snooze_measure = _measure(sleeping)
    sleeping.save()
    flag_events.add(sleeping, FlagEventKind.SNOOZED, by=by, at=now, text=reason)
    ranks.refresh(current, now=now, changed=True)
    return sleeping


@transaction.atomic
def wake(follow_up: FollowUp, *, flag: Flag, by: "User", now: datetime) -> Flag:
    """End a snooze early; one that has ended already stays ended.

    Raises:
        Changed: if the flag is no longer open.
    """
    current = _locked(follow_up)
    sleeping = _open(current, flag)
    if sleeping.snoozed_until is not None:
        end_snooze(sleeping)
        sleeping.save()
        flag_events.add(sleeping, FlagEventKind.UNSNOOZED, by=by, at=now)
        ranks.refresh(current, now=now, changed=True)
    return sleeping


@transaction.atomic
def reopen(follow_up: FollowUp, *, flag: Flag, reason: str, by: "User", now: datetime) -> Flag:
    """Open a closed flag again: a new interval with a new clock.

    Raises:
        Changed: if it is open already, or a newer flag of its family is.
    """
    current = _locked(follow_up)
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


@transaction.atomic
def pin(follow_up: FollowUp, *, reason: str, by: "User", now: datetime) -> FollowUp:
    """Hold a case above others of the queue, with a reason.

    Raises:
        Changed: if nothing is open, or a colleague pinned it already.
    """
    current = _locked(follow_up)
    if current.lead_flag is None or current.pinned_at is not None:
        raise Changed(current)
    current.pin, current.pinned_at = 1, now
    current.pinned_by, current.pin_reason = by, reason
    return _pinned(current, FlagEventKind.PINNED, by, now, reason)


@transaction.atomic
def unpin(follow_up: FollowUp, *, by: "User", now: datetime) -> FollowUp:
    """Let the case take the place its flags give it; unpinned stays unpinned."""
    current = _locked(follow_up)
    if current.pinned_at is None:
        return current
    current.pin, current.pinned_at, current.pinned_by = 0, None, None
    current.pin_reason = ""
    return _pinned(current, FlagEventKind.UNPINNED, by, now, "")


def _pinned(
    current: FollowUp, kind: FlagEventKind, by: "User", now: datetime, reason: str
) -> FollowUp:
    current.version += 1
    current.save(update_fields=["pin", "pinned_at", "pinned_by", "pin_reason", "version"])
    if current.lead_flag is not None:
        flag_events.add(current.lead_flag, kind, by=by, at=now, text=reason)
    return current


def _open(current: FollowUp, flag: Flag) -> Flag:
    found = Flag.objects.open().filter(pk=flag.pk, surgery=current.surgery_id).first()
    if found is None:
        raise Changed(current)
    return found


def _never_sleeps(flag: Flag) -> bool:
    """Whether any of its evidence is of a rule that is never snoozed."""
    held = {flag.rule, *(item["rule"] for item in flag.evidence)}
    return bool(held & {rule.value for rule in STANDARD.snooze.never_rules})


def _measure(flag: Flag) -> float | None:
    """Return the pain a snoozed flag stands at; two points more wake it."""
    measures = [item.get("measure") for item in flag.evidence]
    known = [measure for measure in measures if measure is not None]
    return known[-1] if known else None


def _locked(follow_up: FollowUp) -> FollowUp:
    return FollowUp.objects.locked().get(pk=follow_up.pk)


def _set_owner(current: FollowUp, owner: "User | None", now: datetime) -> FollowUp:
    current.owner = owner
    current.owned_since = now if owner else None
    current.version += 1
    current.save(update_fields=["owner", "owned_since", "version"])
    return current
