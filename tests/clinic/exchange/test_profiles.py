"""Declared layouts: what a mapping must and may not say."""

import json

import pytest

from clinic.exchange.problems import Stopped
from clinic.exchange.profiles import PROFILES, Field, Profile
from patients.choices import Sex

COLUMNS = {"No": "mrn", "Last": "family_name", "First": "given_name", "Born": "date_of_birth"}


def mapping(**parts: object) -> str:
    return json.dumps({"source": "North", "columns": COLUMNS} | parts)


def test_a_mapping_says_what_columns_dates_and_words_mean():
    profile = Profile.from_json(
        mapping(
            columns=COLUMNS | {"Geschlecht": "sex"},
            date_format="DD.MM.YYYY",
            sexes={"W": "female", "M": "male"},
            constants={"language": "es"},
            phone_region="US",
        )
    )
    assert profile.source == "North"
    assert profile.by_heading["geschlecht"] is Field.SEX
    assert profile.sexes == {"w": Sex.FEMALE, "m": Sex.MALE}
    assert profile.constants == {Field.LANGUAGE: "es"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ('{"a": 1, "a": 2}', "“a” is given twice"),
        ("[]", "must be a JSON object"),
        ("{}", "no “columns”"),
        (json.dumps({"columns": COLUMNS}), "no “source”"),
        (mapping(colums={}), "unknown part: colums"),
        (mapping(columns=[]), "“columns” in the mapping must be a JSON object"),
        (mapping(columns={"No": 3}), "must be text"),
        (mapping(columns={"No": "mnr"}), "“mnr” in the mapping is none of mrn"),
        (mapping(columns={"No": "mrn"}), "lacks family_name, given_name, date_of_birth"),
        (mapping(columns=COLUMNS | {"Id": "mrn"}), "gives mrn more than once"),
        (mapping(columns=COLUMNS | {"NO ": "sex"}), "one heading twice"),
        (mapping(constants={"mrn": "1"}), "gives mrn more than once"),
        (mapping(sexes={"W": "weiblich"}), "“weiblich” in the mapping is none of female"),
        (mapping(date_format="DD/MM/YY"), "is not a date format"),
        (mapping(date_format=None), "“date_format” in the mapping must be text"),
        (mapping(columns=COLUMNS | {"Op": "surgery_on"}), "surgery dates but lacks approach"),
    ],
)
def test_a_mapping_that_leaves_something_open_is_refused_in_a_sentence(text, sentence):
    with pytest.raises(Stopped, match=sentence):
        Profile.from_json(text)


def test_our_own_layout_knows_every_field_by_its_name():
    assert PROFILES["fuseline"].columns == {each.value: each for each in Field}
