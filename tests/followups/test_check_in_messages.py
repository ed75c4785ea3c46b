"""The message with the link, as it is sent: nothing tells whom it is for or what about."""

import uuid

import pytest
from django.core import mail

from followups.models import Reminder
from followups.notify import email
from followups.services.reminders import wording
from patients.choices import ChannelKind
from tests.factories import at, make_check_in, make_clinic, make_patient, make_surgery

pytestmark = pytest.mark.django_db

TOKEN = "0123456789abcdefghjkmnpqrs"
REFERENCE = uuid.UUID(int=1)


@pytest.fixture
def sent(settings, monkeypatch):
    """Send the message of a patient with this language, from a clinic with these facts."""
    settings.SITE_URL = "https://clinic.example"
    monkeypatch.setattr(wording.tokens, "new_link", lambda check_in, now: TOKEN)

    def send(language="en", step=0, **clinic):
        patient = make_patient(clinic=make_clinic(**clinic), language=language)
        check_in = make_check_in(make_surgery(patient), day=3)
        reminder = Reminder(
            clinic=patient.clinic,
            patient=patient,
            check_in=check_in,
            channel=ChannelKind.EMAIL,
            step=step,
            public_id=REFERENCE,
        )
        message = wording.worded(reminder, to="ada@example.org", now=at(3))
        assert email.send(message) == f"{REFERENCE}@clinic.example"
        return mail.outbox[-1]

    return send


def test_the_subject_is_one_plain_line(sent):
    assert sent().subject == "Your clinic asks you for a short check-in"


def test_the_body_is_the_link_and_whom_to_call(sent):
    assert sent().body == (
        "Your clinic asks you for a short check-in: "
        f"https://clinic.example/c/{TOKEN}/\n"
        "\n"
        "Not for emergencies. Nobody watches your answers or this mailbox all the time.\n"
        "In an emergency call 911. For urgent advice call (212) 555-0100.\n"
    )


def test_without_anybody_on_call_the_body_says_so(sent):
    body = sent(has_on_call=False).body

    assert body.endswith("nobody may see your answers until the next working day.\n")


def test_a_patient_is_written_to_in_their_own_language(sent):
    message = sent(language="es")

    assert message.subject == "Su clínica le pide que responda un cuestionario corto"
    assert f"https://clinic.example/c/{TOKEN}/" in message.body
    assert "911" in message.body
    assert "Your" not in message.body


@pytest.mark.parametrize("word", ["spine", "surgery", "operation", "pain", "fusion", "lovelace"])
def test_neither_part_names_a_person_an_operation_or_a_symptom(sent, word):
    message = sent()

    assert word not in (message.subject + message.body).lower()


def test_who_has_not_answered_is_told_that_silence_is_not_wellbeing(sent):
    message = sent(step=1)

    assert message.subject == "We have not heard from you"
    assert "That does not tell us you are well." in message.body
    assert f"https://clinic.example/c/{TOKEN}/" in message.body
