"""INSTAB, FALL and CLUSTER."""

from typing import Any

import pytest

from followups.choices import Family, Rule, Severity
from followups.rules import Risk, assess, is_absent
from tests.followups.rules.builders import (
    at,
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

URGENT, SOON, ROUTINE = Severity.URGENT, Severity.SOON, Severity.ROUTINE
LEAP = pains({84: 2, 98: 2}, limb=0)


@pytest.mark.parametrize("pod", [0, 15, 57, 700])
@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ({"instab": "new"}, SOON),
        ({"instab": "worse"}, SOON),
        ({"instab": "new", "fall": False}, SOON),
        ({"instab": "new", "fall": True}, URGENT),
        ({"instab": "same", "fall": True}, None),
        ({"instab": "none"}, None),
        ({"instab": "perhaps"}, None),
    ],
)
def test_a_new_feeling_of_slipping(items, expected, pod):
    assert severity(Rule.INSTAB, history(report(pod, **items))) == expected


@pytest.mark.parametrize(("pain", "expected"), [(8, URGENT), (5, SOON)])
def test_instability_with_sudden_pain_is_urgent(pain, expected):
    found = history(*LEAP, report(112, axial=pain, limb=0, instab="new", fall=False))
    assert severity(Rule.INSTAB, found) == expected


@pytest.mark.parametrize(
    ("pod", "before", "now", "expected"),
    [
        (56, "same", "same", None),
        (57, "same", "same", ROUTINE),
        (57, "worse", "same", ROUTINE),
        (57, "new", "same", ROUTINE),
        (57, "none", "same", None),
        (57, "same", "none", None),
        (57, "same", "worse", SOON),
    ],
)
def test_instability_that_lasts_beyond_8_weeks(pod, before, now, expected):
    found = history(report(pod - 7, instab=before), report(pod, instab=now))
    assert severity(Rule.INSTAB, found) == expected


@pytest.mark.parametrize(
    ("items", "why"),
    [({}, "instability not answered"), ({"instab": "same"}, "no earlier answer on instability")],
)
def test_instability_that_cannot_be_judged_says_why(items, why):
    assert reason(Rule.INSTAB, history(report(60, **items))) == why


def test_the_instability_words_name_the_day_and_what_came_with_it():
    alone = history(report(30, instab="new", axial=2, limb=0))
    assert words(Rule.INSTAB, alone) == (
        "New slipping or giving-way feeling on POD 30: possible unfused segment or loose hardware."
    )
    assert gaps(Rule.INSTAB, alone) == ("fall not answered",)
    both = history(*LEAP, report(112, axial=8, limb=0, instab="worse", fall=True))
    assert words(Rule.INSTAB, both) == (
        "Worse slipping or giving-way feeling on POD 112, after a fall, with sudden pain: "
        "possible unfused segment or loose hardware."
    )
    assert facts(Rule.INSTAB, both)[:3] == [
        ("slipping or giving-way feeling", "worse"),
        ("fall", "yes"),
        ("back pain", "8"),
    ]
    lasting = history(report(50, instab="same"), report(57, instab="same"))
    assert words(Rule.INSTAB, lasting).startswith(
        "Unchanged slipping or giving-way feeling on POD 57, also reported 2026-02-24:"
    )


def test_a_spike_that_could_not_be_judged_is_named():
    found = history(report(30, instab="new", fall=False, axial=8, limb=0))
    assert severity(Rule.INSTAB, found) == SOON
    assert gaps(Rule.INSTAB, found) == ("PAIN-SPIKE could not be judged",)


SOUND: dict[str, Any] = {
    "fall": True,
    "axial": 3,
    "limb": 3,
    "numb": "same",
    "weak": "none",
    "instab": "none",
}
KNOWN = Risk(frozenset({"diabetes"}), 2)


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ({}, SOON),
        ({"fall": False}, None),
        ({"axial": 6}, SOON),
        ({"axial": 7}, URGENT),
        ({"limb": 7}, URGENT),
        ({"limb": 11}, SOON),
        ({"numb": "new"}, URGENT),
        ({"numb": "worse"}, URGENT),
        ({"weak": "new"}, URGENT),
        ({"instab": "worse"}, URGENT),
        ({"instab": "same"}, SOON),
    ],
)
@pytest.mark.parametrize("pod", [0, 60, 700])
def test_a_fall(items, expected, pod):
    found = history(report(pod, **{**SOUND, **items}), risk=KNOWN)
    assert severity(Rule.FALL, found) == expected


def test_fragile_bone_makes_any_fall_urgent():
    found = history(report(60, **SOUND), risk=Risk(frozenset({"osteoporosis"}), 2))
    assert severity(Rule.FALL, found) == URGENT
    assert words(Rule.FALL, found) == (
        "Fall or accident since last check-in; osteoporosis. Check hardware and fracture."
    )


def test_pain_told_in_another_report_of_the_day_counts():
    found = history(
        report(60, hour=9, fall=True, complete=False), report(60, hour=10, axial=7, limb=0)
    )
    assert severity(Rule.FALL, found) == URGENT


def test_the_fall_words_name_signs_or_what_is_missing():
    worst = history(report(60, **{**SOUND, "axial": 9, "numb": "new", "weak": "worse"}))
    assert words(Rule.FALL, worst) == (
        "Fall or accident since last check-in; pain 9/10, changed numbness, changed weakness. "
        "Check hardware and fracture."
    )
    assert gaps(Rule.FALL, worst) == ()
    bare = history(report(60, fall=True))
    assert words(Rule.FALL, bare) == (
        "Fall or accident since last check-in; no new symptoms reported. "
        "Check hardware and fracture."
    )
    assert gaps(Rule.FALL, bare) == (
        "pain not answered",
        "numbness not answered",
        "weakness not answered",
        "instability not answered",
        "osteoporosis not known",
    )
    unknown = history(report(60, **SOUND), risk=Risk(points=0, unknown=frozenset({"osteoporosis"})))
    assert gaps(Rule.FALL, unknown) == ("osteoporosis not known",)
    assert reason(Rule.FALL, history(report(60))) == "fall not answered"


def test_falls_and_instability_share_a_flag():
    found = assess(history(report(60, **{**SOUND, "instab": "new"}), risk=KNOWN)).by_family()
    assert [each.rule for each in found[Family.SPINE]] == [Rule.INSTAB, Rule.FALL]


CLEAR: dict[str, Any] = {
    "axial": 1,
    "limb": 1,
    "numb": "none",
    "weak": "none",
    "instab": "none",
    "func": 1,
    "phq2": 0,
    "gad2": 0,
}
PAINFUL = pains({50: 5}, limb=0)  # with 5 again it persists


def hallmarks(pod=57, *before, **items):
    return history(*before, report(pod, **{**CLEAR, **items}))


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (hallmarks(), None),
        (hallmarks(57, numb="same", weak="same", instab="same"), SOON),
        (hallmarks(56, numb="same", weak="same", instab="same"), None),
        (hallmarks(57, numb="same", weak="same"), None),
        (hallmarks(57, numb="same", weak="same", func=3), SOON),
        (hallmarks(57, numb="same", weak="same", func=2), None),
        (hallmarks(57, numb="same", weak="same", phq2=3), SOON),
        (hallmarks(57, numb="same", weak="same", gad2=3), SOON),
        (hallmarks(57, numb="same", weak="same", phq2=2, gad2=2), None),
        (hallmarks(57, *PAINFUL, axial=5, numb="new", weak="worse"), SOON),
        (hallmarks(57, *PAINFUL, axial=3, numb="new", weak="worse"), None),
        (hallmarks(57, *PAINFUL, axial=5, func=4, instab="new"), SOON),
    ],
)
def test_three_hallmarks_together(found, expected):
    assert severity(Rule.CLUSTER, found) == expected


@pytest.mark.parametrize(("pod", "expected"), [(57, SOON), (84, SOON), (85, SOON), (86, None)])
def test_mood_counts_for_four_weeks(pod, expected):
    low = report(57, phq2=3, gad2=0)
    now = {**CLEAR, "phq2": None, "gad2": None, "numb": "same", "weak": "same"}
    found = (
        history(low, report(pod, **now)) if pod > 57 else history(report(57, **now | {"phq2": 3}))
    )
    assert severity(Rule.CLUSTER, found) == expected


@pytest.mark.parametrize(
    ("items", "why"),
    [
        ({"numb": "same", "weak": "same", "instab": None}, "instability not known"),
        ({"numb": "same", "weak": None, "func": None}, "weakness, function not known"),
        ({"numb": "same", "weak": "same", "phq2": None}, "mood not known"),
        ({"numb": "same", "weak": "same", "func": 9}, "function not known"),
        ({"numb": None, "weak": None}, None),
        ({"numb": "same", "weak": "same", "instab": "same", "func": None}, None),
    ],
)
def test_what_could_still_be_a_third_hallmark_is_named(items, why):
    assert reason(Rule.CLUSTER, hallmarks(57, **items)) == why


def test_unconfirmed_pain_could_be_a_third_hallmark():
    found = hallmarks(57, axial=5, numb="same", weak="same")
    assert reason(Rule.CLUSTER, found) == "pain not known"


def test_the_cluster_words_list_the_hallmarks():
    items: dict[str, Any] = {"numb": "new", "weak": "same", "instab": "worse", "func": 4}
    found = hallmarks(57, *PAINFUL, axial=5, phq2=6, **items)
    assert words(Rule.CLUSTER, found) == (
        "6 of 6 fusion-failure hallmarks together on POD 57: pain, numbness, weakness, "
        "instability, function, mood. Consider structured failure work-up."
    )
    assert outcome(Rule.CLUSTER, found).since == at(57)
    some = hallmarks(57, numb="same", weak="same", instab="same", func=None)
    assert gaps(Rule.CLUSTER, some) == ("function not known",)
    assert facts(Rule.CLUSTER, some) == [
        ("numbness", "present"),
        ("weakness", "present"),
        ("instability", "present"),
    ]


@pytest.mark.parametrize(
    ("before", "now", "absent"),
    [
        ({}, {}, True),
        ({"numb": "same"}, {"numb": "same", "axial": 4}, True),
        ({}, {"numb": "same", "axial": 4, "func": 3}, False),
        ({"numb": "same", "axial": 4, "func": 3}, {}, False),
        ({}, {"numb": None, "weak": None, "func": None}, False),  # not answered counts as told
        ({}, {"numb": "same", "weak": "same", "phq2": 3}, False),
    ],
)
def test_the_badge_of_few_hallmarks(before, now, absent):
    found = history(report(57, **{**CLEAR, **before}), report(64, **{**CLEAR, **now}))
    assert is_absent([Rule.CLUSTER], found) == absent


@pytest.mark.parametrize(
    ("item", "rule", "answers", "absent"),
    [
        ("instab", Rule.INSTAB, ("none", "none"), True),
        ("instab", Rule.INSTAB, ("same", "none"), False),
        ("instab", Rule.INSTAB, (None, "none"), False),
        ("fall", Rule.FALL, (False, False), True),
        ("fall", Rule.FALL, (True, False), False),
    ],
)
def test_the_badge_of_a_steady_spine(item, rule, answers, absent):
    found = history(report(57, **{item: answers[0]}), report(64, **{item: answers[1]}))
    assert is_absent([rule], found) == absent
