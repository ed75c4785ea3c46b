"""When nothing leaves: the clinic's quiet hours, on its own clock."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from followups.choices import CheckInKind
from followups.models import Reminder
from followups.protocol import STANDARD

if TYPE_CHECKING:
    from clinic.staff.models import Clinic


def wait(reminder: Reminder, now: datetime) -> datetime | None:
    """Return when a message may leave if not now; a link that was asked for never waits."""
    if is_asked_for(reminder) or not is_quiet(reminder.clinic, now):
        return None
    return quiet_until(reminder.clinic, now)


def is_asked_for(reminder: Reminder) -> bool:
    """Whether the patient, or somebody talking with them, waits for this very message."""
    check_in = reminder.check_in
    if check_in is None:
        return False
    first_of_its_own = reminder.step == 0 and check_in.kind == CheckInKind.ON_DEMAND
    return first_of_its_own or reminder.step >= len(STANDARD.check_ins.reminder_hours)


def is_quiet(clinic: "Clinic", now: datetime) -> bool:
    local = now.astimezone(clinic.zone).time()
    if clinic.quiet_from <= clinic.quiet_until:
        return clinic.quiet_from <= local < clinic.quiet_until
    return local >= clinic.quiet_from or local < clinic.quiet_until


def quiet_until(clinic: "Clinic", now: datetime) -> datetime:
    """Return when the quiet hours that hold at ``now`` end."""
    local = now.astimezone(clinic.zone)
    day = local.date()
    if local.time() >= clinic.quiet_until:
        day += timedelta(days=1)
    return datetime.combine(day, clinic.quiet_until, tzinfo=clinic.zone)
