"""An assessment as a whole: order, families, endings, storing and recomputing."""

import json
from dataclasses import replace
from statistics import quantiles
from time import thread_time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from followups.choices import Family, Rule, Severity, VisitKind, VisitStatus
from followups.protocol import RULE_SET_VERSION, STANDARD
from followups.rules import (
    BY_RULE,
    CATALOGUE,
    Attempt,
    Baseline,
    History,
    ImagingState,
    KnownDeficit,
    MissedCheckIn,
    NotEvaluable,
    Risk,
    Score,
    VisitState,
    assess,
    canonical,
    history_as_data,
    history_from_data,
    is_absent,
    may_clear,
)
from tests.clinical import vignettes
from tests.followups.rules.builders import SURGERY_ON, at, day, history, pains, report

ROUTINE = Severity.ROUTINE


def test_every_rule_answers_in_the_order_of_the_catalogue():
    assessment = assess(history(pod=10))
    assert list(assessment.outcomes) == [entry.rule for entry in CATALOGUE]
    assert assessment.version == RULE_SET_VERSION


def test_nothing_known_finds_nothing_and_says_what_could_not_be_judged():
    assessment = assess(history(pod=10))
    assert assessment.findings == ()
    assert assessment.lead is None
    assert assessment.recheck is None
    silent = {Rule.NONRESP, Rule.VISIT, Rule.IMAGING}
    assert assessment.not_evaluable.keys() == BY_RULE.keys() - silent


def test_the_most_severe_finding_leads():
    found = assess(history(*pains({50: 6, 57: 6}), report(60, weak="new")))
    assert [each.rule for each in found.findings] == [Rule.MOTOR, Rule.PAIN_PERSIST]


def test_the_lead_order_decides_between_equals():
    items: dict[str, Any] = {"axial": 5, "limb": 0, "numb": "new", "numb_side": "left"}
    found = assess(history(*pains({7: 1, 14: 1, 90: 5}, limb=0), report(97, **items)))
    assert [each.rule for each in found.findings] == [
        Rule.PAIN_REBOUND,
        Rule.NEURO_PAIN,
    ]


def test_weakness_and_numbness_join_the_flag_of_a_cauda_equina_sign():
    items: dict[str, Any] = {"weak": "new", "axial": 7, "limb": 0, "numb": "new"}
    alone = assess(history(report(9, **items))).by_family()
    assert {family: len(each) for family, each in alone.items()} == {
        Family.CORD: 1,
        Family.NERVE: 1,
    }
    joined = assess(history(report(9, **items, saddle=True))).by_family()
    assert [each.rule for each in joined[Family.CORD]] == [
        Rule.EMG_CES,
        Rule.MOTOR,
        Rule.NEURO_PAIN,
    ]
    assert joined.keys() == {Family.CORD}


def test_cord_and_sensory_signs_join_it_too():
    items: dict[str, Any] = {"gait_hand": True, "numb": "new", "numb_side": "both"}
    found = assess(history(report(9, **items, bowel=True), region="thoracic")).by_family()
    assert [each.rule for each in found[Family.CORD]] == [
        Rule.EMG_CES,
        Rule.MYELO,
        Rule.NEURO_SENS,
    ]
    assert found.keys() == {Family.CORD}


def test_a_rule_sees_only_the_rules_it_declared():
    def spy(course):
        seen.append(set(course.earlier))
        return NotEvaluable("spying")

    seen: list[set[Rule]] = []
    entry = replace(BY_RULE[Rule.NEURO_PAIN], check=spy)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("followups.rules.assessment.CATALOGUE", (*CATALOGUE, entry))
        assess(history(pod=10))
    assert seen == [{Rule.PAIN_PERSIST}]


NONE_TWICE = (report(64, weak="none"), report(71, weak="none"))
LASTING = (report(50, weak="same"), report(57, weak="same"))
WATCHED = pains({42: 5, 49: 5}, limb=0)


@pytest.mark.parametrize(
    ("rule", "reports", "clears"),
    [
        (Rule.MOTOR, (*LASTING, *NONE_TWICE), True),
        (Rule.MOTOR, (*LASTING, NONE_TWICE[0]), False),
        (Rule.MOTOR, (*LASTING, report(64), NONE_TWICE[1]), False),
        (Rule.PAIN_WATCH, (*WATCHED, *pains({52: 3, 56: 3}, limb=0)), True),
        (Rule.PAIN_WATCH, (*WATCHED, *pains({52: 3, 56: 4}, limb=0)), False),
        (Rule.PAIN_WATCH, (*WATCHED, *pains({56: 3}, limb=0)), False),
        (Rule.PAIN_WATCH, (*WATCHED, *pains({52: 3, 56: 3}, limb=5)), False),
        (Rule.PAIN_PERSIST, pains({57: 4, 64: 4, 71: 1, 78: 1}, limb=0), False),
        (
            Rule.EMG_CES,
            pains({57: 1, 64: 1}, saddle=False, bladder=False, bowel=False),
            False,
        ),
    ],
)
def test_routine_flags_that_clear_by_themselves(rule, reports, clears):
    assert may_clear([rule], ROUTINE, history(*reports)) == clears


@pytest.mark.parametrize("severity", [Severity.SOON, Severity.URGENT, Severity.EMERGENCY])
def test_only_a_routine_flag_clears_by_itself(severity):
    assert not may_clear([Rule.MOTOR], severity, history(*LASTING, *NONE_TWICE))


def test_a_flag_clears_only_when_all_its_rules_do():
    quiet = history(*WATCHED, *pains({52: 3, 56: 3}, limb=0))
    assert not may_clear([Rule.PAIN_WATCH, Rule.PAIN_PERSIST], ROUTINE, quiet)
    assert not may_clear([], ROUTINE, quiet)


DENIED = {"saddle": False, "bladder": False, "bowel": False}


@pytest.mark.parametrize(
    ("rule", "reports", "absent"),
    [
        (Rule.EMG_CES, (report(9, saddle=True), report(10, **DENIED)), False),
        (
            Rule.EMG_CES,
            (report(9, saddle=True), report(10, **DENIED), report(14, **DENIED)),
            True,
        ),
        (Rule.EMG_CES, (report(10, **DENIED), report(14, saddle=False)), False),
        (Rule.PAIN_PERSIST, pains({57: 5, 64: 5, 71: 3, 78: 3}, limb=0), True),
        (Rule.PAIN_REBOUND, pains({57: 1, 64: 1, 71: 5, 78: 3}, limb=0), False),
        (Rule.PAIN_PERSIST, (report(57),), False),
        (Rule.NEURO_PAIN, pains({57: 9, 64: 9}, numb="none"), True),
        (Rule.NEURO_PAIN, pains({57: 3, 64: 3}, limb=0, numb="same"), True),
        (Rule.NEURO_PAIN, pains({57: 3, 64: 3}, numb="same"), False),
        (Rule.CLUSTER, pains({57: 0, 64: 0}, limb=0), False),
    ],
)
def test_the_badge_of_a_condition_that_is_gone(rule, reports, absent):
    assert is_absent([rule], history(*reports)) == absent


def test_silence_clears_with_an_answer_and_a_visit_with_its_completion():
    missed = tuple(MissedCheckIn(at(pod + 3), day(pod)) for pod in (70, 77))
    assert not may_clear([Rule.NONRESP], ROUTINE, history(pod=90, missed=missed))
    answered = history(report(90, axial=9), missed=missed)
    assert may_clear([Rule.NONRESP], ROUTINE, answered)

    window: dict[str, Any] = {
        "kind": VisitKind.MONTHS_3,
        "opens_on": day(77),
        "closes_on": day(105),
    }
    rebooked = VisitState(**window, status=VisitStatus.BOOKED, no_show_at=(at(90),))
    came = VisitState(**window, status=VisitStatus.COMPLETED, completed_on=day(108))
    assert not may_clear([Rule.VISIT], ROUTINE, history(pod=110, visits=(rebooked,)))
    assert not may_clear([Rule.VISIT], ROUTINE, history(pod=100, visits=(rebooked,)))
    assert may_clear([Rule.VISIT], ROUTINE, history(pod=110, visits=(came,)))


def full_history() -> History:
    window: dict[str, Any] = {
        "kind": VisitKind.MONTHS_6,
        "opens_on": day(152),
        "closes_on": day(212),
    }
    return history(
        report(-20, kind="baseline", axial=7),
        *pains({56: 3, 63: 2, 70: 2}, limb=2, opioid="some"),
        report(98, axial=6, limb=5, temp_c=37.6, wound=frozenset({"pus", "clear"})),
        report(101, axial=6, limb=5, numb="new", numb_site=frozenset({"leg", "foot"})),
        pod=300,
        zone=ZoneInfo("Europe/Berlin"),
        region="cervical",
        baseline=Baseline(axial=7, opioid="none", odi=46.5),
        missed=(MissedCheckIn(at(115), day(112)), MissedCheckIn(at(129), day(126))),
        visits=(VisitState(**window, status=VisitStatus.NO_SHOW, no_show_at=(at(190),)),),
        imaging=(ImagingState("1", "ct", day(200), findings=frozenset({"nonunion"})),),
        risk=Risk(frozenset({"diabetes"}), 2, frozenset({"smoking"})),
        open_severities={Family.PAIN: Severity.SOON},
        last_contact_on=day(101),
        known_deficits=(KnownDeficit("saddle", day(60)), KnownDeficit("weak", day(50))),
        scores=(Score("ndi", 52.0, at(150), day(150)), Score("phq9_i9", 0, at(90), day(90))),
        attempts=(Attempt(at(120), "phone"), Attempt(at(125), "letter")),
    )


def test_a_stored_history_gives_the_same_assessment_byte_for_byte():
    original = full_history()
    stored = json.loads(canonical(history_as_data(original)))
    revived = history_from_data(stored)
    assert revived == original
    assert canonical(history_as_data(revived)) == canonical(stored)
    assert canonical(assess(revived).as_data()) == canonical(assess(original).as_data())
    assert {each.rule for each in assess(revived).findings} >= {
        Rule.PAIN_REBOUND,
        Rule.VISIT,
        Rule.NONRESP,
    }


def test_a_history_stored_before_a_fact_existed_still_loads():
    stored = history_as_data(full_history())
    for name in ("known_deficits", "scores", "attempts"):
        del stored[name]
    revived = history_from_data(stored)
    found = (revived.known_deficits, revived.scores, revived.attempts)
    assert found == ((), (), ())
    assert revived.reports == full_history().reports


def test_an_assessment_is_stored_with_every_rule_and_reason():
    data = assess(full_history()).as_data()
    assert data["version"] == RULE_SET_VERSION
    by_rule = {each["rule"]: each for each in data["outcomes"]}
    assert by_rule["EMG-CES"] == {
        "rule": "EMG-CES",
        "outcome": "not_evaluable",
        "reason": "saddle, bladder, bowel not answered",
    }
    assert by_rule["PAIN-REBOUND"]["outcome"] == "fired"
    assert by_rule["PAIN-REBOUND"]["severity"] == 2
    assert by_rule["PAIN-REBOUND"]["evidence"][0] == {
        "label": "neck pain",
        "value": "6",
        "on": "2026-04-13",
    }


def test_every_explanation_is_short():
    courses = [case.history for case in vignettes.cases()]
    found = [each for of in (*courses, full_history()) for each in assess(of).findings]
    assert len(found) > 10
    for finding in found:
        assert len(finding.explanation.split()) <= 25, finding.explanation


def test_the_baseline_is_the_latest_answer_of_the_90_days_before_surgery():
    reports = (
        report(-91, kind="baseline", axial=1, limb=1, opioid="daily"),
        report(-90, kind="baseline", axial=8, limb=5),
        report(-2, kind="baseline", axial=7, odi=40.0),
        report(0, kind="baseline", numb="same"),
        report(1, kind="baseline", axial=2),
    )
    assert Baseline.of(reports, SURGERY_ON, STANDARD) == Baseline(
        axial=7, limb=5, odi=40.0, numb="same"
    )


def test_a_long_history_is_assessed_in_two_milliseconds():
    values = {3 + 12 * n: n % 7 for n in range(60)}
    items: dict[str, Any] = {"numb": "same", "weak": "same", "limb": 5, "saddle": False}
    long = history(*pains(values, **items), baseline=Baseline(axial=6, limb=6))
    took = []
    for _ in range(200):
        began = thread_time()
        assess(long)
        took.append(thread_time() - began)
    assert quantiles(took, n=20)[-1] <= 0.002
