"""Booking visits, saying how they went, asking at once and unlocking a link."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from followups.choices import CheckInKind, VisitStatus
from followups.models import CheckIn, FollowUp, Visit
from followups.services import contacts, visits
from tests.factories import (
    OPERATED,
    answer,
    at,
    make_follow_up,
    make_patient,
    make_surgery,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _day_40(monkeypatch):
    """It is noon of day 40 after the operation everybody had: April 11."""
    monkeypatch.setattr(timezone, "now", lambda: at(40))


@pytest.fixture
def nurse(client):
    user = make_user("nurse")
    client.force_login(user)
    return user


@pytest.fixture
def visit(nurse):
    return Visit.objects.get(surgery=make_follow_up().surgery, kind="6wk")


def address(name, visit):
    return reverse(f"patients:{name}", args=[visit.surgery.patient_id, visit.pk])


def main_of(response):
    return BeautifulSoup(response.content, "html.parser").find("main")


def fields_refused(response):
    assert response.status_code == 422
    links = main_of(response).select(".errsum a")
    assert all(main_of(response).find(id=link["href"][1:]) for link in links)
    return [link["href"].removeprefix("#") for link in links]


def test_a_visit_is_booked_on_the_clinics_clock(client, visit):
    response = client.post(address("visit_book", visit), {"on": "2026-04-13", "at": "09:30"})

    visit.refresh_from_db()
    assert response.url == reverse("patients:detail", args=[visit.surgery.patient_id])
    assert visit.status == VisitStatus.BOOKED
    assert visit.booked_for == at(42, 9, 30)


def test_a_booked_visit_shows_its_time_and_can_be_moved(client, visit):
    visits.book(visit, booked_for=at(42, 9, 30), now=at(39))

    page = main_of(client.get(address("visit", visit)))
    assert "Mon Apr 13, 2026, 9:30 AM" in page.get_text()
    assert page.find(id="book_on")["value"] == "2026-04-13"
    assert page.find(id="book_at")["value"] == "09:30"

    client.post(address("visit_book", visit), {"on": "2026-04-14", "at": "10:00"})
    visit.refresh_from_db()
    assert visit.booked_for == at(43, 10)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"on": "", "at": "09:00"}, "book_on"),
        ({"on": "2026-04-10", "at": "09:00"}, "book_on"),
        ({"on": "2031-01-01", "at": "09:00"}, "book_on"),
        ({"on": "9999-12-31", "at": "23:59"}, "book_on"),
        ({"on": "4/13/26", "at": "09:00"}, "book_on"),
        ({"on": "2026-04-13", "at": ""}, "book_at"),
        ({"on": "2026-04-13", "at": "9 am"}, "book_at"),
        ({"on": "2026-04-13", "at": "25:00"}, "book_at"),
        ({"on": "2027-03-14", "at": "02:30"}, "book_at"),  # the clocks skip that hour
    ],
)
def test_a_time_that_cannot_be_is_refused_at_its_field(client, visit, typed, field):
    response = client.post(address("visit_book", visit), typed)

    assert fields_refused(response) == [field]
    assert main_of(response).find(id="book_on").get("value", "") == typed["on"]
    visit.refresh_from_db()
    assert visit.status == VisitStatus.PLANNED


def test_a_visit_that_took_place_is_done(client, visit):
    client.post(address("visit_complete", visit), {"on": "2026-04-11"})

    visit.refresh_from_db()
    assert (visit.status, visit.completed_on) == (
        VisitStatus.COMPLETED,
        OPERATED + timedelta(days=40),
    )


@pytest.mark.parametrize("on", ["", "2026-04-12", "2026-03-01", "4/11/26"])
def test_a_visit_took_place_since_the_operation_and_not_tomorrow(client, visit, on):
    response = client.post(address("visit_complete", visit), {"on": on})

    assert fields_refused(response) == ["id_on"]


def test_not_attending_is_noted_and_the_visit_still_expected(client, visit):
    visits.book(visit, booked_for=at(39, 9), now=at(30))

    client.post(address("visit_no_show", visit))

    visit.refresh_from_db()
    assert visit.status == VisitStatus.NO_SHOW
    assert visit in Visit.objects.planned()
    assert "Did not attend" in main_of(client.get(address("visit", visit))).get_text()


def test_not_attending_said_twice_is_noted_once(client, visit):
    visits.book(visit, booked_for=at(39, 9), now=at(30))
    client.post(address("visit_no_show", visit))

    assert client.post(address("visit_no_show", visit)).status_code == 409
    visit.refresh_from_db()
    assert len(visit.no_show_at) == 1


def test_a_cancelled_appointment_leaves_the_visit_expected(client, visit):
    visits.book(visit, booked_for=at(42, 9), now=at(30))

    client.post(address("visit_cancel", visit), {"reason": "patient"})

    visit.refresh_from_db()
    assert (visit.status, visit.booked_for) == (VisitStatus.PLANNED, None)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("visit_book", {"on": "2026-04-13", "at": "09:00"}),
        ("visit_complete", {"on": "2026-04-11"}),
        ("visit_no_show", {}),
        ("visit_cancel", {"reason": "patient"}),
    ],
)
def test_who_comes_second_sees_how_the_visit_stands(client, visit, name, typed):
    visits.complete(visit, on=OPERATED + timedelta(days=39), now=at(39))

    response = client.post(address(name, visit), typed)

    assert response.status_code == 409
    said = main_of(response).get_text(" ", strip=True)
    assert "a colleague was first" in said
    assert "Completed on Apr 10, 2026" in said


@pytest.mark.parametrize("name", ["visit_book", "visit_complete", "visit_no_show", "visit_cancel"])
def test_looking_changes_no_visit(client, visit, name):
    assert client.get(address(name, visit)).status_code == 405


def test_the_page_of_a_visit_tells_its_story(client, nurse, visit):
    visits.book(visit, booked_for=at(42, 9), now=at(30))
    visits.cancel(visit, reason="unwell", now=at(31))
    contacts.record_about_visit(
        visit, by=nurse, outcome="no_answer", note="Rang long", seen=0, now=at(32)
    )
    visits.complete(visit, on=at(40).date(), now=at(40))

    said = main_of(client.get(address("visit", visit))).get_text(" ", strip=True)
    assert "Mon Apr 13, 9:00 AM" in said
    assert "Cancelled: the patient is unwell or in hospital" in said
    assert "Phone: no answer" in said
    assert "Rang long" in said
    assert "Answered or came within 15 days" in said


def test_an_appointment_is_cancelled_for_a_reason(client, visit):
    visits.book(visit, booked_for=at(42, 9), now=at(30))
    assert fields_refused(client.post(address("visit_cancel", visit))) == ["cancel_reason"]


def test_a_time_a_colleague_has_taken_is_said_at_its_field(client, visit):
    surgeon = make_user("surgeon")
    other = Visit.objects.get(
        surgery=make_follow_up(make_surgery(make_patient())).surgery, kind="6wk"
    )
    visits.book(other, booked_for=at(42, 9), clinician=surgeon.pk, now=at(39))

    typed = {"on": "2026-04-13", "at": "09:10", "clinician": surgeon.pk}
    response = client.post(address("visit_book", visit), typed)

    assert response.status_code == 409
    assert "sees somebody else at this time" in main_of(response).get_text()


@pytest.mark.parametrize("clinician", ["x", "0", "9" * 18])
def test_nobody_from_elsewhere_is_booked(client, visit, clinician):
    typed = {"on": "2026-04-13", "at": "09:10", "clinician": clinician}
    assert fields_refused(client.post(address("visit_book", visit), typed)) == ["book_clinician"]


def test_not_attending_is_not_said_beforehand(client, visit):
    visits.book(visit, booked_for=at(42, 9), now=at(30))
    assert client.post(address("visit_no_show", visit)).status_code == 422


# --- Check-ins -------------------------------------------------------------------------


def ask(client, surgery):
    return client.post(reverse("patients:ask", args=[surgery.patient_id, surgery.pk]))


def test_a_patient_can_be_asked_now(client, visit):
    ask(client, visit.surgery)

    check_in = CheckIn.objects.get(kind=CheckInKind.ON_DEMAND)
    assert (check_in.surgery, check_in.due_at) == (visit.surgery, at(40))


def test_asking_somebody_nothing_can_be_sent_to_says_so(client, nurse):
    surgery = make_surgery(make_patient(email=""))
    make_follow_up(surgery)

    page = client.get(ask(client, surgery).url).content.decode()

    assert "agreed to no way of sending it" in page


def test_asking_twice_asks_once(client, visit):
    ask(client, visit.surgery)
    response = ask(client, visit.surgery)

    assert response.status_code == 302
    assert CheckIn.objects.filter(kind=CheckInKind.ON_DEMAND).count() == 1


def test_somebody_who_has_answered_can_be_asked_again(client, visit):
    ask(client, visit.surgery)
    answer(CheckIn.objects.get(kind=CheckInKind.ON_DEMAND), now=at(40, 13))

    ask(client, visit.surgery)

    assert CheckIn.objects.awaited().filter(kind=CheckInKind.ON_DEMAND).count() == 1


def test_nobody_is_asked_after_follow_up_has_ended(client, nurse):
    surgery = make_surgery()
    make_follow_up(surgery)
    FollowUp.objects.filter(surgery=surgery).update(ended_at=at(30), end_reason="withdrawn")

    assert ask(client, surgery).status_code == 404


def test_a_locked_link_is_said_and_can_be_unlocked(client, visit):
    ask(client, visit.surgery)
    check_in = CheckIn.objects.get(kind=CheckInKind.ON_DEMAND)
    CheckIn.objects.filter(pk=check_in.pk).update(birth_date_tries=5)
    patient = reverse("patients:detail", args=[visit.surgery.patient_id])
    assert "The link is locked" in main_of(client.get(patient)).get_text()

    client.post(reverse("patients:unlock", args=[visit.surgery.patient_id, check_in.pk]))

    check_in.refresh_from_db()
    assert not check_in.is_locked
    assert "The link is locked" not in main_of(client.get(patient)).get_text()
