"""Links: long, random, stored only as a hash."""

import re

import pytest

from followups import tokens
from followups.models import CheckInLink
from tests.factories import at, make_check_in

pytestmark = pytest.mark.django_db


def test_a_token_is_26_letters_and_digits_that_cannot_be_misread():
    token = tokens.new_link(make_check_in(), now=at(3))

    assert re.fullmatch(r"[0-9a-hjkmnp-tv-z]{26}", token)


def test_26_characters_of_this_alphabet_are_130_bits():
    assert len(set(tokens.ALPHABET)) == 2**5
    assert tokens.LENGTH * 5 == 130


def test_a_link_leads_to_its_check_in():
    check_in = make_check_in()
    token = tokens.new_link(check_in, now=at(3))

    assert tokens.find(token) == check_in


def test_every_link_of_a_check_in_works():
    check_in = make_check_in()
    first, second = (tokens.new_link(check_in, now=at(3)) for _ in range(2))

    assert first != second
    assert tokens.find(first) == tokens.find(second) == check_in


def test_the_token_itself_is_stored_nowhere():
    token = tokens.new_link(make_check_in(), now=at(3))

    link = CheckInLink.objects.get()
    assert len(link.token_hash) == 32
    assert token.encode() not in bytes(link.token_hash)


def test_a_token_copied_by_hand_still_works():
    check_in = make_check_in()
    token = tokens.new_link(check_in, now=at(3))

    copied = token.upper().replace("0", "O").replace("1", "I")

    assert tokens.find(copied) == check_in


@pytest.mark.parametrize("token", ["", "0" * 26, "x", "a" * 5000, "\x00", "é" * 26, "' OR 1=1"])
def test_an_unknown_or_broken_token_leads_nowhere(token):
    tokens.new_link(make_check_in(), now=at(3))

    assert tokens.find(token) is None


def test_finding_a_check_in_takes_two_queries(django_assert_num_queries):
    token = tokens.new_link(make_check_in(), now=at(3))

    with django_assert_num_queries(2):
        check_in = tokens.find(token)
        assert check_in is not None
        assert check_in.clinic.name
        assert check_in.surgery.patient.is_active
        assert check_in.surgery.follow_up.is_active
        assert check_in.report is None
