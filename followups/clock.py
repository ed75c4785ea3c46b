"""Moments on a clinic's clock, and the database's own clock."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db import connection

MORNING = time(9)  # inside the local send window of 8 to 10; no zone skips this hour


def morning(zone: ZoneInfo, day: date) -> datetime:
    """Return nine o'clock of ``day`` on that zone's wall clock."""
    return datetime.combine(day, MORNING, tzinfo=zone)


def midnight(zone: ZoneInfo, day: date) -> datetime:
    """Return the start of ``day`` on that zone's wall clock."""
    return datetime.combine(day, time.min, tzinfo=zone)


def database_now() -> datetime:
    """Return the database's time: senders on different hosts share one clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row = cursor.fetchone()
    moment: datetime = row[0]
    return moment
