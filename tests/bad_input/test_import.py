"""A patient list that cannot be what it should be: said by line, and nothing is stored."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from clinic.exchange import formulas
from patients.models import Patient
from tests.bad_input.rows import Row

HEADER = (
    "mrn,family_name,given_name,date_of_birth,sex,email,mobile,surgery_on,region,approach,levels"
)
FINE = "I1,Lovelace,Ada,1975-12-10,f,,,,,,"
MAPPING = (
    '{"source": "x", "columns": {"a": "mrn", "b": "family_name", "c": "given_name", '
    '"d": "date_of_birth"}%s}'
)


def table(*lines: str) -> bytes:
    return "\n".join([HEADER, *lines, ""]).encode()


def row(**cells: str) -> bytes:
    """Return a file of one row that is fine except for these cells."""
    values = dict(zip(HEADER.split(","), FINE.split(","), strict=True)) | cells
    return table(",".join(f'"{value}"' for value in values.values()))


# kind, file, what is said (of the file as a whole, or of a line)
CASES: list[tuple[Row, bytes, str]] = [
    (Row.CSV_IMPORT, b"", "The file is empty"),
    (Row.CSV_IMPORT, b" \n \n", "The file is empty"),
    (Row.CSV_IMPORT, b"\xef\xbb\xbf", "The file is empty"),
    (Row.CSV_IMPORT, b"PK\x03\x04\x00\x00", "NUL character"),
    (Row.CSV_IMPORT, HEADER.replace(",", "~").encode() + b"\n", "No header row was found"),
    (Row.CSV_IMPORT, b"name,age\nAda,5\n", "No header row was found"),
    (Row.CSV_IMPORT, FINE.encode(), "No header row was found"),
    (Row.CSV_IMPORT, b"mrn,family_name\nI1,Lovelace\n", "lacks a required column"),
    (Row.CSV_IMPORT, f"{HEADER},mrn\n{FINE},I1\n".encode(), "is there twice"),
    (Row.CSV_IMPORT, table(FINE + ",extra"), "line 2: This row has 12 values"),
    (Row.CSV_IMPORT, table("I1,Lovelace"), "line 2: This row has 2 values"),
    (Row.CSV_IMPORT, table(FINE, FINE), "line 3, mrn: This record number is already in line 2"),
    (Row.CSV_IMPORT, table(FINE, FINE.replace("I1", " i1 ")), "line 3, mrn: This record number"),
    (Row.CSV_IMPORT, table(FINE, 'I2,"Babbage,Charles,1791-12-26,m'), "line 3 is never closed"),
    (Row.CSV_IMPORT, table('I2,Bab"b"age,Charles,1791-12-26,m,,,,,,'), "line 2"),
    (Row.CSV_IMPORT, table(*(["x"] * 20_001)), "more than 20,000 rows"),
    (Row.CSV_IMPORT, b"x" * (5 * 1024 * 1024 + 1), "larger than 5 MB"),
    (Row.CSV_IMPORT, table(FINE).decode().encode("utf-16")[:-1], "damaged"),
    (Row.CSV_IMPORT, table(FINE) + b"\x81\x8d", "neither UTF-8 nor Windows-1252"),
    (Row.CSV_IMPORT, row(date_of_birth="13/01/1980"), "line 2, date_of_birth: This is not a date"),
    (Row.NUL_FORM, row(family_name="a\x00b"), "Line 2 holds a NUL character"),
    (Row.NUL_FORM, row(family_name="a\x07b"), "line 2, family_name: Remove the characters"),
    (Row.BIRTH_SHORT_YEAR, row(date_of_birth="2/3/68"), "Years must have four digits"),
    (Row.BIRTH_AMBIGUOUS, row(date_of_birth="10/12/1980"), "not a date written YYYY-MM-DD"),
    (Row.BIRTH_IMPOSSIBLE, row(date_of_birth="2026-02-30"), "There is no such day"),
    (Row.BIRTH_IMPOSSIBLE, row(date_of_birth="2027-01-01"), "in the future"),
    (Row.BIRTH_IMPOSSIBLE, row(date_of_birth="1901-01-01"), "120 years ago"),
    (Row.BIRTH_IMPOSSIBLE, row(mrn="M-1", date_of_birth="2026-03-03"), "after an operation"),
    (Row.SURGERY_DATE, row(surgery_on="1970-01-01", region="lumbar"), "before the patient"),
    (Row.SURGERY_DATE, row(surgery_on="2028-01-01", region="lumbar"), "more than a year ahead"),
    (Row.MRN_VARIANT, row(mrn="M/1"), "line 2, mrn: Use 1 to 20"),
    (Row.MRN_VARIANT, row(mrn="\u200b"), "Every row needs a record number"),
    (Row.NAME, row(given_name="\u200b"), "line 2, given_name: "),
    (Row.NAME, row(given_name="---"), "at least one letter"),
    (Row.LONG_TEXT, row(given_name="A" * 121), "at most 120"),
    (Row.MAIL_HEADER, row(email="a@example.org\r\nBcc: b@example.org"), "line 2, email"),
    (Row.MAIL_ADDRESS, row(email="a@[127.0.0.1]"), "one e-mail address"),
    (Row.MAIL_ADDRESS, row(email="a@example.org b@example.org"), "line 2, email"),
    (Row.PHONE, row(mobile="212 555 0123"), "with its country"),
    (Row.PHONE, row(mobile="+1 900 555 0123"), "one telephone number"),
    (Row.SCORE_FORMAT, row(levels="L9-S9"), "line 2, levels"),
    (Row.ID_BROKEN, row(sex="weiblich"), "line 2, sex: Use one of"),
    (Row.BIG_INTEGER, row(mrn="9" * 5000), "line 2, mrn: Use 1 to 20"),
]


@pytest.mark.parametrize(
    ("kind", "content", "said"),
    CASES,
    ids=[f"{number}-{said[:30]}" for number, (_, _, said) in enumerate(CASES)],
)
@pytest.mark.usefixtures("untouched")
def test_the_file_is_refused_by_line(world, tmp_path, kind, content, said):
    assert said in _import(world, tmp_path, content)


def test_the_same_file_in_order_is_stored_and_the_second_time_changes_nothing(world, tmp_path):
    assert "Nothing" not in _import(world, tmp_path, table(FINE))
    assert Patient.objects.filter(mrn="I1").count() == 1
    assert "unchanged      1" in _import(world, tmp_path, table(FINE))


def _import(world: Any, folder: Path, content: bytes, **options: Any) -> str:
    """Run the command to store the file and return all that it says."""
    path = folder / "patients.csv"
    path.write_bytes(content)
    said = io.StringIO()
    layout = options or {"profile": "fuseline"}
    try:
        call_command(
            "import_patients", path, clinic=world.clinic.code, commit=True, stdout=said, **layout
        )
    except CommandError as refused:
        said.write(str(refused))
    return said.getvalue()


def test_letters_that_were_lost_before_are_pointed_out(world, tmp_path):
    said = _import(world, tmp_path, table(FINE.replace("Ada", "Ad\ufffd")))

    assert "stands for a letter that was lost" in said


MAPPINGS: list[tuple[Row, bytes, str]] = [
    (Row.JSON_TOP, b"[1]", "must be a JSON object"),
    (Row.JSON_TOP, b"null", "must be a JSON object"),
    (Row.JSON_TOP, b'"x"', "must be a JSON object"),
    (Row.JSON_DEPTH, b"[" * 50_000 + b"]" * 50_000, "not valid JSON"),
    (Row.JSON_TWICE, b'{"source": "a", "source": "b"}', "given twice"),
    (Row.JSON_VALUES, (MAPPING % ', "date_format": NaN').encode(), "must be text"),
    (Row.JSON_VALUES, (MAPPING % ', "date_format": 1e999').encode(), "must be text"),
    (Row.JSON_VALUES, (MAPPING % ', "date_format": "\\ud800"').encode(), "cannot be shown"),
    (Row.JSON_VALUES, (MAPPING % ', "date_format": "\\u0000"').encode(), "cannot be shown"),
    (Row.JSON_VALUES, (MAPPING % ', "date_format": 1').encode(), "must be text"),
    (Row.JSON_ENCODING, "{}".encode("utf-16"), "must be UTF-8"),
    (Row.JSON_ENCODING, b"\xff", "must be UTF-8"),
    (Row.BIG_INTEGER, b'{"source": ' + b"9" * 5000 + b"}", "not valid JSON"),
    (Row.CSV_IMPORT, b"{", "not valid JSON"),
    (Row.CSV_IMPORT, b"{}", "has no “columns”"),
    (Row.CSV_IMPORT, (MAPPING % ', "date_format": "MM/DD/YY"').encode(), "not a date format"),
    (Row.CSV_IMPORT, (MAPPING % ', "secret": "x"').encode(), "unknown part"),
]


@pytest.mark.parametrize(
    ("kind", "mapping", "said"),
    MAPPINGS,
    ids=[f"{number}-{said}" for number, (_, _, said) in enumerate(MAPPINGS)],
)
@pytest.mark.usefixtures("untouched")
def test_a_mapping_is_refused_in_words(world, tmp_path, kind, mapping, said):
    path = tmp_path / "mapping.json"
    path.write_bytes(mapping)

    assert said in _import(world, tmp_path, table(FINE), map=path)


STARTS = ["=", "+", "-", "@", "\t=", "\r=", "\n=", "\0=", "＝", "＋", "－", "＠"]


@pytest.mark.parametrize("start", [*STARTS, " =", "\u00a0=", "\u200b=", "'="])
def test_no_cell_that_leaves_is_calculated(start):
    cell = formulas.guard(f"{start}cmd|'/c calc'!A0")

    assert cell.startswith("'")
    assert formulas.unguard(cell) == f"{start}cmd|'/c calc'!A0"


@pytest.mark.parametrize("text", ["Ada", "O'Neil", "a=b", "", "5", "’s-Gravenhage"])
def test_a_cell_that_is_only_text_leaves_as_it_is(text):
    assert formulas.guard(text) == text
