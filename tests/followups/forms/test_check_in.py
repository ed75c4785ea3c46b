"""What the check-in's forms take, what they refuse, and what they say then."""

from datetime import date
from decimal import Decimal

import pytest
from django.http import QueryDict

from followups.circumstances import Circumstances
from followups.forms.check_in import BirthDateForm, QuestionsForm
from followups.questionnaire import Sheet
from tests.followups.views.answering import REST, SAFE, parts

SHEET = Sheet.of(Circumstances(region="lumbar", approach="TLIF", pod=3))
TODAY = date(2026, 3, 5)

BAD_SAFETY = [
    ("weak", ""),
    ("weak", "a bit"),
    ("weak", ["none", "new"]),
    ("since_surgery", "everything"),
    ("right_now", ["none", "chest", "rubbish"]),
    ("headache_upright", "maybe"),
    ("headache_upright", ""),
    ("wound", "green"),
    ("temp_c", "warm"),
    ("temp_c", "33.9"),
    ("temp_c", "43.1"),
    ("temp_c", "50"),
    ("temp_c", "93.1"),
    ("temp_c", "109.5"),
    ("temp_c", "3_7"),
    ("temp_c", "٣٧"),
    ("temp_c", "-37"),
    ("temp_c", "37.123"),
    ("temp_c", "1e2"),
    ("temp_c", "NaN"),
    ("temp_c", "37\x00"),
]
BAD_REST = [
    *(
        (pain, value)
        for pain in ("pain_back", "pain_leg")
        for value in ("", "11", "-1", "1_0", "٧", "7.0", "7.5", " 7", "07", "1e1", "NaN", "x")
    ),
    ("pain_back", ["3", "9"]),
    ("numb", ""),
    ("numb", "yes"),
    ("func", ""),
    ("func", "5"),
    ("func", "²"),
    ("opioid", "lots"),
    ("opioid", ""),
    ("med_change", ""),
    ("med_change", "none"),
    ("adh", ""),
    ("overdid", "1"),
    ("fall", ""),
    ("gic", ""),
    ("gic", "meh"),
    ("message", "a\x00b"),
    ("message", "a\x07b"),
    ("message", "x" * 2001),
]


def posted(answers):
    data = QueryDict(mutable=True)
    for name, value in answers.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return data


def safety(**told):
    return QuestionsForm(SHEET, SHEET.safety, posted(SAFE | told))


def rest(**told):
    return QuestionsForm(SHEET, SHEET.rest, posted(REST | told))


@pytest.mark.parametrize(("item", "value"), BAD_SAFETY)
def test_a_bad_answer_on_the_first_page_is_named_alone(item, value):
    form = safety(**{item: value})

    assert form.errors.keys() == {item}
    assert form.errors[item][0].endswith(".")
    assert item not in form.answers()


@pytest.mark.parametrize(("item", "value"), BAD_REST)
def test_a_bad_answer_on_the_second_page_is_named_alone(item, value):
    form = rest(**{item: value})

    assert form.errors.keys() == {item}
    assert form.errors[item][0].endswith(".")
    assert item not in form.answers()


@pytest.mark.parametrize(
    ("told", "named"),
    [
        ({"pain_leg": "1"}, {"limb_side"}),
        ({"pain_leg": "1", "limb_side": "up"}, {"limb_side"}),
        ({"numb": "same"}, {"numb_site", "numb_side"}),
        ({"numb": "new", "numb_side": "left", "numb_site": "saddle"}, {"numb_site"}),
        ({"numb": "new", "numb_side": "left", "numb_site": "leg", "numb_kind": "x"}, {"numb_kind"}),
        ({"opioid": "some"}, {"over_rx"}),
        ({"pain_back": "8", "pain_quality": "funny"}, {"pain_quality"}),
    ],
)
def test_a_follow_up_question_is_checked_once_it_is_asked(told, named):
    assert rest(**told).errors.keys() == named


@pytest.mark.parametrize(
    "told",
    [
        {"pain_leg": "0", "limb_side": "up"},
        {"numb": "none", "numb_side": "both", "numb_site": "saddle"},
        {"opioid": "none", "over_rx": "yes"},
        {"pain_back": "3", "pain_quality": "funny"},
    ],
)
def test_a_follow_up_question_nobody_asked_is_ignored(told):
    form = rest(**told)

    assert form.is_valid()
    assert not {"limb_side", "numb_side", "numb_site", "over_rx", "pain_quality"} & set(
        form.answers()
    )


def test_answers_are_typed_and_complete():
    assert safety(temp_c="37,2").is_valid()
    form = safety(since_surgery=["saddle", "bowel"], wound=["pus", "open"], temp_c="100.4")
    form.is_valid()

    assert form.answers() == {
        "saddle": True,
        "bladder": False,
        "bowel": True,
        "chest": False,
        "airway": False,
        "unwell": False,
        "weak": "none",
        "calf": False,
        "fever": False,
        "temp_c": Decimal("38.0"),
        "wound": ["pus", "open"],
        "headache_upright": False,
    }


def test_what_was_left_out_is_not_an_answer():
    form = QuestionsForm(SHEET, SHEET.safety, posted({"since_surgery": "bladder"}))

    assert not form.is_valid()
    assert form.answers() == {"saddle": False, "bladder": True, "bowel": False}


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("37.2", "37.2"),
        ("37,2", "37.2"),
        ("34", "34.0"),
        ("43", "43.0"),
        ("93.2", "34.0"),
        ("99", "37.2"),
        ("100.3", "37.9"),
        ("100.4", "38.0"),
        ("109.4", "43.0"),
        (" 36.6 ", "36.6"),
    ],
)
def test_a_temperature_is_understood_in_both_units(typed, stored):
    form = safety(temp_c=typed)
    form.is_valid()

    assert form.answers()["temp_c"] == Decimal(stored)


def test_no_temperature_is_no_answer():
    form = safety(temp_c=" ")

    assert form.is_valid()
    assert "temp_c" not in form.answers()


def test_a_line_end_counts_once_in_the_length_of_a_message():
    form = rest(message="\r\n".join(["x" * 99] * 20) + "x")

    assert form.is_valid()
    assert len(form.answers()["message"]) == 2000


@pytest.mark.parametrize("text", ["Ça va 🙂", "a\tb\nc", "<script>alert(1)</script>", "שלום"])
def test_a_message_is_kept_as_written(text):
    form = rest(message=text)

    assert form.is_valid()
    assert form.answers()["message"] == text


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({}, {"day", "month", "year"}),
        (parts() | {"year": "75"}, {"year"}),
        (parts() | {"year": "19751"}, {"year"}),
        (parts() | {"year": "١٩٧٥"}, {"year"}),
        (parts() | {"year": "0000"}, {"__all__"}),
        (parts() | {"year": "1899"}, {"year"}),
        (parts() | {"year": "2027"}, {"year"}),
        (parts() | {"day": "0"}, {"__all__"}),
        (parts() | {"day": "32"}, {"__all__"}),
        (parts() | {"day": "1_0"}, {"day"}),
        (parts() | {"day": "x"}, {"day"}),
        (parts() | {"day": "\x00"}, {"day"}),
        (parts() | {"month": "13"}, {"month"}),
        (parts() | {"month": "December"}, {"month"}),
        (parts() | {"day": "30", "month": "2"}, {"__all__"}),
    ],
)
def test_an_impossible_birth_date_is_named(given, named):
    assert BirthDateForm(posted(given), today=TODAY).errors.keys() == named


def test_a_birth_date_is_read_from_its_three_parts():
    form = BirthDateForm(posted({"day": "07", "month": "2", "year": "1968"}), today=TODAY)

    assert form.is_valid()
    assert form.cleaned_data["birth_date"] == date(1968, 2, 7)
