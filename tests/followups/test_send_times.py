"""Every local day has exactly one moment to send at, between eight and ten, wherever it is."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from followups.clock import early, morning

FIRST, DAYS = date(2026, 1, 1), 3 * 365
SOME = ("America/New_York", "America/Sao_Paulo", "Asia/Tehran", "Australia/Lord_Howe", "UTC")
EVERY = sorted(available_timezones() - {"localtime", "posixrules", "Factory"})


def wrong(zone: ZoneInfo, make) -> list[date]:
    """Return the days whose moment is not theirs alone, or stands outside the window."""
    moments, found = set(), []
    for number in range(DAYS):
        day = FIRST + timedelta(days=number)
        moment = make(zone, day)
        local = moment.astimezone(ZoneInfo("UTC")).astimezone(zone)
        if local.date() != day or not 8 <= local.hour < 10 or moment.timestamp() in moments:
            found.append(day)
        moments.add(moment.timestamp())
    return found


@pytest.mark.parametrize("name", SOME)
@pytest.mark.parametrize("make", [morning, early])
def test_each_day_of_three_years_has_its_moment(name, make):
    assert wrong(ZoneInfo(name), make) == []


@pytest.mark.parametrize("make", [morning, early])
def test_in_every_zone_there_is_each_day_has_its_moment(make):
    assert len(EVERY) > 400
    assert {name: days for name in EVERY if (days := wrong(ZoneInfo(name), make))} == {}
