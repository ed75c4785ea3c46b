"""SWALLOW."""

import pytest

from followups.choices import Rule, Severity
from followups.rules import is_absent
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

EMERGENCY, URGENT, SOON = Severity.EMERGENCY, Severity.URGENT, Severity.SOON


def after(region, pod, **items):
    return history(report(pod, **items), region=region)


@pytest.mark.parametrize("region", ["cervical", "cervicothoracic", "thoracic", "lumbar"])
@pytest.mark.parametrize("pod", [0, 42, 700])
def test_an_airway_symptom_is_an_emergency_after_any_surgery(region, pod):
    assert severity(Rule.SWALLOW, after(region, pod, airway=True)) == EMERGENCY


@pytest.mark.parametrize(
    ("pod", "swallow", "expected"),
    [
        (0, "severe", URGENT),
        (42, "severe", URGENT),
        (300, "severe", URGENT),
        (42, "moderate", None),
        (43, "moderate", SOON),
        (300, "moderate", SOON),
        (43, "mild", None),
        (43, "none", None),
    ],
)
@pytest.mark.parametrize("region", ["cervical", "cervicothoracic"])
def test_swallowing_trouble_after_neck_surgery(pod, swallow, expected, region):
    found = after(region, pod, airway=False, swallow=swallow)
    assert severity(Rule.SWALLOW, found) == expected


@pytest.mark.parametrize("region", ["thoracic", "thoracolumbar", "lumbar", "lumbosacral"])
def test_swallowing_is_not_judged_elsewhere(region):
    assert severity(Rule.SWALLOW, after(region, 43, airway=False, swallow="severe")) is None


@pytest.mark.parametrize(
    ("region", "items", "why"),
    [
        ("lumbar", {}, "airway not answered"),
        ("lumbar", {"airway": False}, None),
        ("cervical", {}, "airway, swallowing not answered"),
        ("cervical", {"airway": False}, "swallowing not answered"),
        ("cervical", {"airway": False, "swallow": "perhaps"}, "swallowing not answered"),
        ("cervical", {"swallow": "none"}, "airway not answered"),
        ("cervical", {"airway": False, "swallow": "none"}, None),
    ],
)
def test_what_is_missing_is_said(region, items, why):
    assert reason(Rule.SWALLOW, after(region, 50, **items)) == why


@pytest.mark.parametrize(
    ("region", "items", "text"),
    [
        ("cervical", {"airway": True}, "Neck surgery POD 50: airway symptom."),
        ("lumbar", {"airway": True}, "Spine surgery POD 50: airway symptom."),
        ("cervical", {"swallow": "severe"}, "Neck surgery POD 50: cannot swallow liquids."),
        (
            "cervical",
            {"swallow": "moderate"},
            "Neck surgery POD 50: swallowing trouble past 6 weeks.",
        ),
    ],
)
def test_the_words_name_the_trouble(region, items, text):
    assert words(Rule.SWALLOW, after(region, 50, **items)) == text


def test_the_worst_of_the_day_counts_and_what_is_missing_is_named():
    found = history(
        report(50, hour=9, swallow="severe"),
        report(50, hour=12, swallow="moderate"),
        region="cervical",
    )
    assert severity(Rule.SWALLOW, found) == URGENT
    assert outcome(Rule.SWALLOW, found).since == at(50, 9)
    assert gaps(Rule.SWALLOW, found) == ("airway symptom not answered",)
    assert facts(Rule.SWALLOW, found) == [("swallowing trouble", "severe")]


@pytest.mark.parametrize(
    ("before", "now", "absent"),
    [
        ("mild", "none", True),
        ("none", "mild", True),
        ("moderate", "mild", False),
        (None, None, True),  # not asked: the airway alone was the reason
        ("moderate", None, False),
    ],
)
def test_the_badge_of_swallowing_that_is_better(before, now, absent):
    found = history(
        report(30, airway=False, swallow=before),
        report(37, airway=False, swallow=now),
        region="cervical",
    )
    assert is_absent([Rule.SWALLOW], found) == absent


def test_an_airway_denied_once_is_not_yet_gone():
    found = history(report(30, airway=True), report(37, airway=False))
    assert not is_absent([Rule.SWALLOW], found)
