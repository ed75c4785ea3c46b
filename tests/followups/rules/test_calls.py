"""What comes next after the calls so far."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from followups.choices import ContactOutcome
from followups.rules.calls import Step, Try, ladder, next_attempt, returned_within, working_day

ZONE = ZoneInfo("America/New_York")
TODAY = date(2026, 4, 14)  # a Tuesday
NOW = datetime(2026, 4, 14, 10, tzinfo=ZONE)


def tried(outcome="no_answer", *, days_ago=0, method="phone", promised_on=None):
    return Try(NOW - timedelta(days=days_ago), method, outcome, promised_on)


def stands(*tries, answered_at=None):
    return ladder(tries, answered_at=answered_at, today=TODAY)


MISSED = [tried(days_ago=each) for each in (6, 4, 2)]
LETTER = tried("sent", method="letter", days_ago=1)

LADDERS = [
    ("nobody has called", [], Step.CALL, 1),
    ("one call missed", MISSED[:1], Step.CALL, 2),
    ("two calls missed", MISSED[:2], Step.CALL, 3),
    ("three calls missed", MISSED, Step.LETTER, 4),
    ("three calls and a letter", [*MISSED, LETTER], Step.DECIDE, 4),
    ("a letter does not count as a call", [MISSED[0], LETTER], Step.CALL, 2),
    ("reached after two", [*MISSED[:2], tried("reached", days_ago=1)], Step.CALL, 1),
    ("wrong number", [tried("wrong_number")], Step.LETTER, 2),
    ("does not want it", [tried("declined_visit")], Step.DECIDE, 1),
    (
        "will call back tomorrow",
        [tried("call_back", promised_on=TODAY + timedelta(days=1))],
        Step.AWAIT,
        1,
    ),
    (
        "has not called back",
        [tried("call_back", days_ago=4, promised_on=TODAY - timedelta(days=1))],
        Step.CALL,
        1,
    ),
]


@pytest.mark.parametrize(("tries", "step", "call"), [each[1:] for each in LADDERS])
def test_what_comes_next_follows_from_the_tries(tries, step, call):
    found = stands(*tries)
    assert (found.step, found.call) == (step, call)


def test_an_answered_check_in_starts_the_calls_again():
    assert stands(*MISSED, answered_at=NOW - timedelta(days=1)).step == Step.CALL


def test_only_letters_to_send_and_decisions_are_unreached():
    assert stands(*MISSED).is_unreached
    assert not stands(*MISSED[:2]).is_unreached


NEXT = [
    ("no_answer", 1, NOW, "Wed 08:30"),
    ("no_answer", 2, NOW, "Wed 08:30"),
    ("no_answer", 3, NOW, None),
    ("left_message", 1, NOW, "Thu 08:30"),
    ("caregiver_reached", 1, NOW, "Wed 08:30"),
    ("wrong_number", 1, NOW, None),
    ("booked", 0, NOW, None),
    ("declined_visit", 0, NOW, None),
    ("no_answer", 1, NOW + timedelta(days=3), "Mon 08:30"),  # on a Friday
]


@pytest.mark.parametrize(("outcome", "missed", "now", "expected"), NEXT)
def test_the_next_call_is_on_the_next_open_morning(outcome, missed, now, expected):
    at = next_attempt(ContactOutcome(outcome), missed=missed, promised_on=None, now=now, zone=ZONE)
    assert (at and f"{at.astimezone(ZONE):%a %H:%M}") == expected


def test_the_next_call_is_never_on_a_closed_day():
    closed = {TODAY + timedelta(days=1), TODAY + timedelta(days=2)}
    at = next_attempt(
        ContactOutcome.NO_ANSWER, missed=1, promised_on=None, now=NOW, zone=ZONE, closed=closed
    )
    assert at is not None
    assert at.astimezone(ZONE).date() == TODAY + timedelta(days=3)


def test_who_promised_to_call_is_called_the_day_after():
    promised = TODAY + timedelta(days=1)
    at = next_attempt(ContactOutcome.CALL_BACK, missed=0, promised_on=promised, now=NOW, zone=ZONE)
    assert at is not None
    assert f"{at.astimezone(ZONE):%a %H:%M}" == "Thu 08:30"


def test_return_to_care_is_within_fifteen_days_of_the_attempt():
    assert returned_within(NOW, [TODAY], ZONE)
    assert returned_within(NOW, [TODAY + timedelta(days=15)], ZONE)
    assert not returned_within(NOW, [TODAY + timedelta(days=16)], ZONE)
    assert not returned_within(NOW, [TODAY - timedelta(days=1)], ZONE)


def test_a_weekend_is_no_working_day():
    assert working_day(date(2026, 4, 18)) == date(2026, 4, 20)
