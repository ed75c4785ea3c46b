"""What each role of the database may do: the owner migrates, the others only what is listed.

``fuseline_app`` is what web processes sign in as (or are members of): no table is theirs, and
row-level security applies to them. ``fuseline_service`` is for workers and commands that serve
every clinic. ``migrate`` brings the rights in line each time; a table that is no model's is closed.
"""

from collections.abc import Iterable, Iterator

from django.apps import apps
from django.db import connection
from psycopg import sql

APP, SERVICE = "fuseline_app", "fuseline_service"
ROLES = (APP, SERVICE)

# Besides reading and adding, which every role may do in every table of the product:
NEVER_CHANGED = {"audit_entry", "audit_values", "audit_seal"}
APP_NEVER_CHANGES = {
    "patients_symptomreport",
    "followups_evaluation",
    "followups_flagevent",
    "followups_contactattempt",
    "followups_signoff",
}
APP_NEVER_READS = {"audit_seal"}
# Rows that are no record of anybody's care; everything else is never deleted by a page.
APP_DELETES = {
    "patients_contactchannel",
    "patients_searchkey",
    "followups_draft",
    "followups_expectedscore",
    "followups_protocolvisit",
    "patients_restriction",
    "patients_restriction_members",
    "django_session",
    "mfa_authenticator",
    "usersessions_usersession",
    "account_emailaddress",
    "account_emailconfirmation",
    "staff_throttle",
}
SERVICE_DELETES = {
    "audit_values",
    "followups_checkinlink",
    "followups_inboundmessage",
    "followups_providerevent",
    "privacy_notice",
} | APP_DELETES

_MAKE = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {text}) THEN
        CREATE ROLE {role} NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$
"""


def make() -> None:
    """Create the roles where they are missing; needs the right to (see docs/database-roles.md)."""
    with connection.cursor() as cursor:
        for role in ROLES:
            names = {"text": sql.Literal(role), "role": sql.Identifier(role)}
            cursor.execute(sql.SQL(_MAKE).format(**names))


def grant() -> None:
    """Give each role exactly what it needs on every table there is, and nothing else."""
    with connection.cursor() as cursor:
        for statement in _statements(connection.introspection.table_names(cursor)):
            cursor.execute(statement)


def rights(role: str, table: str) -> set[str]:
    """Return what a role may do to a table."""
    if role == APP and table in APP_NEVER_READS:
        return set()
    if table == "django_migrations":
        return {"SELECT"}
    allowed = {"SELECT", "INSERT"}
    if table not in NEVER_CHANGED and not (role == APP and table in APP_NEVER_CHANGES):
        allowed.add("UPDATE")
    if table in (APP_DELETES if role == APP else SERVICE_DELETES):
        allowed.add("DELETE")
    return allowed


def _statements(tables: Iterable[str]) -> Iterator[sql.Composed]:
    known = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    known.add("django_migrations")
    for role in ROLES:
        yield sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(sql.Identifier(role))
        yield sql.SQL("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {}").format(
            sql.Identifier(role)
        )
        for table in sorted(set(tables) & known):
            names = {"table": sql.Identifier(table), "role": sql.Identifier(role)}
            yield sql.SQL("REVOKE ALL ON {table} FROM {role}").format(**names)
            if allowed := rights(role, table):
                words = sql.SQL(", ").join(map(sql.SQL, sorted(allowed)))
                yield sql.SQL("GRANT {words} ON {table} TO {role}").format(words=words, **names)
