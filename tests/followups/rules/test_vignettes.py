"""The rules against whole clinical courses."""

import pytest

from followups.choices import Rule
from followups.rules import assess
from followups.vignettes import judge, read
from tests.clinical import vignettes

CASES = vignettes.cases()
each_course = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)


def found_in(case):
    return {each.rule: each.severity for each in assess(case.history).findings}


def test_there_are_twenty_five_courses():
    assert len(CASES) == len({case.id for case in CASES}) == 25


def test_every_rule_fires_in_at_least_one_course():
    assert set().union(*(found_in(case) for case in CASES)) == set(Rule)


@each_course
def test_exactly_the_expected_rules_fire(case):
    assert found_in(case) == case.expected
    assert not found_in(case).keys() & case.excluded


@each_course
def test_the_expected_rule_leads(case):
    lead = assess(case.history).lead
    assert (lead.rule if lead else "none") == case.lead


@each_course
def test_the_patient_is_asked_again_when_expected(case):
    assert (assess(case.history).recheck is not None) == case.recheck


@each_course
def test_nothing_of_a_course_is_left_unsaid_or_differs(case):
    verdict = judge(case)
    assert verdict.is_as_expected, verdict.lines()
    # risk points of the file and of the protocol agree, and so do days and dates
    assert case.notes == ()
    assert case.history.risk.unknown == frozenset()


@pytest.mark.parametrize("file", vignettes.FILES, ids=lambda file: file.name)
def test_every_file_of_cases_in_the_folder_is_as_expected(file):
    verdicts = [judge(case) for case in read(file)]
    assert [line for each in verdicts if not each.is_as_expected for line in each.lines()] == []
