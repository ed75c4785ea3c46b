"""PAIN-EARLY, PAIN-WATCH, PAIN-PERSIST, PAIN-WORSE and PAIN-REBOUND."""

from typing import Any

import pytest

from followups.choices import Rule, Severity
from followups.rules import Baseline, Domain, NotFired
from tests.followups.rules.builders import (
    at,
    history,
    outcome,
    pains,
    reason,
    report,
    severity,
)

URGENT, SOON, ROUTINE = Severity.URGENT, Severity.SOON, Severity.ROUTINE
QUIET: dict[str, Any] = {"limb": 0}


def axial(values, baseline=None):
    return history(*pains(values, **QUIET), baseline=Baseline(axial=baseline))


@pytest.mark.parametrize(
    ("baseline", "values", "expected"),
    [
        (6, {35: 5, 42: 5}, None),
        (6, {36: 5, 43: 5}, ROUTINE),
        (6, {49: 5, 56: 5}, ROUTINE),
        (6, {50: 5, 57: 5}, None),
        (6, {42: 6, 49: 3}, None),
        (6, {42: 3, 49: 6}, None),
        (5, {42: 4, 49: 4}, ROUTINE),
        (6, {42: 4, 49: 4}, None),  # 2 points, 33 %
        (7, {42: 5, 49: 5}, ROUTINE),  # 2 points, 29 %
        (10, {42: 7, 49: 7}, None),  # 3 points, exactly 30 %
        (3, {42: 4, 49: 4}, ROUTINE),
        (2, {42: 5, 49: 5}, None),  # too low a baseline to judge by
        (2, {42: 6, 49: 6}, ROUTINE),
        (None, {42: 5, 49: 5}, None),
        (None, {42: 6, 49: 6}, ROUTINE),
        (11, {42: 5, 49: 5}, None),  # an impossible baseline is none
    ],
)
def test_pain_not_relieved_in_weeks_7_and_8(baseline, values, expected):
    assert severity(Rule.PAIN_WATCH, axial(values, baseline)) == expected


@pytest.mark.parametrize(
    ("baseline", "values", "expected"),
    [
        (6, {49: 5, 56: 5}, None),
        (6, {50: 5, 57: 5}, SOON),
        (6, {42: 5, 57: 5}, None),
        (6, {43: 5, 57: 5}, SOON),
        (10, {50: 3, 57: 3}, None),
        (10, {50: 4, 57: 4}, ROUTINE),
        (10, {50: 5, 57: 5}, ROUTINE),
        (10, {50: 6, 57: 6}, SOON),
        (10, {50: 8, 57: 4}, ROUTINE),
        (7, {50: 5, 57: 5}, SOON),  # 29 %
        (None, {50: 4, 57: 4}, ROUTINE),
        (None, {50: 5, 57: 5}, SOON),
        (2, {50: 4, 57: 4}, ROUTINE),
        (2, {50: 5, 57: 5}, SOON),
        (6, {50: 5, 51: 5}, None),  # a day apart confirms nothing
        (6, {57: 5, 59: 5}, SOON),
        (6, {57: 5, 102: 5}, SOON),
        (6, {57: 5, 103: 5}, None),  # 46 days apart
    ],
)
def test_pain_beyond_8_weeks(baseline, values, expected):
    assert severity(Rule.PAIN_PERSIST, axial(values, baseline)) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({0: 8, 2: 8}, None),
        ({1: 8, 3: 8}, URGENT),
        ({3: 8, 7: 8}, URGENT),
        ({3: 7, 7: 8}, None),
        ({3: 8, 7: 7}, None),
        ({35: 8, 42: 8}, URGENT),
        ({36: 8, 43: 8}, None),
        ({41: 10, 42: 10}, None),  # a day apart confirms nothing
    ],
)
def test_severe_pain_in_the_first_six_weeks(values, expected):
    assert severity(Rule.PAIN_EARLY, axial(values)) == expected


@pytest.mark.parametrize(
    ("baseline", "values", "expected"),
    [
        # above a reference that never recovered
        (None, {35: 4, 42: 4, 49: 6, 56: 6}, None),  # still inside the window
        (None, {35: 4, 42: 4, 50: 6, 57: 6}, SOON),
        (None, {35: 4, 42: 4, 50: 5, 57: 6}, None),  # 1 point
        (None, {35: 4, 42: 5, 50: 6, 57: 6}, None),  # 1.5 above the median 4.5
        (None, {35: 3, 42: 3, 50: 6, 57: 6}, None),  # recovered, so a rebound
        (None, {35: 3, 42: 4, 50: 6, 57: 6}, SOON),  # 3.5 is not recovered
        (6, {35: 4, 42: 4, 50: 6, 57: 6}, None),  # 4 of 6 is recovered, so a rebound
        (5, {35: 4, 42: 4, 50: 6, 57: 6}, SOON),
        (7, {35: 4, 42: 4, 50: 5, 57: 5}, None),
        (None, {6: 4, 42: 4, 50: 6, 57: 6}, None),  # one value from day 7 on
        # above the baseline
        (2, {50: 4, 57: 4}, SOON),
        (3, {50: 4, 57: 4}, None),
        (1, {50: 3, 57: 3}, None),
        (2, {42: 4, 57: 4}, None),  # the report before is too early
        (2, {43: 4, 57: 4}, SOON),
        (2, {49: 4, 56: 4}, None),
        (8, {50: 10, 57: 10}, SOON),
        (9, {50: 10, 57: 10}, None),
    ],
)
def test_pain_that_worsens_without_having_recovered(baseline, values, expected):
    assert severity(Rule.PAIN_WORSE, axial(values, baseline)) == expected


def test_a_rebound_in_one_place_leaves_worsening_in_the_other():
    found = history(
        *(
            report(pod, axial=back, limb=leg)
            for pod, back, leg in [(56, 2, 5), (63, 2, 5), (70, 5, 7), (77, 5, 7)]
        )
    )
    assert outcome(Rule.PAIN_REBOUND, found).domains == (Domain.AXIAL,)
    assert outcome(Rule.PAIN_WORSE, found).domains == (Domain.LIMB,)


@pytest.mark.parametrize(
    ("baseline", "values", "expected"),
    [
        (None, {7: 2, 14: 2, 21: 5, 28: 5}, None),
        (None, {7: 2, 14: 2, 22: 5, 29: 5}, SOON),
        (None, {6: 2, 14: 2, 22: 5, 29: 5}, None),  # one value from day 7 on
        (None, {14: 2, 21: 2, 28: 4, 35: 4}, SOON),
        (None, {14: 2, 21: 2, 28: 3, 35: 9}, None),
        (None, {14: 3, 21: 3, 28: 4, 35: 4}, None),  # 1 point
        (None, {14: 3, 21: 3, 28: 5, 35: 5}, SOON),
        (None, {14: 4, 21: 4, 28: 6, 35: 6}, None),  # never recovered
        (6, {14: 4, 21: 4, 28: 6, 35: 6}, SOON),  # 4 of 6 is improved
        (5, {14: 4, 21: 4, 28: 6, 35: 6}, None),
        (None, {14: 2, 21: 2, 28: 6, 35: 9}, SOON),
        (None, {14: 2, 21: 2, 28: 7, 35: 7}, URGENT),
        (None, {14: 2, 21: 3, 28: 4, 35: 5}, None),  # 1.5 above the median 2.5
    ],
)
def test_pain_returning_after_recovery(baseline, values, expected):
    assert severity(Rule.PAIN_REBOUND, axial(values, baseline)) == expected


def test_a_rebound_is_not_also_persisting_pain_in_the_same_place():
    values = {56: 2, 63: 2, 70: 5, 77: 5}
    back = history(*pains(values, limb=0))
    assert severity(Rule.PAIN_REBOUND, back) == SOON
    assert isinstance(outcome(Rule.PAIN_PERSIST, back), NotFired)

    both = history(*pains(values, limb=6))
    assert outcome(Rule.PAIN_PERSIST, both).domains == (Domain.LIMB,)


def test_the_more_severe_place_leads_and_both_are_named():
    values = {50: (4, 6), 57: (4, 6)}
    found = history(
        *(report(pod, axial=back, limb=leg) for pod, (back, leg) in values.items()),
        baseline=Baseline(axial=10, limb=None),
    )
    finding = outcome(Rule.PAIN_PERSIST, found)
    assert finding.severity == SOON
    assert finding.domains == (Domain.LIMB, Domain.AXIAL)
    assert finding.measure == 6
    assert finding.explanation.startswith("Leg pain 6/10")
    assert finding.missing == ("no baseline",)


def test_neck_patients_read_neck_and_arm():
    found = history(*pains({50: 6, 57: 6}, "limb", axial=0), region="cervical")
    assert outcome(Rule.PAIN_PERSIST, found).explanation.startswith("Arm pain 6/10")


@pytest.mark.parametrize(
    ("rule", "values", "baseline", "words"),
    [
        (
            Rule.PAIN_EARLY,
            {7: 9, 10: 8},
            8,
            "Back pain 8/10 on two check-ins by POD 10: uncontrolled early pain, "
            "a leading cause of emergency visits.",
        ),
        (
            Rule.PAIN_WORSE,
            {63: 6, 70: 7, 77: 9, 84: 9},
            None,
            "Back pain worsening after week 8: 6.5 to 9. Never reached recovery.",
        ),
        (
            Rule.PAIN_WORSE,
            {63: 6, 70: 6, 77: 8, 84: 8},
            6,
            "Back pain worsening after week 8: 6 to 8 (pre-op 6). Never reached recovery.",
        ),
        (
            Rule.PAIN_WORSE,
            {77: 8, 84: 8},
            6,
            "Back pain worsening after week 8: now 8/10 (pre-op 6). Worse than before surgery.",
        ),
        (
            Rule.PAIN_WATCH,
            {49: 5, 56: 5},
            6,
            "Week 7-8: back pain 5/10, improvement from baseline 17% (under 30%). "
            "Judged again from POD 57.",
        ),
        (
            Rule.PAIN_WATCH,
            {49: 6, 56: 6},
            None,
            "Week 7-8: back pain 6/10, no baseline. Judged again from POD 57.",
        ),
        (
            Rule.PAIN_PERSIST,
            {50: 5, 57: 5},
            6,
            "Back pain 5/10 beyond 8 weeks (POD 57); baseline 6, improvement 17%. "
            "Persisting pain may signal a fusion problem.",
        ),
        (
            Rule.PAIN_PERSIST,
            {50: 4, 57: 4},
            None,
            "Back pain 4/10 beyond 8 weeks (POD 57); no baseline. "
            "Persisting pain may signal a fusion problem.",
        ),
        (
            Rule.PAIN_REBOUND,
            {84: 2, 91: 3, 98: 5, 101: 5},
            7,
            "Back pain rose 2.5 to 5 after initial recovery, two check-ins. "
            "Pattern seen with adjacent segment or hardware problems.",
        ),
    ],
)
def test_the_words_carry_the_values(rule, values, baseline, words):
    assert outcome(rule, axial(values, baseline)).explanation == words


def test_the_evidence_is_the_pair_the_usual_level_and_the_baseline():
    found = outcome(Rule.PAIN_REBOUND, axial({84: 2, 91: 2, 98: 6, 101: 5}, 7))
    assert [(each.label, each.value, each.on) for each in found.evidence] == [
        ("back pain", "6", at(98).date()),
        ("back pain", "5", at(101).date()),
        ("back pain, usual before", "2", None),
        ("back pain before surgery", "7", None),
    ]
    assert found.since == at(101)


@pytest.mark.parametrize(
    ("rule", "values", "why"),
    [
        (Rule.PAIN_PERSIST, {}, "no back pain reported since surgery"),
        (Rule.PAIN_PERSIST, {63: 5}, "back pain 5/10 not confirmed yet"),
        (Rule.PAIN_PERSIST, {63: 5, 64: 5}, "back pain 5/10 not confirmed yet"),
        (Rule.PAIN_PERSIST, {63: 3}, None),
        (Rule.PAIN_WATCH, {49: 5}, "back pain 5/10 not confirmed yet"),
        (Rule.PAIN_WATCH, {63: 5}, None),
        (Rule.PAIN_REBOUND, {63: 5, 70: 5}, "too few earlier back pain reports"),
        (Rule.PAIN_REBOUND, {63: 5, 70: 3}, None),
        (Rule.PAIN_EARLY, {20: 8}, "back pain 8/10 not confirmed yet"),
        (Rule.PAIN_EARLY, {20: 7}, None),
        (Rule.PAIN_WORSE, {63: 5}, "back pain 5/10 not confirmed yet"),
        (Rule.PAIN_WORSE, {63: 5, 70: 5}, "too few earlier back pain reports, no baseline"),
        (Rule.PAIN_WORSE, {49: 5, 56: 5, 63: 5, 70: 5}, None),
    ],
)
def test_what_cannot_be_judged_yet_says_why(rule, values, why):
    found = history(*pains(values, **QUIET), report(2, **QUIET), pod=80)
    assert reason(rule, found) == why


def test_worsening_is_judged_by_the_baseline_where_there_is_no_reference():
    assert reason(Rule.PAIN_WORSE, axial({63: 5, 70: 5}, 6)) is None
    assert severity(Rule.PAIN_WORSE, axial({63: 5, 70: 5}, 6)) is None


def test_a_place_never_asked_about_stays_unjudged():
    found = history(*pains({50: 2, 57: 2}))
    assert reason(Rule.PAIN_PERSIST, found) == "no leg pain reported since surgery"


def test_two_complete_reports_of_a_day_count_as_the_last():
    found = history(
        report(50, axial=5, limb=0),
        report(57, hour=9, axial=9, limb=0),
        report(57, hour=15, axial=2, limb=0),
    )
    assert isinstance(outcome(Rule.PAIN_PERSIST, found), NotFired)


def test_a_half_saved_report_does_not_move_a_trend():
    half = report(60, complete=False, axial=0, limb=0)
    found = history(*pains({50: 5, 57: 5}, limb=0), half)
    assert severity(Rule.PAIN_PERSIST, found) == SOON
