"""One row: typed values, or every problem with its column and reason."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.exchange.problems import Stopped
from clinic.exchange.profiles import PROFILES, Field, Profile
from clinic.exchange.reader import Row, read
from clinic.exchange.rows import Layout, Reading, read_row, refuse_mixed_dates
from patients.choices import Approach, Region, Sex

TODAY = date(2026, 11, 22)
FUSELINE = PROFILES["fuseline"]
COLUMNS = {"No": Field.MRN, "Last": Field.FAMILY_NAME, "First": Field.GIVEN_NAME}
COLUMNS |= {"Born": Field.DATE_OF_BIRTH}


def reading(profile: Profile = FUSELINE, /, **texts: str) -> Reading:
    layout = Layout.of(list(profile.columns), profile)
    texts = {"mrn": "1"} | texts
    row = Row(2, tuple(texts.get(known.value, "") for known in profile.columns.values()))
    return read_row(row, layout, today=TODAY)


@pytest.mark.parametrize(
    ("known", "text", "value"),
    [
        ("mrn", " m-0001 ", "M-0001"),
        ("family_name", "Mosciski958", "Mosciski958"),
        ("given_name", "Jose\u0301", "José"),
        ("date_of_birth", "1906-11-23", date(1906, 11, 23)),
        ("sex", "F", Sex.FEMALE),
        ("sex", "other", Sex.OTHER),
        ("language", "Spanish", "es"),
        ("email", "ada@example.org", "ada@example.org"),
        ("mobile", "+1 (212) 555-0100", "+12125550100"),
        ("region", "Lumbar", Region.LUMBAR),
        ("approach", "tlif", Approach.TLIF),
        ("levels", "L4\u2013L5; L5-S1", ["L4-L5", "L5-S1"]),
        ("levels", "L4-S1", ["L4-L5", "L5-S1"]),
        ("levels_fused", "2", 2),
        ("complex", "No", False),
        ("revision", "yes", True),
        ("surgery_on", "2027-01-01", date(2027, 1, 1)),
    ],
)
def test_a_cell_becomes_the_value_it_means(known, text, value):
    found = reading(**{known: text})
    assert found.problems == ()
    assert found.said[Field(known)] == value


@pytest.mark.parametrize(
    ("known", "text", "reason"),
    [
        ("mrn", "", "Every row needs a record number."),
        ("mrn", "1_0", "letters A"),
        ("mrn", "3edac2e3-d223-6fae-d515-daf96ef6bc76", "1 to 20"),
        ("family_name", "\u202e\u200d", "at least one letter"),
        ("date_of_birth", "03/12/56", "Years must have four digits."),
        ("date_of_birth", "2026-11-23", "in the future"),
        ("date_of_birth", "1899-12-31", "before 1900"),
        ("date_of_birth", "1905-11-22", "more than 120 years ago"),
        ("sex", "weiblich", "Use one of f, female"),
        ("language", "Klingon", "Use one of en, es"),
        ("email", "ada@", "valid email"),
        ("family_name", "\u200b", "at least one letter"),
        ("email", "a@example.org, b@example.org", "one e-mail address"),
        ("email", '"a b"@example.org', "one e-mail address"),
        ("email", "ada@[127.0.0.1]", "one e-mail address"),
        ("email", f"{'a' * 250}@example.org", "at most 254 characters"),
        ("mobile", "212 555 0100", "with its country"),
        ("mobile", "+1 212 555 0100 ext. 7", "one telephone number"),
        ("phone", "+1 call me", "one telephone number"),
        ("region", "hip", "Use one of cervical"),
        ("levels_fused", "2.0", "whole number from 1 to 20"),
        ("levels_fused", "٢", "whole number from 1 to 20"),
        ("levels_fused", "21", "whole number from 1 to 20"),
        ("revision", "maybe", "Use yes or no."),
        ("deceased_on", "2027-01-01", "in the future"),
        ("consented_on", "2027-01-01", "in the future"),
        ("mrn", "<clear>", "cannot be erased"),
        ("date_of_birth", "<clear>", "cannot be erased"),
        ("region", "<CLEAR>", "cannot be erased"),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused_with_its_column(known, text, reason):
    (problem,) = reading(**{known: text}).problems
    assert (problem.line, problem.column) == (2, known)
    assert reason in problem.reason


def test_all_problems_of_a_row_are_named_at_once():
    found = reading(mrn="", sex="x", email="y")
    assert [problem.column for problem in found.problems] == ["mrn", "sex", "email"]


def test_a_blank_cell_says_nothing_and_clear_erases():
    assert set(reading(email="", sex="").said) == {Field.MRN}
    erased = reading(email="<clear>", sex="<Clear>", deceased_on="<clear>").said
    assert erased[Field.EMAIL] == ""
    assert erased[Field.SEX] is Sex.UNKNOWN
    assert erased[Field.DECEASED_ON] is None


def test_a_number_without_country_is_read_only_where_the_country_is_declared():
    profile = Profile(source="x", columns=FUSELINE.columns, phone_region="US")
    assert reading(profile, mobile="(212) 555-0100").said[Field.MOBILE] == "+12125550100"
    assert reading(profile, mobile="call 212 555 0100").problems
    assert reading(profile, mobile="0000000").problems


@pytest.mark.parametrize("known", ["mrn", "family_name", "date_of_birth", "email", "mobile"])
def test_a_problem_never_quotes_what_identifies_somebody(known):
    (problem,) = reading(**{known: "\u200b" if "name" in known else "Lovelace!"}).problems
    assert "Lovelace" not in str(problem)


def test_a_problem_quotes_harmless_values_briefly_and_without_control_characters():
    (problem,) = reading(sex="\x1b[31m" + "x" * 100).problems
    assert problem.value == "[31m" + "x" * 36


def test_constants_stand_for_a_column_the_file_does_not_have():
    profile = Profile(source="x", columns=COLUMNS, constants={Field.LANGUAGE: "es"})
    assert reading(profile).said[Field.LANGUAGE] == "es"


def layout(*header: str) -> Layout:
    return Layout.of(header, FUSELINE)


def test_columns_nobody_declared_and_optional_ones_missing_are_listed():
    found = layout("MRN", "Family name", "given_name", "date of birth", "Shoe size")
    assert found.unmapped == ["Shoe size"]
    assert "surgery_on" in found.absent


def test_a_missing_required_column_stops_with_its_name():
    with pytest.raises(Stopped, match="lacks a required column: family_name, date_of_birth"):
        layout("mrn", "given_name")


def test_a_column_that_is_there_twice_stops():
    with pytest.raises(Stopped, match="“MRN ” is there twice"):
        layout("mrn", "MRN ")


def mixed(*born: str, declared: str = "MM/DD/YYYY") -> None:
    profile = Profile(source="x", columns=COLUMNS, date_format=declared)
    lines = "\n".join(f"{number},Li,Bo,{day}" for number, day in enumerate(born))
    table = read(f"No,Last,First,Born\n{lines}".encode(), headings=COLUMNS)
    refuse_mixed_dates(table, Layout.of(table.header, profile))


def test_one_date_in_the_other_order_makes_the_whole_file_ambiguous():
    with pytest.raises(Stopped, match="Line 3, Born: this date is written DD/MM/YYYY"):
        mixed("10/12/1980", "13/12/1980")


def test_wrong_dates_that_prove_no_other_order_leave_the_file_readable():
    mixed("10/12/1980", "02/30/1980", "13/13/1980", "", "x")


@given(st.lists(st.text(), min_size=len(FUSELINE.columns), max_size=len(FUSELINE.columns)))
def test_any_texts_are_read_or_refused(texts):
    found: Any = read_row(Row(2, tuple(texts)), layout(*FUSELINE.columns), today=TODAY)
    assert found.problems or Field.MRN in found.said
