"""Every language says the same things, and every stored answer has words in it."""

from collections import Counter

import pytest
import yaml
from django.core.exceptions import FieldDoesNotExist

from followups.questionnaire import QUESTIONS, Kind
from followups.texts import FOLDER, LANGUAGES, texts
from followups.texts.checking import differences
from followups.texts.reading import LOADER, read
from patients import choices
from patients.models import SymptomReport
from tests.followups.texts.samples import DAY, WORDINGS

CODES = [code for code, _ in LANGUAGES]
PHQ = ("phq4_nervous", "phq4_worry", "phq4_interest", "phq4_down")
TICKS = ("since_surgery", "right_now", "signs", "activity")
STORED = {
    "answering_for": choices.AnsweredBy,
    "weak": choices.Change,
    "weak_side": choices.Side,
    "wound": choices.WoundSign,
    "limb_side": choices.Side,
    "pain_quality": choices.PainQuality,
    "numb": choices.Change,
    "numb_site": choices.NumbSite,
    "numb_side": choices.Side,
    "numb_kind": choices.NumbKind,
    "instab": choices.Change,
    "opioid": choices.Opioid,
    "med_change": choices.MedChange,
    "adh": choices.Adherence,
    "swallow": choices.Swallow,
    "gic": choices.ImpressionOfChange,
}

every_language = pytest.mark.parametrize("language", CODES)


def raw(language):
    return read(FOLDER / f"{language}.yaml")[1]


def test_english_and_spanish_are_there_under_their_own_names():
    assert LANGUAGES == (("en", "English"), ("es", "Español"))


@every_language
def test_each_language_has_the_names_answers_and_placeholders_of_the_english(language):
    assert differences(raw(language), raw("en")) == []


@every_language
def test_answers_stand_in_the_same_order(language):
    for name, question in texts("en").questions.items():
        theirs = texts(language).question(name).options
        assert [value for value, _ in theirs] == [value for value, _ in question.options]


@every_language
def test_no_name_stands_twice_in_a_file(language):
    # YAML keeps the last one and says nothing
    node = yaml.compose((FOLDER / f"{language}.yaml").read_bytes(), Loader=LOADER)

    assert list(doubles(node)) == []


def doubles(node):
    if isinstance(node, yaml.MappingNode):
        counts = Counter(key.value for key, _ in node.value)
        yield from (name for name, count in counts.items() if count > 1)
        for _, value in node.value:
            yield from doubles(value)


@every_language
@pytest.mark.parametrize("name", STORED)
def test_every_answer_that_can_be_stored_has_words(language, name):
    options = dict(texts(language).question(name).options)

    assert set(options) == set(STORED[name].values)
    assert all(options.values())


@every_language
def test_every_question_asked_today_has_words_for_all_its_answers(language):
    for question in QUESTIONS.values():
        here = {value for value, _ in texts(language).question(question.text_name).options}
        if question.kind is not Kind.SCORE:
            assert set(question.options) <= here
        if question.kind is Kind.YES_NO:
            assert here == {"yes", "no"}


def test_every_question_and_every_tick_is_an_item_of_the_report():
    known = set(texts("en").questions) - {"answering_for", *TICKS}
    ticks = {value for name in TICKS for value, _ in texts("en").question(name).options}

    assert [item for item in known | ticks if not is_stored(item)] == []


def is_stored(item):
    try:
        SymptomReport._meta.get_field(item)
    except FieldDoesNotExist:
        return False
    return True


def test_nothing_asked_today_is_left_out():
    asked = {question.text_name for question in QUESTIONS.values()}

    assert asked | {"answering_for"} == set(texts("en").questions)


@every_language
@pytest.mark.parametrize("name", PHQ)
def test_the_phq_4_is_scored_0_to_3(language, name):
    question = texts(language).question(name)

    assert [value for value, _ in question.options] == ["0", "1", "2", "3"]


@every_language
@pytest.mark.parametrize("item", choices.DeficitItem.values)
def test_every_deficit_that_can_be_known_is_asked_as_new_or_worse_since_its_day(language, item):
    said = texts(language)
    known = next(wording for wording in WORDINGS if wording.known)
    name = "since_surgery" if item in ("saddle", "bladder", "bowel") else item

    question = said.question(name, known)
    asked = dict(question.options)[item] if name == "since_surgery" else question.text

    assert said.date(DAY) in asked


@every_language
def test_nobody_has_signed_a_text_without_saying_who_and_when(language):
    sign_off = texts(language).sign_off

    assert all((sign_off.name, sign_off.role, sign_off.on)) or not any(
        (sign_off.name, sign_off.role, sign_off.on)
    )
