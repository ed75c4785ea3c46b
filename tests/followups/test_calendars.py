"""Visits in calendars: one entry each that follows every change, without a name or a reason."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from clinic.staff.models import User
from followups.choices import CancelReason, VisitStatus
from followups.models import CalendarFeed, Reminder, Visit
from followups.services import calendars, visits
from followups.services.reminders.wording import worded
from tests.counting import captured
from tests.factories import at, make_clinic, make_follow_up, make_patient, make_surgery, make_user
from tests.followups.texts.test_messages import CLINICAL

pytestmark = pytest.mark.django_db

NOW = at(5, 9)


@pytest.fixture
def surgeon(client, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    user = make_user("surgeon")
    client.force_login(user)
    return user


def make_visit(surgeon, **patient):
    surgery = make_surgery(make_patient(clinic=surgeon.clinic, **patient), surgeon=surgeon)
    make_follow_up(surgery)
    return Visit.objects.filter(surgery=surgery).earliest("target_on")


def book(visit, when, surgeon, now=NOW):
    return visits.book(visit, booked_for=when, clinician=surgeon.pk, by=surgeon, now=now)


def read(content):
    return Calendar.from_ical(content).events


def file_of(visit):
    [event] = read(calendars.calendar_file(visit).content)
    return event


def test_a_file_read_back_says_when_and_nothing_about_whom(surgeon):
    visit = book(make_visit(surgeon), at(14, 9), surgeon)

    attachment = calendars.calendar_file(visit)

    assert (attachment.filename, attachment.mimetype) == ("visit.ics", "text/calendar")
    text = attachment.content.decode().lower()
    [event] = read(attachment.content)
    assert event["summary"] == "Clinic appointment"
    assert event.decoded("dtstart") == at(14, 9)
    assert event.decoded("dtend") > event.decoded("dtstart")
    assert b"DTSTART:20260316T130000Z" in attachment.content
    for private in ("ada", "lovelace", "mrn", "harbor", *CLINICAL["en"].split()):
        assert private not in text.replace("fuseline", "")
    assert "vtimezone" not in text
    assert "method:publish" in text


def test_an_entry_keeps_its_name_and_counts_its_changes(surgeon):
    visit = book(make_visit(surgeon), at(14, 9), surgeon)
    seen = [file_of(visit)]
    for hours, when in ((1, at(14, 11)), (2, at(15, 9))):
        visit = book(visit, when, surgeon, now=NOW + timedelta(hours=hours))
        seen.append(file_of(visit))
    visit = visits.cancel(visit, reason=CancelReason.PATIENT, now=NOW + timedelta(hours=3))
    seen.append(file_of(visit))
    visit = book(visit, at(16, 9), surgeon, now=NOW + timedelta(hours=4))
    seen.append(file_of(visit))

    assert len({str(event["uid"]) for event in seen}) == 1
    assert [event["sequence"] for event in seen] == [0, 1, 2, 3, 4]
    assert [str(event["status"]) for event in seen] == [
        *("CONFIRMED", "CONFIRMED", "CONFIRMED", "CANCELLED", "CONFIRMED"),
    ]
    stamps = [event.decoded("dtstamp") for event in seen]
    assert stamps == sorted(set(stamps))


def test_a_visit_on_the_day_clocks_change_keeps_its_hour(surgeon):
    before = datetime(2026, 10, 31, 9, tzinfo=surgeon.clinic.zone)
    visit = make_visit(surgeon)
    for when, hour in ((before, 13), (before + timedelta(days=1), 14)):
        visit = book(visit, when, surgeon)
        assert file_of(visit).decoded("dtstart").astimezone(UTC).hour == hour


def test_a_file_is_in_the_patients_language(surgeon):
    visit = book(make_visit(surgeon, language="es"), at(14, 9), surgeon)

    assert file_of(visit)["summary"] == "Cita en la clínica"


def address(client):
    page = client.post(reverse("followups:calendar_make")).content.decode()
    return page.split('readonly value="')[1].split('"')[0]


def feed(client, of):
    client.logout()
    return client.get(of.removeprefix("http://testserver"))


def test_a_feed_has_a_clinicians_own_visits_and_only_times(client, surgeon):
    own = book(make_visit(surgeon), at(14, 9), surgeon)
    other = make_user("surgeon", clinic=surgeon.clinic)
    book(make_visit(other), at(14, 9), other)
    elsewhere = make_user("surgeon", clinic=make_clinic())
    book(make_visit(elsewhere), at(14, 9), elsewhere)

    given = feed(client, address(client))

    assert given["Content-Type"] == "text/calendar; charset=utf-8"
    [event] = read(given.content)
    assert event["summary"] == "Visit"
    assert str(event["uid"]).startswith(f"visit-{own.pk}@")
    assert set(event) <= {
        *("UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "STATUS", "CLASS"),
    }
    assert "lovelace" not in given.content.decode().lower()


def test_a_visit_that_is_called_off_leaves_the_calendar(client, surgeon):
    visit = book(make_visit(surgeon), at(14, 9), surgeon)
    visits.cancel(visit, reason=CancelReason.CLINIC, now=NOW)
    assert visit.status == VisitStatus.PLANNED

    [event] = read(feed(client, address(client)).content)

    assert (str(event["status"]), event["sequence"]) == ("CANCELLED", 1)


def test_an_address_is_shown_once_and_only_its_hash_is_kept(client, surgeon):
    made = address(client)
    token = made.split("/calendar/")[1].split("/")[0]

    assert len(token) == 26
    assert token not in client.get(reverse("followups:calendar")).content.decode()
    assert token.encode() not in bytes(CalendarFeed.objects.get().token_hash)


@pytest.mark.parametrize("how", ["ended", "made anew", "left", "guessed"])
def test_an_address_that_no_longer_stands_is_as_unknown_as_any(client, surgeon, how):
    made = address(client)
    if how == "ended":
        client.post(reverse("followups:calendar_revoke"))
    elif how == "made anew":
        assert address(client) != made
    elif how == "left":
        User.objects.filter(pk=surgeon.pk).update(is_active=False)
    else:
        made = made.replace("/visits.ics", "x/visits.ics")

    assert feed(client, made).status_code == 404


def test_a_feed_takes_as_many_queries_for_many_visits(client, surgeon):
    made = address(client)
    client.logout()

    def count(*hours):
        for hour in hours:
            book(make_visit(surgeon), at(14, hour), surgeon)
        with captured() as found:
            shown = len(read(feed(client, made).content))
        return shown, len(found)

    (one, first), (four, last) = count(9), count(10, 11, 12)
    assert (one, four) == (1, 4)
    assert last == first


def test_the_mail_about_a_visit_brings_its_file(surgeon):
    visit = book(make_visit(surgeon), at(14, 9), surgeon)
    message = Reminder(
        clinic=visit.clinic,
        patient=visit.surgery.patient,
        visit=visit,
        purpose="booked",
        channel="email",
        visit_at=at(14, 9),
        step=0,
        not_before=NOW,
        not_after=at(14),
    )

    [file] = worded(message, to="ada@example.org", now=NOW).attachments
    assert read(file.content)[0].decoded("dtstart") == at(14, 9)

    visits.cancel(visit, reason=CancelReason.PATIENT, now=NOW)
    assert worded(message, to="ada@example.org", now=NOW).attachments == ()
