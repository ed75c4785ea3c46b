"""Queries that are put together once say the same as those put together each time."""

import pytest
from django.db import IntegrityError
from django.db.models import Exists, F, OuterRef

from followups.compiled import Given, addition, change, question
from followups.models import CheckIn, CheckInLink, Reminder
from followups.services import reminders
from patients.models import Patient
from tests.factories import at, make_check_in, make_patient, make_surgery

pytestmark = pytest.mark.django_db


def test_a_question_is_asked_with_other_values_each_time():
    one, other = make_patient(), make_patient()
    mrn = question(Patient.objects.filter(pk=Given("pk")).values_list("mrn"))
    assert mrn.rows(pk=one.pk) == [(one.mrn,)]
    assert mrn.rows(pk=other.pk) == [(other.mrn,)]
    assert mrn.rows(pk=0) == []


def test_a_value_that_is_not_given_is_an_error_not_nothing():
    mrn = question(Patient.objects.filter(pk=Given("pk")).values_list("mrn"))
    with pytest.raises(KeyError):
        mrn.rows()


def test_it_is_right_each_time_after_postgresql_has_planned_it():
    patients = [make_patient() for _ in range(12)]
    mrn = question(Patient.objects.filter(pk=Given("pk")).values_list("mrn"))
    assert [mrn.rows(pk=each.pk) for each in patients] == [[(each.mrn,)] for each in patients]


def test_a_change_changes_what_it_is_given_and_counts_it():
    check_in = make_check_in(day=7)
    make_check_in(make_surgery(make_patient()), day=7)
    reminders.plan_due(now=check_in.due_at)
    reminder, *others = Reminder.objects.filter(not_before__lte=check_in.due_at).order_by("pk")
    still_open = CheckIn.objects.open_at(Given("now")).filter(pk=OuterRef("check_in"))
    begin = change(
        Reminder.objects.filter(Exists(still_open), pk=Given("pk")),
        attempts=F("attempts") + 1,
        sending_at=Given("now"),
    )
    now = check_in.due_at
    assert begin.changed(pk=reminder.pk, now=now) == 1
    assert begin.changed(pk=reminder.pk, now=check_in.closes_at) == 0
    reminder.refresh_from_db()
    assert (reminder.attempts, reminder.sending_at) == (1, now)
    assert others
    assert not Reminder.objects.exclude(pk=reminder.pk).exclude(attempts=0).exists()


def test_an_addition_adds_one_row_and_constraints_hold():
    check_in = make_check_in(make_surgery(make_patient()))
    columns = ["clinic", "check_in", "token_hash", "made_at"]
    add = addition(CheckInLink, **{each: Given(each) for each in columns})
    row = {
        "clinic": check_in.clinic_id,
        "check_in": check_in.pk,
        "token_hash": b"1" * 32,
        "made_at": at(7, 9),
    }
    assert add.changed(**row) == 1
    assert CheckInLink.objects.get().check_in == check_in
    with pytest.raises(IntegrityError):  # Django's own, not the driver's
        add.changed(**row)
