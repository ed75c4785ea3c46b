"""Staff are told that something waits, where, and never about whom."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from followups.choices import Rule, Severity, StaffMessageKind
from followups.models import Flag, FollowUp, StaffMessage
from followups.protocol import MESSAGES
from followups.services import notices, post, staff_messages
from tests.factories import at, make_flag, make_surgery, make_user

pytestmark = pytest.mark.django_db

RAISED = at(60)
ESCALATES = timedelta(minutes=MESSAGES.page_escalates_minutes)


@pytest.fixture
def emergency():
    """A flag that cannot wait, in a clinic with an on-call route."""
    flag = make_flag(
        make_surgery(),
        severity=Severity.EMERGENCY,
        rule=Rule.EMG_CES,
        family="cord",
        respond_by=RAISED + timedelta(hours=1),
    )
    staff_messages.set_route(
        flag.clinic, email="on.call@example.org", escalation_email="chief@example.org"
    )
    return flag


def run(now):
    return post.send_due(clock=lambda: now)


def told():
    return [message.to[0] for message in mail.outbox]


def test_an_emergency_pages_whoever_is_on_call_once(emergency):
    assert [run(RAISED), run(RAISED + timedelta(seconds=10))] == [1, 0]
    [message] = mail.outbox
    assert message.to == ["on.call@example.org"]
    page = StaffMessage.objects.get()
    assert reverse("followups:page", args=[page.pk]) in message.body


def test_the_text_names_nobody_and_nothing(emergency):
    run(RAISED)
    patient = emergency.surgery.patient
    text = mail.outbox[0].subject + mail.outbox[0].body
    for private in (patient.given_name, patient.family_name, patient.mrn, "L4", "TLIF", "pain"):
        assert private not in text
    assert text.startswith("Emergency: a case needs you now")


def test_what_nobody_acknowledges_goes_to_the_next_in_line(emergency):
    run(RAISED)
    run(RAISED + ESCALATES - timedelta(seconds=1))
    assert told() == ["on.call@example.org"]
    run(RAISED + ESCALATES)
    assert told() == ["on.call@example.org", "chief@example.org"]
    run(RAISED + ESCALATES * 2)
    assert len(mail.outbox) == 2


def test_what_somebody_acknowledges_pages_nobody_else(emergency, client):
    run(RAISED)
    nurse = make_user("nurse", clinic=emergency.clinic)
    client.force_login(nurse)
    page = StaffMessage.objects.get()
    address = reverse("followups:page", args=[page.pk])
    assert b"I take it" in client.get(address).content
    answer = client.post(address)
    assert answer.url == reverse("followups:case", args=[FollowUp.objects.get().pk])
    run(RAISED + ESCALATES)
    assert len(mail.outbox) == 1
    page.refresh_from_db()
    assert page.acknowledged_by == nurse
    assert b"acknowledged it" in client.get(address).content


def test_the_second_who_acknowledges_hears_that_somebody_was_first(emergency):
    run(RAISED)
    page = StaffMessage.objects.get()
    first, second = make_user(), make_user()
    assert staff_messages.acknowledge(page, by=first, now=RAISED)
    assert not staff_messages.acknowledge(page, by=second, now=RAISED)
    page.refresh_from_db()
    assert page.acknowledged_by == first


@pytest.mark.parametrize("done", ["acknowledged_at", "contacted_at"])
def test_a_case_somebody_has_taken_up_pages_nobody(emergency, done):
    Flag.objects.update(**{done: RAISED})
    assert run(RAISED) == 0


def test_a_raised_severity_pages_again(emergency):
    run(RAISED)
    staff_messages.acknowledge(StaffMessage.objects.get(), by=make_user(), now=RAISED)
    later = RAISED + timedelta(hours=13)
    Flag.objects.update(clock_started_at=later, respond_by=later + timedelta(hours=1))
    assert run(later) == 1


def test_a_clinic_that_named_nobody_has_all_reviewers_paged(emergency):
    emergency.clinic.on_call.delete()
    make_user("nurse", clinic=emergency.clinic, email="nurse@example.org")
    make_user("surgeon", clinic=emergency.clinic, email="surgeon@example.org")
    make_user("administrator", clinic=emergency.clinic, email="admin@example.org")
    run(RAISED)
    assert sorted(told()) == ["nurse@example.org", "surgeon@example.org"]


def test_a_target_that_runs_out_is_mailed_to_whom_it_concerns():
    flag = make_flag(make_surgery())
    owner = make_user("nurse", clinic=flag.clinic, email="owner@example.org")
    FollowUp.objects.update(owner=owner, owned_since=RAISED, breach_bucket=3)
    later = RAISED + timedelta(hours=55)
    notices.make_due(now=later)
    assert staff_messages.target_due(now=later) == 1
    assert staff_messages.target_due(now=later) == 0
    run(later)
    assert told() == ["owner@example.org"]
    assert mail.outbox[0].body.startswith("A case needs you: ")


def test_a_case_that_was_dealt_with_meanwhile_is_not_mailed_about():
    flag = make_flag(make_surgery())
    owner = make_user("nurse", clinic=flag.clinic, email="owner@example.org")
    FollowUp.objects.update(owner=owner, owned_since=RAISED, breach_bucket=3)
    later = RAISED + timedelta(hours=55)
    notices.make_due(now=later)
    staff_messages.target_due(now=later)
    Flag.objects.update(contacted_at=later)
    assert run(later) == 0
    assert StaffMessage.objects.get().state == "suppressed"


def test_whoever_is_given_a_case_hears_of_it_and_not_who_took_it():
    flag = make_flag(make_surgery())
    nurse = make_user("nurse", clinic=flag.clinic, email="nurse@example.org")
    case = FollowUp.objects.get()
    assert not staff_messages.assigned(case, to=nurse, by=nurse, now=RAISED)
    assert staff_messages.assigned(case, to=nurse, by=make_user(), now=RAISED)
    FollowUp.objects.update(owner=nurse, owned_since=RAISED)
    run(RAISED)
    assert mail.outbox[0].subject == "A case was given to you"


def test_the_mornings_numbers_come_once_and_only_where_something_waits():
    flag = make_flag(make_surgery())
    make_user("nurse", clinic=flag.clinic, email="nurse@example.org")
    morning = at(61, 7, 30)
    assert staff_messages.digest_due(now=morning - timedelta(minutes=1)) == 0
    assert staff_messages.digest_due(now=morning) == 1
    assert staff_messages.digest_due(now=morning + timedelta(minutes=1)) == 0
    run(morning)
    assert mail.outbox[0].body.startswith("1 waiting, 0 past the target: ")
    assert StaffMessage.objects.get().kind == StaffMessageKind.DIGEST
