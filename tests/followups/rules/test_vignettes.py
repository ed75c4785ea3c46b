"""The rules against whole clinical courses."""

import pytest

from followups.choices import Rule
from followups.priority import risk_points
from followups.protocol import STANDARD
from followups.rules import BY_RULE, assess
from followups.rules.recheck import SETTLED_BY
from tests.clinical import vignettes

CASES = vignettes.cases()
WHOLE = [case for case in CASES if vignettes.expected(case).keys() <= BY_RULE.keys()]


def titled(cases):
    return pytest.mark.parametrize("case", cases, ids=lambda case: case["id"])


def found_in(case):
    assessment = assess(vignettes.as_history(case))
    return {each.rule: each.severity for each in assessment.findings}


def test_there_are_twenty_five_courses():
    assert len(CASES) == len({case["id"] for case in CASES}) == 25


@titled(CASES)
def test_exactly_the_expected_rules_fire(case):
    expected = vignettes.expected(case)
    known = {rule: each for rule, each in expected.items() if rule in BY_RULE}
    assert found_in(case) == known
    assert not found_in(case).keys() & {Rule(code) for code in case["not"]}


@titled(WHOLE)
def test_the_expected_rule_leads(case):
    lead = assess(vignettes.as_history(case)).lead
    assert (lead.rule if lead else "none") == case["lead"]


@titled(CASES)
def test_the_patient_is_asked_again_when_expected(case):
    not_yet = vignettes.expected(case).keys() & set(SETTLED_BY) - BY_RULE.keys()
    wanted = assess(vignettes.as_history(case)).recheck is not None
    assert wanted == case["recheck"] or (wanted and not_yet)


@titled(CASES)
def test_risk_points_add_up(case):
    score = risk_points(vignettes.risk_facts(case), STANDARD)
    assert score.points == case["patient"]["risk_points"]
    assert score.unknown == ()


@titled(CASES)
def test_postoperative_days_agree_with_the_dates(case):
    days = [(item["date"] - case["surgery"]["date"]).days for item in case["reports"]]
    assert days == [item["pod"] for item in case["reports"]]
