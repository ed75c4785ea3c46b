"""Whom somebody has looked at lately, as the audit knows anyway: no list of our own to keep."""

from typing import TYPE_CHECKING

from clinic.audit.models import Entry, Kind
from patients.models import Patient

if TYPE_CHECKING:
    from clinic.staff.models import User

RECORD = "patients:detail"  # the page that counts as looking
LOOKS = 40  # the latest ones; most are of the same few patients
MOST = 5


def patients(user: "User") -> list[Patient]:
    """Return the patients whose records somebody opened last, the latest first."""
    looks = Entry.objects.filter(user=user, kind=Kind.READ, what=RECORD).newest_first()
    seen = dict.fromkeys(
        patient
        for patients in looks.values_list("patients", flat=True)[:LOOKS]
        for patient in patients
    )
    some = list(seen)[:MOST]
    reachable = Patient.objects.for_user(user).filter(pk__in=some).select_related("clinic")
    return sorted(reachable, key=lambda each: some.index(each.pk))
