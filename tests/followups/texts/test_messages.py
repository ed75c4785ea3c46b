"""Messages tell nobody whom they are for or what about; a text message is one text message."""

import re

import pytest

from followups.texts import texts
from tests.followups.texts.samples import values
from tests.followups.texts.test_languages import CODES, every_language

LINK = "https://followup.clinic.example/c/0123456789abcdefghjkmnpqrs/"[:60]
LONGEST_EMERGENCY_NUMBER = "112345"
ONE_SMS = 160
# 3GPP 23.038, without the characters that count as two
GSM_7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
CLINICAL = {
    "en": "spine spinal back neck surgery surgeon operation pain fusion symptom wound patient "
    "medicine doctor numb weak",
    "es": "columna espalda cuello cirugía cirujano operación dolor fusión síntoma herida paciente "
    "medicina doctor médico adormecimiento debilidad",
}

ASKING = ["invitation", "reminder"]
VISITS = ["visit_booked", "visit_soon", "visit_missed", "visit_to_book"]

every_message = pytest.mark.parametrize("message", [*ASKING, *VISITS])
asking_message = pytest.mark.parametrize("message", ASKING)


def sms(language, message):
    return texts(language).say(
        f"messages.{message}.sms",
        link=LINK,
        emergency=LONGEST_EMERGENCY_NUMBER,
        phone="(212) 555-0101",
        when="Sep 30, 10:30 AM",
    )


@every_language
@every_message
def test_a_text_message_is_one_with_the_longest_link_and_number(language, message):
    text = sms(language, message)

    assert (LINK in text) == (message in ASKING)
    assert len(LINK) == 60
    assert len(text) <= ONE_SMS


@every_language
@every_message
def test_a_text_message_needs_the_basic_alphabet_only(language, message):
    assert set(sms(language, message)) <= GSM_7


@every_language
@asking_message
def test_a_link_stands_alone_so_that_phones_find_its_end(language, message):
    for part in ("sms", "body"):
        text = texts(language).say(f"messages.{message}.{part}", **values(texts(language)))
        link = values(texts(language))["link"]
        assert re.search(rf"(^|\s){re.escape(link)}(\s|$)", text)


@every_language
@every_message
@pytest.mark.parametrize("part", ["subject", "body", "sms"])
def test_no_part_names_an_operation_or_a_symptom(language, message, part):
    text = texts(language).say(f"messages.{message}.{part}", **values(texts(language))).lower()

    assert set(re.findall(r"\w+", text)) & set(CLINICAL[language].split()) == set()


@every_language
@every_message
def test_every_message_says_that_it_is_not_for_emergencies_and_whom_to_call(language, message):
    not_for = {"en": "Not for emergencies", "es": "No es para emergencias"}[language]
    for part in ("body", "sms"):
        text = texts(language).say(f"messages.{message}.{part}", **values(texts(language)))
        assert not_for in text
        assert "911" in text


@every_language
def test_a_subject_is_one_plain_line(language):
    for message in (*ASKING, *VISITS):
        assert "\n" not in texts(language).say(f"messages.{message}.subject")


def test_after_silence_the_message_says_what_the_protocol_says():
    assert (
        "We have not heard from you. That does not tell us you are well. "
        "Please complete your check-in or call us."
    ) in texts("en").say("messages.reminder.body", **values(texts("en")))


def test_every_language_has_its_clinical_words():
    assert set(CLINICAL) == set(CODES)
