"""Days and moments on the clinic's clock."""

from datetime import date, datetime, time

from followups.rules.history import History


def day_of(at: datetime, history: History) -> date:
    """Return the clinic's local date of a moment."""
    return at.astimezone(history.zone).date()


def midnight(day: date, history: History) -> datetime:
    """Return the start of a day at the clinic."""
    return datetime.combine(day, time.min, tzinfo=history.zone)


_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # noqa: SIM905


def in_words(on: date) -> str:
    """Return a day as staff read it, "Mar 9, 2026", whatever the machine's language."""
    return f"{_MONTHS[on.month - 1]} {on.day}, {on.year}"
