"""Dates as declared: one format, four-digit years, nothing guessed."""

from datetime import date

import pytest

from clinic.exchange.dates import DateFormat
from clinic.exchange.problems import Stopped


@pytest.mark.parametrize(
    ("declared", "text"),
    [
        ("YYYY-MM-DD", "1980-12-10"),
        ("YYYYMMDD", "19801210"),
        ("MM/DD/YYYY", "12/10/1980"),
        ("DD/MM/YYYY", "10/12/1980"),
        ("DD.MM.YYYY", "10.12.1980"),
        ("DD-MM-YYYY", "10-12-1980"),
        ("DD MM YYYY", "10 12 1980"),
    ],
)
def test_a_date_is_read_as_the_file_declares(declared, text):
    assert DateFormat.declared(declared).parse(text) == date(1980, 12, 10)


def test_days_and_months_may_have_one_digit_between_separators():
    assert DateFormat.declared("DD/MM/YYYY").parse("1/01/2000") == date(2000, 1, 1)


@pytest.mark.parametrize(
    ("declared", "text", "reason"),
    [
        ("MM/DD/YYYY", "03/12/56", "four digits"),
        ("MM/DD/YYYY", "3-12-56", "four digits"),
        ("YYYY-MM-DD", "1980-02-30", "no such day"),
        ("YYYYMMDD", "19450003", "no such day"),
        ("YYYYMMDD", "1980121", "not a date written YYYYMMDD"),
        ("YYYY-MM-DD", "0000-01-01", "no such day"),
        ("YYYY-MM-DD", "10/12/1980", "not a date written"),
        ("YYYY-MM-DD", "1980-12-10T00:00", "not a date written"),
        ("YYYY-MM-DD", "١٩٨٠-12-10", "not a date written"),
        ("YYYY-MM-DD", "yesterday", "not a date written"),
    ],
)
def test_any_other_date_is_refused_with_its_reason(declared, text, reason):
    with pytest.raises(ValueError, match=reason):
        DateFormat.declared(declared).parse(text)


@pytest.mark.parametrize(
    "text", ["", "auto", "DD/MM/YY", "MM/DD", "YYYY-MM-MM", "YYYY-MM/DD", "%Y-%m-%d"]
)
def test_a_format_that_leaves_something_open_is_refused(text):
    with pytest.raises(Stopped, match="is not a date format"):
        DateFormat.declared(text)


def test_day_and_month_can_be_swapped():
    assert DateFormat.declared("DD.MM.YYYY").swapped.text == "MM.DD.YYYY"
