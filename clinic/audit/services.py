"""Write audit entries that no trigger can: what was read, and what was done besides data."""

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import connection
from psycopg.types.json import Jsonb

from clinic.audit.models import Entry, Kind
from patients.models import Patient
from patients.reach import EVERY_CLINIC, reach

if TYPE_CHECKING:
    from clinic.staff.models import User

MOST_PATIENTS = 20_000  # more than any page or file shows
# Every page pays for this one: by the ORM it would take three times as long.
_READ = """
INSERT INTO audit_entry (kind, what, clinic_id, user_id, request, reason, patients, detail)
VALUES ('read', %(what)s, %(clinic)s, %(user)s, %(request)s, %(reason)s, %(patients)s, %(detail)s)
"""


def note_read(
    user: "User",
    what: str,
    *,
    patients: Iterable[int],
    request: str,
    reason: str = "",
    **detail: Any,
) -> None:
    """Write down whose data a page has just shown, inside the page's own transaction.

    One entry for each clinic whose patients they are: it is theirs to know, also of a superuser.
    """
    said = {"what": what, "user": user.pk, "request": request, "reason": reason}
    entries: list[dict[str, Any]] = [
        {
            **said,
            "clinic": clinic,
            "patients": sorted(seen)[:MOST_PATIENTS],
            "detail": Jsonb(detail),
        }
        for clinic, seen in _by_clinic(user, patients).items()
    ]
    with connection.cursor() as cursor:
        cursor.executemany(_READ, entries)


def _by_clinic(user: "User", patients: Iterable[int]) -> dict[int | None, set[int]]:
    if not user.is_superuser:
        return {user.clinic_id: set(patients)}
    found: dict[int | None, set[int]] = defaultdict(set)
    # by values: looking up whose they are is not another look at them
    for clinic, patient in Patient.objects.filter(pk__in=patients).values_list("clinic", "pk"):
        found[clinic].add(patient)
    return found


def note(
    what: str,
    *,
    user: "User | None",
    request: str = "",
    reason: str = "",
    patients: Iterable[int] = (),
    **detail: Any,
) -> None:
    """Write down an event: a sign-in, a refusal, an export. In a transaction of its own
    unless one is open; ``detail`` never holds personal data.
    """
    clinic = user.clinic_id if user else None
    own = EVERY_CLINIC if user and user.is_superuser else [clinic or 0]
    with reach(own, user=user.pk if user else None, request=request):
        Entry.objects.create(
            kind=Kind.EVENT,
            what=what,
            clinic_id=clinic,
            user=user,
            request=request,
            reason=reason,
            patients=sorted(patients),
            detail=detail,
        )
