"""What one transaction may reach in the database, and on whose behalf it writes.

Row-level security shows a transaction the rows of the clinics it names and no others; one
that names none sees none. The audit triggers write down the same transaction's person and
request. Views get theirs from ``requires``, a check-in from its link; sweeps and commands
sign in to the database as a role that reaches every clinic.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction

EVERY_CLINIC: None = None

# Records closed to this person: restricted, neither theirs to treat nor opened with a reason.
_VEILED = """
ARRAY(
    SELECT patient_id FROM patients_restriction AS restriction
    WHERE NOT EXISTS (
        SELECT FROM patients_restriction_members
        WHERE restriction_id = restriction.id AND user_id = %(user)s
    ) AND NOT EXISTS (
        SELECT FROM patients_surgery AS surgery
        WHERE surgery.patient_id = restriction.patient_id AND surgeon_id = %(user)s
    ) AND NOT EXISTS (
        SELECT FROM patients_opening AS opening
        WHERE opening.patient_id = restriction.patient_id AND user_id = %(user)s
            AND statement_timestamp() < until
    )
)
"""
_OPENED = """
ARRAY(
    SELECT ARRAY[patient_id, max(id)] FROM patients_opening
    WHERE user_id = %(user)s AND statement_timestamp() < until GROUP BY patient_id
)
"""
# PostgreSQL works through the list from the left, so what is set here already holds below it.
_OPEN = f"""
SELECT set_config('role', coalesce(nullif(%(role)s, ''), current_setting('role')), true),
       set_config('fuseline.clinics', coalesce(
           %(clinics)s, (SELECT concat_ws(',', 0, string_agg(id::text, ',')) FROM staff_clinic)
       ), true),
       set_config('fuseline.user', coalesce(%(user)s::text, ''), true),
       set_config('fuseline.request', %(request)s, true),
       set_config('fuseline.reason', %(reason)s, true),
       row_security_active('patients_patient'), {_VEILED}, {_OPENED}
"""  # noqa: S608 - nothing in it comes from outside
_KEPT = ("role", "fuseline.clinics", "fuseline.user", "fuseline.request", "fuseline.reason")


@dataclass(frozen=True, slots=True)
class Reach:
    """A transaction's person, the records closed to them, and the patients it has read.

    ``openings`` are the restricted records they have opened with a reason, patient to opening.
    """

    user: int | None
    is_guarded: bool  # row-level security applies to it
    veiled: frozenset[int]
    openings: Mapping[int, int] = field(default_factory=dict)
    patients: set[int] = field(default_factory=set)

    @property
    def reason(self) -> str:
        """Why this person may have read what they read, where that needs a reason."""
        used = sorted(self.openings.keys() & self.patients)
        return f"opening {', '.join(str(self.openings[each]) for each in used)}" if used else ""


class Unguarded(ImproperlyConfigured):
    """A page would run as an account that row-level security does not apply to."""

    def __init__(self) -> None:
        super().__init__(
            "The account of DATABASE_URL owns the tables or bypasses row-level security. Give web"
            " processes one that is a member of fuseline_app, see docs/database-roles.md."
        )


_current: ContextVar[Reach | None] = ContextVar("reach", default=None)


@contextmanager
def reach(
    clinics: Iterable[int] | None,
    *,
    user: int | None = None,
    request: str = "",
    reason: str = "",
) -> Iterator[Reach]:
    """Run one transaction that reaches these clinics, on behalf of this person.

    ``EVERY_CLINIC`` is for superusers. Whoever is read meanwhile is collected, so that it
    can be written down before the transaction ends.

    Raises:
        Unguarded: before a request is answered without row-level security.
    """
    within = connection.in_atomic_block
    with transaction.atomic():
        before = _settings() if within else None
        opened = _open(clinics, user, request, reason)
        if request and not opened.is_guarded:
            raise Unguarded
        token = _current.set(opened)
        try:
            yield opened
        finally:
            _current.reset(token)
        if before is not None:
            _restore(before)


def note_seen(patient: int) -> None:
    """Write down that this patient's data was read, if somebody keeps account."""
    current = _current.get()
    if current is not None:
        current.patients.add(patient)


def veiled_from(user: int) -> frozenset[int]:
    """Return the patients whose restricted records this person may not open."""
    current = _current.get()
    if current is not None and current.user == user:
        return current.veiled
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_VEILED}", {"user": user})
        return frozenset(cursor.fetchone()[0])


def _open(clinics: Iterable[int] | None, user: int | None, request: str, reason: str) -> Reach:
    parameters = {
        "role": settings.DATABASE_ROLE,
        "clinics": None if clinics is None else ",".join(map(str, clinics)),
        "user": user,
        "request": request,
        "reason": reason,
    }
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, parameters)
        *_, is_guarded, veiled, opened = cursor.fetchone()
        return Reach(user, is_guarded, frozenset(veiled), dict(opened))


def _settings() -> tuple[str, ...]:
    asked = ", ".join(f"current_setting('{name}', true)" for name in _KEPT)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {asked}")
        found: tuple[str, ...] = cursor.fetchone()
    return found


def _restore(values: tuple[str, ...]) -> None:
    """Put an outer transaction back to what it was, as the end of our own would have."""
    asked = ", ".join(f"set_config('{name}', %s, true)" for name in _KEPT)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {asked}", [value or "" for value in values])
