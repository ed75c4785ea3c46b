"""Moments on a clinic's clock, and the database's own clock."""

from datetime import date, datetime, time, timedelta
from time import monotonic
from zoneinfo import ZoneInfo

from django.db import connection

WEEKEND = (5, 6)
MORNING = time(9)  # inside the local send window of 8 to 10; no zone skips this hour

EARLY = time(8, 30)  # … and before it: what is about a day comes before what asks for an answer


def morning(zone: ZoneInfo, day: date) -> datetime:
    """Return nine o'clock of ``day`` on that zone's wall clock."""
    return datetime.combine(day, MORNING, tzinfo=zone)


def early(zone: ZoneInfo, day: date) -> datetime:
    """Return half past eight of ``day`` on that zone's wall clock."""
    return datetime.combine(day, EARLY, tzinfo=zone)


def midnight(zone: ZoneInfo, day: date) -> datetime:
    """Return the start of ``day`` on that zone's wall clock."""
    return datetime.combine(day, time.min, tzinfo=zone)


def working_days_ago(zone: ZoneInfo, now: datetime, days: int) -> datetime:
    """Return the moment so many working days back; weekends do not count."""
    local = now.astimezone(zone)
    day, hour = local.date(), local.time()
    if day.weekday() in WEEKEND:
        hour = time.min  # the last working day is over
    while days:
        day -= timedelta(days=1)
        days -= day.weekday() not in WEEKEND
    return datetime.combine(day, hour, tzinfo=zone)


def database_now() -> datetime:
    """Return the database's time: senders on different hosts share one clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row = cursor.fetchone()
    moment: datetime = row[0]
    return moment


class DatabaseClock:
    """The database's clock for who asks it all the time: read now and then, carried on between.

    A call returns the time. Two hosts' steady clocks part by far less in a second than one
    question to the database takes.
    """

    READ_EVERY = 1.0  # seconds

    def __init__(self) -> None:
        self._read()

    def __call__(self) -> datetime:
        if monotonic() - self._since > self.READ_EVERY:
            self._read()
        return self._moment + timedelta(seconds=monotonic() - self._since)

    def _read(self) -> None:
        self._moment, self._since = database_now(), monotonic()
