"""Triggers shared by the tables of the record and of the follow-up."""

import pgtrigger


def append_only() -> pgtrigger.Protect:
    """Refuse to change or delete a row: what was said or decided stays as it was."""
    return pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


def audited(*unrecorded: str) -> pgtrigger.Trigger:
    """Write each change of a row to the audit, whatever code or console made it.

    ``unrecorded`` are columns derived from others by the system itself, and secrets: a
    change of nothing else leaves no entry.
    """
    columns = ", ".join(f"'{column}'" for column in unrecorded)
    return pgtrigger.Trigger(
        name="audited",
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        when=pgtrigger.After,
        func=f"""
            PERFORM audit_change(
                TG_TABLE_NAME, TG_OP,
                CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END,
                CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END,
                ARRAY[{columns}]::text[]
            );
            RETURN NULL;
        """,
    )
