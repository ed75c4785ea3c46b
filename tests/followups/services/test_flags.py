"""A flag's life: raised once, raised higher, cleared, and never back by itself."""

import pytest

from followups.choices import Disposition, FlagEventKind, Rule, Severity
from followups.models import CheckIn, Evaluation, Flag, FlagEvent, FollowUp
from followups.services import cases, contacts, flags, plans, sweep
from patients.models import SymptomReport
from tests.factories import (
    HOW_IT_ENDED,
    at,
    make_flag,
    make_report,
    make_surgery,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def surgery():
    surgery = make_surgery()
    plans.start(surgery, now=at(0))
    surgery.visits.update(status="cancelled")  # they are not the point here
    return surgery


def open_flags(surgery):
    return {flag.rule: flag for flag in Flag.objects.open().filter(surgery=surgery)}


def persisting(surgery, *days, pain=6):
    for day in days:
        make_report(surgery, day=day, pain_back=pain, pain_leg=1)


def close(surgery, now):
    follow_up = FollowUp.objects.get(surgery=surgery)
    return cases.resolve(
        follow_up,
        flags=list(Flag.objects.open().filter(surgery=surgery)),
        by=make_user(),
        version=follow_up.version,
        now=now,
        **HOW_IT_ENDED,
    )


def test_a_red_flag_stands_at_the_top_within_the_same_request(surgery):
    make_report(surgery, day=7, saddle=True)
    follow_up = FollowUp.objects.queue().get()
    assert follow_up.severity == Severity.EMERGENCY
    assert follow_up.lead_flag.rule == Rule.EMG_CES
    assert follow_up.breach_at == at(7, 13)  # one hour


def test_every_report_has_exactly_one_evaluation(surgery):
    persisting(surgery, 7, 10, 14)
    assert Evaluation.objects.exclude(report=None).count() == 3
    assert SymptomReport.objects.filter(evaluation=None).count() == 0


def test_more_of_the_same_adds_evidence_not_a_second_flag(surgery):
    persisting(surgery, 49, 56, 63, 70)
    flag = open_flags(surgery)[Rule.PAIN_PERSIST]
    assert Flag.objects.filter(surgery=surgery).count() == 1
    assert {item["rule"] for item in flag.evidence} == {"PAIN-WATCH", "PAIN-PERSIST"}
    assert flag.severity == Severity.SOON


def test_a_raised_severity_restarts_the_clock_and_asks_again(surgery):
    persisting(surgery, 49, 56)
    nurse = make_user()
    follow_up = FollowUp.objects.get(surgery=surgery)
    contacts.record(follow_up, by=nurse, method="phone", outcome="reached", now=at(57))
    assert not FollowUp.objects.awaiting_contact().exists()
    persisting(surgery, 63)
    flag = open_flags(surgery)[Rule.PAIN_PERSIST]
    assert flag.contacted_at is None
    assert flag.acknowledged_at is None
    assert flag.respond_by == at(63 + 3)
    assert FollowUp.objects.awaiting_contact().exists()
    kinds = FlagEvent.objects.filter(flag=flag).values_list("kind", flat=True)
    assert FlagEventKind.SEVERITY_RAISED in kinds


def test_severity_never_falls_while_a_flag_is_open(surgery):
    make_report(surgery, day=7, weak="new", weak_side="both")
    make_report(surgery, day=10, weak="new", weak_side="left", weak_severe=False)
    assert open_flags(surgery)[Rule.MOTOR].severity == Severity.EMERGENCY


def test_a_resolved_flag_stays_closed_until_something_new_happens(surgery):
    persisting(surgery, 49, 56, 63)
    close(surgery, at(64))
    sweep.run(now=at(65))
    flags.refresh(FollowUp.objects.locked().get(surgery=surgery), trigger="clock", now=at(65))
    assert not open_flags(surgery)
    persisting(surgery, 70)
    assert Rule.PAIN_PERSIST in open_flags(surgery)


def test_only_a_routine_flag_clears_itself(surgery):
    persisting(surgery, 49, 56, pain=7)  # no baseline, 7: routine watch
    assert open_flags(surgery)[Rule.PAIN_WATCH].severity == Severity.ROUTINE
    # Two reports below the threshold; the second falls after the window, still below.
    persisting(surgery, 63, 70, pain=1)
    closed = Flag.objects.get(surgery=surgery)
    assert closed.disposition == Disposition.CLEARED
    assert closed.closed_by is None


def test_a_soon_flag_whose_condition_is_gone_gets_a_badge_and_waits_for_a_person(surgery):
    persisting(surgery, 49, 56, 63)
    persisting(surgery, 70, 77, pain=1)
    flag = Flag.objects.open().get(surgery=surgery)
    assert flag.data_cleared
    persisting(surgery, 84, 98)
    flag.refresh_from_db()
    assert not flag.data_cleared


def test_an_unconfirmed_signal_asks_again_after_three_days(surgery):
    persisting(surgery, 14, 21, 28, pain=2)
    persisting(surgery, 35, pain=5)
    recheck = CheckIn.objects.get(surgery=surgery, kind="recheck")
    assert recheck.due_on == at(38).date()
    assert not open_flags(surgery)


def test_silence_raises_a_flag_by_the_clock_alone(surgery):
    make_report(surgery, day=3, pain_back=3)
    assert not open_flags(surgery)
    for day in range(4, 15):
        sweep.run(now=at(day))
    assert open_flags(surgery)[Rule.NONRESP].severity == Severity.SOON


def test_an_answer_clears_the_silence_only_if_it_was_routine(surgery):
    make_report(surgery, day=84, pain_back=1)
    sweep.run(now=at(116))
    assert open_flags(surgery)[Rule.NONRESP].severity == Severity.ROUTINE
    make_report(surgery, day=126, pain_back=1)
    assert not open_flags(surgery)


def test_an_evaluation_can_be_recomputed_from_what_was_stored(surgery):
    persisting(surgery, 49, 56, 63)
    make_report(surgery, day=70, saddle=True, numb="new", numb_side="both", pain_leg=5)
    for evaluation in Evaluation.objects.all():
        assert flags.reassess(evaluation) == evaluation.outcomes


def test_sweeping_twice_changes_nothing(surgery):
    make_report(surgery, day=3, pain_back=3)
    sweep.run(now=at(14))
    before = list(Flag.objects.values()), Evaluation.objects.count()
    counts = sweep.run(now=at(14))
    assert (list(Flag.objects.values()), Evaluation.objects.count()) == before
    assert counts["evaluated"] == 0


def test_time_alone_moves_a_case_up_the_queue(surgery):
    make_report(surgery, day=63, weak="new", weak_side="left")  # urgent, 12 hours
    assert FollowUp.objects.get(surgery=surgery).breach_bucket == 0
    sweep.run(now=at(63, 21))  # nine hours on
    assert FollowUp.objects.get(surgery=surgery).breach_bucket == 3
    sweep.run(now=at(64, 0))
    assert FollowUp.objects.get(surgery=surgery).breach_bucket == 4


def test_silence_becomes_more_pressing_when_something_else_is_wrong(surgery):
    make_report(surgery, day=98, pain_back=1)
    sweep.run(now=at(130))
    assert open_flags(surgery)[Rule.NONRESP].severity == Severity.ROUTINE
    make_flag(surgery, raised_at=at(131))
    flags.refresh(FollowUp.objects.locked().get(surgery=surgery), trigger="clock", now=at(131))
    flag = open_flags(surgery)[Rule.NONRESP]
    assert flag.severity == Severity.SOON
    assert flag.clock_started_at == at(131)
