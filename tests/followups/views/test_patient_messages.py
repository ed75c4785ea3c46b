"""What a patient receives next, and the ledger of what was sent and what was not."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from followups.models import CheckIn, Reminder
from followups.presenters import receives
from followups.services import reminders
from followups.views import patient_rows
from patients.models import ContactChannel, Patient
from tests.factories import at, make_check_in, make_patient, make_surgery, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient():
    made = make_patient()
    make_check_in(make_surgery(made), day=7)
    return made


def coming(patient, now):
    patient = Patient.objects.get(pk=patient.pk)
    rows = patient_rows.record(patient, surgery_pk=None, now=now)
    return receives.of(rows, patient_rows.unsent(patient))


def test_the_plan_says_what_comes_before_it_is_in_the_outbox(patient):
    [next_one] = coming(patient, at(4)).coming
    assert (next_one.what, next_one.by, next_one.at) == ("Check-in", "E-mail", at(7, 9))


def test_the_outbox_says_what_comes_and_the_plan_what_follows(patient):
    reminders.plan_due(now=at(7, 9))
    found = [(each.what, each.at) for each in coming(patient, at(7, 9)).coming]
    assert found == [
        ("Check-in", at(7, 9)),
        ("Check-in, reminder 1", at(8, 9)),
        ("Check-in, reminder 2", at(9, 9)),
        ("Check-in", at(10, 9)),
    ]


def test_who_agreed_to_nothing_receives_nothing(patient):
    ContactChannel.objects.update(opted_out_at=timezone.now())
    assert coming(patient, at(4)).nothing.startswith("Nothing: there is no address")


def test_who_died_receives_nothing(patient):
    Patient.objects.update(status="deceased", status_since=at(3).date())
    assert coming(patient, at(4)).nothing == "Nothing: no longer followed here."


def test_the_ledger_says_for_each_message_what_became_of_it(client, patient):
    reminders.plan_due(now=at(7, 9))
    facts = [
        {"state": "sent", "sent_at": at(7, 9), "delivery": "undelivered"},
        {"state": "superseded", "reason": "A newer one was due."},
        {"state": "failed", "reason": "The mail server refused it (550)."},
    ]
    for reminder, told in zip(Reminder.objects.order_by("step"), facts, strict=True):
        Reminder.objects.filter(pk=reminder.pk).update(**told)
    client.force_login(make_user("nurse", clinic=patient.clinic))
    page = client.get(reverse("patients:messages", args=[patient.pk]))
    main = " ".join(BeautifulSoup(page.content, "html.parser").main.text.split())
    for said in (
        "Sent: could not be delivered",
        "A newer one was due.",
        "The mail server refused it (550).",
    ):
        assert said in main
    assert CheckIn.objects.get(plan_day=7).reminders.count() == 3
