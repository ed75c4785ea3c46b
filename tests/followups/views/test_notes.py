"""Notes: written, corrected for a day, then only added to; nobody's words are lost."""

from datetime import timedelta
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from followups.models import Note
from tests.factories import make_clinic, make_patient, make_surgery, make_user

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def nurse(client):
    user = make_user("nurse")
    client.force_login(user)
    return user


@pytest.fixture
def patient(nurse):
    return make_surgery(make_patient()).patient


def write(patient, author, body="Walks well.", *, days_ago=0.0, **facts):
    return Note.objects.create(
        clinic=patient.clinic,
        patient=patient,
        author=author,
        body=body,
        written_at=timezone.now() - DAY * days_ago,
        **facts,
    )


def add(client, patient, body, form_id=None):
    typed = {"body": body, "form_id": form_id or uuid4()}
    return client.post(reverse("patients:note_add", args=[patient.pk]), typed)


def address(note):
    return reverse("patients:note", args=[note.patient_id, note.pk])


def opened(client, note):
    """Return what a browser would send of the note's page, as it stands now."""
    form = BeautifulSoup(client.get(address(note)).content, "html.parser").select_one("main form")
    return {field["name"]: field.get("value", "") for field in form.select("input[name]")}


def shown(client, patient):
    page = client.get(reverse("patients:detail", args=[patient.pk]))
    return BeautifulSoup(page.content, "html.parser").select_one("#notes")


def test_a_note_is_shown_with_its_writer_and_stays_text(client, nurse, patient):
    answer = add(client, patient, "<script>alert(1)</script> walks well")

    assert answer.url.endswith("#notes")
    part = shown(client, patient)
    assert not part.select("script")
    assert "<script>alert(1)</script> walks well" in part.text
    assert nurse.display_name in part.text


def test_the_same_form_sent_twice_is_one_note(client, patient):
    form_id = uuid4()
    for _ in range(2):
        assert add(client, patient, "Walks well.", form_id).status_code == 302
    assert Note.objects.count() == 1


@pytest.mark.parametrize(("body", "said"), [("", "Write the note"), (" \n", "Write the note")])
def test_an_empty_note_is_asked_for(client, patient, body, said):
    answer = add(client, patient, body)
    assert answer.status_code == 422
    assert said in answer.text


def test_ten_thousand_characters_are_kept_and_one_more_is_handed_back(client, patient):
    assert add(client, patient, "x" * 10_000).status_code == 302
    answer = add(client, patient, "y" * 10_001)
    assert answer.status_code == 422
    assert "y" * 10_001 in answer.text


def test_the_writer_corrects_for_a_day(client, nurse, patient):
    note = write(patient, nurse)
    typed = opened(client, note) | {"body": "Walks badly."}

    assert client.post(address(note), typed).status_code == 302

    note.refresh_from_db()
    assert (note.body, note.corrected_at is None) == ("Walks badly.", False)
    assert "corrected" in shown(client, patient).text


def test_after_a_day_a_note_is_locked_and_amended_beside_it(client, nurse, patient):
    note = write(patient, nurse, days_ago=2)
    assert "Locked." in shown(client, patient).text

    client.post(address(note), opened(client, note) | {"body": "With a stick."})

    note.refresh_from_db()
    assert note.body == "Walks well."
    part = shown(client, patient)
    assert [each.text for each in part.select(".words")] == ["Walks well.", "With a stick."]


def test_a_colleague_amends_from_the_start(client, patient):
    note = write(patient, make_user("surgeon"))
    client.post(address(note), opened(client, note) | {"body": "Agreed."})
    note.refresh_from_db()
    assert (note.body, note.amended_by.body) == ("Walks well.", "Agreed.")


def test_of_two_tabs_that_amend_one_note_the_second_is_shown_the_first(client, nurse, patient):
    note = write(patient, nurse, days_ago=2)
    first, second = opened(client, note), opened(client, note)
    assert client.post(address(note), first | {"body": "In tab one."}).status_code == 302

    answer = client.post(address(note), second | {"body": "In tab two."})

    assert answer.status_code == 409
    assert "In tab one." in answer.text
    assert "In tab two." in answer.text
    assert Note.objects.count() == 2
    page = BeautifulSoup(answer.content, "html.parser").select_one("main form")
    again = {field["name"]: field.get("value", "") for field in page.select("input[name]")}
    assert client.post(address(note), again | {"body": "In tab two."}).status_code == 302
    assert [each.text for each in shown(client, patient).select(".words")] == [
        *("Walks well.", "In tab one.", "In tab two.")
    ]


def test_two_corrections_of_one_note_do_not_overwrite_each_other(client, nurse, patient):
    note = write(patient, nurse)
    first, second = opened(client, note), opened(client, note)
    client.post(address(note), first | {"body": "In tab one."})

    answer = client.post(address(note), second | {"body": "In tab two."})

    assert answer.status_code == 409
    note.refresh_from_db()
    assert note.body == "In tab one."
    assert "In tab one." in answer.text
    assert "In tab two." in answer.text


def test_the_same_amendment_sent_twice_is_one(client, nurse, patient):
    note = write(patient, nurse, days_ago=2)
    typed = opened(client, note) | {"body": "With a stick."}
    for _ in range(2):
        assert client.post(address(note), typed).status_code == 302
    assert Note.objects.count() == 2


def test_a_note_of_another_patient_or_clinic_is_as_unknown_as_none(client, nurse, patient):
    theirs = write(make_patient(), nurse)
    elsewhere = make_clinic()
    foreign = write(make_patient(clinic=elsewhere), make_user("nurse", clinic=elsewhere))
    for pk in (theirs.pk, foreign.pk, 999_999):
        assert client.get(reverse("patients:note", args=[patient.pk, pk])).status_code == 404
    assert client.get(address(foreign)).status_code == 404
    assert add(client, foreign.patient, "Hello").status_code == 404


def test_an_auditor_reads_notes_and_writes_none(client, patient, nurse):
    write(patient, nurse)
    client.force_login(make_user("auditor"))
    part = shown(client, patient)
    assert "Walks well." in part.text
    assert not part.select("form, a")
    assert add(client, patient, "Hello").status_code == 403
