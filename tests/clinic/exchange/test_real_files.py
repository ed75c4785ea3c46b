"""Patient lists nobody in the project wrote: each row is accounted for, a repeat changes nothing.

The files lie beside the project, not in it; without them these tests are skipped.
"""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clinic.exchange import importing
from clinic.exchange.importing import Import
from clinic.exchange.profiles import PROFILES
from clinic.staff.models import Clinic
from patients.choices import PatientStatus
from patients.models import Patient
from tests.factories import make_clinic

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
SYNTHEA = DATA / "csv_synthea" / "patients.csv"
FEBRL = DATA / "csv_febrl_duplicates" / "dataset1.csv"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def needs(path: Path) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not path.exists(), reason=f"sample file {path.name} not here")


def commit(path: Path, profile: str, clinic: Clinic) -> Import:
    return importing.commit(
        path.read_bytes(), profile=PROFILES[profile], clinic=clinic, now=NOW, skip_errors=True
    )


def original(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file, skipinitialspace=True))


@needs(SYNTHEA)
def test_every_synthea_patient_is_imported_once():
    clinic = make_clinic()
    first = commit(SYNTHEA, "synthea", clinic)
    assert first.counts == {"create": 27, "update": 0, "unchanged": 0, "error": 0}
    assert commit(SYNTHEA, "synthea", clinic).counts == {
        "create": 0,
        "update": 0,
        "unchanged": 27,
        "error": 0,
    }
    dead = {row["SSN"] for row in original(SYNTHEA) if row["DEATHDATE"]}
    stored = Patient.objects.filter(status=PatientStatus.DECEASED)
    assert set(stored.values_list("mrn", flat=True)) == dead
    assert {"ZIP", "MAIDEN"} <= set(first.layout.unmapped)


@needs(SYNTHEA)
def test_synthea_names_keep_their_digits_and_dates_their_day():
    commit(SYNTHEA, "synthea", make_clinic())
    stored = {
        (patient.mrn, patient.given_name, patient.family_name, str(patient.date_of_birth))
        for patient in Patient.objects.all()
    }
    columns = ("SSN", "FIRST", "LAST", "BIRTHDATE")
    assert stored == {tuple(row[name] for name in columns) for row in original(SYNTHEA)}


@needs(FEBRL)
@pytest.mark.slow
def test_every_febrl_record_is_stored_or_said_to_be_in_error():
    clinic = make_clinic()
    first = commit(FEBRL, "febrl", clinic)
    assert first.counts == {"create": 844, "update": 0, "unchanged": 0, "error": 156}
    incomplete = {
        row["rec_id"].upper()
        for row in original(FEBRL)
        if not (row["given_name"] and row["surname"] and row["date_of_birth"])
    }
    assert not Patient.objects.filter(mrn__in=incomplete).exists()
    second = commit(FEBRL, "febrl", clinic)
    assert second.counts == {"create": 0, "update": 0, "unchanged": 844, "error": 156}
    assert Patient.objects.count() == 844
