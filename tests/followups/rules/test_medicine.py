"""MED-ESC and MED-LONG."""

from datetime import timedelta
from typing import Any

import pytest

from followups.choices import Family, Rule, Severity
from followups.rules import Baseline, assess, is_absent, may_clear, may_refire
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
STEADY: dict[str, Any] = {"over_rx": False, "med_change": "same", "opioid": "some"}


def told(*moments, **facts_):
    return history(*(report(pod, **{**STEADY, **items}) for pod, items in moments), **facts_)


MORE: dict[str, Any] = {"med_change": "more"}
NONE: dict[str, Any] = {"opioid": "none"}
DAILY: dict[str, Any] = {"opioid": "daily"}


@pytest.mark.parametrize(
    ("moments", "expected"),
    [
        (((10, {"over_rx": True}),), URGENT),
        (((700, {"over_rx": True}),), URGENT),
        (((10, {"over_rx": False}),), None),
        (((21, MORE), (28, MORE)), None),
        (((22, MORE), (29, MORE)), SOON),
        (((22, {}), (29, MORE)), None),
        (((22, MORE), (29, {})), None),
        (((22, {"med_change": "less"}), (29, MORE)), None),
        (((22, MORE), (25, {"med_change": None}), (29, MORE)), SOON),
        (((14, NONE), (21, NONE), (28, DAILY)), None),
        (((15, NONE), (22, NONE), (29, DAILY)), SOON),
        (((15, {}), (22, NONE), (29, DAILY)), None),
        (((15, NONE), (22, {}), (29, DAILY)), None),
        (((15, NONE), (22, NONE), (29, {})), None),
        (((8, NONE), (15, NONE), (22, DAILY), (29, DAILY)), None),
        (((15, NONE), (22, NONE), (29, {**DAILY, "over_rx": True})), URGENT),
    ],
)
def test_more_pain_medicine_than_before(moments, expected):
    assert severity(Rule.MED_ESC, told(*moments)) == expected


@pytest.mark.parametrize(
    ("moments", "why"),
    [
        (((10, {"over_rx": None}),), "more than prescribed not answered"),
        (((10, {"over_rx": None, **NONE}),), None),  # who takes none is not asked
        (((10, {}),), None),
        (((40, {}),), None),
        (((40, MORE),), "no earlier answer on change of pain medicine"),
        (((40, {"med_change": None}),), "change of pain medicine not answered"),
        (((40, {"med_change": "perhaps"}),), "change of pain medicine not answered"),
        (((40, {"opioid": None}),), "opioid use not answered"),
        (((40, DAILY),), "too few earlier answers on opioids"),
        (((33, NONE), (40, DAILY)), "too few earlier answers on opioids"),
        (((33, {}), (40, DAILY)), None),
        (
            ((40, {"over_rx": None, "med_change": None, "opioid": None}),),
            "more than prescribed not answered; change of pain medicine not answered; "
            "opioid use not answered",
        ),
    ],
)
def test_medicine_that_cannot_be_judged_says_why(moments, why):
    assert reason(Rule.MED_ESC, told(*moments)) == why


def test_the_rise_words_name_what_rises():
    both = told((15, NONE), (22, {**MORE, **NONE}), (29, {**MORE, **DAILY, "over_rx": True}))
    assert words(Rule.MED_ESC, both) == (
        "Pain medicine use rising (more than prescribed, more twice, daily opioids after none); "
        "may signal new pathology or dependence."
    )
    assert gaps(Rule.MED_ESC, both) == ()
    found = told((22, MORE), (29, {**MORE, "over_rx": None}))
    assert facts(Rule.MED_ESC, found) == [
        ("pain medicine", "more"),
        ("opioids", "some"),
        ("pain medicine", "more"),
        ("opioids", "some"),
    ]
    assert gaps(Rule.MED_ESC, found) == ("more than prescribed not answered",)
    assert outcome(Rule.MED_ESC, found).since == at(29)


def test_rising_medicine_joins_a_pain_flag_that_is_open_or_raised_now():
    rising = told((22, MORE), (29, MORE))
    assert assess(rising).by_family().keys() == {Family.MEDS}
    with_flag = told((22, MORE), (29, MORE), open_severities={Family.PAIN: SOON})
    assert assess(with_flag).by_family().keys() == {Family.PAIN}
    raised = history(
        *pains({50: 6}, limb=0, **{**STEADY, **MORE}),
        *pains({57: 6}, limb=0, **{**STEADY, **MORE}),
    )
    joined = assess(raised).by_family()
    assert [each.rule for each in joined[Family.PAIN]] == [Rule.MED_ESC, Rule.PAIN_PERSIST]
    own = told((22, MORE), (29, MORE), open_severities={Family.PAIN: SOON, Family.MEDS: ROUTINE})
    assert assess(own).by_family().keys() == {Family.MEDS}


@pytest.mark.parametrize(
    ("before", "now", "absent"),
    [
        ({}, {}, True),
        (MORE, {}, False),
        ({}, MORE, False),
        (DAILY, {}, False),
        ({"over_rx": True}, {}, False),
        ({"over_rx": None}, {"over_rx": None}, True),
        ({"med_change": None}, {}, False),
    ],
)
def test_the_badge_of_steady_medicine(before, now, absent):
    found = told((40, before), (47, now))
    assert is_absent([Rule.MED_ESC], found) == absent
    assert not may_clear([Rule.MED_ESC], ROUTINE, found)


@pytest.mark.parametrize(
    ("moments", "baseline", "expected"),
    [
        (((76, "some"), (89, "some")), "none", None),
        (((76, "some"), (90, "some")), "none", SOON),
        (((75, "some"), (90, "some")), "none", None),
        (((76, "daily"), (90, "daily")), "none", SOON),
        (((76, "some"), (90, "daily")), "some", ROUTINE),
        (((76, "some"), (90, "some")), "daily", ROUTINE),
        (((76, "some"), (90, "some")), None, ROUTINE),
        (((76, "none"), (90, "some")), "none", None),
        (((76, "some"), (90, "none")), "none", None),
        (((76, "some"), (83, None), (90, "some")), "none", SOON),
        (((338, "some"), (366, "some")), "none", SOON),
    ],
)
def test_opioids_beyond_90_days(moments, baseline, expected):
    found = history(
        *(report(pod, opioid=answer) for pod, answer in moments),
        baseline=Baseline(opioid=baseline),
    )
    assert severity(Rule.MED_LONG, found) == expected


@pytest.mark.parametrize(
    ("moments", "why"),
    [
        (((89, None),), None),
        (((90, None),), "opioid use not answered"),
        (((90, "perhaps"),), "opioid use not answered"),
        (((90, "some"),), "no earlier answer on opioids"),
        (((90, "none"),), None),
    ],
)
def test_long_use_that_cannot_be_judged_says_why(moments, why):
    found = history(*(report(pod, opioid=answer) for pod, answer in moments))
    assert reason(Rule.MED_LONG, found) == why


def test_the_long_use_words_name_the_use_before_surgery():
    reports = (report(76, opioid="some"), report(90, opioid="daily"))
    known = history(*reports, baseline=Baseline(opioid="none"))
    assert words(Rule.MED_LONG, known) == (
        "Opioids still used after day 90 (daily); pre-op use none."
    )
    assert facts(Rule.MED_LONG, known) == [
        ("opioids before", "some"),
        ("opioids", "daily"),
        ("opioids before surgery", "none"),
    ]
    assert gaps(Rule.MED_LONG, known) == ()
    unknown = history(*reports)
    assert words(Rule.MED_LONG, unknown).endswith("pre-op use not recorded.")
    assert gaps(Rule.MED_LONG, unknown) == ("opioid use before surgery not recorded",)


@pytest.mark.parametrize(
    ("answers", "absent"),
    [(("none", "none"), True), (("some", "none"), False), ((None, "none"), False)],
)
def test_the_badge_of_opioids_stopped(answers, absent):
    found = history(report(120, opioid=answers[0]), report(134, opioid=answers[1]))
    assert is_absent([Rule.MED_LONG], found) == absent
    assert not may_clear([Rule.MED_LONG], ROUTINE, found)


@pytest.mark.parametrize(
    ("rule", "days", "again"),
    [
        (Rule.MED_LONG, 89, False),
        (Rule.MED_LONG, 90, True),
        (Rule.ADHERE, 27, False),
        (Rule.ADHERE, 28, True),
        (Rule.PAIN_PERSIST, 0, True),
    ],
)
def test_how_long_a_rule_stays_silent_after_it_raised_a_flag(rule, days, again):
    raised = at(100)
    assert may_refire(rule, raised, raised + timedelta(days=days)) == again
    assert may_refire(rule, None, raised)
