"""Hold a case above others of its severity, with a reason that everybody can read."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from followups.choices import FlagEventKind
from followups.models import FollowUp
from followups.services import flag_events
from followups.services.cases import Changed, locked

if TYPE_CHECKING:
    from clinic.staff.models import User


@transaction.atomic
def pin(follow_up: FollowUp, *, reason: str, by: "User", now: datetime) -> FollowUp:
    """Hold a case above others of the queue, with a reason.

    Raises:
        Changed: if nothing is open, or a colleague pinned it already.
    """
    current = locked(follow_up)
    if current.lead_flag is None or current.pinned_at is not None:
        raise Changed(current)
    current.pin, current.pinned_at = 1, now
    current.pinned_by, current.pin_reason = by, reason
    return _pinned(current, FlagEventKind.PINNED, by, now, reason)


@transaction.atomic
def unpin(follow_up: FollowUp, *, by: "User", now: datetime) -> FollowUp:
    """Let the case take the place its flags give it; unpinned stays unpinned."""
    current = locked(follow_up)
    if current.pinned_at is None:
        return current
    take_down(current)
    return _pinned(current, FlagEventKind.UNPINNED, by, now, "")


def take_down(current: FollowUp) -> None:
    """Take the pin off a case; the caller saves it."""
    current.pin, current.pinned_at, current.pinned_by = 0, None, None
    current.pin_reason = ""


def _pinned(
    current: FollowUp, kind: FlagEventKind, by: "User", now: datetime, reason: str
) -> FollowUp:
    current.version += 1
    current.save(update_fields=["pin", "pinned_at", "pinned_by", "pin_reason", "version"])
    if current.lead_flag is not None:
        flag_events.add(current.lead_flag, kind, by=by, at=now, text=reason)
    return current
