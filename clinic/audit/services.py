"""Write audit entries that no trigger can: what was read, and what was done besides data."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from clinic.audit.models import Entry, Kind
from patients.reach import EVERY_CLINIC, reach

if TYPE_CHECKING:
    from clinic.staff.models import User

MOST_PATIENTS = 1000  # more than any page shows


def note_read(
    user: "User", what: str, *, patients: Iterable[int], request: str, **detail: Any
) -> None:
    """Write down whose data a page has just shown, inside the page's own transaction."""
    Entry.objects.create(
        kind=Kind.READ,
        what=what,
        clinic_id=user.clinic_id,
        user=user,
        login="",
        request=request,
        patients=sorted(patients)[:MOST_PATIENTS],
        detail=detail,
    )


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
            login="",
            request=request,
            reason=reason,
            patients=sorted(patients),
            detail=detail,
        )
