"""The days and records that decide which questions a check-in asks."""

from datetime import date, timedelta

import pytest

from followups.choices import CheckInKind, Questionnaire
from followups.circumstances import Circumstances, Lately
from followups.models import CheckIn
from followups.services import circumstances
from patients.models import KnownDeficit
from patients.services import record_risks
from tests.counting import queries
from tests.factories import (
    OPERATED,
    at,
    make_check_in,
    make_follow_up,
    make_patient,
    make_surgery,
    make_user,
    store_report,
)


def on(pod, *, region="lumbar", approach="TLIF", **facts):
    return Circumstances(region=region, approach=approach, pod=pod, **facts)


@pytest.mark.parametrize(
    ("fact", "pod", "is_so"),
    [
        ("is_healing", 42, True),
        ("is_healing", 43, False),
        ("can_loosen", 14, False),
        ("can_loosen", 15, True),
        ("has_limits", 84, True),
        ("has_limits", 85, False),
    ],
)
def test_some_facts_hold_until_a_day_or_from_one(fact, pod, is_so):
    assert getattr(on(pod), fact) is is_so


@pytest.mark.parametrize(
    ("last", "pod", "is_due"),
    [
        (None, 3, True),
        (10, 37, False),  # 27 days later
        (10, 38, True),  # 28
        (-30, -3, False),
        (-30, -2, True),
        (154, 182, True),
        (154, 183, False),
        (None, 183, False),
        (182, 350, False),
        (182, 351, True),
        (182, 365, True),
        (182, 379, True),
        (182, 380, False),
        (360, 379, False),
        (365, 715, False),
        (365, 716, True),
        (365, 744, True),
        (365, 745, False),
    ],
)
def test_mood_is_asked_every_four_weeks_for_half_a_year_then_at_the_visits(last, pod, is_due):
    assert on(pod, lately=Lately(mood_pod=last)).mood_is_due is is_due


def test_mood_is_asked_before_the_operation():
    assert on(-60, is_before_surgery=True).mood_is_due


@pytest.mark.parametrize(
    ("last", "pod", "may_be_asked"), [(None, 3, True), (30, 57, False), (30, 58, True)]
)
def test_what_the_pain_is_like_is_asked_once_in_four_weeks(last, pod, may_be_asked):
    assert on(pod, lately=Lately(quality_pod=last)).may_ask_quality is may_be_asked


def test_when_something_was_last_asked_is_told_by_the_newest_report_with_an_answer():
    def report(pod, **answers):
        empty = {"pain_quality": None, "phq4_down": None}
        return empty | {"reported_on": OPERATED + timedelta(days=pod)} | answers

    lately = Lately.of(
        [report(60), report(50, pain_quality=[]), report(30, phq4_down=0, pain_quality=["dull"])],
        surgery_on=OPERATED,
        known_deficits={},
    )

    assert (lately.quality_pod, lately.mood_pod) == (50, 30)


def sheet_on(surgery, day):
    check_in = CheckIn(surgery=surgery, kind=CheckInKind.SCHEDULED)
    return circumstances.sheet_for(check_in, today=at(day).date())


@pytest.mark.django_db
def test_in_the_planned_check_ins_mood_is_asked_as_the_protocol_says():
    """PHQ-4: every four weeks or a little later to month 6, then at 12 and 24 months."""
    surgery = make_surgery()
    make_follow_up(surgery)
    days = []
    for check_in in surgery.check_ins.order_by("plan_day"):
        sheet = circumstances.sheet_for(check_in, today=check_in.due_on)
        if "phq4_down" in sheet.names:
            days.append(check_in.plan_day)
            store_report(surgery, day=check_in.plan_day, phq4_down=0)

    assert days == [3, 35, 63, 98, 126, 154, 182, 364, 728]


@pytest.mark.django_db
def test_the_record_decides_what_is_asked():
    surgery = make_surgery(region="cervical", approach="ACDF", levels=["C5-C6"])
    record_risks(surgery.patient, facts={"smoking": "current"}, recorded_on=OPERATED)
    store_report(surgery, day=20, pain_quality=["sharp"], phq4_down=1)

    names = sheet_on(surgery, 40).names

    assert {"swallow", "nicotine", "gait_hand", "pain_neck"} <= set(names)
    assert not {"pain_quality", "phq4_down"} & set(names)
    assert {"pain_quality", "phq4_down"} <= set(sheet_on(surgery, 48).names)


@pytest.mark.django_db
def test_the_newest_word_on_smoking_counts_even_if_a_later_profile_does_not_say():
    surgery = make_surgery()
    record_risks(surgery.patient, facts={"smoking": "current"}, recorded_on=OPERATED)
    record_risks(surgery.patient, facts={"smoking": None, "bmi": 31}, recorded_on=at(5).date())

    assert "nicotine" in sheet_on(surgery, 20).names


@pytest.mark.django_db
def test_a_known_deficit_is_asked_about_since_it_was_seen_until_it_has_ended():
    surgery = make_surgery()
    known = {"surgery": surgery, "clinic": surgery.clinic, "assessor": make_user("surgeon")}
    KnownDeficit.objects.create(item="weak", assessed_on=at(10).date(), **known)
    KnownDeficit.objects.create(
        item="bowel", assessed_on=at(5).date(), ended_on=at(9).date(), **known
    )

    assert sheet_on(surgery, 20).known == (("weak", at(10).date()),)


@pytest.mark.django_db
def test_another_operation_of_the_same_patient_decides_nothing():
    person = make_patient()
    first = make_surgery(person, performed_on=date(2025, 3, 2))
    store_report(first, day=0, reported_on=at(20).date(), phq4_down=1, pain_quality=["dull"])

    assert {"phq4_down", "pain_quality"} <= set(sheet_on(make_surgery(person), 21).names)


@pytest.mark.django_db
def test_a_sheet_takes_three_queries():
    surgery = make_surgery()
    store_report(surgery, day=3)

    with queries(3):
        sheet_on(surgery, 10)


@pytest.mark.django_db
@pytest.mark.parametrize(("day", "is_baseline"), [(-1, True), (0, False), (30, False)])
def test_staff_are_given_the_full_form_of_the_day(day, is_baseline):
    sheet = circumstances.sheet_for_entry(make_surgery(), today=at(day).date())

    assert sheet.is_after_surgery is not is_baseline
    assert {"func", "numb"} <= set(sheet.names)


@pytest.mark.django_db
def test_circumstances_are_read_from_the_check_in():
    surgery = make_surgery(region="cervical", approach="ACDF", restriction_end_pod=60)
    check_in = make_check_in(surgery, day=98)

    found = Circumstances.of(check_in, pod=98, smoking="current")

    assert (found.region, found.approach, found.restriction_end_pod) == ("cervical", "ACDF", 60)
    assert found.is_short is (check_in.questionnaire == Questionnaire.PULSE)
    assert not found.is_before_surgery


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "pod", "is_before"),
    [
        (CheckInKind.BASELINE, -10, True),
        (CheckInKind.BASELINE, 0, True),
        (CheckInKind.BASELINE, 1, False),
        (CheckInKind.ON_DEMAND, 0, False),
        (CheckInKind.ON_DEMAND, -1, True),
    ],
)
def test_only_what_comes_before_the_operation_is_a_baseline(kind, pod, is_before):
    check_in = make_check_in()
    check_in.kind = kind

    assert Circumstances.of(check_in, pod=pod, smoking=None).is_before_surgery is is_before
