"""Looking a text up: filled, plural, dated, safe on a page, and never silently missing."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils.html import format_html

from followups.texts import MissingValue, NoSuchText, load, texts

LATE_IN_BOSTON = datetime(2026, 3, 4, 1, 5, tzinfo=UTC)
BOSTON = ZoneInfo("America/New_York")


def shown(template, **context):
    return Template(template).render(Context(context))


def plain(text):
    return text.replace("\u202f", " ").replace("\xa0", " ")


def test_an_unknown_language_is_answered_in_english():
    assert texts("xx").language == "en"
    assert texts("es").language == "es"


def test_a_text_is_filled():
    assert texts("en").say("pages.question.progress", number=3, count=9) == "Question 3 of 9"
    assert texts("es").say("pages.question.progress", number=3, count=9) == "Pregunta 3 de 9"


@pytest.mark.parametrize("key", ["pages.start.titel", "nothing", "pages", "pages.start.title.x"])
def test_a_text_that_does_not_exist_is_an_error(key):
    with pytest.raises(NoSuchText):
        texts("en").say(key)


def test_a_question_or_a_lesson_that_does_not_exist_is_an_error():
    with pytest.raises(NoSuchText):
        texts("en").question("nothing")
    with pytest.raises(NoSuchText):
        texts("en").lesson("nothing")


def test_a_number_to_call_is_never_left_out():
    with pytest.raises(MissingValue, match="emergency"):
        texts("en").say("pages.thanks.worse", urgent="555 0100")


@pytest.mark.parametrize(
    ("language", "one", "several"),
    [
        ("en", "There is 1 short question.", "There are 9 short questions."),
        ("es", "Hay 1 pregunta corta.", "Hay 9 preguntas cortas."),
    ],
)
def test_a_text_follows_its_number(language, one, several):
    assert texts(language).say("pages.start.count", count=1) == one
    assert texts(language).say("pages.start.count", count=9) == several
    with pytest.raises(MissingValue):
        texts(language).say("pages.start.count")


def test_a_language_with_more_plurals_uses_its_own(write, folder):
    forms = {"one": "{count} one", "two": "{count} two", "few": "{count} few", "other": "{count}"}
    write("ar", {"pages.start.count": forms}, direction="rtl")

    arabic = load(folder)["ar"]

    assert [arabic.say("pages.start.count", count=n) for n in (1, 2, 3, 100)] == [
        "1 one",
        "2 two",
        "3 few",
        "100",
    ]


@pytest.mark.parametrize(
    ("language", "day", "moment"),
    [
        ("en", "March 3, 2026", "March 3, 2026, 8:05 PM"),
        ("es", "3 de marzo de 2026", "3 de marzo de 2026, 8:05 p.m"),
    ],
)
def test_days_and_moments_are_those_of_the_clinic_in_the_patients_words(language, day, moment):
    assert texts(language).date(date(2026, 3, 3)) == day
    assert plain(texts(language).moment(LATE_IN_BOSTON, BOSTON)) == moment


def test_plain_text_has_no_stars_and_no_markup():
    text = texts("en").say("pages.emergency.advice", emergency="911")

    assert text.endswith("nearest emergency department now.")


def test_on_a_page_numbers_are_links_and_stars_are_bold():
    link = format_html('<a href="tel:{0}">{0}</a>', "911")

    text = texts("en").html("pages.emergency.advice", emergency=link)

    assert 'call <a href="tel:911">911</a> or' in text
    assert text.endswith("<b>now</b>.")


def test_on_a_page_what_is_no_markup_stays_none():
    text = texts("en").html("pages.check.change_what", label="<i>Back</i> & {leg}")

    assert text == "Change: &lt;i&gt;Back&lt;/i&gt; &amp; {leg}"


def test_a_template_reads_texts_by_name():
    say = texts("es").filled(emergency="911", urgent="555 0100", count=2)

    assert shown("{{ say.pages.start.title }}", say=say) == "Su cuestionario"
    assert shown("{{ say.pages.thanks.worse }}", say=say) == (
        "Si algo empeora, llame al 555 0100; si es una emergencia, llame al 911."
    )
    assert shown("{{ say.pages.start.count }}", say=say) == "Hay 2 preguntas cortas."


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("{{ say.pages.start.titel }}", NoSuchText),
        ("{{ say.page.start }}", NoSuchText),
        ("{% if say.pages.nothing %}x{% endif %}", NoSuchText),
        ("{{ say.pages.thanks.worse }}", MissingValue),
    ],
)
def test_a_template_does_not_swallow_what_is_missing(template, problem):
    with pytest.raises(problem):
        shown(template, say=texts("en").filled(urgent="555 0100"))


def test_a_lesson_names_the_numbers_to_call():
    lesson = texts("es").lesson("warning", emergency="911", urgent="555 0100")

    assert lesson.paragraphs[0].startswith("Llame ahora al 911")
    assert "911" in lesson.after
    with pytest.raises(MissingValue):
        texts("es").lesson("warning", emergency="911")
