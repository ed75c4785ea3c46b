"""EMG-CARDIO and DVT."""

import pytest

from followups.choices import Family, Rule, Severity
from followups.rules import assess, is_absent, may_clear
from tests.followups.rules.builders import (
    at,
    facts,
    history,
    outcome,
    reason,
    report,
    severity,
    words,
)

SIGNS = [
    (Rule.EMG_CARDIO, "chest", Severity.EMERGENCY),
    (Rule.DVT, "calf", Severity.URGENT),
]
each_sign = pytest.mark.parametrize(("rule", "item", "expected"), SIGNS)


@each_sign
@pytest.mark.parametrize("pod", [0, 1, 18, 90, 365, 2000])
@pytest.mark.parametrize("region", ["lumbar", "cervical"])
def test_one_tick_is_enough_on_any_day(rule, item, expected, pod, region):
    found = history(report(pod, **{item: True}), region=region)
    assert severity(rule, found) == expected


@each_sign
def test_a_denied_sign_is_not_an_unanswered_one(rule, item, expected):
    assert reason(rule, history(report(9, **{item: False}))) is None
    assert severity(rule, history(report(9, **{item: False}))) is None
    assert reason(rule, history(report(9))) == f"{item} not answered"
    assert reason(rule, history(pod=9)) == "no report since surgery"


@each_sign
def test_a_half_saved_tick_survives_the_complete_form(rule, item, expected):
    half = report(9, hour=9, complete=False, **{item: True})
    found = history(half, report(9, hour=10, **{item: False}))
    assert severity(rule, found) == expected
    assert outcome(rule, found).since == at(9, 9)


@each_sign
def test_a_tick_of_an_earlier_day_no_longer_fires(rule, item, expected):
    found = history(report(9, **{item: True}), report(10, **{item: False}))
    assert severity(rule, found) is None


@each_sign
@pytest.mark.parametrize(
    ("before", "now", "absent"),
    [(False, False, True), (True, False, False), (None, False, False), (False, True, False)],
)
def test_a_sign_denied_twice_is_gone_but_only_a_person_closes(
    rule, item, expected, before, now, absent
):
    found = history(report(9, **{item: before}), report(14, **{item: now}))
    assert is_absent([rule], found) == absent
    assert not may_clear([rule], Severity.ROUTINE, found)


def test_the_words_name_the_day():
    found = history(report(18, chest=True, calf=True))
    assert words(Rule.EMG_CARDIO, found) == (
        "Chest pain or breathlessness reported on POD 18. Possible pulmonary embolism or "
        "cardiac event; patient told to call emergency services."
    )
    assert words(Rule.DVT, found) == (
        "New calf swelling or pain on POD 18; same-day thrombosis assessment needed."
    )
    assert facts(Rule.DVT, found) == [("calf swelling or pain", "yes")]


def test_a_leg_clot_joins_the_chest_flag():
    found = assess(history(report(18, chest=True, calf=True))).by_family()
    assert [each.rule for each in found[Family.CHEST]] == [Rule.EMG_CARDIO, Rule.DVT]
