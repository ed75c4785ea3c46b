"""What somebody means who types into the search: words of a name, a number, a birth date.

A day is read only where it can mean nothing else, or as each day it can mean. Pure.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import permutations

from django.core.exceptions import ValidationError

from patients import folding
from patients.identifiers import normalise_mrn

MOST_WORDS = 6
SHORTEST_TAIL = 4  # digits of a telephone number
FROM_ABROAD = 8  # digits from which on a number is a whole one
LONGEST_PHONE = 15

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"({'|'.join(_MONTHS)})[a-z]*\.?"
_DAY = r"([0-9]{1,2})(?:st|nd|rd|th)?"
_ISO = re.compile(r"(?<![\w-])([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})(?![\w-])", re.ASCII)
_PLAIN = re.compile(r"(?<![\w-])([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]+)(?![\w-])", re.ASCII)
_DAY_FIRST = re.compile(rf"\b{_DAY}[\s.-]*{_MONTH}[\s,.-]*([0-9]{{4}})\b", re.ASCII | re.I)
_MONTH_FIRST = re.compile(rf"\b{_MONTH}[\s.-]*{_DAY}[\s,.-]+([0-9]{{4}})\b", re.ASCII | re.I)
_PHONE = re.compile(r"[0-9+(). /-]+")


@dataclass(frozen=True, slots=True)
class Asked:
    """A search taken apart; what is empty was not asked for."""

    words: tuple[str, ...] = ()
    number: str = ""  # as typed, for a record number
    spelt: tuple[str, ...] = ()  # all words, where the number could be one too: Smith3
    tail: str = ""  # the end of a telephone number, from the last digit
    born: tuple[date, ...] = ()
    record: str = ""  # all of it, read as a record number

    def __bool__(self) -> bool:
        return any((self.words, self.number, self.tail, self.born, self.record))


def read(text: str) -> Asked:
    """Return what a text asks for.

    Raises:
        ValidationError: it holds a day that does not exist, or whose century is not said.
    """
    rest, born = _days(text)
    tokens = rest.split()
    numbers = [token for token in tokens if any(map(str.isdigit, token))]
    others = [token for token in tokens if token not in numbers]
    number = "".join(numbers)
    return Asked(
        words=tuple(folding.typed(" ".join(others))[:MOST_WORDS]),
        number=_record(number),
        spelt=tuple(folding.typed(rest)[:MOST_WORDS]) if any(map(str.isalpha, number)) else (),
        tail=_tail(" ".join(numbers)),
        born=born,
        record=_record(text),
    )


def _record(text: str) -> str:
    """Return the text as a record number is stored, "" if none is written so."""
    try:
        return normalise_mrn(text) if text else ""
    except ValidationError:
        return ""


def _tail(text: str) -> str:
    digits = "".join(filter(str.isdigit, text))
    if len(digits) > FROM_ABROAD:
        digits = digits.lstrip("0")  # which is dialled within a country, or to leave it
    long_enough = SHORTEST_TAIL <= len(digits) <= LONGEST_PHONE
    return digits[::-1] if long_enough and _PHONE.fullmatch(text) else ""


def _days(text: str) -> tuple[str, tuple[date, ...]]:
    """Return the text without the day in it, and each date that day can be."""
    for pattern, readings in (
        (_ISO, _year_first),
        (_DAY_FIRST, _day_first),
        (_MONTH_FIRST, _month_first),
        (_PLAIN, _either),
    ):
        if found := pattern.search(text):
            days = tuple(dict.fromkeys(readings(found)))
            if not days:
                raise ValidationError(f"There is no day “{found[0]}”.", code="day")
            return f"{text[: found.start()]} {text[found.end() :]}", days
    return text, ()


def _year_first(found: re.Match[str]) -> Iterator[date]:
    yield from _day(found[1], found[3], found[4])


def _day_first(found: re.Match[str]) -> Iterator[date]:
    yield from _day(found[3], _month(found[2]), found[1])


def _month_first(found: re.Match[str]) -> Iterator[date]:
    yield from _day(found[3], _month(found[1]), found[2])


def _either(found: re.Match[str]) -> Iterator[date]:
    """Yield both days that 3/4/1975 can be; with points the day comes first everywhere."""
    if len(found[4]) != len("1975"):
        raise ValidationError("Write the year of birth with four digits.", code="year")
    if found[2] == ".":
        yield from _day(found[4], found[3], found[1])
        return
    for month, day in permutations((found[1], found[3])):
        yield from _day(found[4], month, day)


def _month(name: str) -> int:
    return _MONTHS.index(name.lower()) + 1


def _day(year: str, month: str | int, day: str) -> Iterator[date]:
    try:
        yield date(int(year), int(month), int(day))
    except ValueError:
        return
