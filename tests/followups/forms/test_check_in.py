"""What the check-in's forms take, what they refuse, and what they say then."""

from datetime import date
from decimal import Decimal

import pytest
from django.http import QueryDict

from followups.circumstances import Circumstances
from followups.forms.check_in import BirthDateForm, Wrong, items, missing, read, read_all
from followups.questionnaire import QUESTIONS, Sheet
from followups.texts import texts
from tests.followups.views.answering import parts

SHEET = Sheet.of(Circumstances(region="lumbar", approach="TLIF", pod=3))
TODAY = date(2026, 3, 5)
ENGLISH = texts("en")

BAD = [
    *(("weak", value) for value in ("a bit", ["none", "new"], "none\x00", "NONE")),
    ("weak_side", "up"),
    ("since_surgery", "everything"),
    ("since_surgery", ["none", "saddle"]),
    ("right_now", ["none", "chest", "rubbish"]),
    ("signs_healing", "cough"),
    ("wound", "green"),
    *(
        ("temp_c", value)
        for value in (
            *("warm", "33.9", "43.1", "50", "93.1", "109.5", "3_7", "٣٧", "-37", "37.123", "1e2"),
            *("NaN", "37\x00", "9" * 5000, "1e999", "-0", "110"),
        )
    ),
    *(
        (pain, value)
        for pain in ("pain_back", "pain_leg")
        for value in (
            *("11", "-1", "1_0", "٧", "７", "7.0", "7.5", " 7", "07", "+7", "1e1", "NaN", "inf"),
            *("x", "32768", "7\x00", "9" * 5000, ["3", "9"]),
        )
    ),
    ("limb_side", "up"),
    ("pain_quality", "funny"),
    ("pain_quality", "none"),  # only some lists can be answered with "none of these"
    ("numb", "yes"),
    ("numb_site", "saddle"),
    ("numb_site", "none"),
    ("numb_kind", "x"),
    ("func", "5"),
    ("func", "-1"),
    ("func", "²"),
    ("opioid", "lots"),
    ("med_change", "none"),
    ("over_rx", "1"),
    ("adh", "never"),
    ("activity", "1"),
    ("gic", "meh"),
    ("phq4_down", "4"),
    ("message", "a\x00b"),
    ("message", "a\x07b"),
    ("message", "a\x1bb"),
    ("message", "\ud83e"),
    ("message", "x" * 2001),
]


def posted(answers):
    data = QueryDict(mutable=True)
    for name, value in answers.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return data


def taken(name, value):
    return read(QUESTIONS[name], posted({name: value}))


@pytest.mark.parametrize(("name", "value"), BAD)
def test_what_cannot_be_an_answer_is_refused_in_a_sentence(name, value):
    with pytest.raises(Wrong) as refused:
        taken(name, value)

    said = ENGLISH.say(f"errors.{refused.value.error}", count=refused.value.count)
    assert said.endswith((".", "call us."))
    assert read_all(SHEET, posted({name: value})) == ({}, [])


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("pain_back", "11", "Choose a whole number from 0 to 10."),
        ("weak", "very", "Choose one of the answers shown."),
        ("weak", ["new", "none"], "Choose one answer, not several."),
        ("since_surgery", ["none", "saddle"], "You ticked “None of these” and something else."),
        ("temp_c", "50", "Enter a temperature from 34 to 43 °C"),
        ("message", "x" * 2001, "Shorten this to 2000 characters, or call us."),
        ("message", "a\x00b", "Remove the characters that cannot be shown."),
    ],
)
def test_a_refusal_says_what_to_do(name, value, said):
    with pytest.raises(Wrong) as refused:
        taken(name, value)

    assert said in ENGLISH.say(f"errors.{refused.value.error}", count=refused.value.count)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("since_surgery", "Choose all that apply, or “None of these”."),
        ("wound", "Choose all that apply, or “None of these”."),
        ("numb_site", "Choose at least one answer."),
        ("pain_back", "Choose a number from 0 to 10."),
        ("weak", "Choose one answer."),
        ("func", "Choose one answer."),
    ],
)
def test_an_answer_left_out_is_asked_for(name, said):
    assert taken(name, "") is None
    assert ENGLISH.say(f"errors.{missing(QUESTIONS[name])}") == said


@pytest.mark.parametrize(
    ("name", "value", "stored"),
    [
        ("since_surgery", "none", {"saddle": False, "bladder": False, "bowel": False}),
        ("since_surgery", ["bowel"], {"saddle": False, "bladder": False, "bowel": True}),
        ("signs", ["fever"], {"calf": False, "fever": True}),
        ("activity", ["overdid", "fall"], {"overdid": True, "fall": True}),
        ("activity", ["fall"], {"overdid": False, "fall": True}),
        ("activity", "none", {"overdid": False, "fall": False}),
        ("wound", "none", {"wound": []}),
        ("wound", ["pus", "open", "pus"], {"wound": ["pus", "open"]}),
        ("weak", "worse", {"weak": "worse"}),
        ("weak_severe", "yes", {"weak_severe": True}),
        ("weak_severe", "no", {"weak_severe": False}),
        ("pain_back", "0", {"pain_back": 0}),
        ("pain_back", "10", {"pain_back": 10}),
        ("func", "4", {"func": 4}),
        ("phq4_down", "0", {"phq4_down": 0}),
        ("pain_quality", ["sharp", "burning"], {"pain_quality": ["sharp", "burning"]}),
        ("message", " Thanks ", {"message": "Thanks"}),
    ],
)
def test_an_answer_is_stored_as_its_item_says(name, value, stored):
    found = items(QUESTIONS[name], taken(name, value))

    assert found == stored
    assert {item: type(value) for item, value in found.items()} == {
        item: type(value) for item, value in stored.items()
    }


def test_what_was_not_asked_or_not_said_is_no_answer():
    answers, names = read_all(SHEET, posted({"since_surgery": "bladder", "weak": ""}))

    assert answers == {"saddle": False, "bladder": True, "bowel": False}
    assert names == ["since_surgery"]


def test_questions_that_are_not_on_the_sheet_are_not_read():
    sent = {"pain_neck": "9", "phq9_item9": "3", "clinic": "7", "instab": "new", "signs": "calf"}

    assert read_all(SHEET, posted(sent)) == ({}, [])


@pytest.mark.parametrize(("name", "stored"), [("temp_c", None), ("message", "")])
def test_what_may_stay_empty_and_did_takes_the_place_of_an_earlier_answer(name, stored):
    assert read_all(SHEET, posted({name: " "})) == ({name: stored}, [name])


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
    assert taken("temp_c", typed) == Decimal(stored)


def test_a_line_end_counts_once_in_the_length_of_a_message():
    assert len(taken("message", "\r\n".join(["x" * 99] * 20) + "x")) == 2000


@pytest.mark.parametrize(
    "text",
    [
        "Ça va 🙂",
        "a\tb\nc",
        "<script>alert(1)</script>",
        "שלום",
        "=cmd|calc!A0",
        "call \u202a555\u202c",
        "lost \ufffd",
    ],
)
def test_a_message_is_kept_as_written(text):
    assert taken("message", text) == text


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({}, {"day", "month", "year"}),
        (parts() | {"year": "75"}, {"year"}),
        (parts() | {"year": "'75"}, {"year"}),
        (parts() | {"year": "19751"}, {"year"}),
        (parts() | {"year": "9" * 5000}, {"year"}),
        (parts() | {"year": "١٩٧٥"}, {"year"}),
        (parts() | {"year": "0000"}, {"__all__"}),
        (parts() | {"year": "1899"}, {"year"}),
        (parts() | {"year": "2027"}, {"year"}),
        (parts() | {"day": "0"}, {"__all__"}),
        (parts() | {"day": "32"}, {"__all__"}),
        (parts() | {"day": "1_0"}, {"day"}),
        (parts() | {"day": "-1"}, {"day"}),
        (parts() | {"day": "x"}, {"day"}),
        (parts() | {"day": "\x00"}, {"day"}),
        (parts() | {"month": "13"}, {"month"}),
        (parts() | {"month": "12\x00"}, {"month"}),
        (parts() | {"month": "December"}, {"month"}),
        (parts() | {"day": "30", "month": "2"}, {"__all__"}),
    ],
)
def test_an_impossible_birth_date_is_named(given, named):
    form = BirthDateForm(posted(given), today=TODAY, texts=ENGLISH)

    assert form.errors.keys() == named


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Choose the month."), ("es", "Elija el mes.")]
)
def test_what_is_wrong_with_a_birth_date_is_said_in_the_patients_language(language, said):
    given = posted(parts() | {"month": ""})
    form = BirthDateForm(given, today=TODAY, texts=texts(language))

    assert form.errors == {"month": [said]}


def test_a_birth_date_is_read_from_its_three_parts():
    given = posted({"day": "07", "month": "2", "year": "1968"})
    form = BirthDateForm(given, today=TODAY, texts=ENGLISH)

    assert form.is_valid()
    assert form.cleaned_data["birth_date"] == date(1968, 2, 7)


def test_what_was_typed_in_another_language_is_shown_and_not_judged():
    form = BirthDateForm(today=TODAY, texts=texts("es"), typed={"day": "40", "month": "2"})

    assert not form.errors
    assert form["day"].value() == "40"
    assert ("2", "febrero", True) in form.months
