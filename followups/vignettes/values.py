"""What a value in a case may be; each check returns what is wrong, or None."""

import math
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

FIRST_YEAR, LAST_YEAR = 1950, 2150
Check = Callable[[Any], str | None]


def whole(low: int, high: int) -> Check:
    """A whole number between two, both included."""

    def check(value: Any) -> str | None:
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        if is_whole and low <= value <= high:
            return None
        return f"{shown(value)} is not a whole number from {low} to {high}"

    return check


def number(low: float, high: float) -> Check:
    """A number between two, both included."""

    def check(value: Any) -> str | None:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if is_number and math.isfinite(value) and low <= value <= high:
            return None
        return f"{shown(value)} is not a number from {low:g} to {high:g}"

    return check


def one_of(words: Iterable[str]) -> Check:
    """One of these words."""
    known = tuple(words)

    def check(value: Any) -> str | None:
        if isinstance(value, str) and value in known:
            return None
        return f"{shown(value)} is not one of {', '.join(known)}"

    return check


def some_of(words: Iterable[str]) -> Check:
    """A list of these words, or a single one of them."""
    known = tuple(words)

    def check(value: Any) -> str | None:
        given = [value] if isinstance(value, str) else value
        if not isinstance(given, list):
            return f"{shown(value)} is not a list"
        strange = [each for each in given if not isinstance(each, str) or each not in known]
        if not strange:
            return None
        return f"{', '.join(map(shown, strange))} is not one of {', '.join(known)}"

    return check


def yes_no(value: Any) -> str | None:
    """True or false."""
    return None if isinstance(value, bool) else f"{shown(value)} is not true or false"


def text(value: Any) -> str | None:
    """Any text."""
    return None if isinstance(value, str) else f"{shown(value)} is not a text"


def texts(value: Any) -> str | None:
    """A list of texts."""
    is_list = isinstance(value, list) and all(isinstance(each, str) for each in value)
    return None if is_list else f"{shown(value)} is not a list of texts"


def day(value: Any) -> str | None:
    """A calendar day within a lifetime or two."""
    is_day = isinstance(value, date) and not isinstance(value, datetime)
    if is_day and FIRST_YEAR <= value.year <= LAST_YEAR:
        return None
    return f"{shown(value)} is not a date such as 2026-01-31"


def shown(value: Any) -> str:
    """Return a value as the file would have it."""
    if isinstance(value, bool):
        return str(value).lower()
    return "null" if value is None else f"{value}"
