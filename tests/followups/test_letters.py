"""Letters: who is written to, what stands on the sheet, and that sending one is on record."""

from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from followups.choices import ContactMethod, ContactOutcome
from followups.models import ContactAttempt, FollowUp, Letter
from followups.services import contacts, letters
from patients.choices import ChannelKind
from patients.models import ContactChannel
from tests.counting import captured
from tests.factories import (
    OPERATED,
    answer,
    at,
    make_check_in,
    make_clinic,
    make_follow_up,
    make_patient,
    make_surgery,
    make_user,
)
from tests.followups.texts.test_messages import CLINICAL

pytestmark = pytest.mark.django_db

NOW = at(40, 10)


@pytest.fixture
def nurse(client, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    user = make_user("nurse")
    client.force_login(user)
    return user


def with_address(patient, address="1 Main St\nSpringfield, IL 62701"):
    ContactChannel.objects.create(
        clinic=patient.clinic,
        patient=patient,
        kind=ChannelKind.LETTER,
        address=address,
        consented_on=OPERATED,
    )
    return patient


def call(surgery, outcome=ContactOutcome.NO_ANSWER, now=NOW, by=None):
    contacts.record(
        FollowUp.objects.get(surgery=surgery),
        by=by or make_user(clinic=surgery.clinic),
        method=ContactMethod.PHONE,
        outcome=outcome,
        now=now,
    )


@pytest.fixture
def surgery(nurse):
    return make_follow_up(make_surgery(with_address(make_patient()))).surgery


def waits():
    return Letter.objects.waiting().exists()


def test_three_calls_without_an_answer_put_a_letter_on_the_list(surgery):
    for day in (30, 31):
        call(surgery, now=at(day))
        assert not waits()
    call(surgery, now=at(32))
    call(surgery, now=at(33))

    letter = Letter.objects.get()
    assert (letter.reason, letter.asked_by, letter.asked_at) == ("unreached", None, at(32))


def test_a_call_that_reached_them_starts_the_count_anew(surgery):
    for day, outcome in ((30, "no_answer"), (31, "no_answer"), (32, "reached"), (33, "no_answer")):
        call(surgery, ContactOutcome(outcome), now=at(day))

    assert not Letter.objects.exists()


@pytest.mark.parametrize("heard", ["call", "answer", "letter"])
def test_a_letter_nobody_needs_any_more_leaves_the_list(surgery, nurse, heard):
    letters.ask(surgery, reason="unreached", by=nurse, now=at(39))
    if heard == "call":
        call(surgery, ContactOutcome.REACHED)
    elif heard == "answer":
        answer(make_check_in(surgery, day=39), now=NOW, pain_back=2)
    else:
        contacts.record(
            FollowUp.objects.get(surgery=surgery),
            by=nurse,
            method=ContactMethod.LETTER,
            outcome=ContactOutcome.SENT,
            now=NOW,
        )

    assert not waits()
    assert letters.ask(surgery, reason="unreached", by=nurse, now=at(41))
    assert waits()
    assert Letter.objects.count() == 1


def test_who_chose_letters_alone_is_written_to_when_a_check_in_is_open(nurse):
    chose = make_surgery(with_address(make_patient(email="")))
    both = make_surgery(with_address(make_patient()))
    neither = make_surgery(make_patient(email=""))
    for each in (chose, both, neither):
        make_check_in(each, day=39)

    assert letters.plan(now=at(39, 10)) == 1
    assert letters.plan(now=at(39, 11)) == 0
    assert Letter.objects.get().surgery == chose


def pages(response):
    reader = PdfReader(BytesIO(response.content))
    return [page.extract_text().replace("\0", "") for page in reader.pages]


def test_a_sheet_has_the_address_the_clinics_number_and_no_clinical_word(client, nurse):
    clinic = make_clinic(name="Harbor Clinic", office_phone="+12125550101")
    client.force_login(make_user("nurse", clinic=clinic))
    patient = with_address(make_patient(clinic=clinic))
    letters.ask(make_surgery(patient), reason="unreached", by=None, now=NOW)

    [sheet] = pages(client.get("/letters/print/"))

    assert "Ada Lovelace\n1 Main St\nSpringfield, IL 62701" in sheet
    assert "(212) 555-0101" in sheet
    assert "911" in sheet
    assert patient.mrn not in sheet
    assert not set(sheet.lower().split()) & set(CLINICAL["en"].split())


@pytest.mark.parametrize(
    ("language", "title"), [("en", "Please call us"), ("es", "Por favor llámenos")]
)
def test_a_letter_is_in_the_patients_language(client, nurse, language, title):
    patient = with_address(make_patient(language=language))
    letters.ask(make_surgery(patient), reason="unreached", by=None, now=NOW)

    assert title in pages(client.get("/letters/print/"))[0]


@pytest.mark.parametrize("name", ["Łukasz Żółć", "Иван Петров", "Νίκος Παπάς", "山田 太郎", "عمر"])
def test_a_name_of_any_script_is_printed(client, nurse, name):
    patient = with_address(make_patient(given_name=name))
    letters.ask(make_surgery(patient), reason="unreached", by=None, now=NOW)

    response = client.get("/letters/print/")

    assert response["Content-Type"] == "application/pdf"
    if name != "عمر":  # joined and turned around, which text taken from a PDF does not undo
        assert name in pages(response)[0]
    assert "□" not in pages(response)[0]


def test_the_list_is_printed_and_noted_as_sent(client, nurse, surgery):
    letters.ask(surgery, reason="unreached", by=nurse, now=at(39))
    unaddressed = make_surgery(make_patient())
    letters.ask(unaddressed, reason="unreached", by=nurse, now=at(39))

    page = client.get("/letters/").content.decode()
    assert "Download 1 letter" in page
    assert "No address agreed to." in page
    letter = Letter.objects.get(surgery=surgery)
    client.post("/letters/sent/", {"letter": [letter.pk, letter.pk, "x"]})
    client.post("/letters/sent/", {"letter": [letter.pk]})

    attempt = ContactAttempt.objects.get()
    assert (attempt.method, attempt.outcome, attempt.by) == ("letter", "sent", nurse)
    letter.refresh_from_db()
    assert (letter.was_sent, letter.ended_by) == (True, nurse)
    assert list(Letter.objects.waiting()) == [Letter.objects.get(surgery=unaddressed)]


def test_a_letter_is_asked_for_on_the_patients_page_and_taken_off_the_list(client, nurse, surgery):
    ask = reverse("patients:letter", args=[surgery.patient_id, surgery.pk])
    assert ask in client.get(reverse("patients:detail", args=[surgery.patient_id])).content.decode()

    assert "on the list" in client.post(ask, follow=True).content.decode()
    assert "waits already" in client.post(ask, follow=True).content.decode()
    drop = reverse("followups:letter_drop", args=[Letter.objects.get().pk])
    assert "off the list" in client.post(drop, follow=True).content.decode()
    assert "already" in client.post(drop, follow=True).content.decode()
    assert not waits()


def test_nobody_prints_letters_of_another_clinic(client, nurse):
    other = make_surgery(with_address(make_patient(clinic=make_clinic())))
    letters.ask(other, reason="unreached", by=None, now=NOW)

    assert "No letter waits" in client.get("/letters/").content.decode()
    assert client.get("/letters/print/").status_code == 302
    client.post("/letters/sent/", {"letter": [Letter.objects.get().pk]})
    assert waits()


def test_a_long_list_takes_as_many_queries_as_a_short_one(client, nurse):
    def count():
        letters.ask(
            make_surgery(with_address(make_patient())), reason="unreached", by=None, now=NOW
        )
        with captured() as found:
            assert client.get("/letters/").status_code == 200
        return len(found)

    first = count()
    for _ in range(3):
        last = count()
    assert last == first
