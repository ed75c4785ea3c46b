"""The plan of a surgery: made once, moved with the date, ended with the reason."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from followups.choices import CheckInKind, EndReason, VisitStatus
from followups.models import CheckIn, Flag, FollowUp, ProtocolVisit, Visit, VisitProtocol
from followups.services import plans, visits
from tests.factories import (
    OPERATED,
    at,
    make_clinic,
    make_flag,
    make_follow_up,
    make_patient,
    make_report,
    make_surgery,
    make_user,
    surgery_facts,
)

pytestmark = pytest.mark.django_db

OPERATION = at(0)


def awaited_days(surgery, now=OPERATION):
    days = CheckIn.objects.awaited().filter(surgery=surgery, closes_at__gt=now)
    return list(days.order_by("plan_day").values_list("plan_day", flat=True))


def test_recording_a_surgery_plans_47_check_ins_and_six_visits():
    surgery = plans.record_surgery(make_patient(), facts=surgery_facts(), now=at(0))
    assert len(awaited_days(surgery)) == 47
    assert awaited_days(surgery)[:6] == [3, 7, 10, 14, 21, 28]
    windows = Visit.objects.filter(surgery=surgery).values_list("kind", "opens_on", "closes_on")
    day = lambda pod: OPERATED + timedelta(days=pod)  # noqa: E731
    assert ("6wk", day(28), day(56)) in windows
    assert len(windows) == 6


def test_a_coming_surgery_also_asks_for_a_baseline():
    surgery = plans.record_surgery(make_patient(), facts=surgery_facts(), now=at(-10))
    baseline = CheckIn.objects.get(surgery=surgery, kind=CheckInKind.BASELINE)
    assert baseline.due_on == OPERATED - timedelta(days=10)
    assert baseline.closes_at > at(0, 0)


def test_a_patient_enrolled_late_is_not_asked_about_the_past():
    surgery = plans.record_surgery(make_patient(), facts=surgery_facts(), now=at(100))
    assert awaited_days(surgery)[0] == 98  # two days old, so it can still be answered
    assert not Visit.objects.filter(surgery=surgery, kind="2wk").exists()


def test_planning_twice_changes_nothing():
    surgery = make_surgery()
    plans.start(surgery, now=at(0))
    before = list(CheckIn.objects.order_by("pk").values())
    plans.start(surgery, now=at(0))
    assert list(CheckIn.objects.order_by("pk").values()) == before
    assert FollowUp.objects.count() == 1


def test_a_corrected_date_moves_what_is_ahead_and_keeps_what_happened():
    surgery = make_surgery()
    plans.start(surgery, now=at(0))
    answered = make_report(surgery, day=3, pain_back=5)
    plans.correct_surgery(surgery, facts={"performed_on": OPERATED + timedelta(days=2)}, now=at(8))
    kept = CheckIn.objects.get(report=answered)
    assert kept.due_on == OPERATED + timedelta(days=3)
    assert kept.cancelled_at is None
    moved = CheckIn.objects.awaited().get(surgery=surgery, plan_day=14)
    assert moved.due_on == OPERATED + timedelta(days=16)
    visit = Visit.objects.get(surgery=surgery, kind="6wk")
    assert visit.target_on == OPERATED + timedelta(days=44)
    assert FollowUp.objects.get(surgery=surgery).planned_from == surgery.performed_on


def test_a_revision_starts_a_new_episode_and_ends_the_old_one():
    patient = make_patient()
    old = plans.record_surgery(patient, facts=surgery_facts(), now=at(0))
    flag = make_flag(old, raised_at=at(60))
    facts = surgery_facts(
        performed_on=OPERATED + timedelta(days=90), is_revision=True, supersedes=old
    )
    new = plans.record_surgery(patient, facts=facts, now=at(90))
    ended = FollowUp.objects.get(surgery=old)
    assert ended.end_reason == EndReason.REVISION
    assert ended.severity is None
    assert not awaited_days(old, now=at(90))
    assert len(awaited_days(new)) == 47
    assert Flag.objects.get(pk=flag.pk).disposition == "superseded"


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("deceased", EndReason.DECEASED),
        ("withdrawn", EndReason.WITHDRAWN),
        ("transferred", EndReason.TRANSFERRED),
    ],
)
def test_death_withdrawal_and_transfer_stop_the_plan(status, reason):
    surgery = make_surgery()
    plans.start(surgery, now=at(0))
    plans.change_status(surgery.patient, status=status, since=date(2026, 4, 1), now=at(40))
    follow_up = FollowUp.objects.get(surgery=surgery)
    assert follow_up.end_reason == reason
    assert follow_up.next_evaluation_at is None
    assert not CheckIn.objects.awaited().filter(surgery=surgery, due_at__gt=at(40)).exists()
    assert not Visit.objects.planned().filter(surgery=surgery).exists()


def test_a_patient_who_comes_back_is_asked_again():
    surgery = make_surgery()
    plans.start(surgery, now=at(0))
    plans.change_status(surgery.patient, status="withdrawn", since=date(2026, 4, 1), now=at(30))
    plans.change_status(surgery.patient, status="active", since=None, now=at(40))
    assert FollowUp.objects.get(surgery=surgery).is_active
    assert awaited_days(surgery)[-1] == 728
    visit = Visit.objects.exclude(status=VisitStatus.CANCELLED).filter(surgery=surgery)
    assert visit.filter(kind="6wk").count() == 1


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"performed_on": date(1970, 1, 1)}, "performed_on"),
        ({"performed_on": OPERATED + timedelta(days=500)}, "performed_on"),
        ({"n_levels": 21}, "n_levels"),
        ({"levels": ["L4-"]}, "levels"),
    ],
)
def test_an_impossible_surgery_is_refused_by_field(facts, field):
    with pytest.raises(ValidationError) as refusal:
        plans.record_surgery(make_patient(), facts=surgery_facts(**facts), now=at(0))
    assert field in refusal.value.message_dict


def test_the_sweep_plans_what_came_in_another_way():
    surgery = make_surgery()
    assert plans.catch_up(now=at(0)) == 1
    assert len(awaited_days(surgery)) == 47
    assert plans.catch_up(now=at(0)) == 0


def test_the_sweep_notices_a_changed_date_and_a_death():
    first, second = make_surgery(), make_surgery()
    plans.catch_up(now=at(0))
    type(first).objects.filter(pk=first.pk).update(performed_on=OPERATED + timedelta(days=1))
    type(second.patient).objects.filter(pk=second.patient_id).update(
        status="deceased", status_since=date(2026, 3, 20)
    )
    assert plans.catch_up(now=at(5)) == 2
    assert plans.catch_up(now=at(5)) == 0
    assert FollowUp.objects.get(surgery=second).end_reason == EndReason.DECEASED


def test_a_check_in_is_due_at_nine_local_on_both_sides_of_daylight_saving():
    surgery = make_surgery(performed_on=date(2026, 3, 1))  # clocks go forward on 8 March
    plans.start(surgery, now=at(-1))
    due = CheckIn.objects.filter(surgery=surgery, plan_day__in=[3, 7, 10]).order_by("plan_day")
    zone = surgery.clinic.zone
    assert [c.due_at.astimezone(zone).hour for c in due] == [9, 9, 9]
    assert len({c.due_at.utcoffset() is not None and c.due_at.hour for c in due}) == 2


# --- a clinic's own visits --------------------------------------------------------------


def own_visits(clinic, *, version=1, signed=True, **window):
    protocol = VisitProtocol.objects.create(clinic=clinic, group="lumbar", version=version)
    facts = {"kind": "6wk", "opens_pod": 30, "target_pod": 45, "closes_pod": 60}
    ProtocolVisit.objects.create(protocol=protocol, imaging="ct", **(facts | window))
    if signed:
        VisitProtocol.objects.filter(pk=protocol.pk).update(
            signed_off_by="Dr A. Lead", signed_off_on=OPERATED
        )
    return protocol


def planned_on(surgery):
    return {
        visit.kind: (visit.target_on - surgery.performed_on).days
        for visit in Visit.objects.planned().filter(surgery=surgery)
    }


def test_the_clinics_own_visits_are_planned_once_they_are_signed_off():
    surgery = make_surgery()
    own_visits(surgery.clinic, signed=False)
    make_follow_up(surgery)
    assert len(planned_on(surgery)) == 6

    later = make_surgery(make_patient())
    protocol = own_visits(later.clinic, version=2)
    follow_up = make_follow_up(later)
    assert planned_on(later) == {"6wk": 45}
    assert follow_up.visit_protocol == protocol
    assert Visit.objects.planned().get(surgery=later).imaging == "ct"


def test_a_plan_keeps_the_version_it_was_made_with():
    surgery = make_surgery()
    own_visits(surgery.clinic)
    make_follow_up(surgery)
    own_visits(surgery.clinic, version=2, target_pod=50)

    moved = {"performed_on": OPERATED + timedelta(days=1)}
    plans.correct_surgery(surgery, facts=moved, now=at(3))

    assert planned_on(surgery) == {"6wk": 45}


def test_another_operation_or_clinic_keeps_the_standard():
    own_visits(make_surgery().clinic)
    neck = make_surgery(make_patient(), region="cervical", approach="ACDF", levels=["C5-C6"])
    elsewhere = make_surgery(make_patient(clinic=make_clinic()))
    for surgery in (neck, elsewhere):
        make_follow_up(surgery)
        assert len(planned_on(surgery)) == 6


def test_what_a_surgeon_waived_is_not_planned_again():
    surgery = make_surgery()
    make_follow_up(surgery)
    visit = Visit.objects.get(surgery=surgery, kind="6wk")
    visits.waive(visit, reason="not_needed", by=make_user("surgeon"), now=at(3))

    plans.start(surgery, now=at(4))

    assert "6wk" not in planned_on(surgery)
