"""Close a record to all but its team, and break the glass: the only writer of both.

A restricted record is hidden by ``for_user``; nothing here decides who sees what.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from patients.models import Opening, Patient, Restriction, Surgery
from patients.models.restriction import OPEN_FOR, OPENINGS_A_DAY

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from clinic.staff.models import User


class TooManyOpenings(Exception):
    """Somebody has broken the glass as often as anybody may in a day."""


@transaction.atomic
def restrict(
    patient: Patient, *, members: Iterable["User"], reason: str, by: "User", now: datetime
) -> Restriction:
    """Close a record to all but its surgeons, these members and ``by``; again: to these."""
    restriction, _ = Restriction.objects.update_or_create(
        patient=patient,
        defaults={"reason": reason},
        create_defaults={
            "clinic_id": patient.clinic_id,
            "reason": reason,
            "since": now,
            "by": by,
        },
    )
    own = {"clinic_id": restriction.clinic_id}
    restriction.members.set({*members, by}, through_defaults=own)
    return restriction


def lift(patient: Patient) -> bool:
    """Open a record to the whole clinic again; False if it was open already."""
    return bool(Restriction.objects.filter(patient=patient).delete()[0])


def has_team_access(patient: Patient, user: "User") -> bool:
    """Whether somebody may open this record without breaking the glass."""
    restriction = Restriction.objects.filter(patient=patient)
    return (
        not restriction.exists()
        or restriction.filter(members=user).exists()
        or Surgery.objects.filter(patient=patient, surgeon=user).exists()
    )


def break_glass(
    restriction: Restriction, *, by: "User", reason: str, now: datetime
) -> tuple[Opening, bool]:
    """Let ``by`` into a restricted record for an hour; False if they were in already.

    Two at the same moment take different numbers of the day: the constraint decides.

    Raises:
        TooManyOpenings: if all of the day's numbers are taken.
    """
    day = restriction.clinic.today(now)
    for number in range(1, OPENINGS_A_DAY + 1):
        if opening := active(by, now).filter(patient=restriction.patient_id).first():
            return opening, False
        try:
            with transaction.atomic():
                opening = Opening.objects.create(
                    clinic_id=restriction.clinic_id,
                    patient_id=restriction.patient_id,
                    user=by,
                    reason=reason,
                    at=now,
                    until=now + OPEN_FOR,
                    day=day,
                    number=number,
                )
                return opening, True
        except IntegrityError:
            if not Opening.objects.filter(user=by, day=day, number=number).exists():
                raise
    raise TooManyOpenings


def active(user: "User", now: datetime) -> "QuerySet[Opening]":
    """Return the openings that still let somebody in, the one that ends first in front."""
    return Opening.objects.filter(user=user, until__gt=now).order_by("until", "pk")


def close(user: "User", opening: int, *, now: datetime) -> bool:
    """End somebody's own opening before its hour is over; False if it has ended."""
    return bool(active(user, now).filter(pk=opening).update(until=now))
