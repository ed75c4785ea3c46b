"""Seals: each holds the hash of one entry and of the seal before it.

Whoever changes, removes or slips in a sealed entry, even with every right to the database,
breaks the chain from there on. Each minute seals what was committed since. What a chain cannot
show by itself is that its end was cut off or all of it forged: for that the head goes to the
log each day, and ``check`` can be told what it was.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

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
# An entry that was sealed so long before the last one that none with a lower id can still come:
# ids are given in order, so what turns up below it was slipped in and is never sealed.
_SETTLED = """
SELECT coalesce((
    SELECT s.entry_id FROM audit_seal s
    WHERE s.at < (SELECT at FROM audit_seal ORDER BY id DESC LIMIT 1) - %s
    ORDER BY s.id DESC LIMIT 1
), 0)
"""
_UNSEALED = f"""
SELECT e.id, {_TEXT}, statement_timestamp() FROM audit_entry e
WHERE e.id > ({_SETTLED}) AND NOT EXISTS (SELECT FROM audit_seal s WHERE s.entry_id = e.id)
ORDER BY e.id LIMIT %s
"""  # noqa: S608
_SEALED = f"""
SELECT s.id, s.entry_id, s.at, s.hash, {_TEXT}, e.patients, e.values_digest IS NOT NULL,
    v.entry_id IS NOT NULL,
    v.clinic_id IS NOT DISTINCT FROM e.clinic_id
        AND sha256(convert_to(v.columns::text, 'UTF8')) IS NOT DISTINCT FROM e.values_digest
FROM audit_seal s
LEFT JOIN audit_entry e ON e.id = s.entry_id
LEFT JOIN audit_values v ON v.entry_id = e.id
ORDER BY s.id
"""  # noqa: S608
_NEVER_SEALED = f"""
SELECT e.id, e.id <= ({_SETTLED}) FROM audit_entry e
WHERE NOT EXISTS (SELECT FROM audit_seal s WHERE s.entry_id = e.id) ORDER BY e.id
"""  # noqa: S608
_OF_NO_ENTRY = """
SELECT v.entry_id FROM audit_values v
WHERE NOT EXISTS (SELECT FROM audit_entry e WHERE e.id = v.entry_id) ORDER BY v.entry_id
"""
_ERASED = "SELECT patient_id FROM privacy_erasure"


@dataclass
class Verdict:
    """What a walk along the whole chain has found."""

    sealed: int = 0
    unsealed: int = 0
    head: str = ""
    broken: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Link:
    """A seal, and what is left of the entry it was made for."""

    place: int
    entry: int
    at: datetime
    hash: bytes
    text: str | None
    patients: list[int] | None
    had_values: bool
    has_values: bool
    values_fit: bool

    def fault(self, before: bytes, erased: set[int]) -> str:
        """Return what is wrong with the entry, if anything."""
        if self.text is None:
            return "is missing"
        if bytes(self.hash) != _hash(before, self.place, self.at, self.text):
            return "or its seal was changed"
        if self.has_values and not (self.had_values and self.values_fit):
            return "has other values than it had"
        if self.had_values and not self.has_values and not erased & set(self.patients or ()):
            return "has lost its values"
        return ""


@transaction.atomic
def seal(*, limit: int = AT_ONCE) -> int:
    """Seal what has been committed and is not sealed yet; return how many entries."""
    [(is_ours,)] = _rows("SELECT pg_try_advisory_xact_lock(%s)", LOCK)
    if not is_ours:  # somebody is at it
        return 0
    entries = _rows(_UNSEALED, LATEST_COMMIT, limit)
    behind, last = _last()
    seals = []
    for place, (entry, text, now) in enumerate(entries, behind + 1):
        last = _hash(last, place, now, text)
        seals.append(Seal(pk=place, entry_id=entry, at=now, hash=last))
    Seal.objects.bulk_create(seals, batch_size=2000)
    return len(seals)


def check(known: Mapping[int, str] | None = None) -> Verdict:
    """Walk along the chain and compare every sealed entry with its seal.

    Args:
        known: heads of the chain kept elsewhere, place to hash.
    """
    verdict, head, erased = Verdict(), START, {patient for (patient,) in _rows(_ERASED)}
    missing = dict(known or {})
    for link in _links():
        verdict.sealed += 1
        if link.place != verdict.sealed:
            verdict.broken.append(f"seal {verdict.sealed} is missing")
            verdict.sealed = link.place
        if fault := link.fault(head, erased):
            verdict.broken.append(f"seal {link.place}: entry {link.entry} {fault}")
        head = bytes(link.hash)
        if missing.pop(link.place, head.hex()) != head.hex():
            verdict.broken.append(f"seal {link.place} is another one than it was")
    verdict.head = head.hex()
    verdict.broken += [f"seal {place} is missing" for place in missing]
    for entry, is_old in _rows(_NEVER_SEALED, LATEST_COMMIT):
        verdict.unsealed += 1
        if is_old:
            verdict.broken.append(f"entry {entry} was slipped in, or its seal taken away")
    verdict.broken += [
        f"values of an entry {gone} that is missing" for (gone,) in _rows(_OF_NO_ENTRY)
    ]
    return verdict


def head() -> str:
    """Return the place and the hash of the last seal, to be kept somewhere else."""
    place, last = _last()
    return f"{place}:{last.hex()}"


def _last() -> tuple[int, bytes]:
    last = Seal.objects.order_by("-pk").first()
    return (last.pk, bytes(last.hash)) if last else (0, START)


def _hash(before: bytes, place: int, at: datetime, text: str) -> bytes:
    return hashlib.sha256(before + f"{place} {at.timestamp():.6f} {text}".encode()).digest()


def _links() -> Iterator[_Link]:
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(_SEALED)
        for row in cursor:
            yield _Link(*row)


def _rows(statement: str, *parameters: Any) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        found: list[tuple] = cursor.fetchall()
    return found
