"""The times a clinic offers: on its own clock, whatever the clock does."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followups.choices import VisitKind
from followups.rules.slots import Slot, Weekly, day, moment_of

NEW_YORK = ZoneInfo("America/New_York")
MONDAY = date(2026, 4, 13)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def weekly(**facts):
    usual = {"weekday": 0, "starts_at": time(9), "minutes": 20, "clinician": 7}
    return Weekly(**(usual | facts))


def local(slot: Slot, zone: ZoneInfo = NEW_YORK) -> str:
    return f"{slot.starts_at.astimezone(zone):%a %H:%M}"


def times(*templates, on=MONDAY, zone=NEW_YORK, now=LONG_AGO, closed=""):
    return [local(slot, zone) for slot in day(on, templates, zone, closed, now=now).slots]


def test_a_template_is_offered_on_its_weekday():
    assert times(weekly()) == ["Mon 09:00"]
    assert times(weekly(), on=MONDAY + timedelta(days=1)) == []


def test_slots_follow_one_another_and_stop_at_midnight():
    assert times(weekly(in_a_row=3)) == ["Mon 09:00", "Mon 09:20", "Mon 09:40"]
    assert times(weekly(starts_at=time(23, 30), in_a_row=4)) == ["Mon 23:30", "Mon 23:50"]


def test_nothing_of_the_past_is_offered():
    now = datetime(2026, 4, 13, 9, 20, tzinfo=NEW_YORK)
    assert times(weekly(in_a_row=3), now=now) == ["Mon 09:40"]


def test_nothing_is_offered_on_a_closed_day():
    found = day(MONDAY, [weekly()], NEW_YORK, "Easter Monday", now=LONG_AGO)
    assert (found.slots, found.closed) == ((), "Easter Monday")


def test_a_template_ends_with_its_last_day():
    assert times(weekly(last_on=MONDAY)) == ["Mon 09:00"]
    assert times(weekly(last_on=MONDAY - timedelta(days=1))) == []


def test_a_time_that_the_clocks_jump_over_is_left_out_and_said():
    sunday = date(2027, 3, 14)
    found = day(
        sunday,
        [weekly(weekday=6, starts_at=time(1, 40), in_a_row=5)],
        NEW_YORK,
        now=LONG_AGO,
    )
    assert [local(slot) for slot in found.slots] == ["Sun 01:40", "Sun 03:00"]
    assert found.explanation == (
        "Not offered: 02:00, 02:20, 02:40. The clocks are put forward over this time that day."
    )


def test_a_time_that_comes_twice_is_the_first_of_the_two():
    sunday = date(2026, 11, 1)
    (slot,) = day(sunday, [weekly(weekday=6, starts_at=time(1, 30))], NEW_YORK, now=LONG_AGO).slots
    assert slot.starts_at == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)  # still summer time


def test_a_slot_for_named_visits_suits_no_other():
    assert weekly().suits(VisitKind.WEEKS_2)
    named = weekly(kinds=frozenset({VisitKind.WEEKS_6}))
    assert not named.suits(VisitKind.WEEKS_2)


def test_a_slot_is_named_by_its_person_and_its_minute():
    (slot,) = day(MONDAY, [weekly()], NEW_YORK, now=LONG_AGO).slots
    assert slot.key == f"7-{int(slot.starts_at.timestamp()) // 60}"


ZONES = sorted(available_timezones() - {"localtime"})


@given(
    zone=st.sampled_from(ZONES),
    on=st.dates(date(2024, 1, 1), date(2032, 12, 31)),
    at=st.times().map(lambda each: each.replace(second=0, microsecond=0)),
)
def test_every_slot_stands_on_the_clinics_clock(zone, on, at):
    clock = ZoneInfo(zone)
    template = weekly(weekday=on.weekday(), starts_at=at)
    found = day(on, [template], clock, now=LONG_AGO)
    shown = [slot.starts_at.astimezone(clock) for slot in found.slots]
    if shown:
        (moment,) = shown
        assert (moment.date(), moment.time()) == (on, at)
        assert moment.fold == 0
        assert not found.skipped
    else:  # no moment of that day shows this time
        assert found.skipped == (at,)
        assert "put forward" in found.explanation


@pytest.mark.parametrize("zone", ZONES)
def test_no_zone_loses_or_doubles_a_time_of_the_working_day(zone):
    """Three years of half hours from 8 to 18 are offered once each, on every clock there is."""
    clock = ZoneInfo(zone)
    first = date(2026, 1, 1)
    for number in range(3 * 365):
        on = first + timedelta(days=number)
        for hour in (8, 12, 17):
            moment = moment_of(on, time(hour, 30), clock)
            if moment is None:  # a day some islands left out
                midnight = datetime.combine(on, time(hour, 30), tzinfo=clock)
                assert midnight.astimezone(UTC).astimezone(clock) != midnight
            else:
                back = moment.astimezone(clock)
                assert (back.date(), back.hour, back.minute) == (on, hour, 30)
