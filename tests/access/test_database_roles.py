"""What the database lets the product's roles do, as its own catalogue tells."""

from typing import Any

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, models, transaction

from clinic import database_roles
from clinic.database_roles import APP, SERVICE
from patients.models import Patient
from patients.reach import reach
from tests.factories import make_clinic, make_patient

pytestmark = pytest.mark.django_db

AUDIT = ("audit_entry", "audit_values", "audit_seal")
# Tables with a clinic that row-level security leaves out, and why.
OPEN = {
    "staff_user": "signing in comes before any clinic is known; pages ask by clinic",
    "followups_checkinlink": "a patient's link is looked up before any clinic is known",
}
# Tables with a clinic whose changes are not audited, and why.
UNAUDITED = {
    "followups_checkinlink": "made with its check-in; it holds a hash and nothing else",
    "patients_searchkey": "made from the record, whose changes are audited",
    "followups_draft": "answers on their way to a report, which is audited",
    "followups_evaluation": "append-only: it is its own history",
    "followups_flagevent": "append-only: it is its own history",
    "followups_lesson": "given and opened by a check-in's own pages",
    "followups_notice": "made by the clock from a flag, whose changes are audited",
    "followups_reminder": "an outbox; sent messages are counted, never edited",
    "followups_staffmessage": "an outbox; it says of whom it tells only by its flag",
    "privacy_notice": "an outbox of openings, which are audited",
    "audit_entry": "the audit itself",
    "audit_values": "the audit itself",
}
# Rows that say nothing of a patient, which pages may take away.
NOBODYS = {
    "followups_draft",  # once its answers are a report
    "patients_contactchannel",
    "patients_searchkey",  # made anew from the record
    "patients_restriction",
    "patients_restriction_members",
}
WITH_CLINIC = [
    model
    for model in apps.get_models()
    if any(field.name == "clinic" for field in model._meta.concrete_fields)
]
TABLES = sorted(model._meta.db_table for model in WITH_CLINIC)
PATIENT_DATA = sorted(set(TABLES) - set(OPEN) - {"audit_entry", "audit_values"})


def asked(statement: str, *parameters: Any) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        found: list[tuple] = cursor.fetchall()
    return found


def as_role(role: str, statement: str) -> None:
    """Run a statement as one of the roles, and undo it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {role}")
        cursor.execute(statement)
        transaction.set_rollback(True)


def may(role: str, table: str, right: str) -> bool:
    return bool(asked("SELECT has_table_privilege(%s, %s, %s)", role, table, right)[0][0])


# --- the roles -------------------------------------------------------------------------


@pytest.mark.parametrize("role", database_roles.ROLES)
def test_no_role_of_the_product_is_above_the_rules(role):
    rights = "rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication"
    assert asked(f"SELECT {rights} FROM pg_roles WHERE rolname = %s", role) == [(False,)]  # noqa: S608
    owned = "SELECT relname FROM pg_class WHERE relowner = %s::regrole"
    assert asked(owned, role) == []
    assert asked("SELECT proname FROM pg_proc WHERE proowner = %s::regrole", role) == []


@pytest.mark.parametrize("role", database_roles.ROLES)
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE public.more (id int)",
        "CREATE SCHEMA more",
        "CREATE ROLE more",
        "CREATE FUNCTION public.more() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ALTER TABLE patients_patient ADD COLUMN more int",
        "ALTER TABLE patients_patient DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE patients_patient DISABLE TRIGGER ALL",
        "DROP POLICY patient_own_rows ON patients_patient",
        "DROP TABLE patients_patient",
        "TRUNCATE patients_patient",
        "SET session_replication_role = replica",
        "SET LOCAL row_security = off; SELECT 1 FROM patients_patient",
    ],
)
def test_no_role_changes_what_the_database_is(role, statement):
    with pytest.raises(ProgrammingError), transaction.atomic():
        as_role(role, statement)


def test_pages_delete_no_row_about_a_patient():
    deletable = {table for table in TABLES if may(APP, table, "DELETE")}
    assert deletable <= NOBODYS


def test_rights_in_the_database_are_the_rights_in_the_table():
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        for role in database_roles.ROLES:
            given = {
                right
                for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES")
                if may(role, table, right)
            }
            assert given == database_roles.rights(role, table), (role, table)


@pytest.mark.parametrize("table", AUDIT)
@pytest.mark.parametrize("role", database_roles.ROLES)
@pytest.mark.parametrize("what", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"])
def test_no_role_rewrites_the_audit(table, role, what):
    if role == SERVICE and table == "audit_values" and what.startswith("DELETE"):
        pytest.skip("an erasure takes a person's values out")
    key = "entry_id" if table == "audit_values" else "id"
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        as_role(role, what.format(table, key, key))


@pytest.mark.parametrize("table", sorted(database_roles.APP_NEVER_CHANGES))
@pytest.mark.parametrize("what", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
def test_no_page_rewrites_what_was_said(table, what):
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        as_role(APP, what.format(table))


# --- row-level security and audit, table by table -----------------------------------------


def test_every_table_of_a_clinic_is_kept_apart():
    secured = "SELECT relname FROM pg_class WHERE relrowsecurity"
    kept = {table for (table,) in asked(secured)} & set(TABLES)
    assert set(TABLES) - kept == set(OPEN)


def test_every_table_of_a_clinic_is_audited():
    audited = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE starts_with(tgname, %s)"
    found = {table for (table,) in asked(audited, "pgtrigger_audited_")}
    assert set(TABLES) - found == set(UNAUDITED)


@pytest.mark.parametrize("table", PATIENT_DATA)
def test_who_names_no_clinic_sees_no_row(two, table):
    count = f"SELECT count(*) FROM {table}"  # noqa: S608
    [(every,)] = asked(count)
    with transaction.atomic():
        asked(f"SELECT set_config('role', '{APP}', true)")
        [(unnamed,)] = asked(count)
        transaction.set_rollback(True)
    with transaction.atomic():
        asked(f"SELECT set_config('role', '{SERVICE}', true)")
        [(service,)] = asked(count)
        transaction.set_rollback(True)
    assert (unnamed, service) == (0, every)
    assert every >= 2


@pytest.mark.parametrize("table", PATIENT_DATA)
def test_who_names_a_clinic_sees_its_rows_and_no_others(two, table):
    with reach([two.b.clinic.pk]):
        found = asked(f"SELECT DISTINCT clinic_id FROM {table}")  # noqa: S608
        assert found == [(two.b.clinic.pk,)]


def test_a_row_cannot_point_into_another_clinic_whatever_wrote_it(two):
    """Foreign keys are checked past row-level security: the composite ones stand in."""
    held = [
        (model, field)
        for model in WITH_CLINIC
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey)
        and field.related_model in WITH_CLINIC
        and field.related_model._meta.db_table in PATIENT_DATA
    ]
    pairs = {(model._meta.db_table, field.name) for model, field in held}
    same = {
        (model._meta.db_table, constraint.field)
        for model in WITH_CLINIC
        for constraint in model._meta.constraints
        if type(constraint).__name__ == "SameClinic"
    }
    assert pairs - same == {("followups_followup", "lead_flag")}


def test_a_change_of_clinic_is_refused_to_a_page():
    mine, theirs = make_clinic(), make_clinic()
    patient = make_patient(clinic=mine)
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
        reach([mine.pk]),
    ):
        Patient.objects.filter(pk=patient.pk).update(clinic=theirs)
