"""A language is a file: a good one is offered, a bad one is refused with all that is wrong."""

import pytest

from followups.texts import EDITION, FALLBACK, FOLDER, BadTexts, edition, load, texts
from patients.models import SymptomReport


def names(languages):
    return [(each.language, each.name) for each in languages.values()]


def test_a_new_file_is_a_new_language(write, folder):
    write("de", name="Deutsch")

    assert names(load(folder)) == [("en", "English"), ("de", "Deutsch")]


def test_the_direction_of_a_script_passes_through(write, folder):
    write("ar", name="العربية", direction="rtl")

    found = load(folder)

    assert found["ar"].direction == "rtl"
    assert found["en"].direction == "ltr"


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"pages.start.title": None}, "pages.start.title is missing"),
        ({"pages.start.tittle": "x"}, "pages.start.tittle is unknown"),
        ({"questions.weak.options.none": None}, "questions.weak.options.none is missing"),
        ({"questions.weak.known": None}, "questions.weak.known.text is missing"),
        (
            {"pages.thanks.worse": "Call {urgent}."},
            "pages.thanks.worse must have {emergency}, {urgent} and has {urgent}",
        ),
        ({"pages.start.title": "Call {emergency} or"}, "has {emergency}"),
        ({"education.mood.paragraphs": ["Talk."]}, "education.mood.paragraphs must have {crisis}"),
        ({"questions.weak.options.none": False}, "questions.weak.options.none: there is no text"),
        ({"questions.weak.text": " "}, "questions.weak.text: there is no text"),
        ({"questions.func.options": {0: "x"}}, "put quotation marks around 0"),
        ({"pages.start.title": "Open {brace"}, "pages.start.title: a brace is not closed"),
        ({"pages.start.title": "{0.__class__}"}, "{0.__class__} is no name"),
        ({"questions.weak.hnt": "x"}, "hnt"),
        ({"pages": None}, "pages is missing"),
        ({"direction": "down"}, "direction must be ltr or rtl"),
        ({"locale": "qq_QQ"}, "qq"),
        ({"version": "2020.01"}, "version 2020.01 is not"),
        ({"language": "fr"}, "language fr does not fit the name of the file"),
    ],
)
def test_a_file_that_says_other_things_is_refused_with_the_place(write, folder, changes, problem):
    write("de", changes)

    with pytest.raises(BadTexts) as refused:
        load(folder)

    assert "de.yaml cannot be used:" in str(refused.value)
    assert problem in str(refused.value)


@pytest.mark.parametrize("content", ["", "- a list", "a: [b", "text"])
def test_a_file_that_is_none_is_refused(folder, content):
    (folder / "de.yaml").write_text(content, encoding="utf-8")

    with pytest.raises(BadTexts, match=r"de\.yaml cannot be used"):
        load(folder)


def test_all_problems_are_told_at_once(write, folder):
    write("de", {"pages.start.title": None, "errors.day": None})

    with pytest.raises(BadTexts, match=r"(?s)pages\.start\.title.*errors\.day"):
        load(folder)


def test_the_edition_is_the_version_and_a_digest_and_fits_the_report():
    field = SymptomReport._meta.get_field("questionnaire_version")

    version, digest = EDITION.rsplit("-", 1)
    assert version == texts(FALLBACK).version
    assert len(digest) == 8
    assert len(EDITION) <= (field.max_length or 0)
    assert edition(load(FOLDER).values()) == EDITION


@pytest.mark.parametrize(
    "changes",
    [
        {"questions.weak.text": "Any weakness?"},
        {"questions.weak_side.hint": "In an arm or leg."},
        {"questions.weak.options.none": "No"},
        {"questions.weak.known.text": "Any weakness since {date}?"},
        {"questions.opioid.options": {"some": "Some days", "none": "None", "daily": "Every day"}},
        {"words.recall.day": "Since yesterday"},
        {"answers.none_of_these": "No"},
    ],
)
def test_any_changed_word_of_a_question_is_another_edition(write, folder, changes):
    write("de")
    before = edition(load(folder).values())
    write("de", changes)

    assert edition(load(folder).values()) != before


def test_another_language_is_another_edition(write, folder):
    before = edition(load(folder).values())
    write("de")

    assert edition(load(folder).values()) != before


def test_a_page_around_the_questions_does_not_change_the_edition(write, folder):
    write("de")
    before = edition(load(folder).values())
    write("de", {"pages.start.title": "Welcome"})

    assert edition(load(folder).values()) == before
