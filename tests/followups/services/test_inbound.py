"""Texts from patients: consent at once, answers to the right visit, words to a human."""

from datetime import timedelta

import pytest

from followups.choices import Meaning, VisitStatus
from followups.models import CheckIn, InboundMessage, Reminder, Visit
from followups.services import inbound, reminders
from patients.choices import ChannelKind, ConsentSource
from patients.models import ContactChannel
from tests.factories import (
    OPERATED,
    at,
    make_check_in,
    make_clinic,
    make_patient,
    make_surgery,
    make_user,
)

pytestmark = pytest.mark.django_db

NUMBER = "+12125550123"


@pytest.fixture(autouse=True)
def _provider(settings):
    settings.SMS_URL, settings.SMS_TOKEN = "https://api.example", "secret"


@pytest.fixture
def clinic():
    return make_clinic()


@pytest.fixture
def patient(clinic):
    return with_number(make_patient(clinic=clinic, email=""))


def with_number(patient, number=NUMBER, **facts):
    ContactChannel.objects.create(
        clinic=patient.clinic,
        patient=patient,
        kind=ChannelKind.SMS,
        address=number,
        **{"consented_on": OPERATED} | facts,
    )
    return patient


def text(clinic, body, *, sid="SM1", sender=NUMBER, now=None, to=None):
    incoming = inbound.Incoming(provider_id=sid, sender=sender, body=body)
    answer = inbound.receive(incoming, clinics=to or [clinic], now=now or at(7, 9))
    return answer, InboundMessage.objects.filter(provider_id=sid).first()


def test_stop_ends_texts_at_once_and_staff_see_it(clinic, patient):
    make_check_in(make_surgery(patient), day=7)
    reminders.plan_due(now=at(7, 9))

    answer, message = text(clinic, "Stop please")

    channel = ContactChannel.objects.get(kind=ChannelKind.SMS)
    assert (channel.opted_out_at, channel.consent_source) == (at(7, 9), ConsentSource.TEXT)
    assert answer == ""
    assert (message.patient, message.meaning, message.handled_at) == (patient, Meaning.STOP, None)
    assert reminders.send_due(clock=lambda: at(7, 9)) == 0
    assert not Reminder.objects.filter(state="sent").exists()


def test_start_makes_texts_come_again(clinic, patient):
    text(clinic, "STOP")
    text(clinic, "start", sid="SM2", now=at(8))

    channel = ContactChannel.objects.get(kind=ChannelKind.SMS)
    assert channel.is_usable
    assert channel.consent_source == ConsentSource.TEXT


def test_start_of_somebody_never_asked_is_consent_from_that_day(clinic):
    with_number(make_patient(clinic=clinic, email=""), consented_on=None)

    text(clinic, "START", now=at(8))

    assert ContactChannel.objects.get().consented_on == at(8).date()


def test_help_changes_no_consent(clinic, patient):
    _, message = text(clinic, "HELP")

    assert message.handled_at is not None
    assert ContactChannel.objects.usable().count() == 1


def test_words_are_answered_with_whom_to_call_once_an_hour(clinic, patient):
    first, message = text(clinic, "I can't feel my legs")
    second, _ = text(clinic, "Hello?", sid="SM2", now=at(7, 9, 30))
    third, _ = text(clinic, "Hello??", sid="SM3", now=at(7, 11))

    assert "911" in first
    assert "(212) 555-0100" in first
    assert (second, third) == ("", first)
    assert (message.body, message.handled_at) == ("I can't feel my legs", None)


def test_somebody_who_opted_out_is_read_but_not_answered(clinic, patient):
    text(clinic, "STOP")

    answer, message = text(clinic, "my wound is open", sid="SM2")

    assert answer == ""
    assert message in InboundMessage.objects.unhandled()


def test_the_answer_is_in_the_patients_language(clinic):
    with_number(make_patient(clinic=clinic, email="", language="es"))

    answer, _ = text(clinic, "me duele mucho")

    assert answer.startswith("Recibimos su mensaje.")


def test_a_text_that_comes_again_is_kept_once(clinic, patient):
    assert text(clinic, "hello")[0] != ""
    assert text(clinic, "hello")[0] == ""
    assert InboundMessage.objects.count() == 1


def test_an_unknown_number_reaches_the_clinic_it_wrote_to(clinic):
    other = make_clinic()
    with_number(make_patient(clinic=other, email=""))

    _, message = text(clinic, "is this the clinic?")

    assert (message.clinic, message.patient) == (clinic, None)


def test_on_a_shared_number_whoever_knows_the_sender_has_the_text(clinic, patient):
    text(clinic, "hello", to=[make_clinic(), clinic])
    assert list(InboundMessage.objects.values_list("clinic", "patient")) == [
        (clinic.pk, patient.pk)
    ]

    text(clinic, "hello", sid="SM2", sender="+12125550199", to=[make_clinic(), clinic])
    assert InboundMessage.objects.filter(provider_id="SM2", patient=None).count() == 2


def test_a_number_two_patients_share_is_nobodys_alone_and_stops_for_both(clinic, patient):
    with_number(make_patient(clinic=clinic, email=""))

    _, message = text(clinic, "stop")

    assert message.patient is None
    assert not ContactChannel.objects.usable().exists()


@pytest.fixture
def visit(patient):
    surgery = make_surgery(patient)
    make_check_in(surgery, day=7)
    visit = Visit.objects.filter(surgery=surgery).earliest("target_on")
    Visit.objects.filter(pk=visit.pk).update(status=VisitStatus.BOOKED, booked_for=at(10, 9))
    return visit


def test_1_confirms_the_visit_of_the_next_days(clinic, visit):
    _, message = text(clinic, "1")

    assert (message.meaning, message.visit) == (Meaning.CONFIRM, visit)
    assert message.handled_at is not None


def test_1_without_a_visit_is_for_a_human(clinic, patient):
    assert text(clinic, "1")[1].handled_at is None


def test_2_asks_staff_to_call(clinic, visit):
    _, message = text(clinic, "2")

    assert (message.meaning, message.visit, message.handled_at) == (Meaning.CALL, visit, None)


def test_3_sends_a_link_at_once_but_not_another(clinic, visit):
    asked = CheckIn.objects.filter(kind="on_demand")

    for sid, minutes in (("SM1", 0), ("SM2", 5), ("SM3", 50)):
        _, message = text(clinic, "3", sid=sid, now=at(7, 9) + timedelta(minutes=minutes))
        assert message.handled_at is not None
    assert asked.count() == 1
    assert Reminder.objects.filter(check_in__in=asked, step=0).count() == 1


def test_3_of_somebody_no_longer_followed_is_for_a_human(clinic, patient):
    _, message = text(clinic, "3")

    assert message.handled_at is None
    assert not CheckIn.objects.filter(kind="on_demand").exists()


def test_a_very_long_text_is_kept_whole(clinic, patient):
    _, message = text(clinic, "a" * 10_000)

    assert len(message.body) == 10_000


def test_only_the_first_to_say_so_has_handled_it(clinic, patient):
    _, message = text(clinic, "call me?")
    nurse, other = make_user(clinic=clinic), make_user(clinic=clinic)

    assert inbound.handle(message, by=nurse, now=at(8))
    assert not inbound.handle(message, by=other, now=at(9))
    message.refresh_from_db()
    assert (message.handled_by, message.handled_at) == (nurse, at(8))
