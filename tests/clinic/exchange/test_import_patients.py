"""The command: what somebody at the terminal reads, and what it never prints."""

import csv
import io
import json
import logging
import stat
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from clinic.exchange import importing
from clinic.staff.models import Clinic
from patients.models import Patient
from tests.factories import make_clinic

pytestmark = pytest.mark.django_db

HEADER = "mrn,family_name,given_name,date_of_birth,sex,shoe size\n"
FINE = "A1,Lovelace,Ada,1975-12-10,f,39\n"
BAD = "A2,Babbage,Charles,12/26/91,male?,44\n"


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic(code="harbor")


@pytest.fixture
def run(clinic: Clinic, tmp_path: Path) -> Any:
    def _run(text: str | bytes, *arguments: str, profile: bool = True) -> str:
        path = tmp_path / "patients.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        layout = ["--profile", "fuseline"] if profile else []
        out = io.StringIO()
        call_command(
            "import_patients", str(path), "--clinic", "harbor", *layout, *arguments, stdout=out
        )
        return out.getvalue()

    return _run


def test_a_dry_run_says_what_would_happen_and_stores_nothing(run):
    said = run(HEADER + FINE + BAD)
    assert "Read 2 rows from fuseline: UTF-8, separated by comma, header in line 1." in said
    assert "Columns not imported: shoe size." in said
    counts = [line.split() for line in said.splitlines() if line.startswith(" ")]
    assert counts == [["create", "1"], ["update", "0"], ["unchanged", "0"], ["error", "1"]]
    assert "line 3, date_of_birth: Years must have four digits." in said
    assert "line 3, sex: Use one of" in said
    assert "(“male?”)" in said
    assert "Nothing was stored" in said
    assert not Patient.objects.exists()


def test_nobodys_name_number_or_birth_date_is_printed_or_logged(run, caplog):
    caplog.set_level(logging.DEBUG)
    said = run(HEADER + FINE + BAD) + run(HEADER + FINE + BAD, "--json") + caplog.text
    for secret in ("Lovelace", "Babbage", "Ada", "A1", "A2", "1975", "12/26"):
        assert secret not in said


def test_commit_stores_and_says_so(run):
    said = run(HEADER + FINE, "--commit")
    assert "Nothing was stored" not in said
    assert Patient.objects.get().mrn == "A1"


def test_commit_with_a_row_in_error_stores_nothing_and_fails(run):
    with pytest.raises(CommandError, match="Nothing was stored, because rows are in error"):
        run(HEADER + FINE + BAD, "--commit")
    assert not Patient.objects.exists()


def test_skip_errors_stores_the_others(run):
    run(HEADER + FINE + BAD, "--commit", "--skip-errors")
    assert Patient.objects.get().mrn == "A1"


def test_the_report_is_available_as_data(run):
    said = json.loads(run(HEADER + FINE + BAD, "--json", "--source", "north"))
    assert (said["source"], said["committed"], said["rows"]) == ("north", False, 2)
    assert said["counts"] == {"create": 1, "update": 0, "unchanged": 0, "error": 1}
    assert said["unmapped"] == ["shoe size"]
    assert said["errors"][1] == {
        "line": 3,
        "column": "sex",
        "reason": "Use one of f, female, woman, m, male, man, other, unknown.",
        "value": "male?",
    }


def test_rows_in_error_can_be_corrected_and_imported_again(run, tmp_path):
    errors = tmp_path / "errors.csv"
    phone = HEADER.replace("shoe size", "phone")
    run(phone + "A2,=Babbage,Charles,12/26/91,m,+12125550100\n", "--errors", str(errors))
    assert stat.S_IMODE(errors.stat().st_mode) == 0o600
    header, row = csv.reader(io.StringIO(errors.read_text("utf-8-sig")))
    assert header[0] == "error"
    assert row[:3] == ["date_of_birth: Years must have four digits.", "A2", "'=Babbage"]
    corrected = errors.read_bytes().replace(b"12/26/91", b"1991-12-26")
    assert "Columns not imported: error." in run(corrected, "--commit")
    patient = Patient.objects.get()
    assert patient.family_name == "=Babbage"
    assert patient.channels.get().address == "+12125550100"


def test_an_existing_file_is_never_overwritten_with_errors(run, tmp_path):
    path = tmp_path / "patients.csv"
    with pytest.raises(CommandError, match="exists already"):
        run(HEADER + BAD, "--errors", str(path))
    assert path.read_text() == HEADER + BAD


def test_without_errors_no_file_is_made(run, tmp_path):
    run(HEADER + FINE, "--errors", str(tmp_path / "errors.csv"))
    assert not (tmp_path / "errors.csv").exists()


def test_a_mapping_file_declares_the_columns(run, tmp_path):
    mapping = tmp_path / "north.json"
    mapping.write_text(
        json.dumps(
            {
                "source": "North",
                "columns": {
                    "ID#": "mrn",
                    "Surname": "family_name",
                    "First": "given_name",
                    "DOB": "date_of_birth",
                },
                "date_format": "MM/DD/YYYY",
            }
        )
    )
    text = "ID#;Surname;First;DOB\n0007;Lovelace;Ada;12/10/1975\n"
    run(text, "--map", str(mapping), "--commit", profile=False)
    assert str(Patient.objects.get().date_of_birth) == "1975-12-10"


@pytest.mark.parametrize(
    ("text", "arguments", "sentence"),
    [
        ("", [], "The file is empty."),
        ("mrn,given_name\n1,Ada", [], "lacks a required column: family_name, date_of_birth"),
        (HEADER, ["--clinic", "nowhere"], "no clinic “nowhere”. Known codes: harbor."),
        (HEADER + BAD, ["--errors", "/nowhere/e.csv"], "cannot be written: No such file"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(run, text, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        run(text, *arguments)


def test_a_missing_file_and_an_unreadable_mapping_are_refused(run, tmp_path):
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        run(HEADER, "--map", str(tmp_path / "none.json"), profile=False)
    (tmp_path / "binary.json").write_bytes(b"\xff")
    with pytest.raises(CommandError, match="must be UTF-8"):
        run(HEADER, "--map", str(tmp_path / "binary.json"), profile=False)


def test_a_busy_database_is_reported_without_its_own_words(run, monkeypatch):
    def busy(*_: Any, **__: Any) -> None:
        raise OperationalError("canceling statement: (Lovelace)")

    monkeypatch.setattr(importing, "commit", busy)
    with pytest.raises(CommandError, match="Somebody else is changing the same records") as refused:
        run(HEADER + FINE, "--commit")
    assert refused.value.__suppress_context__
