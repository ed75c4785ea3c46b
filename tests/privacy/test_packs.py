"""The visit pack: what the surgeon needs on paper, in any script, and who took it."""

from io import BytesIO
from uuid import uuid4

import pytest
from django.urls import reverse
from pypdf import PdfReader

from clinic.audit.models import Entry
from followups.services import notes
from patients.models import ImagingStudy
from tests.access.story import sign_in
from tests.factories import (
    OPERATED,
    at,
    make_clinic,
    make_expected_range,
    make_flag,
    make_patient,
    make_surgery,
    make_user,
    store_report,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def nurse(client):
    user = make_user("nurse")
    sign_in(client, user)
    return user


def ask(client, surgery):
    return client.post(reverse("privacy:pack", args=[surgery.patient_id, surgery.pk]))


def text_of(answer):
    content = b"".join(answer.streaming_content)
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


def make_story(nurse):
    make_expected_range()
    surgery = make_surgery(make_patient(given_name="Grace", family_name="Hopper"))
    store_report(surgery, day=20, pain_back=3, weak="none")
    store_report(surgery, day=60, pain_back=6, weak="none", message="It hurts\nat night.")
    make_flag(surgery)
    ImagingStudy.objects.create(
        clinic=surgery.clinic,
        surgery=surgery,
        modality="ct",
        question="bone_fusion",
        done_on=OPERATED,
        resulted_at=at(61),
        findings=["nonunion"],
    )
    notes.write(surgery.patient, by=nurse, body="Walks well.", form_id=uuid4(), now=at(61))
    return surgery


def test_the_pack_tells_history_course_symptoms_imaging_and_what_is_open(client, nurse):
    surgery = make_story(nurse)

    answer = ask(client, surgery)

    assert answer["Content-Type"] == "application/pdf"
    assert answer["Cache-Control"] == "no-store"
    assert "Hopper" not in answer["Content-Disposition"]
    said = text_of(answer)
    for expected in (
        *("Grace Hopper", "TLIF L4–L5", "Pain since surgery", "6 Back pain"),
        *("Symptoms by check-in", "It hurts", "at night", "CT: not fused"),
        *("Open questions", "who signs the result off?", "Walks well."),
        f"by {nurse.display_name}",
    ):
        assert expected in said, expected


def test_who_took_it_stands_in_the_audit(client, nurse):
    surgery = make_story(nurse)
    ask(client, surgery)
    entry = Entry.objects.get(what="visit pack made")
    assert (entry.user, entry.patients) == (nurse, [surgery.patient_id])


@pytest.mark.parametrize(
    ("given", "family"),
    [
        ("小明", "王"),
        ("さくら", "佐藤"),
        ("민수", "김"),
        ("नरेन्द्र", "शर्मा"),
        ("สมชาย", "ใจดี"),
        ("Ђорђе", "Петровић"),
        ("Γιώργος", "Παπαδόπουλος"),
        ("Հայկ", "Սարգսյան"),
        ("გიორგი", "ბერიძე"),
        ("Nguyễn", "Đặng Thị Ánh"),
        ("முருகன்", "சுப்பிரமணியன்"),
    ],
)
def test_a_name_in_any_script_is_printed_letter_by_letter(client, nurse, given, family):
    surgery = make_surgery(make_patient(given_name=given, family_name=family))
    said = text_of(ask(client, surgery))
    assert "□" not in said.replace(" ", "")
    assert set(given + family) - {" "} <= set(said)


@pytest.mark.parametrize(("given", "family"), [("محمد", "الأحمد"), ("דוד", "לוי")])
def test_names_written_from_the_right_are_printed(client, nurse, given, family):
    surgery = make_surgery(make_patient(given_name=given, family_name=family))
    assert set(given + family) <= set(text_of(ask(client, surgery)))


def test_what_no_font_has_becomes_a_square_and_nothing_in_a_log(client, nurse, caplog):
    surgery = make_story(nurse)
    notes.write(surgery.patient, by=nurse, body="Fine 𒀀", form_id=uuid4(), now=at(61))
    assert "Fine □" in text_of(ask(client, surgery))
    assert "𒀀" not in caplog.text
    assert "font" not in caplog.text.lower()


@pytest.mark.usefixtures("nurse")
def test_a_patient_without_a_report_has_a_pack_too(client):
    said = text_of(ask(client, make_surgery()))
    assert "No pain score yet." in said
    assert "No message was written." in said


def test_whoever_has_not_shown_who_they_are_is_asked_first(client):
    surgery = make_surgery()
    client.force_login(make_user("nurse"))
    answer = ask(client, surgery)
    assert answer.status_code == 302
    assert answer.url.startswith("/account/again/")


@pytest.mark.usefixtures("nurse")
def test_the_pack_of_another_clinic_or_operation_is_not_found(client):
    mine, foreign = make_surgery(), make_surgery(make_patient(clinic=make_clinic()))
    other = make_surgery()
    assert ask(client, foreign).status_code == 404
    assert client.post(reverse("privacy:pack", args=[mine.patient_id, other.pk])).status_code == 404
