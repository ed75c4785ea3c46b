"""Take a step back that somebody has just taken by mistake.

Nothing is deleted: the step stays in the history, and its undoing is written down behind it.
Only the newest step of a case can be taken back, and only while nobody has built on it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from followups.choices import FlagEventKind
from followups.models import Flag, FlagEvent, FollowUp
from followups.services import flag_events, imaging, pins, ranks
from followups.services.cases import Changed, locked
from followups.services.snoozes import end_snooze
from patients.models import ImagingStudy

if TYPE_CHECKING:
    from clinic.staff.models import User

WITHIN = timedelta(seconds=12)  # ten on the screen, two on the way


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody did to a case: when, the version it led to, and what stood there before."""

    kind: FlagEventKind
    at: datetime
    version: int
    owner: int | None = None
    was_pinned: bool = False


class TooLate(Exception):
    """The time to take a step back is over."""


@transaction.atomic
def undo(follow_up: FollowUp, step: Step, *, by: "User", now: datetime) -> FollowUp:
    """Put a case back to before ``step``; undoing the same step again changes nothing.

    Raises:
        TooLate: if it is longer ago than ``WITHIN``.
        Changed: if the case has changed since the step.
    """
    current = locked(follow_up)
    if _is_undone(current, step, by):
        return current
    if now - step.at > WITHIN:
        raise TooLate
    if current.version != step.version:
        raise Changed(current)
    touched = list(_BACK[step.kind](current, step, by, now))
    current.save()
    ranks.refresh(current, now=now, changed=True)
    for flag in touched or filter(None, [current.lead_flag]):
        flag_events.add(flag, FlagEventKind.UNDONE, by=by, at=now, text=str(step.kind.label))
    return current


def _is_undone(current: FollowUp, step: Step, by: "User") -> bool:
    undone = FlagEvent.objects.filter(flag__surgery=current.surgery_id, by=by, at__gte=step.at)
    return undone.filter(kind=FlagEventKind.UNDONE, text=str(step.kind.label)).exists()


def _owner(current: FollowUp, step: Step, by: "User", now: datetime) -> Iterable[Flag]:
    current.owner_id = step.owner
    current.owned_since = now if step.owner else None
    return []


def _resolved(current: FollowUp, step: Step, by: "User", now: datetime) -> Iterable[Flag]:
    """Open the flags again as they were: with the same clock, not with a new one."""
    for flag in (closed := list(_flags(current, closed_at=step.at, closed_by=by))):
        flag.closed_at = flag.closed_by = None
        flag.disposition = flag.next_step = flag.note = ""
        flag.save()
    _owner(current, step, by, now)
    if step.was_pinned and not current.pinned_at:
        _pin_again(current)
    return closed


def _acknowledged(current: FollowUp, step: Step, by: "User", now: datetime) -> Iterable[Flag]:
    for flag in (seen := list(_flags(current, acknowledged_at=step.at))):
        flag.acknowledged_at = None
        flag.save(update_fields=["acknowledged_at"])
    return seen


def _snoozed(current: FollowUp, step: Step, by: "User", now: datetime) -> Iterable[Flag]:
    for flag in (asleep := list(_flags(current, snoozed_at=step.at))):
        end_snooze(flag)
        flag.save()
    return asleep


def _pinned(current: FollowUp, step: Step, by: "User", now: datetime) -> Iterable[Flag]:
    pins.take_down(current)
    return []


def _unpinned(current: FollowUp, step: Step, by: "User", now: datetime) -> Iterable[Flag]:
    _pin_again(current)
    return []


def _requested(current: FollowUp, step: Step, by: "User", now: datetime) -> Iterable[Flag]:
    asked = ImagingStudy.objects.waiting().filter(surgery=current.surgery_id)
    for study in asked.filter(requested_at=step.at, requested_by=by):
        imaging.withdraw(study, now=now)
    return []


def _pin_again(current: FollowUp) -> None:
    """Put the pin back that was there last, with its reason and whose it was."""
    pinned = FlagEvent.objects.filter(flag__surgery=current.surgery_id, kind=FlagEventKind.PINNED)
    last = pinned.order_by("at", "pk").last()
    if last is not None:
        current.pin, current.pinned_at = 1, last.at
        current.pinned_by, current.pin_reason = last.by, last.text


def _flags(current: FollowUp, **facts: object) -> Iterable[Flag]:
    return Flag.objects.filter(surgery=current.surgery_id, **facts)


_BACK: dict[FlagEventKind, Callable[[FollowUp, Step, "User", datetime], Iterable[Flag]]] = {
    FlagEventKind.CLAIMED: _owner,
    FlagEventKind.RELEASED: _owner,
    FlagEventKind.HANDED_OVER: _owner,
    FlagEventKind.ACKNOWLEDGED: _acknowledged,
    FlagEventKind.RESOLVED: _resolved,
    FlagEventKind.SNOOZED: _snoozed,
    FlagEventKind.PINNED: _pinned,
    FlagEventKind.UNPINNED: _unpinned,
    FlagEventKind.IMAGING_REQUESTED: _requested,
}
