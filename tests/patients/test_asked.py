"""A birth date may be written in several ways; what can mean two days is read as both."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from patients.asked import read

DAY = date(1975, 12, 10)


@pytest.mark.parametrize(
    "text",
    [
        *("1975-12-10", "1975/12/10", "1975.12.10", "10.12.1975", "10 Dec 1975", "10-Dec-1975"),
        *("Dec 10, 1975", "December 10 1975", "10th december 1975", "dec. 10th, 1975"),
    ],
)
def test_a_day_is_read_however_it_is_written(text):
    assert read(text).born == (DAY,)
    assert read(f"Lovelace {text} Ada").born == (DAY,)
    assert read(f"Lovelace {text} Ada").words == ("lovelace", "ada")


def test_a_day_that_can_be_two_is_read_as_both():
    assert set(read("12/10/1975").born) == {DAY, date(1975, 10, 12)}
    assert read("25/12/1975").born == read("12/25/1975").born == (date(1975, 12, 25),)
    assert read("6/6/1975").born == (date(1975, 6, 6),)


@pytest.mark.parametrize(
    "text", ["1975-02-30", "30 Feb 1975", "Feb 30, 1975", "13/13/1975", "31.4.1975", "0000-01-01"]
)
def test_a_day_that_cannot_be_is_named(text):
    with pytest.raises(ValidationError, match="There is no day") as refusal:
        read(text)
    assert text in refusal.value.messages[0]


def test_a_year_of_two_digits_is_asked_for_again():
    with pytest.raises(ValidationError, match="four digits"):
        read("12/10/75")


@pytest.mark.parametrize("text", ["40-68204", "MRN 12", "2020", "12-10", "0123", "1-2-3-4", "Mar"])
def test_a_number_is_no_day(text):
    assert read(text).born == ()


@pytest.mark.parametrize("text", ["555-0123", "(212) 555 0123", "+1 212 555 0123", "0123"])
def test_the_end_of_a_telephone_number_is_read_from_the_last_digit(text):
    assert read(text).tail.startswith("3210")


@pytest.mark.parametrize("text", ["123", "A-1234", "1" * 16])
def test_what_is_no_telephone_number_has_no_end(text):
    assert read(text).tail == ""


def test_a_number_among_letters_may_be_a_name():
    assert (read("ada smith3").words, read("ada smith3").spelt) == (("ada",), ("ada", "smith3"))
    assert read("ada 40-1").spelt == ()


def test_more_words_than_a_name_has_are_left_out():
    assert len(read(" ".join(f"w{chr(97 + n)}" for n in range(26))).words) == 6
