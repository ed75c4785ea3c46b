"""The definitions every rule shares."""

import pytest

from followups.protocol import STANDARD
from followups.rules import Baseline, Domain
from followups.rules.course import Course, Trend
from tests.followups.rules.builders import history, pains, report


def trend(values, baseline=None) -> Trend:
    found = history(*pains(values), baseline=Baseline(axial=baseline), pod=900)
    return Course.of(found, STANDARD).trends[Domain.AXIAL]


@pytest.mark.parametrize(
    ("values", "confirmed"),
    [
        ({}, None),
        ({20: 5}, None),
        ({20: 5, 21: 6}, None),
        ({20: 5, 22: 6}, 5),
        ({20: 6, 22: 5}, 5),
        ({20: 5, 65: 6}, 5),
        ({20: 5, 66: 6}, None),
        ({20: 5, 27: None, 34: 6}, 5),  # no answer is no value
        ({20: 5, 27: 11, 34: 6}, 5),  # an impossible one neither
        ({20: 5, 27: -1, 34: 6}, 5),
        ({20: 0, 27: 10}, 0),
        ({-7: 5, 3: 6}, None),  # before surgery is baseline only
    ],
)
def test_two_values_confirm_each_other(values, confirmed):
    assert trend(values).confirmed == confirmed


@pytest.mark.parametrize(
    ("values", "reference", "usual"),
    [
        ({20: 1, 27: 2}, None, None),
        ({20: 1, 27: 2, 34: 5}, None, 1.5),
        ({20: 1, 27: 2, 34: 5, 41: 6}, 1.5, 2),
        ({6: 1, 27: 2, 34: 5, 41: 6}, None, 3.5),
        ({7: 1, 27: 2, 34: 5, 41: 6}, 1.5, 2),
        ({7: 1, 14: 2, 21: None, 34: 5, 41: 6}, 1.5, 2),
        # of eight earlier values only the last six count
        ({7: 9, 8: 9, 9: 1, 10: 2, 11: 3, 12: 4, 13: 5, 14: 6, 20: 0, 27: 0}, 3.5, 3.5),
        ({3: 9, 5: 9, 7: 1, 9: 3}, None, None),
    ],
)
def test_the_reference_is_a_median_of_earlier_values(values, reference, usual):
    found = trend(values)
    assert (found.reference, found.usual) == (reference, usual)


@pytest.mark.parametrize(
    ("baseline", "value", "improved"),
    [
        (None, 0, False),
        (2, 0, False),
        (3, 1, True),
        (3, 2, False),  # 33 %, but 1 point
        (5, 3.5, False),  # 30 %, but 1.5 points
        (5, 3, True),
        (6, 4, True),
        (7, 5, False),  # 2 points, but 29 %
        (10, 7, True),  # exactly 30 %
        (10, 7.5, False),
        (11, 0, False),  # no possible baseline
    ],
)
def test_improved_means_two_points_and_thirty_percent(baseline, value, improved):
    assert trend({}, baseline).improved(value) == improved


@pytest.mark.parametrize(
    ("baseline", "value", "recovered"),
    [(None, 3, True), (None, 3.5, False), (6, 4, True), (6, 4.5, False), (2, 3, True)],
)
def test_recovered_means_low_or_improved(baseline, value, recovered):
    assert trend({}, baseline).recovered(value) == recovered


def test_single_report_rules_see_the_whole_latest_day_and_trends_the_last_complete():
    first = report(20, hour=8, axial=1)
    whole = report(20, hour=9, axial=2)
    half = report(20, hour=10, complete=False, axial=3)
    found = Course.of(history(half, report(13, axial=9), whole, first), STANDARD)
    assert [each.axial for each in found.latest] == [1, 2, 3]
    assert [each.axial for each in found.daily] == [9, 2]
