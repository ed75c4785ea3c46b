"""Moments, durations and severities in the words staff read, on the clinic's clock."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import dateformat

from followups.choices import Rule, Severity
from followups.protocol import STANDARD, Protocol

WEEK = timedelta(days=7)
HOUR = timedelta(hours=1)


def duration(span: timedelta) -> str:
    """Return a length of time in its two largest units: “2 h 48 m”, “1 d 3 h”."""
    minutes = int(abs(span).total_seconds()) // 60
    days, hours = minutes // 1440, minutes // 60 % 24
    if days >= 3 or (days and not hours):
        return f"{days} d"
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes % 60:02d} m"
    return f"{minutes} min"


def time_left(until: datetime, now: datetime) -> str:
    """Return “2 h 48 m left” or “1 h 07 m over”."""
    return f"{duration(until - now)} {'left' if until > now else 'over'}"


def ago(moment: datetime, now: datetime) -> str:
    """Return “20 seconds ago” or “5 min ago”."""
    span = now - moment
    if span < timedelta(minutes=1):
        return "just now"
    return f"{duration(span)} ago"


def clock(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Return the time of day, with the day where it is not today: “Wed 12:20 PM”."""
    local, today = moment.astimezone(zone), now.astimezone(zone).date()
    time = dateformat.format(local, "g:i A")
    distance = abs(local.date() - today)
    if not distance:
        return time
    if distance < WEEK:
        return f"{dateformat.format(local, 'D')} {time}"
    return day(local.date(), today)


def moment(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Return date and time without doubt: “Nov 13, 8:05 AM”; today just the time."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    time = dateformat.format(local, "g:i A")
    return time if local.date() == today else f"{day(local.date(), today)}, {time}"


def day(on: date, today: date) -> str:
    """Return “today”, “Nov 13”, or with its year where that is another."""
    if on == today:
        return "today"
    return dateformat.format(on, "M j" if on.year == today.year else "M j, Y")


def severity_class(severity: int) -> str:
    """Return the word that style sheet, icons and addresses use: “urgent”."""
    return Severity(severity).name.lower()


def target(severity: Severity, protocol: Protocol = STANDARD) -> str:
    """Return how soon contact is due: “within 24 h, some within 4 h”."""
    response = protocol.response
    # a rule without an override has the plain target of its severity
    usual = response.hours(Rule.VISIT, severity)
    shortest = min([hours for _, at, hours in response.overrides if at == severity] or [usual])
    words = f"within {_hours(usual)}"
    return words if shortest == usual else f"{words}, some within {_hours(shortest)}"


def _hours(hours: int) -> str:
    return f"{hours // 24} days" if hours > 48 else f"{hours} h"


def listed(words: list[str]) -> str:
    """Return “a”, “a and b”, “a, b and c”."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
