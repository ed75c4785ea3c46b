"""Messages about visits: booked, three days and a day before, missed, to be booked."""

from datetime import date, timedelta

import pytest
from django.core import mail

from followups.choices import ReminderPurpose, Severity, VisitStatus
from followups.models import Reminder, Visit
from followups.services import plans, reminders
from patients.models import ContactChannel
from tests.factories import (
    at,
    make_flag,
    make_follow_up,
    make_patient,
    make_surgery,
    make_user,
)

pytestmark = pytest.mark.django_db

BOOKED_AT = at(20, 12)
VISIT_AT = at(42, 10, 30)


@pytest.fixture
def visit():
    """The six-week visit, booked on day 20; no check-in is open then."""
    surgery = make_surgery(make_patient())
    make_follow_up(surgery)
    booked = Visit.objects.filter(surgery=surgery, kind="6wk")
    booked.update(status=VisitStatus.BOOKED, booked_for=VISIT_AT)
    return booked.get()


def send(now):
    return reminders.send_due(clock=lambda: now)


def ledger():
    return dict(Reminder.objects.filter(visit__isnull=False).values_list("purpose", "state"))


def test_a_booked_visit_is_written_about_at_once_three_days_and_a_day_before(visit):
    assert reminders.plan_due(now=BOOKED_AT) == 3
    times = Reminder.objects.order_by("not_before").values_list("purpose", "not_before")
    assert list(times) == [
        ("booked", BOOKED_AT),
        ("in_3_days", at(39, 8, 30)),
        ("tomorrow", at(41, 8, 30)),
    ]
    assert [send(BOOKED_AT), send(at(39, 9)), send(at(41, 9))] == [1, 1, 1]
    assert "Apr 13, 10:30 AM" in mail.outbox[0].body
    assert mail.outbox[2].subject == "Your appointment comes soon"


def test_planning_visits_twice_changes_nothing(visit):
    reminders.plan_due(now=BOOKED_AT)
    assert reminders.plan_due(now=BOOKED_AT + timedelta(minutes=1)) == 0


def test_a_visit_booked_the_day_before_is_confirmed_and_not_also_reminded_of(visit):
    assert reminders.plan_due(now=at(41, 12)) == 1
    assert ledger() == {"booked": "pending"}


def test_a_visit_moved_elsewhere_voids_its_messages_and_gets_new_ones(visit):
    reminders.plan_due(now=BOOKED_AT)
    send(BOOKED_AT)
    Visit.objects.filter(pk=visit.pk).update(booked_for=VISIT_AT + timedelta(days=7))
    reminders.plan_due(now=at(21))
    assert Reminder.objects.filter(visit_at=VISIT_AT + timedelta(days=7)).count() == 3
    old = Reminder.objects.filter(visit_at=VISIT_AT).values_list("purpose", "state")
    assert dict(old) == {"booked": "sent", "in_3_days": "superseded", "tomorrow": "superseded"}


@pytest.mark.parametrize(
    "change",
    [
        {"status": VisitStatus.PLANNED, "booked_for": None},
        {"status": VisitStatus.CANCELLED},
        {"status": VisitStatus.COMPLETED, "completed_on": date(2026, 4, 1)},
        {"booked_for": VISIT_AT + timedelta(hours=1)},
    ],
    ids=["called off", "no longer expected", "held", "moved"],
)
def test_whatever_happened_since_is_looked_at_in_the_statement_that_begins(visit, change):
    reminders.plan_due(now=BOOKED_AT)
    Visit.objects.filter(pk=visit.pk).update(**change)
    assert send(BOOKED_AT) == 0
    assert ledger()["booked"] == "superseded"


def test_nobody_who_died_is_reminded_of_a_visit(visit):
    reminders.plan_due(now=BOOKED_AT)
    plans.change_status(
        visit.surgery.patient, status="deceased", since=date(2026, 3, 21), now=BOOKED_AT
    )
    assert send(BOOKED_AT) == 0
    reminder = Reminder.objects.get(purpose="booked")
    assert (reminder.state, reminder.reason) == ("suppressed", "No longer followed: died.")


def test_who_opted_out_is_not_reminded_of_a_visit(visit):
    reminders.plan_due(now=BOOKED_AT)
    ContactChannel.objects.update(opted_out_at=BOOKED_AT)
    assert send(BOOKED_AT) == 0
    assert ledger()["booked"] == "suppressed"


def test_who_missed_a_visit_is_written_to_the_next_morning(visit):
    Visit.objects.filter(pk=visit.pk).update(status=VisitStatus.NO_SHOW)
    reminders.plan_due(now=at(42, 15))
    reminder = Reminder.objects.get(purpose=ReminderPurpose.MISSED)
    assert reminder.not_before == at(43, 8, 30)
    send(at(43, 8, 30))
    assert "We did not see you" in mail.outbox[0].body


def test_who_booked_again_meanwhile_does_not_hear_that_they_missed(visit):
    Visit.objects.filter(pk=visit.pk).update(status=VisitStatus.NO_SHOW)
    reminders.plan_due(now=at(42, 15))
    Visit.objects.filter(pk=visit.pk).update(
        status=VisitStatus.BOOKED, booked_for=VISIT_AT + timedelta(days=7)
    )
    send(at(43, 9))
    assert ledger()["missed"] == "superseded"


def test_who_has_no_time_yet_is_asked_to_book_and_not_twice_a_day(visit):
    nurse = make_user("nurse")
    to_book = Visit.objects.filter(kind="3mo")
    assert reminders.invite_to_book([*to_book, visit], by=nurse, now=at(60)) == 1
    assert reminders.invite_to_book(to_book, by=nurse, now=at(60, 13)) == 0
    assert reminders.invite_to_book(to_book, by=nurse, now=at(62)) == 1
    assert send(at(62)) == 1
    invited = Reminder.objects.filter(purpose=ReminderPurpose.TO_BOOK).order_by("step")
    assert [each.state for each in invited] == ["superseded", "sent"]
    assert invited[0].asked_by == nurse


def test_after_three_days_away_everybody_gets_one_message_a_day(visit):
    """A check-in and a visit were both due while the sender was away (G9)."""
    reminders.plan_due(now=BOOKED_AT)
    send(BOOKED_AT)
    reminders.plan_due(now=at(35, 9))  # a check-in of day 35
    back = at(39, 12)  # its three messages and that of the visit have come due
    reminders.plan_due(now=back)
    sent = [send(back), send(back + timedelta(hours=1)), send(at(40, 9))]
    per_day = {}
    for moment in Reminder.objects.filter(sent_at__gte=back).values_list("sent_at", flat=True):
        day = moment.astimezone(visit.clinic.zone).date()
        per_day[day] = per_day.get(day, 0) + 1
    assert set(per_day.values()) == {1}
    assert sum(sent) <= 2


def test_a_language_nobody_wrote_yet_gets_english_dates(visit):
    visit.surgery.patient.language = "fr"
    visit.surgery.patient.save()
    reminders.plan_due(now=BOOKED_AT)
    assert send(BOOKED_AT) == 1
    assert "Apr 13, 10:30 AM" in mail.outbox[0].body


def test_in_an_emergency_the_appointment_is_told_and_a_request_waits(visit):
    make_flag(visit.surgery, severity=Severity.EMERGENCY, raised_at=at(19))
    reminders.plan_due(now=BOOKED_AT)
    reminders.invite_to_book(Visit.objects.filter(kind="3mo"), by=make_user("nurse"), now=BOOKED_AT)
    assert send(BOOKED_AT) == 1
    assert ledger()["booked"] == "sent"
    asked = Reminder.objects.get(purpose=ReminderPurpose.TO_BOOK)
    assert (asked.state, asked.reason) == ("pending", "Paused: an emergency is open.")
