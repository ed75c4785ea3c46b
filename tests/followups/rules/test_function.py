"""FUNC and PROM."""

import math

import pytest

from followups.choices import Rule, Severity
from followups.rules import Baseline, Score, is_absent, may_clear
from tests.followups.rules.builders import (
    at,
    day,
    facts,
    gaps,
    history,
    outcome,
    reason,
    report,
    severity,
    words,
)

SOON, ROUTINE = Severity.SOON, Severity.ROUTINE


def limited(values):
    return history(*(report(pod, func=value) for pod, value in values.items()))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        # declined from its reference
        ({14: 1, 18: 1, 21: 2, 28: 2}, None),
        ({14: 1, 18: 1, 22: 2, 29: 2}, SOON),
        ({6: 1, 18: 1, 22: 2, 29: 2}, None),  # one value from day 7 on
        ({14: 0, 18: 0, 22: 1, 29: 1}, None),
        ({14: 0, 18: 0, 22: 1, 29: 2}, None),
        ({14: 1, 18: 2, 22: 2, 29: 2}, None),  # half a step above 1.5
        ({14: 2, 18: 2, 22: 3, 29: 3}, SOON),
        ({14: 1, 18: 1, 28: 3, 29: 3}, None),  # a day apart confirms nothing
        ({14: 1, 18: 1, 22: 5, 29: 5}, None),  # no such answer
        # still severe
        ({105: 3, 112: 3}, None),
        ({106: 3, 113: 3}, SOON),
        ({106: 3, 113: 2}, None),
        ({106: 2, 113: 3}, None),
        ({106: 4, 113: 4}, SOON),
        # impossible early
        ({2: 4, 6: 4}, None),
        ({3: 4, 7: 4}, ROUTINE),
        ({21: 4, 28: 4}, ROUTINE),
        ({22: 4, 29: 4}, None),
        ({21: 3, 28: 4}, None),
        ({21: 4, 28: 3}, None),
    ],
)
def test_everyday_limitation(values, expected):
    assert severity(Rule.FUNC, limited(values)) == expected


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({}, "no everyday limitation reported since surgery"),
        ({60: 2}, "everyday limitation 2/4 not confirmed yet"),
        ({60: 1}, None),
        ({53: 2, 60: 2}, "too few earlier reports of everyday limitation"),
        ({53: 1, 60: 2}, None),
        ({10: 4}, "everyday limitation 4/4 not confirmed yet"),
        ({10: 3}, None),
        ({106: 2, 113: 3}, "too few earlier reports of everyday limitation"),
    ],
)
def test_limitation_that_cannot_be_judged_says_why(values, why):
    found = history(*limited({1: None, **values}).reports, pod=200)
    assert reason(Rule.FUNC, found) == why


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (
            {14: 1, 18: 2, 22: 3, 29: 4},
            "Everyday activity declined from usual 1.5: limitation 3 and 4 of 4 by POD 29.",
        ),
        (
            {106: 3, 113: 3},
            "Everyday activity still severely limited after 16 weeks: limitation 3 and 3 of 4 "
            "by POD 113.",
        ),
        (
            {3: 4, 7: 4},
            "Everyday activity not possible in the first month: limitation 4 and 4 of 4 by POD 7.",
        ),
    ],
)
def test_the_limitation_words_name_both_answers(values, text):
    assert words(Rule.FUNC, limited(values)) == text


def test_the_limitation_evidence_is_the_pair_and_the_usual():
    found = limited({14: 1, 18: 1, 22: 3, 29: 4})
    assert facts(Rule.FUNC, found) == [
        ("everyday limitation, of 4", "3"),
        ("everyday limitation, of 4", "4"),
        ("everyday limitation, of 4, usual", "1"),
    ]
    assert outcome(Rule.FUNC, found).since == at(29)


@pytest.mark.parametrize(
    ("values", "absent"), [({60: 1, 67: 1}, True), ({60: 2, 67: 1}, False), ({60: 1}, False)]
)
def test_the_badge_of_activity_regained(values, absent):
    assert is_absent([Rule.FUNC], limited(values)) == absent
    assert not may_clear([Rule.FUNC], ROUTINE, limited(values))


def scored(values, baseline=None, instrument="odi", **items):
    return history(
        *(report(pod, **{instrument: value}) for pod, value in values.items()),
        baseline=Baseline(**{instrument: baseline}),
        **items,
    )


@pytest.mark.parametrize("instrument", ["odi", "ndi"])
@pytest.mark.parametrize(
    ("values", "baseline", "expected"),
    [
        # worse than the best
        ({28: 10, 56: 23}, 50, SOON),
        ({28: 10, 56: 22.9}, 50, None),
        ({27: 10, 56: 23}, 50, None),  # the best counts from day 28
        ({29: 10, 56: 23}, 50, None),  # and from 28 days before
        ({28: 10, 40: 5, 68: 18}, 50, SOON),
        ({28: 10, 41: 5, 68: 18}, 50, None),
        ({28: 10, 56: 23}, None, SOON),
        ({28: 25.1, 56: 38.1}, 50, SOON),  # exactly 13, in spite of binary fractions
        ({91: 10, 182: 30, 400: 10}, 50, None),  # the newest is judged
        ({28: 0, 56: 13}, 50, SOON),
        ({28: -1, 56: 12.5}, 50, None),  # no such best
        # above the baseline
        ({76: 50}, 40, None),
        ({77: 50}, 40, SOON),
        ({77: 49.9}, 40, None),
        ({77: 50.3}, 40.3, SOON),
        # never 30 % better
        ({151: 36}, 50, None),
        ({152: 36}, 50, ROUTINE),
        ({152: 35}, 50, None),
        ({152: 35.1}, 50, ROUTINE),
        ({152: 22}, 30, None),
        ({152: 22.1}, 30, ROUTINE),
        ({152: 32.2}, 46, None),  # exactly 70 %
        ({152: 100}, 95, ROUTINE),
        ({152: 101}, 50, None),  # no such score
        ({152: -1}, 50, None),
        ({152: math.nan}, 50, None),
    ],
)
def test_odi_and_ndi(values, baseline, expected, instrument):
    found = scored(values, baseline, instrument)
    assert severity(Rule.PROM, found) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({28: 45, 56: 40}, SOON),
        ({28: 45, 56: 40.1}, None),
        ({29: 45, 56: 40}, None),
        ({27: 45, 56: 40}, None),
        ({28: 40, 42: 46, 70: 41}, SOON),
        ({28: 41, 56: 46}, None),
        ({28: 100, 56: 95}, SOON),
        ({28: 101, 56: 96}, None),
        ({28: 5, 56: 0}, SOON),
        ({28: 5, 56: -1}, None),
    ],
)
def test_promis_falls_when_it_gets_worse(values, expected):
    assert severity(Rule.PROM, scored(values, 30, "promis_pf")) == expected


@pytest.mark.parametrize(
    ("values", "baseline", "instrument", "why"),
    [
        ({}, 50, "odi", "no function score since day 28"),
        ({27: 60}, 50, "odi", "no function score since day 28"),
        ({91: 30}, None, "odi", "ODI: no earlier score and no baseline"),
        ({91: 30}, 101, "ndi", "NDI: no earlier score and no baseline"),
        ({91: 30}, 50, "odi", None),
        ({28: 30, 91: 30}, None, "odi", None),
        ({91: 30}, 50, "promis_pf", "PROMIS PF: no earlier score"),
    ],
)
def test_a_score_without_a_comparison_cannot_be_judged(values, baseline, instrument, why):
    found = scored({**values, 2: None}, baseline, instrument)
    assert reason(Rule.PROM, found) == why


@pytest.mark.parametrize(
    ("values", "baseline", "text", "missing"),
    [
        ({91: 22, 366: 38}, 46, "ODI 38 on POD 366: +16 against the best, 22.", ()),
        (
            {91: 22, 366: 38},
            None,
            "ODI 38 on POD 366: +16 against the best, 22.",
            ("no baseline ODI",),
        ),
        ({91: 50}, 40, "ODI 50 on POD 91: +10 against 40 before surgery.", ()),
        ({182: 40}, 46, "ODI 40 on POD 182: no 30% improvement by 6 months from 46.", ()),
    ],
)
def test_the_score_words_name_the_comparison(values, baseline, text, missing):
    assert words(Rule.PROM, scored(values, baseline)) == text
    assert gaps(Rule.PROM, scored(values, baseline)) == missing


def entered(instrument, value, pod, hour=12):
    return Score(instrument, value, at(pod, hour), day(pod))


def test_a_score_entered_by_staff_counts_like_one_in_a_report():
    found = scored({91: 22}, 46, scores=(entered("odi", 38, 366),))
    assert severity(Rule.PROM, found) == SOON
    assert outcome(Rule.PROM, found).since == at(366)
    newer = scored({91: 22, 366: 38}, 46, scores=(entered("odi", 24, 380),))
    assert severity(Rule.PROM, newer) is None
    same_day = scored({91: 22, 366: 38}, 46, scores=(entered("odi", 24, 366, 15),))
    assert severity(Rule.PROM, same_day) is None


def test_a_score_entered_by_staff_is_not_a_report():
    found = history(report(91, chest=True), pod=100, scores=(entered("odi", 30, 100),))
    assert severity(Rule.EMG_CARDIO, found) == Severity.EMERGENCY


def test_the_more_severe_instrument_leads_and_both_are_evidence():
    found = scored({152: 40}, 50, scores=(entered("ndi", 10, 91), entered("ndi", 40, 152)))
    assert severity(Rule.PROM, found) == SOON
    assert words(Rule.PROM, found).startswith("NDI 40")
    assert ("ODI", "40") in facts(Rule.PROM, found)


def test_a_score_stands_until_the_next():
    quiet = history(*scored({91: 22, 366: 38}).reports, report(400), baseline=Baseline(odi=46))
    assert severity(Rule.PROM, quiet) == SOON
    assert not is_absent([Rule.PROM], quiet)
    better = history(*quiet.reports, report(410, odi=24), baseline=Baseline(odi=46))
    assert is_absent([Rule.PROM], better)
    assert not is_absent([Rule.PROM], history(report(400)))


@pytest.mark.parametrize(
    ("item", "best", "now", "expected"),
    [
        ("odi", 20, 100, SOON),
        ("odi", 20, 101, None),
        ("odi", 0, 13, SOON),
        ("odi", -1, 13, None),
        ("promis_pf", 100, 95, SOON),
        ("promis_pf", 101, 95, None),
        ("promis_pf", 50, 0, SOON),
        ("promis_pf", 50, -1, None),
    ],
)
def test_a_total_no_instrument_can_give_counts_as_none(item, best, now, expected):
    told = history(report(91, **{item: best}), report(140, **{item: now}))
    assert severity(Rule.PROM, told) == expected
