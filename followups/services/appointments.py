"""Take the clinic's time for a visit and give it back: the only writer of appointments.

The database refuses what must not be; the lock on the clinician only makes those who book
at the same moment wait for each other, instead of failing together.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction

from followups.choices import AppointmentEnd, CancelReason
from followups.models import Appointment, Visit
from followups.rules.slots import Slot

if TYPE_CHECKING:
    from clinic.staff.models import User


class SlotTaken(Exception):
    """Somebody else was given this time a moment ago."""


class InThePast(Exception):
    """The time has passed."""


class NotHere(Exception):
    """This clinician works in another clinic, or no longer."""


def take(
    visit: Visit, slot: Slot, *, by: "User | None", needs_ride: bool = False, now: datetime
) -> Appointment:
    """Give a visit this time; what it had before is ended as moved.

    Raises:
        SlotTaken: if no place is left.
        InThePast: if the time has passed.
        NotHere: if the clinician does not work in the visit's clinic.
    """
    if slot.starts_at <= now:
        raise InThePast(slot.starts_at)
    _lock_clinician(slot.clinician, visit.clinic_id)
    give_back(visit, AppointmentEnd.MOVED, now=now)
    return _insert(visit, slot, _free_place(slot), by=by, needs_ride=needs_ride, now=now)


def give_back(
    visit: Visit,
    end: AppointmentEnd,
    *,
    cancel_reason: CancelReason | None = None,
    now: datetime,
) -> int:
    """End the standing appointment of a visit, if it has one; the row stays as history."""
    return (
        Appointment.objects.standing()
        .filter(visit=visit)
        .update(ended_at=now, end=end, cancel_reason=cancel_reason or "")
    )


def walk_in(visit: Visit, *, by: "User", now: datetime) -> Appointment:
    """Note that the patient came without an appointment."""
    return Appointment.objects.create(
        clinic_id=visit.clinic_id,
        visit=visit,
        starts_at=now,
        ends_at=Slot(now, 20, None).ends_at,
        booked_by=by,
        booked_at=now,
        ended_at=now,
        end=AppointmentEnd.CAME,
    )


def _lock_clinician(clinician: int | None, clinic: int) -> None:
    """Make bookings with one person take turns."""
    if clinician is None:
        return
    people = get_user_model().objects.select_for_update(no_key=True, of=("self",))
    if not people.filter(pk=clinician, clinic=clinic, is_active=True).exists():
        raise NotHere(clinician)


def _free_place(slot: Slot) -> int:
    """Return the lowest place nobody has at any moment of this time."""
    if slot.clinician is None:
        return 0
    used = set(
        Appointment.objects.standing()
        .filter(clinician=slot.clinician, starts_at__lt=slot.ends_at, ends_at__gt=slot.starts_at)
        .values_list("place", flat=True)
    )
    free = next((place for place in range(slot.capacity) if place not in used), None)
    if free is None:
        raise SlotTaken(slot.key)
    return free


def _insert(
    visit: Visit, slot: Slot, place: int, *, by: "User | None", needs_ride: bool, now: datetime
) -> Appointment:
    try:
        with transaction.atomic():
            return Appointment.objects.create(
                clinic_id=visit.clinic_id,
                visit=visit,
                clinician_id=slot.clinician,
                starts_at=slot.starts_at,
                ends_at=slot.ends_at,
                place=place,
                capacity=slot.capacity,
                needs_ride=needs_ride,
                booked_by=by,
                booked_at=now,
            )
    except IntegrityError as refusal:
        raise SlotTaken(slot.key) from refusal
