"""Checks of a deployment: `manage.py check --deploy --database default`, as each process runs.

Not at every start: pages for patients come up before the database does, and the owner's
account is the right one to migrate with. Whatever the check was told, no page is answered
without row-level security (``patients.reach``).
"""

from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.db import Error, connection

from patients.reach import Unguarded, reach

_STANDING = """
SELECT session_user, rolsuper OR rolbypassrls OR rolcreaterole, EXISTS (
    SELECT FROM pg_class WHERE relname = 'patients_patient'
        AND pg_has_role(session_user, relowner, 'MEMBER')
)
FROM pg_roles WHERE rolname = session_user
"""


def register() -> None:
    checks.register(kept_apart, checks.Tags.database, deploy=True)


def kept_apart(
    *, databases: Sequence[str] | None = None, **options: Any
) -> list[checks.CheckMessage]:
    """Say whether the database keeps clinics apart for the account this process has."""
    if "default" not in (databases or ()):
        return []
    try:
        with connection.cursor() as cursor:
            cursor.execute(_STANDING)
            login, is_mighty, owns = cursor.fetchone()
        with reach([]) as opened:
            is_guarded = opened.is_guarded
    except Error as error:
        said = f"The database could not be asked ({type(error).__name__})."
        return [checks.Error(said, hint="Start it and migrate, then check.", id="fuseline.E001")]
    if not is_guarded:
        return [checks.Error(str(Unguarded()), id="fuseline.E002")]
    if is_mighty or owns:
        return [
            checks.Warning(
                f"The account {login} could set row-level security aside: it may act as the"
                " owner, or stands above the rules.",
                hint="Use one that is only a member of fuseline_app or fuseline_service.",
                id="fuseline.W001",
            )
        ]
    return []
