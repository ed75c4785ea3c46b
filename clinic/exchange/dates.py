"""Dates as a file declares to write them. Nothing is guessed: one format, four-digit years."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Self

from clinic.exchange.problems import Stopped

_PARTS = {"YYYY": "(?P<year>[0-9]{4})", "MM": "(?P<month>[0-9]{2})", "DD": "(?P<day>[0-9]{2})"}
_DECLARED = re.compile(r"(YYYY|MM|DD)([-./ ]?)(YYYY|MM|DD)\2(YYYY|MM|DD)")
_SHORT_YEAR = re.compile(r"[0-9]{1,2}[-./ ][0-9]{1,2}[-./ ][0-9]{1,2}")


@dataclass(frozen=True)
class DateFormat:
    """A declared way to write dates, such as YYYY-MM-DD, DD.MM.YYYY or YYYYMMDD."""

    text: str
    _pattern: re.Pattern[str]

    @classmethod
    def declared(cls, text: str) -> Self:
        """Return the format, or stop: each part once, the year with four digits."""
        order = _DECLARED.fullmatch(text)
        if order is None or {order[1], order[3], order[4]} != set(_PARTS):
            raise Stopped(
                f"“{text}” is not a date format. Write YYYY, MM and DD once each, for example"
                " YYYY-MM-DD, MM/DD/YYYY or YYYYMMDD; years always have four digits."
            )
        between = re.escape(order[2])
        pattern = between.join(_PARTS[order[part]] for part in (1, 3, 4))
        if between:  # 1/5/2000: with something between them, parts may be short
            pattern = pattern.replace("{2}", "{1,2}")
        return cls(text, re.compile(pattern))

    @property
    def swapped(self) -> "DateFormat":
        """The same format with month and day the other way round."""
        return self.declared(self.text.replace("MM", "?").replace("DD", "MM").replace("?", "DD"))

    def parse(self, text: str) -> date:
        """Return the date.

        Raises:
            ValueError: with the reason in plain words.
        """
        found = self._pattern.fullmatch(text)
        if found is None:
            if _SHORT_YEAR.fullmatch(text):
                raise ValueError("Years must have four digits.")
            raise ValueError(f"This is not a date written {self.text}.")
        try:
            return date(int(found["year"]), int(found["month"]), int(found["day"]))
        except ValueError:
            raise ValueError(f"There is no such day (dates are read as {self.text}).") from None

    def fits(self, text: str) -> bool:
        try:
            self.parse(text)
        except ValueError:
            return False
        return True
