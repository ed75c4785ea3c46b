"""The schedule as nurses use it: whom to call next, and booking in one click."""

from datetime import time, timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from followups.choices import ContactMethod, ContactOutcome, Severity, VisitStatus
from followups.models import (
    Appointment,
    ClosedDay,
    ContactAttempt,
    FollowUp,
    Reminder,
    SlotTemplate,
    Visit,
)
from followups.services import contacts, visits
from patients import services as records
from patients.choices import ChannelKind
from patients.models import ContactChannel
from tests.counting import AUDIT, REACH, queries
from tests.factories import (
    OPERATED,
    at,
    make_flag,
    make_follow_up,
    make_patient,
    make_surgery,
    make_user,
)

pytestmark = pytest.mark.django_db

NOW = at(57, 10)  # Tuesday, April 28: the six-week visit of March 2 is a day late
PHONE = "+12125550142"
OWN_QUERIES = 8
PAGE_QUERIES = 4 + OWN_QUERIES + REACH + AUDIT


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def nurse(client):
    user = make_user("nurse", title="RN", last_name="Kowalczyk")
    client.force_login(user)
    return user


@pytest.fixture
def surgeon(nurse):
    surgeon = make_user("surgeon", title="Dr", last_name="Reyes-Holm")
    for weekday in range(5):
        SlotTemplate.objects.create(
            clinic=surgeon.clinic,
            clinician=surgeon,
            weekday=weekday,
            starts_at=time(9, 40),
            in_a_row=3,
        )
    return surgeon


def follow(name="Ada", *, days_later=0, kind="6wk", **risks):
    """Follow somebody of whom one visit alone is expected."""
    patient = make_patient(given_name=name)
    surgery = make_surgery(patient, performed_on=OPERATED + timedelta(days=days_later))
    if risks:
        records.record_risks(patient, facts=risks, recorded_on=OPERATED)
    make_follow_up(surgery, now=at(days_later))
    Visit.objects.filter(surgery=surgery).exclude(kind=kind).update(status="cancelled")
    return surgery


def visit_of(surgery, kind="6wk"):
    return Visit.objects.get(surgery=surgery, kind=kind)


@pytest.fixture
def overdue(surgeon):
    return visit_of(follow("Beatrix"))


def url(step, visit=None):
    name = f"schedule_{step}" if step else "schedule"
    return reverse(f"followups:{name}", args=[visit.pk] if visit else [])


def page(response):
    return BeautifulSoup(response.content, "html.parser")


def names(soup, section):
    found = soup.find(id=section)
    return [each.get_text().split()[0] for each in found.select("a.nm")] if found else []


def call(client, visit, **typed):
    latest = ContactAttempt.objects.filter(surgery=visit.surgery_id).order_by("pk").last()
    return client.post(url("call", visit), {"seen": str(latest.pk if latest else 0)} | typed)


def miss(visit, times, *, by, method=ContactMethod.PHONE, outcome=ContactOutcome.NO_ANSWER):
    for number in range(times):
        contacts.record(
            FollowUp.objects.get(surgery=visit.surgery_id),
            by=by,
            method=method,
            outcome=outcome,
            visit=visit,
            now=NOW - timedelta(days=times - number),
        )


# --- the list --------------------------------------------------------------------------


def test_nurses_start_their_day_here(client, nurse):
    assert client.get("/").url == url("")


def test_a_visit_is_overdue_once_its_window_has_closed(client, overdue):
    soup = page(client.get(url("")))

    row = soup.find(id=f"fu-{overdue.pk}").get_text(" ", strip=True)
    assert "Beatrix Lovelace" in row
    assert "6-week visit + X-ray" in row
    assert "now 8w 1d" in row
    assert "1 day" in row
    assert "due by Apr 27" in row
    assert "1 overdue" in soup.find(id="schedule-heading").get_text()
    assert "1 overdue" in soup.select_one(".nav-main [aria-current]").get_text()


def test_risk_comes_first_then_days_late(client, surgeon):
    follow("Early")
    follow("Late", days_later=-3)
    risky = follow("Risky", smoking="current")
    FollowUp.objects.filter(surgery=risky).update(risk_points=3)

    assert names(page(client.get(url(""))), "overdue") == ["Risky", "Late", "Early"]


def test_each_visit_stands_in_the_week_it_is_due(client, surgeon):
    follow("Overdue")
    follow("Week", days_later=16)  # best day April 29
    follow("Coming", days_later=25)
    follow("Far", days_later=58)

    soup = page(client.get(url("")))

    assert "Week" in names(soup, "week")
    assert "Coming" in names(soup, "upcoming")
    assert "Far" not in names(soup, "upcoming")


def test_a_booked_visit_is_due_when_it_is_booked_and_shows_it(client, surgeon):
    visit = visit_of(follow("Booked", days_later=16))
    visits.book(visit, booked_for=at(65, 9), now=NOW)

    soup = page(client.get(url("")))
    assert "Booked" in names(soup, "upcoming")
    assert "Wed May 6, 9:00 AM" in soup.find(id=f"fu-{visit.pk}").get_text()


def test_an_appointment_outside_its_new_window_is_said(client, surgeon):
    visit = visit_of(follow("Moved", days_later=50, kind="2wk"), "2wk")
    visits.book(visit, booked_for=at(59, 9), now=NOW)

    row = page(client.get(url(""))).find(id=f"fu-{visit.pk}").get_text()
    assert "outside its window" in row


def test_the_filters_show_what_they_count(client, overdue, surgeon):
    visits.book(visit_of(follow("Booked", days_later=16)), booked_for=at(58, 9), now=NOW)
    links = page(client.get(url(""))).select(".facet a")
    for link in links:
        count = link.select_one(".n")
        if count:
            shown = page(client.get(url("") + link["href"].removeprefix(url(""))))
            assert len(shown.select("tbody.fu")) == int(count.get_text()), link


def test_what_the_address_cannot_mean_is_left_out_and_said(client, surgeon):
    for query in ("?show=king", "?kind=1wk", "?page=0", "?page=x"):
        response = client.get(url("") + query)
        assert response.status_code == 200
        assert "was left out" in response.content.decode()


def test_nobody_overdue_is_said(client, surgeon):
    assert "Nobody is overdue" in client.get(url("")).content.decode()


def test_reminders_are_paused_while_an_emergency_is_open(client, overdue):
    make_flag(overdue.surgery, severity=Severity.EMERGENCY)

    row = page(client.get(url(""))).find(id=f"fu-{overdue.pk}").get_text(" ", strip=True)
    assert "Reminders paused" in row
    assert "Emergency flag open" in row


def test_closed_days_and_free_places_stand_in_the_strip(client, surgeon):
    ClosedDay.objects.create(clinic=surgeon.clinic, on=at(60).date(), name="Founders Day")

    days = page(client.get(url(""))).select("#strip .day")
    said = [day.get_text(" ", strip=True) for day in days]
    assert len(said) == 10
    assert said[1] == "Tue 28 today 1 free of 3"  # two have passed
    assert said[4] == "Fri 1 Founders Day"
    assert "closed" in days[4]["class"]


@pytest.mark.parametrize("rows", [2, 9])
def test_the_list_costs_the_same_however_long_it_is(client, surgeon, rows):
    for number in range(rows):
        surgery = follow(f"P{number}", smoking="current")
        miss(visit_of(surgery), 2, by=surgeon)
    client.get(url(""))
    with queries(PAGE_QUERIES):
        client.get(url(""))


# --- calling ---------------------------------------------------------------------------


def test_the_call_box_opens_in_its_row(client, overdue):
    records.update(
        overdue.surgery.patient,
        facts={},
        channels={ChannelKind.PHONE: PHONE},
        consented_on=OPERATED,
        today=NOW.date(),
    )
    box = page(client.get(url("call", overdue))).find(id=f"fu-{overdue.pk}")

    assert box.select_one("a.tel")["href"] == f"tel:{PHONE}"
    assert box.select_one("a.tel").get_text() == "(212) 555-0142"
    assert [each["value"] for each in box.select("[name=result]")] == [
        *("booked", "call_back", "left_message", "no_answer", "wrong_number", "declined_visit"),
    ]
    assert [each["data-key"] for each in box.select("[name=result]")] == list("123456")
    assert len(box.select("[name=slot]")) == 4
    said = box.get_text(" ", strip=True)
    assert "This is call 1 of 3. “No answer” schedules call 2 for tomorrow, 8:30 AM." in said


def test_a_swap_gets_the_row_alone_with_the_counts(client, overdue):
    given = client.get(url("call", overdue), headers={"HX-Request": "true"})
    soup = page(given)
    assert soup.find("html") is None
    assert soup.find(id=f"fu-{overdue.pk}").select("[name=result]")
    assert soup.find(id="strip")["hx-swap-oob"] == "true"


def test_one_press_saves_a_result_and_plans_the_next_call(client, nurse, overdue):
    response = call(client, overdue, result="no_answer", note="Rang long")

    attempt = ContactAttempt.objects.get()
    assert response.url == f"{url('')}#fu-{overdue.pk}"
    assert (attempt.by, attempt.outcome, attempt.note) == (nurse, "no_answer", "Rang long")
    assert attempt.visit == overdue
    assert attempt.next_attempt_at == at(58, 8, 30)
    row = page(client.get(url(""))).find(id=f"fu-{overdue.pk}").get_text(" ", strip=True)
    assert "No answer, today · RN F. Kowalczyk" in row


def test_after_the_third_call_a_letter_then_the_surgeon(client, nurse, overdue):
    miss(overdue, 2, by=nurse)
    box = page(client.get(url("call", overdue))).get_text(" ", strip=True)
    assert "This is call 3 of 3. “No answer” ends the calls: a letter goes out." in box

    call(client, overdue, result="no_answer")
    assert ContactAttempt.objects.latest().next_attempt_at is None
    assert "Letter to send" in client.get(url("")).content.decode()
    unreached = f"{url('')}?show=unreached"
    assert len(page(client.get(unreached)).select("tbody.fu")) == 1

    latest = ContactAttempt.objects.latest()
    client.post(url("letter", overdue), {"seen": latest.pk})
    assert "Could not reach: surgeon decides" in client.get(unreached).content.decode()


def test_any_contact_takes_somebody_off_the_unreached(client, nurse, overdue):
    miss(overdue, 3, by=nurse)
    call(client, overdue, result="call_back")
    assert not page(client.get(f"{url('')}?show=unreached")).select("tbody.fu")


def test_somebody_who_promises_a_day_is_called_the_day_after(client, overdue):
    call(client, overdue, result="call_back", promised_on="2026-05-01")
    attempt = ContactAttempt.objects.get()
    assert str(attempt.promised_on) == "2026-05-01"
    assert attempt.next_attempt_at == at(63, 8, 30)  # Monday: May 1 is a Friday


def test_not_wanting_the_visit_is_for_the_surgeon(client, surgeon, overdue):
    call(client, overdue, result="declined_visit")
    assert "Does not want the visit: surgeon decides" in client.get(url("")).content.decode()
    assert client.post(url("waive", overdue), {"reason": "declined"}).status_code == 403

    client.force_login(surgeon)
    assert client.post(url("waive", overdue), {}).status_code == 422
    client.post(url("waive", overdue), {"reason": "declined"})
    overdue.refresh_from_db()
    assert (overdue.status, overdue.waived_by) == (VisitStatus.CANCELLED, surgeon)


def test_a_call_about_a_visit_stops_no_clinical_clock(client, overdue):
    flag = make_flag(overdue.surgery, severity=Severity.URGENT)
    call(client, overdue, result="call_back")
    flag.refresh_from_db()
    assert flag.contacted_at is None


def test_a_double_click_saves_once(client, overdue):
    for _ in range(2):
        client.post(url("call", overdue), {"seen": "0", "result": "no_answer"})
    assert ContactAttempt.objects.count() == 1


def test_who_calls_second_sees_the_first_call_and_keeps_the_note(client, surgeon, overdue):
    miss(overdue, 1, by=surgeon)
    response = client.post(
        url("call", overdue), {"seen": "0", "result": "call_back", "note": "Busy"}
    )
    assert response.status_code == 409
    soup = page(response)
    assert "a colleague was first" in soup.get_text()
    assert soup.find(attrs={"name": "note"})["value"] == "Busy"
    assert ContactAttempt.objects.count() == 1


# --- booking ---------------------------------------------------------------------------


def first_time(client, visit):
    box = page(client.get(url("call", visit)))
    return box.select_one("[name=slot]")["value"]


def test_one_click_books_and_saves_the_call(client, nurse, overdue, surgeon):
    call(client, overdue, slot=first_time(client, overdue), needs_ride="on")

    overdue.refresh_from_db()
    appointment = Appointment.objects.get(visit=overdue)
    assert overdue.booked_for == at(57, 10, 20)
    assert (appointment.clinician, appointment.needs_ride) == (surgeon, True)
    assert appointment.booked_by == nurse
    assert ContactAttempt.objects.get().outcome == ContactOutcome.BOOKED


def test_reached_and_booked_without_a_time_asks_for_one(client, overdue):
    response = call(client, overdue, result="booked", note="Prefers mornings")
    assert response.status_code == 422
    assert "Pick a time" in response.content.decode()
    assert page(response).find(attrs={"name": "note"})["value"] == "Prefers mornings"
    assert not ContactAttempt.objects.exists()


def test_a_time_just_taken_offers_four_others_and_keeps_the_note(client, overdue, surgeon):
    slot = first_time(client, overdue)
    other = visit_of(follow("Other"))
    client.post(url("book", other), {"slot": slot})

    response = call(client, overdue, slot=slot, note="Prefers mornings")

    assert response.status_code == 409
    soup = page(response)
    assert "taken a moment ago" in soup.get_text()
    assert slot not in [each["value"] for each in soup.select("[name=slot]")]
    assert len(soup.select("[name=slot]")) == 4
    assert soup.find(attrs={"name": "note"})["value"] == "Prefers mornings"
    assert not ContactAttempt.objects.exists()


def test_more_times_are_listed_by_day(client, overdue):
    soup = page(client.get(url("book", overdue)))
    assert soup.select_one(".booking h4").get_text() == "Tuesday, Apr 28"
    assert len(soup.select("[name=slot]")) > 20


def test_a_booking_made_by_mistake_is_undone(client, overdue):
    slot = first_time(client, overdue)
    given = client.post(url("book", overdue), {"slot": slot}, headers={"HX-Request": "true"})
    assert page(given).select_one("[data-key=z]")

    client.post(url("unbook", overdue))
    overdue.refresh_from_db()
    assert (overdue.status, overdue.booked_for) == (VisitStatus.PLANNED, None)


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ({}, 422),
        ({"result": "party"}, 422),
        ({"result": "no_answer", "note": "x" * 2001}, 422),
        ({"result": "call_back", "promised_on": "2026-04-27"}, 422),
        ({"result": "call_back", "promised_on": "2027-04-27"}, 422),
        ({"result": "call_back", "promised_on": "tomorrow"}, 422),
        ({"result": "no_answer", "seen": "-1"}, 422),
        ({"slot": "1-1"}, 409),
        ({"slot": "x"}, 409),
        ({"slot": "9" * 50}, 422),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_saved(client, overdue, typed, status):
    response = client.post(url("call", overdue), typed)
    assert response.status_code == status
    assert "Nothing was saved" in response.content.decode()
    assert not ContactAttempt.objects.exists()
    assert not Appointment.objects.exists()


# --- one day, and finding a visit ------------------------------------------------------


def test_the_day_list_names_who_comes(client, overdue, surgeon):
    visits.book(overdue, booked_for=at(57, 15), clinician=surgeon.pk, now=NOW)
    said = page(client.get("/schedule/day/?on=2026-04-28")).find("main").get_text(" ", strip=True)
    assert "3:00 PM" in said
    assert "Beatrix Lovelace" in said
    assert "Dr Reyes-Holm" in said


@pytest.mark.parametrize("day", ["2026-02-30", "9999-99-99", "today", "1"])
def test_a_day_that_cannot_be_is_today_and_that_is_said(client, nurse, day):
    said = client.get(f"/schedule/day/?on={day}").content.decode()
    assert "this is today" in said
    assert "Tuesday, Apr 28, 2026" in said


def test_a_visit_is_found_by_name_and_booked_or_noted(client, overdue):
    soup = page(client.post("/schedule/book/", {"q": "beatrix"}))
    assert url("book", overdue) in [link["href"] for link in soup.select("main a")]

    client.post(url("walk_in", overdue))
    overdue.refresh_from_db()
    assert overdue.completed_on == NOW.date()
    assert client.post(url("walk_in", overdue)).status_code == 409


def test_a_visit_no_longer_expected_says_so(client, overdue):
    visits.complete(overdue, on=NOW.date(), now=NOW)
    assert "no longer expected" in client.get(url("call", overdue)).content.decode()
    assert call(client, overdue, slot="1-1").status_code == 409


# Writing to everybody who has not booked


def test_one_button_asks_all_who_are_due_this_week_to_book_and_asks_nobody_twice(client, surgeon):
    due = visit_of(follow("Dolores", days_later=16))
    follow("Beatrix")  # overdue: somebody calls
    booked = visit_of(follow("Henrietta", days_later=16))
    visits.book(booked, booked_for=at(58), now=NOW)
    assert "Write to 1 not booked" in page(client.get(url(""))).get_text()

    shown = page(client.get(url("invite")))
    assert "Dolores" in shown.get_text()
    assert [each["value"] for each in shown.select("[name=visit]")] == [str(due.pk)]
    answer = client.post(url("invite"), {"visit": [due.pk]}, follow=True)

    assert "1 patient will get a message that asks them to book." in page(answer).get_text()
    assert list(Reminder.objects.values_list("visit", "purpose")) == [(due.pk, "to_book")]
    assert "Asked within a day" in page(client.get(url("invite"))).get_text()
    again = page(client.post(url("invite"), {"visit": [due.pk]}, follow=True)).get_text()
    assert "0 patients will get a message" in again
    assert "Not asked, because that has changed meanwhile: 1." in again


def test_only_those_ticked_are_asked_and_only_those_due(client, surgeon):
    chosen, left = (visit_of(follow(name, days_later=16)) for name in ("Dolores", "Henrietta"))
    overdue = visit_of(follow("Beatrix"))
    client.post(url("invite"), {"visit": [chosen.pk, overdue.pk, "x", "9" * 30]})
    assert list(Reminder.objects.values_list("visit", flat=True)) == [chosen.pk]
    assert not Reminder.objects.filter(visit=left).exists()


def test_without_anybody_ticked_nobody_is_asked_and_it_says_so(client, surgeon):
    follow("Dolores", days_later=16)
    assert "nobody is asked" in page(client.post(url("invite"), follow=True)).get_text()
    assert not Reminder.objects.exists()


def test_who_agreed_to_no_message_is_to_be_called(client, surgeon):
    visit = visit_of(follow("Dolores", days_later=16))
    ContactChannel.objects.update(consented_on=None)
    shown = page(client.get(url("invite")))
    assert "Agreed to no message" in shown.get_text()
    assert url("call", visit) in [each["href"] for each in shown.select("main a")]
    assert not shown.select("[name=visit]")
