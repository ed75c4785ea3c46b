"""What PostgreSQL itself does for the audit: write a changed row down, show each clinic its own."""

from django.db import migrations

CHANGE = """
CREATE FUNCTION audit_patient(changed jsonb, changed_table text) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
    surgery bigint := changed->>'surgery_id';
BEGIN
    IF changed_table = 'patients_patient' THEN
        RETURN changed->>'id';
    ELSIF changed ? 'patient_id' THEN
        RETURN changed->>'patient_id';
    ELSIF changed_table = 'patients_restriction_members' THEN
        RETURN (SELECT patient_id FROM patients_restriction
                WHERE id = (changed->>'restriction_id')::bigint);
    END IF;
    RETURN (SELECT patient_id FROM patients_surgery WHERE id = surgery);
END $$;

CREATE FUNCTION audit_change(
    changed_table text, operation text, old jsonb, new jsonb, unrecorded text[]
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    changed jsonb := coalesce(new, old);
    before jsonb;
    entry bigint;
    clinic bigint := changed->>CASE changed_table WHEN 'staff_clinic' THEN 'id' ELSE 'clinic_id' END;
    patient bigint;
    person bigint := nullif(current_setting('fuseline.user', true), '');
BEGIN
    IF operation = 'UPDATE' THEN
        SELECT jsonb_object_agg(o.key, jsonb_build_array(o.value, n.value)) INTO before
        FROM jsonb_each(old) AS o JOIN jsonb_each(new) AS n USING (key)
        WHERE o.value IS DISTINCT FROM n.value AND o.key <> ALL (unrecorded);
        IF before IS NULL THEN
            RETURN;
        END IF;
    ELSIF operation = 'DELETE' THEN
        before := old - unrecorded;
    END IF;
    patient := audit_patient(changed, changed_table);
    -- not by RETURNING, for which the new row would have to be in reach
    entry := nextval('audit_entry_id_seq');
    INSERT INTO audit_entry (
        id, at, kind, what, clinic_id, user_id, login, request, reason, "row", patients, detail,
        values_digest
    ) VALUES (
        entry, clock_timestamp(), lower(operation), changed_table, clinic, person, session_user,
        coalesce(current_setting('fuseline.request', true), ''),
        coalesce(nullif(current_setting('fuseline.reason', true), ''), (
            SELECT 'opening ' || max(id) FROM patients_opening
            WHERE patient_id = patient AND user_id = person AND statement_timestamp() < until
        ), ''),
        (changed->>'id')::bigint,
        CASE WHEN patient IS NULL THEN '{}' ELSE ARRAY[patient] END, '{}',
        sha256(convert_to(before::text, 'UTF8'))
    );
    IF before IS NOT NULL THEN
        INSERT INTO audit_values (entry_id, clinic_id, columns)
        VALUES (entry, clinic, before);
    END IF;
END $$;
"""
UNCHANGE = """
DROP FUNCTION audit_change(text, text, jsonb, jsonb, text[]);
DROP FUNCTION audit_patient(jsonb, text);
"""

# Entries of no clinic (clinic 0 in a superuser's reach) are for superusers; everybody may add.
OWN = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY {table}_own ON {table} FOR SELECT TO fuseline_app USING (
    coalesce(clinic_id, 0) = ANY (string_to_array(
        nullif(current_setting('fuseline.clinics', true), ''), ',')::bigint[])
);
CREATE POLICY {table}_add ON {table} FOR INSERT TO fuseline_app WITH CHECK (true);
CREATE POLICY {table}_service ON {table} TO fuseline_service USING (true);
"""
DISOWN = """
DROP POLICY {table}_own ON {table};
DROP POLICY {table}_add ON {table};
DROP POLICY {table}_service ON {table};
ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
"""
TABLES = ("audit_entry", "audit_values")


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.RunSQL(CHANGE, UNCHANGE),
        *(
            migrations.RunSQL(OWN.format(table=table), DISOWN.format(table=table))
            for table in TABLES
        ),
    ]
