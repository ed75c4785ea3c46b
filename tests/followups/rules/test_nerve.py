"""NEURO-PAIN and NEURO-SENS."""

from typing import Any

import pytest

from followups.choices import Rule, Severity
from followups.rules import Baseline, is_absent, may_clear
from tests.followups.rules.builders import (
    at,
    gaps,
    history,
    outcome,
    pains,
    reason,
    report,
    severity,
    words,
)

URGENT, SOON, ROUTINE = Severity.URGENT, Severity.SOON, Severity.ROUTINE


@pytest.mark.parametrize(
    ("pod", "items", "expected"),
    [
        (14, {"axial": 4, "limb": 0, "numb": "new"}, URGENT),
        (15, {"axial": 4, "limb": 0, "numb": "new"}, SOON),
        (15, {"axial": 0, "limb": 4, "numb": "worse"}, SOON),
        (15, {"axial": 3, "limb": 3, "numb": "new"}, None),
        (15, {"axial": 4, "limb": None, "numb": "new"}, SOON),
        (15, {"axial": 9, "limb": 9, "numb": "same"}, None),
        (15, {"axial": 9, "limb": 9, "numb": "none"}, None),
        (15, {"axial": 11, "limb": 0, "numb": "new"}, None),
    ],
)
def test_pain_with_new_numbness_in_one_report(pod, items, expected):
    assert severity(Rule.NEURO_PAIN, history(report(pod, **items))) == expected


def test_pain_and_numbness_of_two_reports_do_not_combine():
    found = history(report(20, axial=8, limb=0), report(23, axial=1, limb=0, numb="new"))
    assert severity(Rule.NEURO_PAIN, found) is None


@pytest.mark.parametrize(
    ("pod", "before", "now", "pain", "expected"),
    [
        (57, "same", "same", 6, SOON),
        (57, "new", "same", 6, SOON),
        (57, "worse", "same", 4, ROUTINE),
        (57, "same", "same", 3, None),
        (56, "same", "same", 6, None),
        (57, "none", "same", 6, None),
        (57, "same", "none", 6, None),
    ],
)
def test_lasting_numbness_takes_the_severity_of_persisting_pain(pod, before, now, pain, expected):
    found = history(
        report(pod - 7, axial=pain, limb=0, numb=before),
        report(pod, axial=pain, limb=0, numb=now),
    )
    assert severity(Rule.NEURO_PAIN, found) == expected


@pytest.mark.parametrize(
    ("items", "why"),
    [
        ({"axial": 9, "limb": 9}, "numbness not answered"),
        ({"numb": "new"}, "pain not answered with the numbness"),
        ({"numb": "new", "axial": 3}, "pain not answered with the numbness"),
    ],
)
def test_what_is_missing_is_said(items, why):
    assert reason(Rule.NEURO_PAIN, history(report(20, **items))) == why


def test_lasting_numbness_waits_for_pain_to_be_confirmed():
    found = history(report(50, numb="same"), report(57, axial=6, limb=0, numb="same"))
    assert reason(Rule.NEURO_PAIN, found) == ("PAIN-PERSIST: back pain 6/10 not confirmed yet")


def test_lasting_numbness_needs_an_earlier_answer():
    found = history(*pains({50: 6}, limb=0), report(57, axial=6, limb=0, numb="same"))
    assert reason(Rule.NEURO_PAIN, found) == "no earlier answer on numbness"


def test_the_short_form_between_does_not_hide_lasting_numbness():
    numb = report(98, axial=6, limb=0, numb="same")
    short = report(112, axial=6, limb=0)
    found = history(numb, short, report(126, axial=6, limb=0, numb="same"))
    assert severity(Rule.NEURO_PAIN, found) == SOON


def test_the_numbness_words_name_pain_side_and_place():
    items: dict[str, Any] = {"axial": 4, "limb": 5, "numb": "new", "numb_side": "left"}
    found = outcome(Rule.NEURO_PAIN, history(report(70, numb_site=frozenset({"leg"}), **items)))
    assert found.explanation == (
        "Pain 5/10 with new left leg numbness or tingling: pattern seen with nerve compression."
    )
    assert found.measure == 5
    assert found.since == at(70)


def test_the_more_severe_of_both_forms_counts():
    half = report(60, hour=9, complete=False, axial=9, limb=0, numb="new")
    found = history(
        report(53, axial=4, limb=0, numb="same"),
        half,
        report(60, hour=10, axial=4, limb=0, numb="same"),
        baseline=Baseline(axial=10, limb=0),
    )
    assert severity(Rule.PAIN_PERSIST, found) == ROUTINE
    assert severity(Rule.NEURO_PAIN, found) == SOON


QUIET: dict[str, Any] = {"axial": 3, "limb": 3}


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ({"numb": "new", "numb_side": "both", **QUIET}, URGENT),
        ({"numb": "worse", "numb_side": "both", "axial": 9, "limb": 9}, URGENT),
        ({"numb": "new", "numb_side": "both"}, URGENT),
        ({"numb": "same", "numb_side": "both", **QUIET}, None),
        ({"numb": "new", "numb_side": "left", **QUIET}, ROUTINE),
        ({"numb": "worse", "numb_side": "right", **QUIET}, ROUTINE),
        ({"numb": "new", **QUIET}, ROUTINE),
        ({"numb": "new", "numb_side": "left"}, ROUTINE),  # pain not answered
        ({"numb": "new", "numb_side": "left", "axial": 3}, ROUTINE),
        ({"numb": "new", "numb_side": "left", "axial": 4, "limb": 0}, None),
        ({"numb": "new", "numb_side": "left", "axial": 0, "limb": 4}, None),
        ({"numb": "new", "numb_side": "left", "axial": 11, "limb": 3}, ROUTINE),
        ({"numb": "none", "numb_side": "both", **QUIET}, None),
        ({"numb": "perhaps", "numb_side": "both", **QUIET}, None),
    ],
)
@pytest.mark.parametrize("pod", [0, 30, 300])
def test_new_numbness_without_pain_or_on_both_sides(items, expected, pod):
    assert severity(Rule.NEURO_SENS, history(report(pod, **items))) == expected


@pytest.mark.parametrize(
    ("before", "expected"),
    [("new", SOON), ("worse", SOON), ("same", ROUTINE), ("none", ROUTINE), (None, ROUTINE)],
)
def test_one_sided_numbness_told_twice_in_a_row_is_more_pressing(before, expected):
    now = report(30, numb="new", numb_side="left", **QUIET)
    assert severity(Rule.NEURO_SENS, history(report(20, numb=before), now)) == expected


def test_the_short_form_between_does_not_hide_the_first_time():
    now = report(30, numb="new", numb_side="left", **QUIET)
    found = history(report(20, numb="new"), report(25), now)
    assert severity(Rule.NEURO_SENS, found) == SOON


def test_two_reports_of_one_day_are_one_time():
    items: dict[str, Any] = {"numb": "new", "numb_side": "left", **QUIET}
    found = history(report(30, hour=9, **items), report(30, hour=15, **items))
    assert severity(Rule.NEURO_SENS, found) == ROUTINE


@pytest.mark.parametrize(
    ("items", "why"),
    [
        ({}, "numbness not answered"),
        ({"numb": "perhaps"}, "numbness not answered"),
        ({"numb": "new", "axial": 9, "limb": 9}, "side of the numbness not answered"),
        ({"numb": "new", "numb_side": "left", "axial": 9, "limb": 9}, None),
        ({"numb": "same"}, None),
    ],
)
def test_numbness_that_cannot_be_placed_says_why(items, why):
    assert reason(Rule.NEURO_SENS, history(report(30, **items))) == why


@pytest.mark.parametrize(
    ("items", "text", "missing"),
    [
        (
            {"numb_side": "both", "axial": 6, "limb": 2},
            "Bilateral new numbness or tingling, with pain 6/10. Bilateral change is a cauda "
            "equina or cord warning sign.",
            (),
        ),
        (
            {"numb_side": "left", "axial": 2, "limb": 3},
            "Left new numbness or tingling, without significant pain (3/10). Bilateral change "
            "is a cauda equina or cord warning sign.",
            (),
        ),
        (
            {},
            "New numbness or tingling, pain not answered. Bilateral change is a cauda equina "
            "or cord warning sign.",
            ("side of numbness not answered", "pain not answered"),
        ),
    ],
)
def test_the_sensory_words_name_side_and_pain(items, text, missing):
    found = history(report(30, numb="new", **items))
    assert words(Rule.NEURO_SENS, found) == text
    assert gaps(Rule.NEURO_SENS, found) == missing


@pytest.mark.parametrize(
    ("before", "now", "gone"),
    [
        ("none", "none", True),
        ("same", "none", True),
        ("none", "same", True),
        ("new", "none", False),
        ("none", None, False),
        (None, "none", False),
    ],
)
def test_a_routine_numbness_flag_closes_when_it_is_not_new_twice(before, now, gone):
    found = history(report(30, numb=before, **QUIET), report(37, numb=now, **QUIET))
    assert is_absent([Rule.NEURO_SENS], found) == gone
    assert may_clear([Rule.NEURO_SENS], ROUTINE, found) == gone
    assert not may_clear([Rule.NEURO_SENS], URGENT, found)
