"""EMG-CES, MOTOR, MYELO, and what a known deficit changes."""

from typing import Any

import pytest

from followups.choices import Rule, Severity
from followups.rules import Baseline, KnownDeficit, NotFired, is_absent
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

CLEAN = {"saddle": False, "bladder": False, "bowel": False}
EMERGENCY, URGENT, ROUTINE = Severity.EMERGENCY, Severity.URGENT, Severity.ROUTINE


@pytest.mark.parametrize("item", ["saddle", "bladder", "bowel"])
@pytest.mark.parametrize("pod", [0, 1, 14, 57, 730, 4000])
@pytest.mark.parametrize("region", ["lumbar", "cervical"])
def test_one_cauda_equina_sign_is_an_emergency_on_any_day(item, pod, region):
    found = history(report(pod, **{**CLEAN, item: True}), region=region)
    assert severity(Rule.EMG_CES, found) == EMERGENCY


def test_no_cauda_equina_sign_does_not_fire():
    assert isinstance(outcome(Rule.EMG_CES, history(report(9, **CLEAN))), NotFired)


def test_an_unanswered_sign_is_not_a_denied_one():
    found = history(report(9, saddle=False, bowel=False))
    assert reason(Rule.EMG_CES, found) == "bladder not answered"


def test_one_sign_is_enough_when_the_others_are_unanswered():
    found = outcome(Rule.EMG_CES, history(report(9, bladder=True)))
    assert found.severity == EMERGENCY
    assert found.missing == ("saddle numbness not answered", "bowel change not answered")


def test_the_cauda_equina_words_name_the_signs_and_the_day():
    found = outcome(Rule.EMG_CES, history(report(9, saddle=True, bladder=True)))
    assert found.explanation == (
        "New saddle numbness, bladder change on POD 9. Treat as possible cauda equina "
        "or cord compression until examined."
    )


@pytest.mark.parametrize("later", [CLEAN, {}])
def test_a_red_flag_saved_half_way_survives_the_complete_form_of_that_day(later):
    half = report(9, hour=9, complete=False, saddle=True)
    found = outcome(Rule.EMG_CES, history(half, report(9, hour=10, **later)))
    assert found.severity == EMERGENCY
    assert found.since == at(9, 9)


def test_a_red_flag_of_an_earlier_day_is_the_flag_s_memory_not_the_rule_s():
    found = history(report(9, saddle=True), report(10, **CLEAN))
    assert isinstance(outcome(Rule.EMG_CES, found), NotFired)


def test_the_same_sign_reported_again_is_a_newer_fact():
    found = history(report(9, saddle=True), report(12, saddle=True))
    assert outcome(Rule.EMG_CES, found).since == at(12)


@pytest.mark.parametrize(
    ("pod", "kind", "fired"),
    [(-1, "on_demand", False), (0, "baseline", False), (0, "on_demand", True)],
)
def test_what_was_reported_before_surgery_is_only_baseline(pod, kind, fired):
    found = history(report(pod, kind=kind, saddle=True), pod=1)
    assert (severity(Rule.EMG_CES, found) == EMERGENCY) == fired


def test_without_a_report_nothing_can_be_judged():
    assert reason(Rule.EMG_CES, history(pod=5)) == "no report since surgery"
    assert reason(Rule.MOTOR, history(pod=5)) == "no report since surgery"


ANSWERED = {"weak_side": "left", "weak_rapid": False, "weak_severe": False}


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ({"weak": "new", **ANSWERED}, URGENT),
        ({"weak": "worse", **ANSWERED}, URGENT),
        ({"weak": "new"}, URGENT),
        ({"weak": "new", **ANSWERED, "weak_rapid": True}, EMERGENCY),
        ({"weak": "worse", **ANSWERED, "weak_severe": True}, EMERGENCY),
        ({"weak": "new", **ANSWERED, "weak_side": "both"}, EMERGENCY),
        ({"weak": "same", **ANSWERED, "weak_severe": True}, None),
        ({"weak": "none"}, None),
        ({"weak": None, "weak_severe": True}, None),
        ({"weak": "perhaps", "weak_severe": True}, None),
    ],
)
@pytest.mark.parametrize("pod", [0, 6, 40, 57])
def test_new_or_worse_weakness(items, expected, pod):
    assert severity(Rule.MOTOR, history(report(pod, **items))) == expected


@pytest.mark.parametrize(
    ("pod", "before", "now", "expected"),
    [
        (56, "same", "same", None),
        (57, "same", "same", ROUTINE),
        (57, "worse", "same", ROUTINE),
        (57, "new", "same", ROUTINE),
        (57, "none", "same", None),
        (57, "same", "none", None),
        (57, "same", "worse", URGENT),
    ],
)
def test_weakness_that_lasts_beyond_8_weeks(pod, before, now, expected):
    found = history(report(pod - 7, weak=before), report(pod, weak=now))
    assert severity(Rule.MOTOR, found) == expected


def test_an_unanswered_form_between_does_not_hide_lasting_weakness():
    found = history(report(50, weak="same"), report(57), report(64, weak="same"))
    assert severity(Rule.MOTOR, found) == ROUTINE


def test_a_first_same_beyond_8_weeks_has_nothing_to_compare_with():
    assert reason(Rule.MOTOR, history(report(57, weak="same"))) == ("no earlier answer on weakness")


def test_unanswered_weakness_is_not_no_weakness():
    assert reason(Rule.MOTOR, history(report(9))) == "weakness not answered"


def test_unanswered_features_are_named_and_do_not_lower_the_severity():
    found = outcome(Rule.MOTOR, history(report(9, weak="new", weak_side="left")))
    assert found.severity == URGENT
    assert found.missing == ("weak_rapid not answered", "weak_severe not answered")


def test_the_worst_report_of_the_day_decides_and_the_newest_dates_it():
    half = report(9, hour=9, complete=False, weak="new", weak_severe=True)
    found = outcome(Rule.MOTOR, history(half, report(9, hour=10, weak="new")))
    assert found.severity == EMERGENCY
    assert found.since == at(9, 10)


def test_the_weakness_words_name_side_and_features():
    items: dict[str, Any] = {
        "weak": "new",
        "weak_side": "left",
        "weak_severe": True,
        "weak_rapid": False,
    }
    assert outcome(Rule.MOTOR, history(report(40, **items))).explanation == (
        "New left weakness since Feb 14, 2026; functional features present. "
        "Compare with discharge power chart."
    )


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        ("cervical", URGENT),
        ("cervicothoracic", URGENT),
        ("thoracic", URGENT),
        ("thoracolumbar", URGENT),
        ("", URGENT),  # better asked than missed
        ("lumbar", None),
        ("lumbosacral", None),
    ],
)
@pytest.mark.parametrize("pod", [0, 43, 700])
def test_clumsy_hands_or_unsteady_walking_beside_the_cord(region, expected, pod):
    found = history(report(pod, gait_hand=True), region=region)
    assert severity(Rule.MYELO, found) == expected


@pytest.mark.parametrize(
    ("answer", "why"), [(None, "hands and walking not answered"), (False, None)]
)
def test_a_denied_cord_sign_is_not_an_unanswered_one(answer, why):
    assert reason(Rule.MYELO, history(report(9, gait_hand=answer), region="cervical")) == why


def test_the_cord_words_compare_with_the_score_before_surgery():
    told = history(report(9, gait_hand=True), region="cervical", baseline=Baseline(mjoa=14))
    assert words(Rule.MYELO, told) == (
        "Clumsy hands or unsteady gait on POD 9; possible cord compression. "
        "Compare mJOA with baseline 14."
    )
    unknown = history(report(9, gait_hand=True), region="cervical")
    assert words(Rule.MYELO, unknown).endswith("No baseline mJOA.")
    assert gaps(Rule.MYELO, unknown) == ("no baseline mJOA",)


def assessed(item, *pods):
    return tuple(KnownDeficit(item, day(pod)) for pod in pods)


@pytest.mark.parametrize("pods", [(), (10,), (20,), (30,), (10, 20, 30, 99)])
def test_a_known_deficit_never_silences_a_tick(pods):
    found = history(report(30, saddle=True), known_deficits=assessed("saddle", *pods))
    assert severity(Rule.EMG_CES, found) == EMERGENCY


def test_a_known_deficit_is_named_with_the_day_it_was_last_assessed():
    told = report(30, saddle=True, bladder=True)
    found = history(told, known_deficits=assessed("saddle", 10, 20, 30, 99))
    assert words(Rule.EMG_CES, found) == (
        "New saddle numbness, bladder change on POD 30, last assessed Jan 25, 2026. Treat as "
        "possible cauda equina or cord compression until examined."
    )
    assert facts(Rule.EMG_CES, found) == [
        ("saddle numbness", "yes"),
        ("saddle numbness, before", "assessed"),
        ("bladder change", "yes"),
    ]
    assert [each.on for each in outcome(Rule.EMG_CES, found).evidence][1] == day(20)


def test_weakness_assessed_before_is_named_as_evidence():
    found = history(report(30, weak="worse"), known_deficits=assessed("weak", 20))
    assert ("weakness, before", "assessed") in facts(Rule.MOTOR, found)
    assert severity(Rule.MOTOR, found) == URGENT


def test_a_form_asks_for_a_known_deficit_since_it_was_last_assessed():
    known = history(pod=40, known_deficits=assessed("saddle", 20, 10))
    assert known.asked_since("saddle") == day(20)
    assert known.asked_since("bladder") is None


@pytest.mark.parametrize(
    ("before", "now", "absent"),
    [(False, False, True), (True, False, False), (False, None, False), (None, False, False)],
)
def test_a_cord_sign_denied_twice_is_gone(before, now, absent):
    found = history(report(9, gait_hand=before), report(14, gait_hand=now), region="cervical")
    assert is_absent([Rule.MYELO], found) == absent
