"""Keep everything from leaving a clinic until somebody says go: the only writer of holds."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from followups.choices import ReminderState
from followups.models import Hold, Reminder, StaffMessage
from followups.models.outbox import UNSENT

if TYPE_CHECKING:
    from clinic.staff.models import Clinic, User

RESTORED = "This database was restored. Messages may have left that it does not know of."
IN_DOUBT = "The database was restored: it may have left before."


class AlreadyHeld(Exception):
    """A hold is on this clinic; it is ``hold``."""

    def __init__(self, hold: Hold) -> None:
        super().__init__(hold.pk)
        self.hold = hold


class NotHeld(Exception):
    """A colleague released it first."""


def place(clinic: "Clinic", *, by: "User | None", reason: str, now: datetime) -> Hold:
    """Let nothing leave this clinic from now on.

    Raises:
        AlreadyHeld: with the hold that is on it; its reason stands.
    """
    hold = Hold(clinic=clinic, by=by, reason=reason, at=now)
    Hold.objects.bulk_create([hold], ignore_conflicts=True)
    active = Hold.objects.active().get(clinic=clinic)
    if (active.at, active.by, active.reason) != (now, by, reason):
        raise AlreadyHeld(active)
    return active


def release(hold: Hold, *, by: "User | None", reason: str, now: datetime) -> None:
    """Let messages leave again.

    Raises:
        NotHeld: if that happened already.
    """
    active = Hold.objects.active().filter(pk=hold.pk)
    if not active.update(released_at=now, released_by=by, release_reason=reason):
        raise NotHeld(hold.pk)


@transaction.atomic
def restored(clinics: "list[Clinic]", *, now: datetime) -> int:
    """Hold every clinic after a restore, and set aside what was due: it may have left before.

    Return how many messages somebody has to look at. Twice changes nothing.
    """
    for clinic in clinics:
        try:
            place(clinic, by=None, reason=RESTORED, now=now)
        except AlreadyHeld:
            continue
    return sum(_set_aside(model, now) for model in (Reminder, StaffMessage))


def _set_aside(model: "type[Reminder | StaffMessage]", now: datetime) -> int:
    due = model._default_manager.filter(state__in=UNSENT, not_before__lte=now)
    return due.update(
        state=ReminderState.QUARANTINED,
        was_due_at=F("not_before"),
        reason=IN_DOUBT,
        claim_token=None,
        lease_until=None,
    )
