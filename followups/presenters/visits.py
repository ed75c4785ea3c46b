"""Visits in the words of the schedule."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import dateformat

from followups.choices import VisitImaging, VisitKind
from followups.models import Visit
from followups.presenters import words

_SHORT = {VisitKind.WEEKS_2: "2-week wound check"}


def kind_name(kind: VisitKind) -> str:
    """Return “6-week visit”, or “2-week wound check”."""
    usual = f"{str(kind.label).replace(' ', '-').removesuffix('s')} visit"
    return _SHORT.get(kind, usual)


def full_name(visit: Visit) -> str:
    """Return the visit with what is taken for it: “6-week visit + X-ray”."""
    name = kind_name(VisitKind(visit.kind))
    if visit.imaging == VisitImaging.NONE:
        return name
    return f"{name} + {VisitImaging(visit.imaging).label}"


def since_surgery(surgery_on: date, today: date) -> str:
    """Return how long ago the operation was, in weeks and days: “8w 1d”."""
    days = (today - surgery_on).days
    if days < 0:
        return "before surgery"
    return f"{days // 7}w {days % 7}d" if days % 7 else f"{days // 7}w"


def slot_time(at: datetime, zone: ZoneInfo) -> str:
    """Return “Wed Nov 18, 9:40 AM”, with the zone where the clock shows it twice."""
    local = at.astimezone(zone)
    said = dateformat.format(local, "D M j, g:i A")
    return f"{said} {local.tzname()}" if _is_shown_twice(local) else said


def short_time(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Return “Wed 18, 9:40 AM” within four weeks, where the day alone is enough."""
    local = at.astimezone(zone)
    if at - now < timedelta(days=27) and not _is_shown_twice(local):
        return dateformat.format(local, "D j, g:i A")
    return slot_time(at, zone)


def _is_shown_twice(local: datetime) -> bool:
    return local.utcoffset() != local.replace(fold=1).utcoffset() or bool(local.fold)


def days(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"


def when(on: date, today: date) -> str:
    """Return “today”, “tomorrow” or the day."""
    ahead = (on - today).days
    return {0: "today", 1: "tomorrow"}.get(ahead, words.day(on, today))
