"""The chain of seals: whatever is changed in it, by whoever owns the tables, is found."""

import random
import threading
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from clinic.audit import chain, tasks
from clinic.audit.models import Entry, Kind, Seal
from clinic.celery import app
from clinic.logs import MaskedFormatter
from clinic.privacy.models import Erasure
from patients.models import Patient
from tests.factories import at, make_clinic, make_patient, make_user

pytestmark = pytest.mark.django_db

TABLES = ("audit_entry", "audit_values", "audit_seal")
CHANGES, BLOCKS = 1_000, 10


def sql(statement: str, *parameters: Any) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else [(cursor.rowcount,)]


@pytest.fixture
def sealed():
    """A chain over some of everything; its tables give way to their owner."""
    clinic = make_clinic()
    user = make_user(clinic=clinic)
    for number in range(4):
        patient = make_patient(clinic=clinic)
        Patient.objects.filter(pk=patient.pk).update(given_name=f"Grace {number}")
        Entry.objects.create(
            kind=Kind.READ, what="patients:detail", clinic=clinic, user=user, patients=[patient.pk]
        )
    assert chain.seal() > 10
    Patient.objects.filter(pk=make_patient(clinic=clinic, email="").pk).delete()
    assert chain.seal() >= 2
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    for table in TABLES:
        sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")


@pytest.fixture
def long_ago(monkeypatch):
    """What the last sealing but one has sealed was committed too long ago for a latecomer."""
    monkeypatch.setattr(chain, "LATEST_COMMIT", timedelta())


def is_found(*, known: dict[int, str] | None = None) -> bool:
    verdict = chain.check(known)
    return bool(verdict.broken)


# --- the untouched chain -------------------------------------------------------------------


def test_an_untouched_chain_is_whole(sealed):
    verdict = chain.check()

    assert verdict.broken == []
    assert verdict.unsealed == 0
    assert verdict.sealed == Entry.objects.count() == Seal.objects.count()
    assert f"{verdict.sealed}:{verdict.head}" == chain.head()


def test_sealing_again_changes_nothing(sealed):
    before = chain.head()
    assert chain.seal() == 0
    assert chain.head() == before


def test_the_chain_goes_on_where_it_ended(sealed):
    make_patient()
    assert chain.check().unsealed > 0
    chain.seal()
    verdict = chain.check()
    assert (verdict.unsealed, verdict.broken) == (0, [])


def test_a_backlog_is_sealed_a_part_at_a_time(sealed):
    for _ in range(3):
        make_patient()
    assert chain.seal(limit=2) == 2
    assert chain.check().broken == []
    chain.seal()
    assert (chain.check().broken, chain.check().unsealed) == ([], 0)


# --- tampering ---------------------------------------------------------------------------

COLUMNS = {
    "at": "at + interval '1 microsecond'",
    "kind": "CASE kind WHEN 'read' THEN 'event' ELSE 'read' END",
    "what": "what || 'x'",
    "clinic_id": "coalesce(clinic_id, 0) + 1",
    "user_id": "coalesce(user_id, 0) + 1",
    "login": "login || 'x'",
    "request": "request || 'x'",
    "reason": "reason || 'x'",
    '"row"': 'coalesce("row", 0) + 1',
    "patients": "patients || 1::bigint",
    "detail": "detail || '{\"more\": 1}'",
    "values_digest": "sha256(coalesce(values_digest, ''))",
    "id": "id + 1000000",
}
OF_SEALS = {
    "hash": "sha256(hash)",
    "at": "at + interval '1 microsecond'",
    "entry_id": "entry_id + 1000000",
    "id": "id + 1000000",
}
OF_VALUES = {
    "columns": "columns || '{\"more\": 1}'",
    "clinic_id": "coalesce(clinic_id, 0) + 1",
    "entry_id": "entry_id + 1000000",
}


def one_of(table: str, chance: random.Random) -> int:
    key = "entry_id" if table == "audit_values" else "id"
    keys: list[int] = [each for (each,) in sql(f"SELECT {key} FROM {table} ORDER BY {key}")]  # noqa: S608
    return chance.choice(keys)


def altering(table: str, key: str, column: str, to: str) -> Callable[[random.Random], None]:
    def tamper(chance: random.Random) -> None:
        row = one_of(table, chance)
        changed = f"UPDATE {table} SET {column} = {to} WHERE {key} = %s"  # noqa: S608
        assert sql(changed, row) == [(1,)]

    return tamper


def deleting(table: str, key: str) -> Callable[[random.Random], None]:
    def tamper(chance: random.Random) -> None:
        gone = f"DELETE FROM {table} WHERE {key} = %s"  # noqa: S608
        assert sql(gone, one_of(table, chance)) == [(1,)]

    return tamper


def swapping_seals(chance: random.Random) -> None:
    one, other = chance.sample([each for (each,) in sql("SELECT id FROM audit_seal")], 2)
    for place, to in ((one, -1), (other, one), (-1, other)):
        sql("UPDATE audit_seal SET id = %s WHERE id = %s", to, place)


def swapping_entries(chance: random.Random) -> None:
    one, other = chance.sample([each for (each,) in sql("SELECT id FROM audit_entry")], 2)
    for place, to in ((one, -1), (other, one), (-1, other)):
        sql("UPDATE audit_entry SET id = %s WHERE id = %s", to, place)


def forging_an_old_entry(chance: random.Random) -> None:
    """Slip one in below what was sealed long ago."""
    low = sql("SELECT min(id) FROM audit_entry")[0][0] - chance.randint(1, 1000)
    sql(
        "INSERT INTO audit_entry (id, at, kind, what, login, request, reason, patients, detail)"
        " VALUES (%s, now(), 'read', 'queue', 'x', '', '', '{}', '{}')",
        low,
    )


def forging_a_deleted_entry(chance: random.Random) -> None:
    row = one_of("audit_entry", chance)
    sql(
        "UPDATE audit_entry SET what = 'queue', detail = '{\"forged\": 1}', user_id = 1"
        " WHERE id = %s",
        row,
    )


def forging_values(chance: random.Random) -> None:
    bare = [each for (each,) in sql("SELECT id FROM audit_entry WHERE values_digest IS NULL")]
    sql(
        "INSERT INTO audit_values (entry_id, columns) VALUES (%s, '{\"mrn\": 1}')",
        chance.choice(bare),
    )


TAMPERINGS: dict[str, Callable[[random.Random], None]] = {
    **{f"entry.{name}": altering("audit_entry", "id", name, to) for name, to in COLUMNS.items()},
    **{f"seal.{name}": altering("audit_seal", "id", name, to) for name, to in OF_SEALS.items()},
    **{
        f"values.{name}": altering("audit_values", "entry_id", name, to)
        for name, to in OF_VALUES.items()
    },
    "an entry is gone": deleting("audit_entry", "id"),
    "a seal is gone": deleting("audit_seal", "id"),
    "values are gone": deleting("audit_values", "entry_id"),
    "two seals change places": swapping_seals,
    "two entries change places": swapping_entries,
    "an entry is slipped in": forging_an_old_entry,
    "an entry is written anew": forging_a_deleted_entry,
    "values are slipped in": forging_values,
}


def test_every_column_is_tampered_with():
    names = {
        "audit_entry": {name.strip('"') for name in COLUMNS},
        "audit_seal": set(OF_SEALS),
        "audit_values": set(OF_VALUES),
    }
    for table, known in names.items():
        columns = "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
        assert {name for (name,) in sql(columns, table)} == known


@pytest.mark.parametrize("block", range(BLOCKS))
def test_a_thousand_changes_of_one_row_are_found_each(sealed, long_ago, block):
    chance, missed = random.Random(41 + block), []  # noqa: S311 - the same ones each time
    place, _, hash_ = chain.head().partition(":")
    known = {int(place): hash_}
    kinds = list(TAMPERINGS)
    for number in range(CHANGES // BLOCKS):
        kind = kinds[number % len(kinds)]
        with transaction.atomic():
            TAMPERINGS[kind](chance)
            if not is_found(known=known):
                missed.append((number, kind))
            transaction.set_rollback(True)
    assert missed == []
    assert not is_found(known=known)


def test_the_last_seal_is_missed_where_the_head_was_kept(sealed):
    """A chain cannot show that its end was cut off; the head in the log does."""
    place, _, hash_ = chain.head().partition(":")
    sql("DELETE FROM audit_seal WHERE id = %s", int(place))

    assert chain.check().unsealed == 1
    assert chain.check({int(place): hash_}).broken == [f"seal {place} is missing"]


def test_a_chain_made_anew_as_a_whole_differs_from_the_head_that_was_kept(sealed):
    place, _, hash_ = chain.head().partition(":")
    sql("UPDATE audit_entry SET user_id = 1 WHERE id = (SELECT min(id) FROM audit_entry)")
    sql("DELETE FROM audit_seal")
    chain.seal()

    assert chain.check().broken == []
    assert chain.check({int(place): hash_}).broken == [f"seal {place} is another one than it was"]


def test_the_values_of_somebody_erased_may_go(sealed):
    entry = Entry.objects.filter(what="patients_patient", kind=Kind.UPDATE).first()
    sql("DELETE FROM audit_values WHERE entry_id = %s", entry.pk)
    assert is_found()

    Erasure.objects.create(
        clinic_id=entry.clinic_id, patient_id=entry.patients[0], at=at(1), reason="Asked for it"
    )
    assert not is_found()


# --- late and at once --------------------------------------------------------------------


def test_an_entry_committed_late_is_sealed_later(sealed):
    """Ids are given before the commit, so a lower one may turn up after a higher is sealed."""
    low = sql("SELECT nextval('audit_entry_id_seq')")[0][0]
    make_patient()
    chain.seal()

    Entry.objects.create(pk=low, kind=Kind.READ, what="queue")

    assert chain.seal() == 1
    assert chain.check().broken == []
    assert Seal.objects.last().entry_id == low


def test_an_entry_that_comes_too_late_is_not_sealed_but_reported(sealed, long_ago):
    low = sql("SELECT nextval('audit_entry_id_seq')")[0][0]
    make_patient()
    chain.seal()
    make_patient()
    chain.seal()

    Entry.objects.create(pk=low, kind=Kind.READ, what="queue")

    assert chain.seal() == 0
    assert f"entry {low} was slipped in, or its seal taken away" in chain.check().broken


@pytest.mark.django_db(transaction=True)
def test_two_sealers_at_once_make_one_chain():
    for _ in range(5):
        make_patient()
    counts: list[int] = []

    def seal() -> None:
        counts.append(chain.seal())
        connection.close()

    together = [threading.Thread(target=seal) for _ in range(4)]
    for each in together:
        each.start()
    for each in together:
        each.join()
    counts.append(chain.seal())

    verdict = chain.check()
    assert (verdict.broken, verdict.unsealed) == ([], 0)
    assert sum(counts) == Entry.objects.count()


@pytest.mark.django_db(transaction=True)
def test_a_sealer_who_dies_leaves_nothing_half_done(monkeypatch):
    make_patient()
    made = Seal.objects.bulk_create

    def dies(*args, **kwargs):
        made(*args, **kwargs)
        raise RuntimeError

    monkeypatch.setattr(type(Seal.objects), "bulk_create", lambda self, *a, **k: dies(*a, **k))
    with pytest.raises(RuntimeError):
        chain.seal()
    monkeypatch.undo()

    assert not Seal.objects.exists()
    chain.seal()
    assert (chain.check().broken, chain.check().unsealed) == ([], 0)


# --- who calls it ------------------------------------------------------------------------


def test_beat_rings_what_workers_know():
    app.loader.import_default_modules()
    rung = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {"clinic.audit.tasks.seal", "clinic.audit.tasks.log_head"} <= rung
    assert rung <= set(app.tasks)
    assert settings.CELERY_BEAT_SCHEDULE["seal the audit"]["schedule"] <= 60


def test_the_head_goes_to_the_log_where_it_can_be_read(sealed, caplog):
    caplog.set_level("INFO")
    tasks.seal()
    tasks.log_head()

    [line] = [record for record in caplog.records if "audit head" in record.getMessage()]
    assert MaskedFormatter("%(message)s").format(line) == f"audit head: {chain.head()}"


def test_the_commands_seal_and_check(sealed):
    make_patient()
    out = StringIO()
    call_command("seal_audit", stdout=out)
    head = chain.head()
    assert head in out.getvalue()

    call_command("check_audit", f"--head={head}", stdout=out)
    assert "0 not yet" in out.getvalue()


def test_the_check_fails_loudly(sealed):
    sql("UPDATE audit_entry SET user_id = 1 WHERE id = (SELECT min(id) FROM audit_entry)")
    out = StringIO()
    with pytest.raises(CommandError, match="1 fault"):
        call_command("check_audit", stdout=out)
    assert "seal 1: entry" in out.getvalue()


@pytest.mark.parametrize("head", ["", "12", "12:beef", "x:" + "0" * 64])
def test_a_head_that_is_none_is_refused(head):
    with pytest.raises(CommandError, match="as the log has it"):
        call_command("check_audit", f"--head={head}")
