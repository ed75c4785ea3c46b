"""Names are compared in one plain spelling, and one wrong letter never hides one."""

from string import ascii_lowercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients import folding


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Müller", "muller"),
        ("Müller", "MUELLER"),
        ("Strauß", "strauss"),
        ("Łukasz", "lukasz"),
        ("Søren", "soren"),
        ("Đặng", "dang"),
        ("İbrahim", "ibrahim"),
        ("José", "jose\u0301"),
        ("O’Brien", "obrien"),
        ("O'Brien", "o'brien"),
        ("Smith-Jones", "jones"),
        ("Smith-Jones", "smith-jones"),
        ("ﬁnn", "finn"),
        ("Ｗａｎｇ", "wang"),
        ("Иванов", "иванов"),
        ("Иванов", "ivanov"),
        ("Νίκος", "nikos"),
        ("王小明", "王小明"),
        ("नमस्ते", "नमस्ते"),
        ("مُحَمَّد", "محمد"),
    ],
)
def test_a_name_is_found_however_it_is_typed(name, typed):
    assert set(folding.typed(typed)) <= set(folding.words(name))


@pytest.mark.parametrize("name", ["", "-", "'", "\u202e", " \t"])
def test_what_holds_no_letter_has_no_words(name):
    assert folding.words(name) == folding.typed(name) == []


def test_a_name_without_end_stays_short():
    assert len(folding.words("word" * 500)[0]) == folding.LONGEST
    assert len(folding.words(" ".join(f"w{number}" for number in range(500)))) == folding.MOST_WORDS


words = st.text(ascii_lowercase, min_size=4, max_size=12)


@given(word=words, at=st.integers(0, 12), letter=st.sampled_from(ascii_lowercase))
def test_one_letter_wrong_always_shares_a_variant(word, at, letter):
    at = at % len(word)
    wrong = {
        word[:at] + word[at + 1 :],
        word[:at] + letter + word[at:],
        word[:at] + letter + word[at + 1 :],
        word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
    }
    for each in wrong:
        assert folding.variants(word) & folding.variants(each), each
        assert folding.distance(word, each) <= 1


@given(words, words)
def test_a_distance_is_the_same_there_and_back(one, other):
    assert folding.distance(one, other) == folding.distance(other, one)
    assert (folding.distance(one, other) == 0) == (one == other)
