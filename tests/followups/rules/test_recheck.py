"""The automatic re-check."""

import pytest

from followups.choices import Rule, Severity
from followups.protocol import STANDARD
from followups.rules import Domain, Finding, assess
from followups.rules.course import Course
from followups.rules.recheck import SETTLED_BY, recheck
from tests.followups.rules.builders import at, day, history, pains, report


def wanted(values, **items):
    return assess(history(*pains(values, **items))).recheck


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        # a rise over the usual level
        ({7: 1, 11: 1, 14: 4}, False),
        ({7: 1, 11: 1, 15: 4}, True),
        ({7: 1, 11: 1, 15: 3}, False),
        ({7: 2, 11: 3, 15: 4}, False),  # 1.5 over the median
        ({7: 2, 11: 2, 15: 4}, True),
        ({6: 1, 11: 1, 15: 4}, False),  # one value from day 7 on
        # pain beyond 8 weeks, not confirmed
        ({56: 4}, False),
        ({57: 4}, True),
        ({57: 3}, False),
        ({11: 4, 57: 4}, True),  # 46 days apart
        ({42: 4, 57: 4}, True),  # the report before is too early
        ({43: 4, 57: 4}, False),  # confirmed, so a person looks
        ({42: 1, 57: 4}, True),
        ({43: 1, 57: 4}, False),
        # severe pain early
        ({2: 8}, False),
        ({3: 8}, True),
        ({42: 8}, True),
        ({43: 8}, False),
        ({20: 7}, False),
    ],
)
def test_an_unconfirmed_signal_is_asked_again(values, expected):
    assert (wanted(values) is not None) == expected


def test_a_re_check_comes_three_days_after_the_report_that_asked_for_it():
    found = wanted({70: 1, 77: 1, 84: 5})
    assert found is not None
    assert found.due_on == day(87)
    assert found.since == at(84)
    assert found.report_id == "84/12"
    assert found.domains == (Domain.AXIAL,)
    assert found.reason == "back pain 5/10 is above the usual 1"


def test_both_places_share_one_re_check():
    found = assess(history(report(20, axial=8, limb=9))).recheck
    assert found is not None
    assert found.domains == (Domain.AXIAL, Domain.LIMB)


def test_a_flag_in_one_place_leaves_the_other_its_re_check():
    values = {56: (2, 2), 63: (2, 2), 70: (5, 2), 77: (5, 5)}
    reports = (report(pod, axial=a, limb=b) for pod, (a, b) in values.items())
    found = assess(history(*reports))
    assert found.findings[0].rule == Rule.PAIN_REBOUND
    assert found.recheck is not None
    assert found.recheck.domains == (Domain.LIMB,)


@pytest.mark.parametrize("rule", SETTLED_BY)
def test_where_one_of_these_fired_a_person_looks_already(rule):
    course = Course.of(history(*pains({20: 8})), STANDARD)
    fired = Finding(rule, Severity.SOON, at(20), "", domains=(Domain.AXIAL,))
    elsewhere = Finding(rule, Severity.SOON, at(20), "", domains=(Domain.LIMB,))
    assert recheck(course, {rule: fired}) is None
    assert recheck(course, {rule: elsewhere}) is not None
