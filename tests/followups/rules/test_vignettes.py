"""The rules against whole clinical courses."""

import pytest

from followups.choices import Rule
from followups.priority import risk_points
from followups.protocol import STANDARD
from followups.rules import assess
from tests.clinical import vignettes

CASES = vignettes.cases()


def titled(cases):
    return pytest.mark.parametrize("case", cases, ids=lambda case: case["id"])


def found_in(case):
    assessment = assess(vignettes.as_history(case))
    return {each.rule: each.severity for each in assessment.findings}


def test_there_are_twenty_five_courses():
    assert len(CASES) == len({case["id"] for case in CASES}) == 25


def test_every_rule_fires_in_at_least_one_course():
    assert set().union(*(found_in(case) for case in CASES)) == set(Rule)


@titled(CASES)
def test_exactly_the_expected_rules_fire(case):
    assert found_in(case) == vignettes.expected(case)
    assert not found_in(case).keys() & {Rule(code) for code in case["not"]}


@titled(CASES)
def test_the_expected_rule_leads(case):
    lead = assess(vignettes.as_history(case)).lead
    assert (lead.rule if lead else "none") == case["lead"]


@titled(CASES)
def test_the_patient_is_asked_again_when_expected(case):
    assert (assess(vignettes.as_history(case)).recheck is not None) == case["recheck"]


@titled(CASES)
def test_risk_points_add_up(case):
    score = risk_points(vignettes.risk_facts(case), STANDARD)
    assert score.points == case["patient"]["risk_points"]
    assert score.unknown == ()


@titled(CASES)
def test_postoperative_days_agree_with_the_dates(case):
    days = [(item["date"] - case["surgery"]["date"]).days for item in case["reports"]]
    assert days == [item["pod"] for item in case["reports"]]
