"""The days of the simulation."""

from datetime import UTC, date, datetime, time, timedelta

SURGERY_ON = date(2026, 1, 5)


def on(day: int) -> date:
    """Return the date of a postoperative day."""
    return SURGERY_ON + timedelta(days=day)


def at(day: int, hour: int = 12) -> datetime:
    """Return a moment of a postoperative day."""
    return datetime.combine(on(day), time(hour), tzinfo=UTC)
