"""IMAGING."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from followups.choices import Rule, Severity
from followups.rules import History, ImagingState, is_absent, may_clear, next_change_at
from tests.followups.rules.builders import (
    SURGERY_ON,
    at,
    day,
    facts,
    gaps,
    history,
    outcome,
    severity,
    words,
)

URGENT, SOON, ROUTINE = Severity.URGENT, Severity.SOON, Severity.ROUTINE


def study(**items: Any) -> ImagingState:
    return ImagingState(**{"id": "1", "modality": "xray", **items})


def result(*findings: str, pod=100, **items: Any) -> ImagingState:
    return study(done_on=day(pod), resulted_at=at(pod), findings=frozenset(findings), **items)


@pytest.mark.parametrize(
    ("pod", "items", "expected"),
    [
        (212, {}, None),
        (213, {}, ROUTINE),
        (500, {}, ROUTINE),
        (213, {"done_on": day(200)}, None),
        (213, {"window_closes_on": None}, None),
    ],
)
def test_planned_imaging_that_was_not_done(pod, items, expected):
    planned = study(**{"window_closes_on": day(212), **items})
    assert severity(Rule.IMAGING, history(pod=pod, imaging=(planned,))) == expected


@pytest.mark.parametrize(
    ("finding", "expected"),
    [
        ("displacement", URGENT),
        ("breakage", URGENT),
        ("collection", URGENT),
        ("loosening", SOON),
        ("nonunion", SOON),
        ("asd", SOON),
        ("stenosis", SOON),
        ("scar", SOON),
        ("normal", None),
        ("fused", None),
        ("fracture", None),
        ("other", None),
    ],
)
def test_a_result_nobody_has_signed_off(finding, expected):
    assert severity(Rule.IMAGING, history(pod=101, imaging=(result(finding),))) == expected
    late = history(pod=111, imaging=(result(finding),))
    assert severity(Rule.IMAGING, late) == (expected or ROUTINE)
    signed = result(finding, signed_off_at=at(101))
    assert severity(Rule.IMAGING, history(pod=111, imaging=(signed,))) is None


@pytest.mark.parametrize(
    ("findings", "expected"),
    [(("scar", "breakage"), URGENT), (("normal", "scar"), SOON), ((), None)],
)
def test_the_worst_finding_of_a_result_counts(findings, expected):
    assert severity(Rule.IMAGING, history(pod=101, imaging=(result(*findings),))) == expected


@pytest.mark.parametrize(("pod", "expected"), [(110, None), (111, ROUTINE)])
def test_any_result_waits_at_most_ten_days(pod, expected):
    assert severity(Rule.IMAGING, history(pod=pod, imaging=(result("fused"),))) == expected


def test_a_result_or_signature_of_tomorrow_does_not_count_yet():
    planned = result("breakage", pod=120, window_closes_on=day(90))
    planned = ImagingState("1", "ct", day(90), None, at(120), frozenset({"breakage"}))
    assert severity(Rule.IMAGING, history(pod=119, imaging=(planned,))) == ROUTINE
    assert severity(Rule.IMAGING, history(pod=120, imaging=(planned,))) == URGENT
    signed = result("breakage", signed_off_at=at(120))
    assert severity(Rule.IMAGING, history(pod=119, imaging=(signed,))) == URGENT
    assert severity(Rule.IMAGING, history(pod=120, imaging=(signed,))) is None


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (study(window_closes_on=day(90)), "X-ray overdue: window closed 2026-04-05, not done."),
        (result("breakage", "scar", modality="ct"), "CT result unsigned: breakage, scar tissue."),
        (
            result("asd", "other", modality="mri"),
            "MRI result unsigned: adjacent segment disease.",
        ),
        (result(modality="bone_scan"), "Bone scan result unsigned: no finding recorded."),
    ],
)
def test_the_words_name_the_study_and_the_finding(found, text):
    assert words(Rule.IMAGING, history(pod=120, imaging=(found,))) == text


def test_several_studies_are_one_finding_with_the_worst_in_front():
    found = history(
        pod=120,
        imaging=(
            study(id="1", window_closes_on=day(118)),
            result("breakage", id="2", modality="ct"),
            result(id="3", modality="mri"),
        ),
    )
    assert severity(Rule.IMAGING, found) == URGENT
    assert words(Rule.IMAGING, found) == "CT result unsigned: breakage."
    assert facts(Rule.IMAGING, found) == [
        ("X-ray", "window closed"),
        ("CT result", "breakage"),
        ("MRI result", "no finding recorded"),
    ]
    assert outcome(Rule.IMAGING, found).since == at(119, 0)
    assert gaps(Rule.IMAGING, history(pod=120, imaging=(result(),))) == ("findings not recorded",)


def test_the_moment_it_became_true_is_the_clinic_s_midnight_or_the_result():
    overdue = history(pod=120, imaging=(study(window_closes_on=day(90)),))
    assert outcome(Rule.IMAGING, overdue).since == at(91, 0)
    waiting = history(pod=120, imaging=(result("fused"),))
    assert outcome(Rule.IMAGING, waiting).since == at(111, 0)
    urgent = history(pod=120, imaging=(result("breakage"),))
    assert outcome(Rule.IMAGING, urgent).since == at(100)


def test_the_clinic_s_midnight_closes_the_window():
    zone = ZoneInfo("America/Los_Angeles")
    midnight = datetime(2026, 1, 27, 8, tzinfo=UTC)  # 00:00 in Los Angeles
    planned = study(window_closes_on=SURGERY_ON + timedelta(days=21))

    def as_of(moment):
        return History(as_of=moment, surgery_on=SURGERY_ON, imaging=(planned,), zone=zone)

    assert severity(Rule.IMAGING, as_of(midnight - timedelta(seconds=1))) is None
    assert severity(Rule.IMAGING, as_of(midnight)) == ROUTINE
    assert next_change_at(as_of(midnight - timedelta(seconds=1))) == midnight


@pytest.mark.parametrize(
    ("found", "pod", "expected"),
    [
        (study(window_closes_on=day(212)), 200, at(213, 0)),
        (study(window_closes_on=day(212), done_on=day(190)), 200, None),
        (result("fused"), 101, at(111, 0)),
        (result("fused"), 111, None),
        (result("fused", signed_off_at=at(101)), 101, None),
    ],
)
def test_the_next_change_by_the_clock_is_known(found, pod, expected):
    assert next_change_at(history(pod=pod, imaging=(found,))) == expected


@pytest.mark.parametrize(
    ("found", "gone"),
    [
        (study(window_closes_on=day(90)), False),
        (study(window_closes_on=day(90), done_on=day(95)), True),
        (result(), False),
        (result(signed_off_at=at(101)), True),
    ],
)
def test_a_routine_flag_closes_when_done_and_signed(found, gone):
    of = history(pod=105, imaging=(found,))
    assert may_clear([Rule.IMAGING], ROUTINE, of) == gone
    assert is_absent([Rule.IMAGING], of) == gone
    assert not may_clear([Rule.IMAGING], URGENT, of)
