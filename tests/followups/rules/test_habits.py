"""ADHERE."""

from typing import Any

import pytest

from followups.choices import Rule, Severity
from followups.rules import Risk, is_absent, may_clear
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

SOON, ROUTINE = Severity.SOON, Severity.ROUTINE
GOOD: dict[str, Any] = {
    "adh": "all",
    "overdid": False,
    "nicotine": False,
    "axial": 1,
    "limb": 0,
    "instab": "none",
}


def told(pod, before=(), restriction_end_pod=84, **items):
    return history(
        *before, report(pod, **{**GOOD, **items}), restriction_end_pod=restriction_end_pod
    )


@pytest.mark.parametrize(
    ("pod", "items", "expected"),
    [
        (60, {}, None),
        (60, {"adh": "mostly"}, None),
        (60, {"adh": "some"}, ROUTINE),
        (60, {"adh": "not"}, ROUTINE),
        (60, {"overdid": True}, ROUTINE),
        (84, {"adh": "some"}, ROUTINE),
        (85, {"adh": "some"}, None),
        (85, {"overdid": True}, None),
        (60, {"adh": "some", "instab": "new"}, SOON),
        (60, {"adh": "some", "instab": "worse"}, SOON),
        (60, {"adh": "some", "instab": "same"}, ROUTINE),
        (60, {"nicotine": True}, ROUTINE),
        (180, {"nicotine": True}, ROUTINE),
        (181, {"nicotine": True}, None),
        (60, {"nicotine": True, "instab": "new"}, ROUTINE),  # coaching either way
    ],
)
def test_restrictions_and_nicotine(pod, items, expected):
    assert severity(Rule.ADHERE, told(pod, **items)) == expected


@pytest.mark.parametrize(
    ("end", "pod", "expected"), [(42, 42, ROUTINE), (42, 43, None), (120, 120, ROUTINE)]
)
def test_the_surgeon_may_set_another_end(end, pod, expected):
    found = told(pod, adh="not", restriction_end_pod=end)
    assert severity(Rule.ADHERE, found) == expected


@pytest.mark.parametrize(
    ("values", "items", "expected"),
    [
        ({42: 5}, {"axial": 5, "adh": "some"}, ROUTINE),  # without a baseline nothing to watch
        ({42: 6}, {"axial": 6, "adh": "some"}, SOON),  # PAIN-WATCH, although routine itself
        ({42: 6}, {"axial": 6, "overdid": True}, SOON),
        ({42: 6}, {"axial": 6, "nicotine": True}, ROUTINE),
    ],
)
def test_pain_beside_it_is_more_pressing(values, items, expected):
    found = told(49, pains(values, limb=0), **items)
    assert severity(Rule.ADHERE, found) == expected


SMOKER = Risk(frozenset({"smoker_current"}), 3)
QUIT = Risk(frozenset({"smoker_recent_ex"}), 1)
NEVER = Risk(frozenset(), 0)
UNKNOWN = Risk(frozenset(), 0, frozenset({"smoking"}))


@pytest.mark.parametrize(
    ("pod", "items", "risk", "why"),
    [
        (60, {"adh": None}, NEVER, "restrictions not answered"),
        (60, {"adh": "perhaps"}, NEVER, "restrictions not answered"),
        (60, {"overdid": None}, NEVER, "overexertion not answered"),
        (85, {"adh": None, "overdid": None}, NEVER, None),
        (60, {"nicotine": None}, SMOKER, "nicotine not answered"),
        (60, {"nicotine": None}, QUIT, "nicotine not answered"),
        (60, {"nicotine": None}, UNKNOWN, "nicotine not answered"),
        (60, {"nicotine": None}, Risk(), "nicotine not answered"),
        (60, {"nicotine": None}, NEVER, None),  # not asked
        (180, {"nicotine": None}, SMOKER, "nicotine not answered"),
        (181, {"nicotine": None}, SMOKER, None),
    ],
)
def test_what_is_missing_is_said(pod, items, risk, why):
    found = history(report(pod, **{**GOOD, **items}), risk=risk)
    assert reason(Rule.ADHERE, found) == why


@pytest.mark.parametrize(
    ("items", "text"),
    [
        (
            {"adh": "some", "overdid": True},
            "Restrictions not followed (only some of the time, overexertion) on POD 60. "
            "Education call.",
        ),
        (
            {"adh": "not", "nicotine": True, "instab": "new"},
            "Restrictions not followed (not at all) on POD 60; nicotine use, with new "
            "instability. Education call.",
        ),
        ({"nicotine": True}, "Nicotine use on POD 60. Education call."),
    ],
)
def test_the_words_name_what_was_told(items, text):
    assert words(Rule.ADHERE, told(60, **items)) == text


def test_the_evidence_is_the_answers_and_the_pain():
    found = told(49, pains({42: 6}, limb=0), axial=6, adh="not")
    assert words(Rule.ADHERE, found).endswith("with pain change. Education call.")
    assert facts(Rule.ADHERE, found)[:3] == [
        ("restrictions followed", "not"),
        ("overexertion", "no"),
        ("back pain", "6"),
    ]
    assert outcome(Rule.ADHERE, found).since == at(49)
    assert gaps(Rule.ADHERE, told(60, adh="some")) == ()
    assert gaps(Rule.ADHERE, told(60, adh="some", axial=5)) == (
        "PAIN-PERSIST, PAIN-WORSE, PAIN-REBOUND, PAIN-GRADUAL could not be judged",
    )


@pytest.mark.parametrize(
    ("pod", "before", "now", "gone"),
    [
        (60, {}, {"adh": "mostly"}, True),
        (60, {"adh": "some"}, {}, False),
        (60, {}, {"adh": "some"}, False),
        (60, {"overdid": True}, {}, False),
        (60, {"nicotine": True}, {}, False),
        (60, {"adh": None}, {}, False),
        (60, {"adh": None, "nicotine": None}, {}, False),
        (120, {"adh": None}, {"adh": None}, True),  # only nicotine is left
        (120, {"adh": None, "nicotine": None}, {"adh": None}, False),
    ],
)
def test_a_routine_flag_closes_after_two_adherent_reports(pod, before, now, gone):
    found = history(report(pod - 7, **{**GOOD, **before}), report(pod, **{**GOOD, **now}))
    assert is_absent([Rule.ADHERE], found) == gone
    assert may_clear([Rule.ADHERE], ROUTINE, found) == gone
    assert not may_clear([Rule.ADHERE], SOON, found)
