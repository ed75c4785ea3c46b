"""Times and targets in the words of the ward, on the clinic's clock."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from followups.choices import Severity
from followups.presenters import words
from tests.factories import ZONE, at

NOW = at(60, 14)  # Friday, 1 May 2026, 2 PM in New York


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, "0 min"),
        (59, "59 min"),
        (60, "1 h 00 m"),
        (67, "1 h 07 m"),
        (23 * 60 + 59, "23 h 59 m"),
        (24 * 60, "1 d"),
        (27 * 60, "1 d 3 h"),
        (71 * 60 + 59, "2 d 23 h"),
        (72 * 60, "3 d"),
        (13 * 24 * 60 + 600, "13 d"),
        (-67, "1 h 07 m"),
    ],
)
def test_a_duration_is_said_in_its_two_largest_units(minutes, said):
    assert words.duration(timedelta(minutes=minutes)) == said


@pytest.mark.parametrize(
    ("until", "said"),
    [
        (NOW + timedelta(minutes=5), "5 min left"),
        (NOW, "0 min over"),
        (NOW - timedelta(minutes=67), "1 h 07 m over"),
    ],
)
def test_time_left_turns_into_time_over_at_the_target(until, said):
    assert words.time_left(until, NOW) == said


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (at(60, 9), "9:00 AM"),
        (at(60, 23, 59), "11:59 PM"),
        (at(61, 0), "Sat 12:00 AM"),
        (at(59, 23), "Thu 11:00 PM"),
        (at(66, 12), "Thu 12:00 PM"),
        (at(67, 12), "May 8"),
        (at(400, 12), "Apr 6, 2027"),
    ],
)
def test_a_moment_names_its_day_where_it_is_not_today(moment, said):
    assert words.clock(moment, NOW, ZONE) == said


def test_today_is_the_clinics_today_not_the_servers():
    late = at(60, 23)

    assert words.moment(late, late, ZONE) == "11:00 PM"
    assert words.moment(late, late, ZoneInfo("UTC")) == "3:00 AM"
    assert words.moment(late, at(61, 12), ZoneInfo("UTC")) == "3:00 AM"
    assert words.moment(late, at(61, 12), ZONE) == "May 1, 11:00 PM"


@pytest.mark.parametrize(
    ("on", "said"),
    [
        (date(2026, 5, 1), "today"),
        (date(2026, 4, 3), "Apr 3"),
        (date(2025, 12, 31), "Dec 31, 2025"),
    ],
)
def test_a_day_has_its_year_only_where_that_is_another(on, said):
    assert words.day(on, date(2026, 5, 1)) == said


@pytest.mark.parametrize(
    ("severity", "said"),
    [
        (Severity.EMERGENCY, "within 1 h"),
        (Severity.URGENT, "within 24 h, some within 4 h"),
        (Severity.SOON, "within 3 days"),
        (Severity.ROUTINE, "within 14 days"),
    ],
)
def test_targets_are_those_of_the_protocol(severity, said):
    assert words.target(severity) == said


@pytest.mark.parametrize(
    ("items", "said"), [(["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_words_are_listed_as_in_a_sentence(items, said):
    assert words.listed(items) == said
