"""Reminders: one for each step, only while they are wanted, and never lost."""

from datetime import date, datetime

import pytest
from django.conf import settings
from django.core import mail
from django.utils import timezone

from followups.choices import ReminderState, Severity
from followups.models import CheckIn, CheckInLink, Flag, FollowUp, Reminder
from followups.services import cases, check_ins, plans, reminders, sweep
from patients.models import ContactChannel
from tests.factories import (
    HOW_IT_ENDED,
    answer,
    at,
    make_check_in,
    make_flag,
    make_patient,
    make_surgery,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def check_in():
    return make_check_in(day=7)


def send(now):
    return reminders.send_due(clock=lambda: now)


def states():
    return list(Reminder.objects.order_by("step").values_list("state", flat=True))


def test_a_check_in_that_comes_due_gets_three_messages_a_day_apart(check_in):
    assert reminders.plan_due(now=at(7, 9)) == 3
    times = Reminder.objects.order_by("step").values_list("not_before", flat=True)
    assert list(times) == [at(7, 9), at(8, 9), at(9, 9)]


def test_after_an_outage_only_the_latest_reminder_is_sent(check_in):
    reminders.plan_due(now=at(9, 10))
    assert send(at(9, 10)) == 1
    assert list(Reminder.objects.values_list("step", flat=True)) == [2]


def test_after_the_sender_was_away_only_the_latest_reminder_is_sent(check_in):
    reminders.plan_due(now=at(7, 9))
    assert send(at(9, 10)) == 1
    assert states() == ["superseded", "superseded", "sent"]


def test_planning_twice_changes_nothing(check_in):
    reminders.plan_due(now=at(7, 9))
    assert reminders.plan_due(now=at(7, 10)) == 0
    assert Reminder.objects.count() == 3


def test_the_message_holds_a_link_and_nothing_about_the_patient(check_in):
    reminders.plan_due(now=at(7, 9))
    assert send(at(7, 9)) == 1
    message = mail.outbox[0]
    patient = check_in.surgery.patient
    text = message.subject + message.body
    assert f"{settings.SITE_URL}/c/" in text
    for private in (patient.given_name, patient.family_name, patient.mrn, "TLIF", "L4", "pain"):
        assert private not in text
    assert message.to == [ContactChannel.objects.get().address]
    assert CheckInLink.objects.filter(check_in=check_in).count() == 1
    assert states() == ["sent", "pending", "pending"]


def test_a_message_is_sent_once_however_often_the_sender_runs(check_in):
    reminders.plan_due(now=at(7, 9))
    assert [send(at(7, 9)), send(at(7, 10)), send(at(8, 9)), send(at(8, 10))] == [1, 0, 1, 0]
    assert len(mail.outbox) == 2


def test_nobody_who_has_answered_is_reminded(check_in):
    reminders.plan_due(now=at(7, 9))
    answer(check_in, now=at(7, 10), pain_back=2)
    assert send(at(8, 9)) == 0
    assert states()[:2] == [ReminderState.SUPPRESSED] * 2


@pytest.mark.parametrize("status", ["deceased", "withdrawn", "transferred"])
def test_nobody_who_died_or_left_is_reminded(check_in, status):
    reminders.plan_due(now=at(7, 9))
    plans.change_status(
        check_in.surgery.patient, status=status, since=date(2026, 3, 9), now=at(7, 8)
    )
    assert send(at(7, 9)) == 0
    assert not mail.outbox


def test_consent_is_asked_for_again_at_the_send(check_in):
    reminders.plan_due(now=at(7, 9))
    ContactChannel.objects.update(opted_out_at=timezone.now())
    assert send(at(7, 9)) == 0
    assert states()[0] == ReminderState.SUPPRESSED


def test_without_consent_nothing_is_planned():
    surgery = make_surgery(make_patient(email=""))
    make_check_in(surgery, day=7)
    assert reminders.plan_due(now=at(7, 9)) == 0


def test_quiet_hours_hold_a_message_until_morning(check_in):
    reminders.plan_due(now=at(7, 19))
    Reminder.objects.filter(step__gt=0).delete()
    assert send(at(7, 20)) == 0
    reminder = Reminder.objects.get(step=0)
    assert (reminder.state, reminder.not_before) == (ReminderState.PENDING, at(8, 8))
    assert send(at(8, 8)) == 1


def test_what_waited_overnight_gives_way_to_the_next_mornings(check_in):
    reminders.plan_due(now=at(7, 19))
    assert [send(at(7, 21)), send(at(8, 8)), send(at(8, 9))] == [0, 0, 1]
    assert states()[:2] == ["superseded", "sent"]


def test_a_link_somebody_asked_for_comes_at_night_too(check_in):
    check_ins.make_on_demand(check_in.surgery, now=at(20, 22))
    reminders.plan_due(now=at(20, 22))
    assert send(at(20, 22)) == 1


def test_somebody_who_lost_the_link_gets_another_but_not_every_second(check_in):
    asked = check_ins.make_on_demand(check_in.surgery, now=at(20, 22))
    assert reminders.send_again(asked, now=at(20, 22))
    assert send(at(20, 22)) == 1
    assert not reminders.send_again(asked, now=at(20, 22, 9))
    assert reminders.send_again(asked, now=at(20, 22, 11))
    assert send(at(20, 22, 12)) == 1
    assert len(mail.outbox) == 2


def test_a_message_later_than_its_check_in_is_never_sent(check_in):
    reminders.plan_due(now=at(7, 9))
    assert send(at(11)) == 0
    assert states() == [ReminderState.EXPIRED] * 3


class TestAgainstARealMailServer:
    @pytest.fixture(autouse=True)
    def _smtp(self, settings, smtp_server):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = smtp_server.host, smtp_server.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        self.server = smtp_server

    def test_it_arrives(self, check_in):
        reminders.plan_due(now=at(7, 9))
        assert send(at(7, 9)) == 1
        [message] = self.server.messages()
        assert "/c/" in message.get_content()
        assert message["X-Reference"] == str(Reminder.objects.get(step=0).public_id)

    def test_a_refused_address_fails_for_good(self, check_in):
        ContactChannel.objects.update(address="refused@example.org")
        reminders.plan_due(now=at(7, 9))
        assert send(at(7, 9)) == 0
        reminder = Reminder.objects.get(step=0)
        assert reminder.state == ReminderState.FAILED
        assert "example.org" not in reminder.reason

    def test_a_server_that_is_away_is_tried_again_later(self, check_in, settings):
        settings.EMAIL_PORT = 9  # discard: nothing listens there
        reminders.plan_due(now=at(7, 9))
        assert send(at(7, 9)) == 0
        reminder = Reminder.objects.get(step=0)
        assert reminder.state == ReminderState.PENDING
        assert at(7, 9) < reminder.not_before < at(7, 10)
        settings.EMAIL_PORT = self.server.port
        assert send(at(7, 10)) == 1


def test_the_sweep_fills_the_outbox_and_says_it_is_alive(check_in):
    counts = sweep.run(now=at(7, 9))
    assert counts["messages"] == 3
    assert CheckIn.objects.awaited().count() == 47


def test_every_step_stays_in_the_morning_across_daylight_saving():
    surgery = make_surgery(
        performed_on=date(2026, 2, 28)
    )  # day 7 is 7 March, clocks move on the 8th
    plans.start(surgery, now=at(-5))
    due = datetime(2026, 3, 7, 15, tzinfo=surgery.clinic.zone)
    reminders.plan_due(now=due)
    local = [
        moment.astimezone(surgery.clinic.zone).hour
        for moment in Reminder.objects.values_list("not_before", flat=True)
    ]
    assert local == [9, 9, 9]


# while an emergency is open


def test_nothing_asks_a_patient_for_anything_while_an_emergency_is_open(check_in):
    make_flag(check_in.surgery, severity=Severity.EMERGENCY, raised_at=at(7, 8))
    reminders.plan_due(now=at(7, 9))
    assert send(at(7, 9)) == 0
    first = Reminder.objects.get(step=0)
    assert (first.state, first.reason) == ("pending", "Paused: an emergency is open.")
    assert first.not_before == at(8, 8, 30)
    case = FollowUp.objects.get()
    open_flags = list(Flag.objects.all())
    cases.resolve(
        case,
        flags=open_flags,
        by=make_user(),
        version=case.version,
        now=at(7, 9, 30),
        **HOW_IT_ENDED,
    )
    assert send(at(8, 9)) == 1
    assert states() == ["superseded", "sent", "pending"]


def test_a_link_somebody_waits_for_leaves_all_the_same(check_in):
    make_flag(check_in.surgery, severity=Severity.EMERGENCY, raised_at=at(6))
    reminders.plan_due(now=at(7, 9))
    assert reminders.send_again(check_in, now=at(7, 11))
    assert send(at(7, 11)) == 1


def test_an_urgent_case_pauses_nothing(check_in):
    make_flag(check_in.surgery, severity=Severity.URGENT, raised_at=at(6))
    reminders.plan_due(now=at(7, 9))
    assert send(at(7, 9)) == 1
