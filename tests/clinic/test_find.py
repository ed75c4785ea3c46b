"""The search field: what it suggests, to whom, how often, and that nothing of it is lost."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from clinic.audit.models import Entry
from clinic.staff import access
from patients import restrictions
from tests.counting import AUDIT, REACH, queries
from tests.factories import at, make_clinic, make_patient, make_user

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def nurse(client):
    nurse = make_user()
    client.force_login(nurse)
    return nurse


def suggested(client, text, status=200):
    response = client.post(reverse("find:suggest"), {"q": text}, headers=HTMX)
    assert response.status_code == status
    return BeautifulSoup(response.content, "html.parser")


def names(soup):
    return [each.get_text() for each in soup.select(".nm")]


def test_a_suggestion_marks_what_fits_and_leads_to_the_record(client, nurse):
    patient = make_patient(family_name="Höpper", given_name="Grace", mrn="40-1")

    shown = suggested(client, "hop")

    assert names(shown) == ["Höpper, Grace"]
    assert [each.get_text() for each in shown.select("mark")] == ["Höp"]
    assert shown.a["href"] == reverse("patients:detail", args=[patient.pk])
    assert "Record 40-1, born Dec 10, 1975" in " ".join(shown.get_text().split())


@pytest.mark.parametrize(
    ("text", "marked", "how"),
    [
        ("hoper", ["Hopper"], "Similar name"),
        ("40-", ["40-"], ""),
        ("1975-12-10", [], "Birth date"),
        ("ace", [], ""),
    ],
)
def test_why_somebody_is_suggested_is_said_in_words(client, nurse, text, marked, how):
    make_patient(family_name="Hopper", given_name="Grace", mrn="40-1")

    shown = suggested(client, text)

    assert [each.get_text() for each in shown.select("mark")] == marked
    assert how in shown.get_text()


def test_nobody_found_says_what_to_try(client, nurse):
    assert "Check the spelling" in suggested(client, "nobody").get_text()


def test_a_day_that_cannot_be_is_said_under_the_field(client, nurse):
    assert "There is no day “1975-02-30”" in suggested(client, "1975-02-30", 422).get_text()


def test_without_a_word_the_patients_opened_last_are_shown(client, nurse):
    patients = [make_patient(family_name=f"Name{number}") for number in range(7)]
    for patient in [*patients, patients[3]]:
        client.get(reverse("patients:detail", args=[patient.pk]))

    wanted = [f"Name{number}, Ada" for number in (3, 6, 5, 4, 2)]
    assert names(suggested(client, " ")) == wanted
    listed = BeautifulSoup(client.get("/patients/").content, "html.parser")
    assert [each.get_text()[: len("Name3, Ada")] for each in listed.select(".recent a")] == wanted


def test_what_a_colleague_opened_is_not_shown_nor_what_is_closed_now(client, nurse):
    patient = make_patient()
    client.get(reverse("patients:detail", args=[patient.pk]))
    restrictions.restrict(
        patient, members=[], reason="Works here.", by=make_user("surgeon"), now=at(1)
    )
    assert names(suggested(client, "")) == []

    client.force_login(make_user("surgeon"))
    assert names(suggested(client, "")) == []


def test_only_who_is_shown_is_written_down(client, nurse):
    shown = make_patient(family_name="Hopper")
    make_patient(family_name="Horror")  # alike, looked at by the search, not shown

    suggested(client, "hopper")

    assert [entry.patients for entry in Entry.objects.filter(what="find:suggest")] == [[shown.pk]]


def test_another_clinics_patients_are_not_suggested(client, nurse):
    make_patient(clinic=make_clinic(), family_name="Hopper", mrn="40-1")

    for text in ("hopper", "hoppre", "40-1", "1975-12-10"):
        assert names(suggested(client, text)) == []


def test_an_exact_number_of_a_closed_record_leads_to_the_glass(client, nurse):
    patient = make_patient(mrn="40-1", family_name="Hopper")
    restrictions.restrict(
        patient, members=[], reason="Works here.", by=make_user("surgeon"), now=at(1)
    )

    shown = suggested(client, "40-1")

    assert shown.a["href"] == reverse("privacy:open", args=[patient.pk])
    assert "Hopper" not in shown.get_text()


def test_without_scripts_the_address_leads_to_the_list(client, nurse):
    response = client.post(reverse("find:suggest"), {"q": "hopper"})

    assert response.url == reverse("patients:list")


def test_searching_faster_than_anybody_types_is_stopped(client, nurse, monkeypatch):
    monkeypatch.setattr(access, "SEARCHES", access.throttle.Limit("search", tries=2, minutes=5))
    for _ in range(2):
        suggested(client, "a")

    assert "Wait a few minutes" in suggested(client, "a", 429).get_text()
    response = client.post("/patients/", {"q": "a"})
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0
    assert client.get("/patients/").status_code == 200
    client.force_login(make_user())
    suggested(client, "a")


def test_a_suggestion_costs_the_same_for_any_number_of_patients(client, nurse):
    for number in range(12):
        make_patient(family_name=f"Hopper{number}")
    suggested(client, "hop")

    with queries(8 + REACH + AUDIT):
        suggested(client, "hop")
