"""INFECT and CSF."""

from typing import Any

import pytest

from followups.choices import Family, Rule, Severity
from followups.rules import Risk, assess, is_absent, may_clear
from tests.followups.rules.builders import (
    at,
    facts,
    gaps,
    history,
    outcome,
    reason,
    report,
    severity,
    words,
)

EMERGENCY, URGENT = Severity.EMERGENCY, Severity.URGENT
WELL: dict[str, Any] = {
    "fever": False,
    "unwell": False,
    "wound": frozenset(),
    "axial": 3,
    "limb": 3,
}


def told(pod, **items):
    return history(report(pod, **{**WELL, **items}))


def wound(*signs):
    return frozenset(signs)


@pytest.mark.parametrize(
    ("pod", "items", "expected"),
    [
        (9, {}, None),
        (9, {"fever": True}, URGENT),
        (90, {"fever": True}, URGENT),
        (91, {"fever": True}, None),
        (91, {"fever": True, "axial": 4}, URGENT),
        (91, {"fever": True, "limb": 4}, URGENT),
        (9, {"temp_c": 37.9}, None),
        (9, {"temp_c": 38.0}, URGENT),
        (9, {"temp_c": 33.9}, None),
        (9, {"temp_c": 43.0}, URGENT),
        (9, {"temp_c": 43.1}, None),  # not believable
        (91, {"temp_c": 39.0, "limb": 10}, URGENT),
        (9, {"unwell": True}, EMERGENCY),
        (700, {"unwell": True}, EMERGENCY),
        (9, {"unwell": True, "fever": True}, EMERGENCY),
        (9, {"unwell": True, "temp_c": 38.0}, EMERGENCY),
        (9, {"unwell": True, "temp_c": 37.9}, EMERGENCY),
        (700, {"unwell": True, "fever": True}, EMERGENCY),
        (0, {"wound": wound("pus")}, URGENT),
        (700, {"wound": wound("open")}, URGENT),
        (3, {"wound": wound("redness")}, URGENT),
        (5, {"wound": wound("clear")}, None),
        (6, {"wound": wound("clear")}, URGENT),
        (5, {"wound": wound("blood")}, None),
        (6, {"wound": wound("blood")}, URGENT),
        (6, {"wound": wound("leg")}, None),
        (9, {"unwell": True, "wound": wound("pus")}, EMERGENCY),
    ],
)
def test_wound_signs_and_fever(pod, items, expected):
    assert severity(Rule.INFECT, told(pod, **items)) == expected


def test_signs_of_two_reports_of_a_day_count_together():
    half = report(16, hour=9, complete=False, unwell=True)
    found = history(half, report(16, hour=10, fever=True))
    assert severity(Rule.INFECT, found) == EMERGENCY
    assert outcome(Rule.INFECT, found).since == at(16, 10)
    other_day = history(report(15, unwell=True), report(16, **{**WELL, "fever": True}))
    assert severity(Rule.INFECT, other_day) == URGENT


@pytest.mark.parametrize(
    ("pod", "items", "why"),
    [
        (9, {"fever": None}, "fever not answered"),
        (9, {"fever": None, "temp_c": 37.0}, "fever not answered"),
        (9, {"fever": False, "temp_c": None}, None),  # the question includes the number
        (9, {"unwell": None}, "unwell not answered"),
        (9, {"wound": None}, "wound not answered"),
        (60, {"wound": None}, "wound not answered"),
        (9, {"wound": None, "fever": None}, "wound, fever not answered"),
        (91, {"fever": True, "limb": None}, "pain not answered"),
        (91, {"fever": True, "unwell": None}, "unwell not answered"),
        (91, {"fever": True}, None),
    ],
)
def test_what_is_missing_is_said(pod, items, why):
    assert reason(Rule.INFECT, told(pod, **items)) == why


def test_without_a_report_nothing_can_be_judged():
    for rule in (Rule.INFECT, Rule.CSF):
        assert reason(rule, history(pod=5)) == "no report since surgery"


def test_the_infection_words_name_signs_and_risks():
    items = {"wound": wound("pus", "clear"), "temp_c": 38.6, "fever": True, "unwell": True}
    risk = Risk(frozenset({"diabetes", "obesity", "autoimmune", "smoker_current", "revision"}), 9)
    found = history(report(16, **{**WELL, **items}), risk=risk)
    assert words(Rule.INFECT, found) == (
        "Wound clear/pus, 38.6°C, unwell on POD 16; risk factors diabetes, obesity, autoimmune, "
        "smoking. Possible surgical-site or implant infection; low threshold for same-day wound "
        "review."
    )
    assert facts(Rule.INFECT, found) == [
        ("wound", "clear, pus"),
        ("fever", "yes"),
        ("temperature, °C", "38.6"),
        ("seriously unwell", "yes"),
    ]
    assert gaps(Rule.INFECT, found) == ()


def test_feeling_seriously_unwell_alone_is_no_infection_by_name():
    assert words(Rule.INFECT, told(9, unwell=True)) == (
        "Seriously unwell on POD 9; risk factors none recorded. No fever told; possible sepsis or "
        "bleeding. Patient told to call emergency services."
    )


def test_every_report_of_the_day_that_tells_something_is_evidence():
    found = history(
        report(16, hour=9, **{**WELL, "temp_c": 39.1}),
        report(16, hour=10, **{**WELL, "temp_c": 38.2}),
        report(16, hour=11, **WELL),
        report(16, hour=12, **{**WELL, "wound": wound("pus", "blood")}),
        report(16, hour=13, **{**WELL, "unwell": True}),
    )
    assert words(Rule.INFECT, found).startswith("Wound blood/pus, 39.1°C, unwell on POD 16;")
    assert [value for label, value in facts(Rule.INFECT, found) if label == "seriously unwell"] == [
        "no",
        "no",
        "no",
        "yes",
    ]
    assert outcome(Rule.INFECT, found).since == at(16, 13)


def test_fever_told_in_one_report_of_two_is_fever():
    found = history(
        report(16, hour=9, **{**WELL, "fever": True}), report(16, hour=10, wound=wound("pus"))
    )
    assert words(Rule.INFECT, found).startswith("Wound pus, fever on POD 16;")


def test_pain_known_in_one_report_of_the_day_is_known():
    found = history(
        report(91, hour=9, **{**WELL, "fever": True}),
        report(91, hour=10, **{**WELL, "axial": None}),
    )
    assert reason(Rule.INFECT, found) is None


def test_the_infection_words_without_risks():
    found = history(report(3, fever=True))
    assert words(Rule.INFECT, found).startswith("Fever on POD 3; risk factors none recorded.")
    assert gaps(Rule.INFECT, found) == (
        "wound not answered",
        "unwell not answered",
        "risk factors unknown",
    )


@pytest.mark.parametrize(
    ("pod", "items", "expected"),
    [
        (0, {"wound": wound("clear"), "headache_upright": False}, URGENT),
        (30, {"wound": wound("clear"), "headache_upright": False}, URGENT),
        (31, {"wound": wound("clear"), "headache_upright": False}, None),
        (30, {"wound": wound(), "headache_upright": True}, URGENT),
        (31, {"wound": wound(), "headache_upright": True}, None),
        (9, {"wound": wound("blood", "pus"), "headache_upright": False}, None),
        (9, {"wound": None, "headache_upright": True}, URGENT),
        (9, {"wound": wound("clear"), "headache_upright": None}, URGENT),
    ],
)
def test_clear_fluid_and_upright_headache(pod, items, expected):
    assert severity(Rule.CSF, history(report(pod, **items))) == expected


@pytest.mark.parametrize(
    ("pod", "items", "why"),
    [
        (9, {}, "wound, upright headache not answered"),
        (9, {"wound": wound()}, "upright headache not answered"),
        (9, {"headache_upright": False}, "wound not answered"),
        (31, {}, None),
    ],
)
def test_a_leak_that_cannot_be_judged_says_why(pod, items, why):
    assert reason(Rule.CSF, history(report(pod, **items))) == why


def test_the_leak_words_name_the_signs():
    both = history(report(9, wound=wound("clear"), headache_upright=True))
    assert words(Rule.CSF, both) == (
        "Clear drainage and upright headache on POD 9; possible CSF leak. "
        "Check operative note for durotomy."
    )
    one = history(report(9, headache_upright=True))
    assert words(Rule.CSF, one).startswith("Upright headache on POD 9;")
    assert gaps(Rule.CSF, one) == ("wound not answered",)


def test_the_newest_of_the_day_dates_a_leak():
    found = history(
        report(9, hour=9, wound=wound("clear")), report(9, hour=12, headache_upright=True)
    )
    assert outcome(Rule.CSF, found).since == at(9, 12)


def test_infection_and_leak_share_a_flag():
    found = assess(told(9, wound=wound("clear"), headache_upright=False)).by_family()
    assert [each.rule for each in found[Family.WOUND]] == [Rule.INFECT, Rule.CSF]


@pytest.mark.parametrize(
    ("before", "now", "absent"),
    [
        ({}, {}, True),
        ({"fever": True}, {}, False),
        ({}, {"fever": None}, False),
        ({"wound": wound("pus")}, {}, False),
        ({"wound": None}, {"wound": None}, True),  # not asked any more
        ({"temp_c": 38.5}, {}, False),
    ],
)
def test_the_badge_of_an_infection_that_is_gone(before, now, absent):
    found = history(report(50, **{**WELL, **before}), report(57, **{**WELL, **now}))
    assert is_absent([Rule.INFECT], found) == absent
    assert not may_clear([Rule.INFECT], Severity.ROUTINE, found)


@pytest.mark.parametrize(
    ("wounds", "headaches", "absent"),
    [
        ((wound(), wound()), (False, False), True),
        ((wound("clear"), wound()), (False, False), False),
        ((wound(), wound("blood")), (False, False), True),
        ((wound(), wound()), (True, False), False),
        ((None, wound()), (False, False), False),
    ],
)
def test_the_badge_of_a_leak_that_is_gone(wounds, headaches, absent):
    found = history(
        *(
            report(pod, wound=signs, headache_upright=aching)
            for pod, signs, aching in zip((9, 14), wounds, headaches, strict=True)
        )
    )
    assert is_absent([Rule.CSF], found) == absent
