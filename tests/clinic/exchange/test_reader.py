"""Files as they arrive: what is read, what is refused, and in which words."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.exchange.problems import Stopped
from clinic.exchange.reader import LONGEST_ROW, MAX_BYTES, MAX_ROWS, Table, read

HEADINGS = ["mrn", "name"]


def parsed(text: str | bytes) -> Table:
    return read(text.encode() if isinstance(text, str) else text, headings=HEADINGS)


def cells(text: str | bytes) -> list[tuple[str, ...]]:
    return [row.cells for row in parsed(text).rows]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_four_delimiters_and_three_line_ends_are_read_alike(delimiter, ending):
    text = ending.join(delimiter.join(row) for row in [("mrn", "name"), ("1", "Ada"), ("2", "Bo")])
    assert cells(text) == [("1", "Ada"), ("2", "Bo")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-with-bom"])
def test_unicode_is_read_with_or_without_its_mark(encoding):
    text = "mrn,name\n1,Žofie Ångström"
    if encoding.endswith("with-bom"):
        data = b"\xff\xfe" + text.encode("utf-16-le")
    else:
        data = text.encode(encoding)
    assert cells(data) == [("1", "Žofie Ångström")]
    assert parsed(data).notices == []


def test_a_windows_file_is_read_with_a_visible_notice():
    found = parsed("mrn,name\n1,Müller".encode("cp1252"))
    assert found.rows[0].cells == ("1", "Müller")
    assert found.encoding == "Windows-1252"
    assert "check names with accents" in found.notices[0]


def test_the_header_may_follow_titles_and_blank_rows():
    found = parsed("Patient list\n\nprinted,today\nMRN , Name\n1,Ada\n")
    assert found.header == ("MRN", "Name")
    assert found.header_line == 4
    assert [row.line for row in found.rows] == [5]


def test_headings_match_whatever_their_case_spaces_and_underscores():
    found = read(b"First-Name;MRN\nAda;1", headings=["first name", "mrn"])
    assert found.header == ("First-Name", "MRN")


def test_spaces_of_every_kind_are_stripped_around_a_value():
    assert cells("mrn,name\n\u00a0 0001 \u202f,\ufeff Ada\u200b") == [("0001", "Ada")]


def test_a_quoted_value_may_hold_delimiters_quotes_and_line_ends():
    found = parsed('mrn, name\n1, "van ""der"", \nVeen"\n2,Bo')
    assert [(row.line, row.cells[1]) for row in found.rows] == [(2, 'van "der", \nVeen'), (4, "Bo")]


def test_a_ragged_row_is_named_by_its_line_and_the_others_are_read():
    short, fine, long = parsed("mrn,name\n1\n2,Bo\n3,Cy,extra").rows
    assert (short.line, short.fault) == (2, "This row has 1 values, the header has 2.")
    assert fine.fault == ""
    assert (long.line, long.fault) == (4, "This row has 3 values, the header has 2.")


def test_a_stray_quotation_mark_spoils_its_own_row_only():
    bad, fine = parsed('mrn,name\n1,"Ada" Lovelace\n2,Bo').rows
    assert "cannot be split into values" in bad.fault
    assert fine.cells == ("2", "Bo")


def test_rows_without_any_value_are_passed_over_and_said():
    found = parsed("mrn,name\n,\n1,Ada\n\n , \n")
    assert len(found.rows) == 1
    assert found.notices == ["Rows without any value, passed over: 3."]


def test_a_header_with_nothing_below_it_is_said():
    assert parsed("mrn,name\n").notices == ["There is no row below the header."]


def test_a_cell_guarded_against_formulas_is_restored():
    assert cells("mrn,name\n'+1,'=cmd\n'2,O'Hara") == [("+1", "=cmd"), ("'2", "O'Hara")]


def test_a_value_that_is_far_too_long_spoils_its_own_row_only():
    bad, fine = parsed(f"mrn,name\n1,{'x' * 200_000}\n2,Bo").rows
    assert "far too long" in bad.fault
    assert fine.cells == ("2", "Bo")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf \n\n", "The file is empty."),
        (b"a,b\n1,2\n", "No header row was found"),
        (b"mrn:name\n1:Ada\n", "No header row was found"),
        (b'mrn,name\n1,"Ada\n2,Bo\n', "The quotation mark opened in line 2 is never closed."),
        (
            b'mrn,name\n1,Ada\n2,"Bo\n' + b"3,Cy\n" * LONGEST_ROW,
            "The quotation mark opened in line 3 is never closed.",
        ),
        (b"mrn,name\n1,A\0da\n", "Line 2 holds a NUL character"),
        ("mrn,name\n1,Ada".encode("utf-16-le"), "Line 1 holds a NUL character"),
        (b"\xef\xbb\xbfmrn,name\n1,\xff", "is marked as UTF-8 but is damaged"),
        (b"\xff\xfem", "is marked as UTF-16 but is damaged"),
        (b"mrn,name\n1,\x81\x8d", "neither UTF-8 nor Windows-1252"),
        (b"mrn,name\n" + b"1,Ada\n" * (MAX_ROWS + 1), "more than 20,000 rows"),
        (b"mrn,name\n" + b" " * MAX_BYTES, "larger than 5 MB"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused_in_a_sentence(data, sentence):
    with pytest.raises(Stopped, match=sentence):
        parsed(data)


def test_twenty_thousand_rows_are_read():
    assert len(parsed(b"mrn,name\n" + b"1,Ada\n" * MAX_ROWS).rows) == MAX_ROWS


@given(st.binary(max_size=300), st.sampled_from([b"", b"mrn,name\n", b"\xff\xfe", b"mrn\tname\n"]))
def test_any_bytes_are_read_or_refused(data, start):
    try:
        found = parsed(start + data)
    except Stopped:
        return
    assert all(row.fault or len(row.cells) == len(found.header) for row in found.rows)


@given(st.lists(st.tuples(st.text(), st.text()), max_size=20))
def test_what_a_spreadsheet_writes_comes_back_row_by_row(rows):
    written = [
        ("1", *(text.translate({0: None}).encode(errors="replace").decode() for text in row))
        for row in rows
    ]
    file = io.StringIO(newline="")
    csv.writer(file, quoting=csv.QUOTE_ALL).writerows([("mrn", "name", "note"), *written])
    assert len(parsed(file.getvalue()).rows) == len(written)
