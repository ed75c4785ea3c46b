"""PAIN-SPIKE and PAIN-GRADUAL."""

from typing import Any

import pytest

from followups.choices import Rule, Severity
from followups.rules import Baseline, Domain, is_absent, may_clear
from tests.followups.rules.builders import (
    at,
    facts,
    history,
    outcome,
    pains,
    reason,
    report,
    severity,
    words,
)

URGENT, SOON = Severity.URGENT, Severity.SOON


def axial(values, baseline=None, **items: Any):
    found = pains(values, **{"limb": 0, **items})
    return history(*found, baseline=Baseline(axial=baseline))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({7: 2, 11: 2, 14: 8}, None),
        ({7: 2, 11: 2, 15: 8}, URGENT),
        ({6: 2, 11: 2, 15: 8}, None),  # one value from day 7 on
        ({84: 2, 98: 2, 112: 6}, None),
        ({84: 2, 98: 2, 112: 7}, URGENT),
        ({84: 3, 98: 3, 112: 7}, URGENT),
        ({84: 3, 98: 4, 112: 7}, None),  # 3.5 above the median
        ({84: 4, 98: 4, 112: 7}, None),
        ({84: 4, 98: 4, 112: 8}, URGENT),
        ({84: 2, 98: 2, 112: 8, 115: 2}, None),
        ({84: 2, 98: 2, 99: 8}, URGENT),  # needs no confirming pair
        ({84: 2, 98: 2, 400: 8}, URGENT),
    ],
)
def test_a_leap_over_the_usual_level(values, expected):
    assert severity(Rule.PAIN_SPIKE, axial(values)) == expected


def test_a_leap_in_one_place_is_told_of_that_place():
    found = history(*(report(pod, axial=1, limb=leg) for pod, leg in [(84, 2), (98, 2), (112, 8)]))
    assert outcome(Rule.PAIN_SPIKE, found).domains == (Domain.LIMB,)
    assert words(Rule.PAIN_SPIKE, found).startswith("Sudden leg pain 8/10")


def test_the_leap_words_name_value_rise_and_usual_level():
    found = axial({84: 2, 98: 3, 112: 8}, 7)
    assert words(Rule.PAIN_SPIKE, found) == (
        "Sudden back pain 8/10, 5.5 points above usual 2.5. Exceeds measurement error; "
        "ask about fall, fever, neurology."
    )
    assert facts(Rule.PAIN_SPIKE, found) == [
        ("back pain", "8"),
        ("back pain, usual", "2.5"),
        ("back pain before surgery", "7"),
    ]
    assert outcome(Rule.PAIN_SPIKE, found).measure == 8
    assert outcome(Rule.PAIN_SPIKE, found).since == at(112)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({}, "no back pain reported since surgery"),
        ({98: 2, 112: 8}, "too few earlier back pain reports"),
        ({112: 6}, None),
        ({14: 8}, None),
    ],
)
def test_a_leap_that_cannot_be_judged_says_why(values, why):
    found = history(*pains(values, limb=0), report(2, limb=0), pod=120)
    assert reason(Rule.PAIN_SPIKE, found) == why


def creep(*values, first=29, step=7):
    """Return a course of these values a week apart, so the last is late enough."""
    days = range(first, first + step * len(values), step)
    return axial(dict(zip(days, values, strict=True)))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((2, 2, 2, 2, 4, 4, 4, 4), SOON),
        ((2, 2, 2, 4, 4, 4, 4), None),  # seven reports
        ((2, 2, 2, 3, 4, 4, 4, 4), None),  # 1.75 above 2.25
        ((2, 2, 2, 2, 4, 4, 4, 3), None),  # average 3.75
        ((2, 2, 2, 2, 3, 4, 4, 5), SOON),
        ((1, 1, 1, 1, 3, 3, 4, 5), None),  # average 3.75
        ((1, 1, 2, 1, 3, 4, 4, 5), SOON),
        ((9, 1, 1, 1, 1, 4, 4, 4, 4), SOON),  # the lowest run counts, not the first
        ((1, 1, 9, 1, 1, 4, 4, 4, 4), None),  # it must be in a row
        ((4, 4, 4, 4, 6, 6, 6, 6), SOON),
        ((4, 4, 4, 4, 6, 6, 6, 5), None),
        ((4, 4, 4, 4, 2, 2, 2, 2), None),
    ],
)
def test_pain_that_creeps_up(values, expected):
    assert severity(Rule.PAIN_GRADUAL, creep(*values)) == expected


def test_the_creep_counts_from_day_57_and_its_reports_from_day_29():
    values = (2, 2, 2, 2, 4, 4, 4, 4)
    assert severity(Rule.PAIN_GRADUAL, creep(*values, step=4)) == SOON  # to day 57
    early = axial({29: 2, 33: 2, 37: 2, 41: 2, 45: 4, 49: 4, 53: 4, 56: 4})
    assert severity(Rule.PAIN_GRADUAL, early) is None
    late = axial({28: 2, 33: 2, 37: 2, 41: 2, 45: 4, 49: 4, 53: 4, 57: 4})
    assert severity(Rule.PAIN_GRADUAL, late) is None
    assert reason(Rule.PAIN_GRADUAL, late) == "7 of 8 back pain reports since day 29"


def test_a_low_average_needs_no_eight_reports_to_be_judged():
    assert reason(Rule.PAIN_GRADUAL, axial({57: 3})) is None
    assert reason(Rule.PAIN_GRADUAL, axial({57: 4})) == "1 of 8 back pain reports since day 29"
    assert reason(Rule.PAIN_GRADUAL, history(report(60, limb=0))) == (
        "no back pain reported since surgery"
    )


def test_the_creep_words_name_both_averages():
    found = creep(2, 1, 2, 2, 3, 4, 4, 4, 5)
    assert words(Rule.PAIN_GRADUAL, found) == (
        "Back pain crept up: average of last four check-ins 4.25, best earlier four 1.75. "
        "Gradual onset suggests hardware."
    )
    assert facts(Rule.PAIN_GRADUAL, found) == [
        *(("back pain, best earlier", value) for value in "2122"),
        *(("back pain", value) for value in "4445"),
    ]
    assert outcome(Rule.PAIN_GRADUAL, found).measure == 4.25


@pytest.mark.parametrize("rule", [Rule.PAIN_SPIKE, Rule.PAIN_GRADUAL])
def test_a_low_pair_is_a_badge_and_closes_nothing(rule):
    low = axial({84: 2, 98: 2, 112: 8, 119: 3, 126: 3})
    assert is_absent([rule], low)
    assert not may_clear([rule], Severity.ROUTINE, low)
