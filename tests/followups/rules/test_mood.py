"""PSYCH and SUICIDE."""

from typing import Any

import pytest

from followups.choices import Rule, Severity
from followups.rules import Score, is_absent, may_clear
from tests.followups.rules.builders import (
    at,
    day,
    facts,
    gaps,
    history,
    outcome,
    pains,
    reason,
    report,
    severity,
    words,
)

EMERGENCY, URGENT = Severity.EMERGENCY, Severity.URGENT
SOON, ROUTINE = Severity.SOON, Severity.ROUTINE


def mood(pod, phq2, gad2, **items):
    return report(pod, phq2=phq2, gad2=gad2, **items)


@pytest.mark.parametrize(
    ("phq2", "gad2", "expected"),
    [
        (2, 2, None),
        (3, 0, ROUTINE),
        (0, 3, ROUTINE),
        (3, None, ROUTINE),
        (None, 3, ROUTINE),
        (4, 4, ROUTINE),
        (5, 3, ROUTINE),
        (6, 3, SOON),
        (4, 5, SOON),
        (6, 6, SOON),
        (7, 0, None),  # no such score
        (0, 0, None),
    ],
)
@pytest.mark.parametrize("pod", [1, 91, 700])
def test_one_positive_half_is_enough(phq2, gad2, expected, pod):
    assert severity(Rule.PSYCH, history(mood(pod, phq2, gad2))) == expected


@pytest.mark.parametrize(
    ("earlier", "expected"),
    [
        ((), ROUTINE),
        ((mood(77, 3, 0),), SOON),
        ((mood(78, 3, 0),), ROUTINE),  # 13 days before
        ((mood(77, 2, 2),), ROUTINE),
        ((mood(50, 3, 0), mood(77, 2, 2)), ROUTINE),
        ((mood(50, 2, 2), mood(77, 0, 3)), SOON),
        ((mood(50, 3, 0), mood(77, None, 0)), SOON),  # left open, so not the last one
        ((mood(50, 3, 0), mood(85, 0, 0)), SOON),  # the last at least 14 days before
        ((mood(-5, 3, 0),), ROUTINE),
    ],
)
def test_a_mood_that_was_low_before_is_more_pressing(earlier, expected):
    assert severity(Rule.PSYCH, history(*earlier, mood(91, 3, 0))) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({50: 6, 57: 6}, SOON),
        ({50: 3, 57: 3}, ROUTINE),
        ({42: 6, 49: 6}, ROUTINE),  # PAIN-WATCH is routine itself
    ],
)
def test_a_low_mood_with_a_recovery_off_track_is_more_pressing(values, expected):
    *before, (pod, pain) = values.items()
    found = history(*pains(dict(before), limb=0), mood(pod, 3, 0, axial=pain, limb=0))
    assert severity(Rule.PSYCH, found) == expected


def test_limited_everyday_life_is_off_track_too():
    found = history(report(106, func=3), mood(113, 3, 0, func=3))
    assert severity(Rule.PSYCH, found) == SOON
    assert ("FUNC", "fired") in facts(Rule.PSYCH, found)


@pytest.mark.parametrize(
    ("items", "why"),
    [
        ({}, "PHQ-4 not answered"),
        ({"phq2": 2}, "PHQ-4 not answered"),
        ({"gad2": 2}, "PHQ-4 not answered"),
        ({"phq2": 2, "gad2": 2}, None),
        ({"phq2": 7, "gad2": 2}, "PHQ-4 not answered"),
    ],
)
def test_a_mood_that_cannot_be_judged_says_why(items, why):
    assert reason(Rule.PSYCH, history(report(91, **items))) == why


def test_the_mood_words_name_the_scores():
    first = history(*pains({84: 1}, limb=0), mood(91, 3, 4, axial=1, limb=0, func=1))
    assert words(Rule.PSYCH, first) == (
        "PHQ-4 7 (PHQ-2 3, GAD-2 4); first. Offer full assessment and support."
    )
    assert facts(Rule.PSYCH, first) == [("PHQ-2", "3"), ("GAD-2", "4")]
    assert gaps(Rule.PSYCH, first) == ()
    again = history(mood(60, 3, 0), *pains({84: 6}, limb=0), mood(91, 3, None, axial=6, limb=0))
    assert words(Rule.PSYCH, again) == (
        "PHQ-4 incomplete (PHQ-2 3, GAD-2 not answered); repeated, recovery off track. "
        "Offer full assessment and support."
    )
    assert gaps(Rule.PSYCH, again) == ("GAD-2 not answered",)


def test_a_recovery_that_could_not_be_judged_is_named():
    found = history(mood(91, 3, 0, axial=5, limb=0, func=0))
    assert severity(Rule.PSYCH, found) == ROUTINE
    assert gaps(Rule.PSYCH, found) == (
        "PAIN-PERSIST, PAIN-WORSE, PAIN-REBOUND, PAIN-GRADUAL could not be judged",
    )


LOW, WELL = (3, 0), (2, 2)


@pytest.mark.parametrize(
    ("moods", "clears", "badge"),
    [
        ((LOW, WELL), True, False),
        ((LOW, WELL, WELL), True, True),
        ((LOW, WELL, LOW), False, False),
        ((LOW, (2, None)), False, False),
        ((LOW, (None, None), WELL), True, False),
    ],
)
def test_a_routine_mood_flag_closes_with_the_next_negative_answer(moods, clears, badge):
    found = history(*(mood(30 + 28 * n, *each) for n, each in enumerate(moods)))
    assert may_clear([Rule.PSYCH], ROUTINE, found) == clears
    assert not may_clear([Rule.PSYCH], SOON, found)
    assert is_absent([Rule.PSYCH], found) == badge


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, None), (1, URGENT), (2, EMERGENCY), (3, EMERGENCY), (4, None), (-1, None)],
)
@pytest.mark.parametrize("pod", [0, 91, 700])
def test_any_thought_of_self_harm(value, expected, pod):
    assert severity(Rule.SUICIDE, history(report(pod, phq9_i9=value))) == expected


def test_where_item_9_is_not_asked_nothing_can_be_judged():
    assert reason(Rule.SUICIDE, history(report(91))) == "PHQ-9 item 9 not asked"
    assert reason(Rule.SUICIDE, history(pod=91)) == "PHQ-9 item 9 not asked"
    assert reason(Rule.SUICIDE, history(report(91, phq9_i9=0))) is None


def test_the_self_harm_words_name_the_answer():
    assert words(Rule.SUICIDE, history(report(91, phq9_i9=1))) == (
        "PHQ-9 item 9 = 1. Same-day direct contact and structured suicide-risk assessment "
        "required; crisis text shown."
    )


def entered(value, pod, hour=12):
    return Score("phq9_i9", value, at(pod, hour), day(pod))


@pytest.mark.parametrize(
    ("reports", "scores", "expected"),
    [
        ((), (entered(1, 91),), URGENT),
        ((), (entered(2, 91),), EMERGENCY),
        ((), (entered(0, 91),), None),
        ((), (entered(2, 80), entered(0, 91)), None),
        ((), (entered(0, 80), entered(2, 91)), EMERGENCY),
        ((report(98),), (entered(2, 91),), EMERGENCY),  # a later report does not hide it
        ((report(98, phq9_i9=0),), (entered(2, 91),), None),
        ((report(98, phq9_i9=0, complete=False), report(99)), (entered(2, 91),), None),
        ((report(91, phq9_i9=1),), (entered(2, 98),), EMERGENCY),
        ((report(91, phq9_i9=2),), (entered(0, 91, 15),), EMERGENCY),  # worst of the day
        ((report(91, phq9_i9=2),), (entered(0, 92),), None),
        ((report(91, phq9_i9=2), report(98)), (entered(0, 91, 15),), EMERGENCY),
        ((report(91, phq9_i9=2), report(98)), (), None),
        ((), (entered(2, -3),), None),
        ((), (entered(5, 91),), None),
        ((), (entered(1.5, 91),), None),
    ],
)
def test_an_answer_entered_by_staff_counts_until_item_9_is_answered_again(
    reports, scores, expected
):
    assert severity(Rule.SUICIDE, history(*reports, pod=120, scores=scores)) == expected


def test_the_crisis_text_is_not_claimed_for_an_answer_told_to_staff():
    found = history(report(91, phq2=0), pod=91, scores=(entered(2, 91, 9),))
    assert words(Rule.SUICIDE, found).endswith("assessment required.")
    assert outcome(Rule.SUICIDE, found).since == at(91, 9)


@pytest.mark.parametrize(
    ("values", "absent"), [((2, 0, 0), True), ((0, 2, 0), False), ((0,), False)]
)
def test_self_harm_denied_twice_is_a_badge_and_closes_nothing(values, absent):
    told: Any = [report(30 + 28 * n, phq9_i9=value) for n, value in enumerate(values)]
    assert is_absent([Rule.SUICIDE], history(*told)) == absent
    assert not may_clear([Rule.SUICIDE], ROUTINE, history(*told))
