"""Seals: each holds the hash of one entry and of the seal before it.

Whoever changes, removes or slips in a sealed entry, even with every right to the database,
breaks the chain from there on. The sweep seals what was committed since; the head of the
chain goes to the log each day, so that a chain forged as a whole disagrees with the log.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import connection, transaction

from clinic.audit.models import Seal

LOCK = 7_317_2026  # of our advisory locks, the one for sealing
LATEST_COMMIT = timedelta(hours=2)  # longer than any transaction of ours lasts
AT_ONCE = 20_000
START = bytes(32)

# Every column of an entry, in an order and a spelling that stay.
_TEXT = """
jsonb_build_array(
    e.id, extract(epoch FROM e.at), e.kind, e.what, e.clinic_id, e.user_id, e.login, e.request,
    e.reason, e."row", e.patients, e.detail, encode(e.values_digest, 'hex')
)::text
"""
_UNSEALED = f"""
SELECT e.id, {_TEXT} FROM audit_entry e
WHERE NOT EXISTS (SELECT FROM audit_seal s WHERE s.entry_id = e.id)
    AND e.at > coalesce((
        SELECT sealed.at - %s FROM audit_seal s JOIN audit_entry sealed ON sealed.id = s.entry_id
        ORDER BY s.id DESC LIMIT 1
    ), '-infinity')
ORDER BY e.id LIMIT %s
"""  # noqa: S608
_SEALED = f"""
SELECT s.id, s.entry_id, s.hash, {_TEXT},
    e.values_digest IS NULL
        OR e.values_digest = sha256(convert_to(v.columns::text, 'UTF8')),
    e.values_digest IS NOT NULL AND v.entry_id IS NULL, e.patients
FROM audit_seal s
LEFT JOIN audit_entry e ON e.id = s.entry_id
LEFT JOIN audit_values v ON v.entry_id = e.id
ORDER BY s.id
"""  # noqa: S608
_NEVER_SEALED = """
SELECT count(*) FROM audit_entry e
WHERE NOT EXISTS (SELECT FROM audit_seal s WHERE s.entry_id = e.id)
"""
_ERASED = "SELECT patient_id FROM privacy_erasure"


@dataclass
class Verdict:
    """What a walk along the whole chain has found."""

    sealed: int = 0
    unsealed: int = 0
    head: str = ""
    broken: list[str] = field(default_factory=list)


@transaction.atomic
def seal(*, limit: int = AT_ONCE) -> int:
    """Seal what has been committed and is not sealed yet; return how many entries."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:  # somebody is at it
            return 0
        cursor.execute("SELECT hash FROM audit_seal ORDER BY id DESC LIMIT 1")
        last = cursor.fetchone()
        cursor.execute(_UNSEALED, [LATEST_COMMIT, limit])
        entries = cursor.fetchall()
    head = bytes(last[0]) if last else START
    seals = []
    for entry, text in entries:
        head = _link(head, text)
        seals.append(Seal(entry_id=entry, hash=head))
    Seal.objects.bulk_create(seals, batch_size=2000)
    return len(seals)


def check() -> Verdict:
    """Walk along the chain and compare every sealed entry with its seal."""
    verdict, head, known = Verdict(), START, _erased()
    for place, entry, sealed, text, is_same, is_gone, patients in _links():
        verdict.sealed += 1
        if text is None:
            verdict.broken.append(f"seal {place}: entry {entry} is missing")
        elif is_gone and not known & set(patients):
            verdict.broken.append(f"seal {place}: the values of entry {entry} are missing")
        elif not is_gone and not is_same:
            verdict.broken.append(f"seal {place}: the values of entry {entry} were changed")
        elif _link(head, text) != bytes(sealed):
            verdict.broken.append(f"seal {place}: entry {entry} was changed")
        head = bytes(sealed)
    verdict.head = head.hex()
    with connection.cursor() as cursor:
        cursor.execute(_NEVER_SEALED)
        verdict.unsealed = cursor.fetchone()[0]
    return verdict


def head() -> tuple[int, str]:
    """Return the place and the hash of the last seal, to be kept somewhere else."""
    last = Seal.objects.order_by("-pk").first()
    return (last.pk, bytes(last.hash).hex()) if last else (0, START.hex())


def _link(before: bytes, text: str) -> bytes:
    return hashlib.sha256(before + text.encode()).digest()


def _links() -> Iterator[tuple]:
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(_SEALED)
        yield from cursor


def _erased() -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(_ERASED)
        return {patient for (patient,) in cursor.fetchall()}
