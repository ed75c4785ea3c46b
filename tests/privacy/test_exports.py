"""A copy of everything held about one patient, and of nobody else."""

import csv
import json
from datetime import timedelta
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from clinic.audit.models import Entry
from clinic.privacy import exports, holdings
from followups.choices import ContactMethod, ContactOutcome
from followups.models import FollowUp
from followups.services import contacts
from patients.models import Patient
from tests.factories import (
    make_clinic,
    make_flag,
    make_patient,
    make_report,
    make_surgery,
    make_user,
)
from tests.privacy.conftest import come_in

pytestmark = pytest.mark.django_db


def url(patient) -> str:
    return reverse("privacy:export", args=[patient.pk])


def download(client, patient) -> dict[str, str]:
    answer = client.post(url(patient))
    assert answer.status_code == 200, answer.content
    with ZipFile(BytesIO(b"".join(answer))) as folder:
        return {name: folder.read(name).decode() for name in folder.namelist()}


def make_history(patient, by):
    surgery = patient.surgeries.get()
    make_report(surgery, day=3, pain_back=7, message="=cmd|calc!A0")
    make_flag(surgery, explanation="Back pain 7/10.")
    contacts.record(
        FollowUp.objects.get(surgery=surgery),
        by=by,
        now=timezone.now(),
        method=ContactMethod.PHONE,
        outcome=ContactOutcome.REACHED,
        note="She is better.",
    )


def test_it_holds_all_there_is_to_read_to_count_and_to_compute_with(client, patient, surgeon):
    make_history(patient, surgeon)
    come_in(client, surgeon)
    client.get(reverse("patients:detail", args=[patient.pk]))
    files = download(client, patient)
    page, data = files["record.html"], json.loads(files["record.json"])["tables"]
    for said in ("Grace Hopper", "SECRET-1", "Dec", "She is better.", "Back pain 7/10."):
        assert said in page or said == "Dec"
    assert data["patients_patient"][0]["mrn"] == "SECRET-1"
    assert data["patients_symptomreport"][0]["pain_back"] == 7
    assert data["followups_contactattempt"][0]["note"] == "She is better."
    who_saw = list(csv.DictReader(StringIO(files["tables/audit_entry.csv"].lstrip("\ufeff"))))
    assert ("patients:detail", str(surgeon)) in {(row["what"], row["user"]) for row in who_saw}


def test_no_cell_is_a_formula_for_a_spreadsheet(client, patient, surgeon):
    make_history(patient, surgeon)
    come_in(client, surgeon)
    files = download(client, patient)
    assert "'=cmd|calc!A0" in files["tables/patients_symptomreport.csv"]
    for name, text in files.items():
        if name.endswith(".csv"):
            cells = [cell for row in csv.reader(StringIO(text.lstrip("\ufeff"))) for cell in row]
            assert not [cell for cell in cells if cell.lstrip(" ").startswith(("=", "+", "-", "@"))]


def test_what_was_typed_is_only_text_on_the_page(client, patient, surgeon):
    make_report(patient.surgeries.get(), day=3, message="<script>alert(1)</script>")
    come_in(client, surgeon)
    assert "<script>" not in download(client, patient)["record.html"]


def test_nobody_elses_data_is_in_it(client, patient, surgeon):
    other = make_patient(family_name="Noether", mrn="OTHER-1")
    make_report(make_surgery(other), day=3, message="I am somebody else.")
    come_in(client, surgeon)
    client.get(reverse("patients:list"))  # one audit entry about both
    for text in download(client, patient).values():
        assert "Noether" not in text
        assert "somebody else" not in text


def test_the_file_is_named_after_the_day_and_nobody(client, patient, surgeon):
    come_in(client, surgeon)
    answer = client.post(url(patient))
    today = patient.clinic.today(timezone.now())
    name = f'attachment; filename="patient-record-{today}.zip"'
    assert answer["Content-Disposition"] == name
    assert answer["Cache-Control"] == "no-store"


def test_looking_at_the_page_hands_nothing_out(client, patient, surgeon):
    come_in(client, surgeon)
    page = client.get(url(patient))
    assert "Download the copy" in page.content.decode()
    assert not Entry.objects.filter(what=exports.EXPORTED).exists()


def test_each_copy_is_recorded(client, patient, surgeon):
    come_in(client, surgeon)
    download(client, patient)
    entry = Entry.objects.get(what=exports.EXPORTED)
    assert (entry.user, entry.patients) == (surgeon, [patient.pk])


def test_the_sixth_within_the_hour_has_to_wait(client, patient, surgeon):
    come_in(client, surgeon)
    for _ in range(exports.MOST_AN_HOUR):
        download(client, patient)
    answer = client.post(url(patient))
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 3600
    assert "You made 5 copies within the hour" in answer.content.decode()
    assert Entry.objects.filter(what=exports.EXPORTED).count() == 5
    later = timezone.now() + timedelta(minutes=61)
    assert exports.seconds_to_wait(surgeon, now=later) == 0


def test_who_has_not_just_shown_a_password_is_asked_for_it(client, patient, surgeon):
    come_in(client, surgeon, recently=False)
    assert "/account/again/" in client.post(url(patient)).url


@pytest.mark.parametrize("role", ["nurse", "administrator", "auditor"])
def test_only_surgeons_hand_out_copies(client, patient, role):
    come_in(client, make_user(role))
    assert client.post(url(patient)).status_code == 403


def test_another_clinics_patient_is_as_unknown_as_none(client, patient):
    come_in(client, make_user("surgeon", clinic=make_clinic()))
    assert client.post(url(patient)).status_code == 404


def test_every_table_that_can_lead_to_a_patient_is_known():
    """A column named for a patient, or a key to a table that leads to one, is followed."""
    known = {model._meta.db_table for model in holdings.models()}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE keys AS (
                SELECT conrelid, confrelid FROM pg_constraint WHERE contype = 'f'
            ), found(relation) AS (
                SELECT 'patients_patient'::regclass::oid
                UNION SELECT conrelid FROM keys JOIN found ON confrelid = relation
            )
            SELECT relation::regclass::text FROM found
            UNION SELECT table_name FROM information_schema.columns
            WHERE table_schema = 'public' AND column_name IN ('patient_id', 'patients')
            """
        )
        found = {name for (name,) in cursor.fetchall()}
    assert found <= known
    assert {"followups_notice", "patients_restriction_members", "audit_values"} <= known
    assert known - found == {"audit_values"}


def test_a_path_leads_from_every_model_to_its_patient(patient):
    flag = make_flag(patient.surgeries.get())
    for model in holdings.models():
        assert holdings.rows(model, patient.pk) is not None
    assert holdings.path(type(flag)) == "surgery__patient"
    assert holdings.path(Patient) == "pk"
