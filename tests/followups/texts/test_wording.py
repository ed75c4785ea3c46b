"""What patients read: the protocol's words, plain words, and no word that judges."""

import re

import pytest

from followups.texts import Axis, Recall, Wording, texts
from tests.followups.texts.reading_ease import (
    english_syllables,
    is_for_grade_6,
    spanish_syllables,
)
from tests.followups.texts.samples import WORDINGS, everything, screens
from tests.followups.texts.test_languages import CODES, every_language

BACK = Wording(Axis.BACK, Recall.WEEK)
NECK = Wording(Axis.NECK, Recall.DAY)

# Protocol 2.2: what is asked, word for word.
ASKED = {
    "weak": "Any new or worse weakness in an arm or leg?",
    "weak_side": "Which side?",
    "weak_severe": "Can you still lift your foot (or hand) and walk?",
    "weak_rapid": "Is it getting worse from day to day?",
    "gait_hand": "Are your hands newly clumsy, or is your walking newly unsteady?",
    "wound": "Anything from the wound?",
    "pain_back": "In the past 7 days, how bad was your back pain on average?",
    "pain_quality": "What is the pain like?",
    "numb": "Any numbness or tingling?",
    "instab": "Does your back feel as if it slips, clunks or gives way?",
    "func": "How much does your back limit everyday tasks?",
    "over_rx": "Have you taken more than was prescribed?",
    "adh": "Have you been able to follow your movement and lifting limits?",
    "swallow": "Trouble swallowing?",
    "gic": "Compared with your last check-in you are:",
    "nicotine": "Any smoking, vaping or nicotine since last time?",
    "message": "Anything else your team should know?",
}
TICKED = {
    "saddle": "Numbness between your legs or around your bottom or genitals",
    "bladder": "New trouble starting or feeling your pee, or leaking pee",
    "bowel": "New loss of control of your bowels",
}
PHQ_4 = {
    "phq4_nervous": "Feeling nervous, anxious or on edge",
    "phq4_worry": "Not being able to stop or control worrying",
    "phq4_interest": "Little interest or pleasure in doing things",
    "phq4_down": "Feeling down, depressed, or hopeless",
}
# Protocol 2.2 (header) and 7.3.
FIXED = {
    ("pages.frame.not_watched",): (
        "This form is not watched all the time. If you think you are in danger or getting worse "
        "quickly, call 911 now. For urgent advice call 555 0100."
    ),
    (
        "pages.emergency.advice",
        "pages.emergency.tell_them_when",
        "pages.emergency.wait",
        "pages.emergency.told",
    ): (
        "Some of your answers can mean a serious problem. Please call 911 or go to the nearest "
        "emergency department now. Tell them you had spine surgery on March 3, 2026. Do not wait "
        "for us to call. We have also told the team, but they may not see this straight away."
    ),
    ("pages.urgent.advice",): (
        "Please call 555 0100 today. If you cannot get through or you get worse, go to an "
        "emergency department."
    ),
    ("pages.thanks.saved", "pages.thanks.worse"): (
        "Your answers were saved on March 3, 2026. This is not a medical opinion and nobody may "
        "have read it yet. If anything gets worse, call 555 0100; if it is an emergency call 911."
    ),
    ("pages.crisis.advice",): (
        "If you might hurt yourself or feel unsafe, call or text 988, or go to an emergency "
        "department."
    ),
}
FILLED = {
    "emergency": "911",
    "urgent": "555 0100",
    "crisis": "988",
    "date": "March 3, 2026",
    "moment": "March 3, 2026",
}

JUDGING = {
    "en": r"normal\w*|on track|fine|healthy|all is well|no problem|nothing (is )?wrong|"
    r"(do not|don.t) worry",
    "es": r"normal\w*|va bien|todo bien|está san[oa]|no hay problema|nada malo|no se preocupe",
}
PROMISING = {
    "en": r"guarantee\w*|promise\w*|will (heal|get better|recover|be (ok|okay|well|better))",
    "es": r"garantiza\w*|promete\w*|(sanará|mejorará|se recuperará|va a (sanar|mejorar))",
}
DIAGNOSES = {
    "en": r"infection|sepsis|(blood )?clots?|thrombosis|embolism|stroke|depression|anxiety|"
    r"cauda equina|myelopathy|radiculopathy|pseud\w*|non-?union|fractures?|hernia\w*|"
    r"ha?ematoma|syndrome|disease|disorder",
    "es": r"infección|sepsis|coágulos?|trombosis|embolia|derrame|depresión|ansiedad|"
    r"cauda equina|mielopatía|radiculopatía|pseud\w*|fracturas?|hernia|hematoma|"
    r"síndrome|enfermedad|trastorno",
}
CLAIMING = {
    "en": r"(we|team|surgeons?|doctors?|nurses?|somebody|someone) (has|have|had) "
    r"(read|seen|looked|reviewed|checked)",
    "es": r"(ya )?(leímos|vimos|revisamos)|(hemos|ha|han) (leído|visto|revisado)",
}
REFUSED = {"judging": JUDGING, "promising": PROMISING, "diagnoses": DIAGNOSES, "claims": CLAIMING}


@pytest.mark.parametrize("name", ASKED)
def test_questions_are_asked_in_the_words_of_the_protocol(name):
    assert texts("en").question(name, BACK).text == ASKED[name]


def test_what_must_not_be_missed_is_listed_in_the_words_of_the_protocol():
    assert dict(texts("en").question("since_surgery", BACK).options) == TICKED
    assert "constipated on its own is common" in texts("en").question("since_surgery").hint


@pytest.mark.parametrize("name", PHQ_4)
def test_the_phq_4_is_asked_word_for_word(name):
    question = texts("en").question(name, BACK)

    assert question.text == PHQ_4[name]
    assert question.lead == (
        "Over the last 2 weeks, how often have you been bothered by the following problems?"
    )
    assert [label for _, label in question.options] == [
        "Not at all",
        "Several days",
        "More than half the days",
        "Nearly every day",
    ]


@pytest.mark.parametrize("keys", FIXED)
def test_fixed_texts_say_what_the_protocol_says(keys):
    assert " ".join(texts("en").say(key, **FILLED) for key in keys) == FIXED[keys]


def test_after_neck_surgery_the_neck_is_asked_about():
    said = texts("en")

    assert said.question("instab", NECK).text == (
        "Does your neck feel as if it slips, clunks or gives way?"
    )
    assert said.question("limb_side", NECK).text == "Which arm hurts?"
    assert said.question("pain_arm", NECK).text.startswith("In the past 24 hours, ")


def test_spanish_articles_and_endings_come_out_right():
    said = texts("es")

    assert said.question("limb_side", BACK).text == "¿De qué lado le duele la pierna?"
    assert said.question("limb_side", NECK).text == "¿De qué lado le duele el brazo?"
    assert said.question("func", NECK).text == (
        "¿Cuánto le limita el cuello en las tareas de todos los días?"
    )
    assert said.question("pain_neck", NECK).text.startswith("En las últimas 24 horas, ")
    assert said.question("pain_back", BACK).text.startswith("En los últimos 7 días, ")


def test_a_known_deficit_changes_its_own_question_and_no_other():
    known = next(each for each in WORDINGS if each.known)
    only_bladder = Wording(Axis.BACK, Recall.WEEK, {"bladder": known.known["bladder"]})

    options = dict(texts("en").question("since_surgery", only_bladder).options)

    assert options["bladder"].endswith("that is new or worse since March 3, 2026")
    assert {item: options[item] for item in ("saddle", "bowel")} == {
        item: TICKED[item] for item in ("saddle", "bowel")
    }
    assert texts("en").question("weak", only_bladder).text == ASKED["weak"]


@every_language
def test_every_text_is_for_readers_of_grade_6(language):
    hard = {name for name, text in screens(texts(language)) if not is_for_grade_6(language, text)}

    assert hard == set()


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        ("legs", 1),
        ("noticed", 2),
        ("trouble", 2),
        ("swelling", 2),
        ("medicine", 3),
        ("genitals", 3),
    ],
)
def test_english_syllables_are_counted(word, syllables):
    assert english_syllables(word) == syllables


@pytest.mark.parametrize(
    ("word", "syllables"),
    [("hoy", 1), ("día", 2), ("caer", 2), ("quién", 1), ("vacío", 3), ("cuestionario", 4)],
)
def test_spanish_syllables_are_counted(word, syllables):
    assert spanish_syllables(word) == syllables


def test_a_hard_sentence_is_found():
    assert not is_for_grade_6(
        "en", "Postoperative radicular symptomatology necessitates immediate clinical evaluation."
    )
    assert not is_for_grade_6(
        "es", "La sintomatología radicular posoperatoria requiere una evaluación inmediata."
    )


@every_language
@pytest.mark.parametrize("kind", REFUSED)
def test_no_text_judges_promises_names_a_diagnosis_or_says_it_was_read(language, kind):
    found = re.findall(rf"\b(?:{REFUSED[kind][language]})\b", everything(texts(language)), re.I)

    assert found == []


def test_every_language_has_its_forbidden_words():
    for words in REFUSED.values():
        assert set(words) == set(CODES)
