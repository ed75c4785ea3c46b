"""One row of text to typed facts, or to the problems that stop it. Pure: no database.

A blank cell says nothing, so nothing changes; ``<clear>`` erases what may be empty.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import TextChoices

from clinic.exchange.problems import Problem, Stopped
from clinic.exchange.profiles import REQUIRED, Field, Profile
from clinic.exchange.reader import Row, Table, folded
from followups.texts import LANGUAGES, named
from patients.choices import DEFAULT_LANGUAGE, Approach, Region, Sex
from patients.fields import (
    EmailAddressField,
    LevelsField,
    MrnField,
    NameField,
    PhoneField,
    WholeNumberField,
)
from patients.models.person import OLDEST_BIRTH
from patients.services import OLDEST_AGE_YEARS

CLEAR = "<clear>"
YES_NO = {"yes": True, "y": True, "true": True, "1": True}
YES_NO |= {"no": False, "n": False, "false": False, "0": False}

# What an erased value becomes; everything else cannot be erased.
ERASED: Mapping[Field, Any] = {
    Field.SEX: Sex.UNKNOWN,
    Field.LANGUAGE: DEFAULT_LANGUAGE,
    Field.EMAIL: "",
    Field.MOBILE: "",
    Field.PHONE: "",
    Field.CONSENTED_ON: None,
    Field.DECEASED_ON: None,
    Field.LEVELS: [],
}
# Their values may be printed: they identify nobody.
SHOWN = {
    Field.SEX,
    Field.LANGUAGE,
    Field.REGION,
    Field.LEVELS,
    Field.LEVELS_FUSED,
    Field.APPROACH,
    Field.COMPLEX,
    Field.REVISION,
}
SHOWN_LENGTH = 40
EMAIL_LENGTH = 254
MOST_LEVELS = 20
PHONE = PhoneField()


@dataclass(frozen=True)
class Layout:
    """Where in this file each field stands."""

    profile: Profile
    header: tuple[str, ...]
    places: Mapping[Field, int]

    @classmethod
    def of(cls, header: Sequence[str], profile: Profile) -> Self:
        """Return where the profile's columns are.

        Raises:
            Stopped: if one is there twice, or a required one is missing.
        """
        places: dict[Field, int] = {}
        for place, heading in enumerate(header):
            known = profile.by_heading.get(folded(heading))
            if known in places:
                raise Stopped(f"The column “{heading}” is there twice.")
            if known:
                places[known] = place
        layout = cls(profile, tuple(header), places)
        lacking = [h for h, known in profile.columns.items() if known in REQUIRED]
        lacking = [h for h in lacking if profile.columns[h] not in places]
        if lacking:
            raise Stopped(f"The file lacks a required column: {', '.join(lacking)}.")
        return layout

    @property
    def unmapped(self) -> list[str]:
        """Headings nobody declared: their values are not imported."""
        used = set(self.places.values())
        return [text for place, text in enumerate(self.header) if place not in used]

    @property
    def absent(self) -> list[str]:
        """Declared optional columns that this file does not have."""
        return [h for h, known in self.profile.columns.items() if known not in self.places]

    def heading(self, known: Field) -> str:
        """Return the heading as the file writes it, or the field where it is a constant."""
        place = self.places.get(known)
        return known.value if place is None else self.header[place]

    def texts(self, row: Row) -> dict[Field, str]:
        """Return what the row says, blank cells left out."""
        cells = {known: row.cells[place] for known, place in self.places.items()}
        return {known: text for known, text in {**self.profile.constants, **cells}.items() if text}

    def problem(self, row: Row, known: Field, reason: str) -> Problem:
        """Return what is wrong in one cell, its value only where that is safe to show."""
        text = self.texts(row).get(known, "") if known in SHOWN and not row.fault else ""
        value = "".join(char for char in text if char.isprintable())[:SHOWN_LENGTH]
        return Problem(row.line, self.heading(known), reason, value)


@dataclass(frozen=True)
class Reading:
    """What one row says, field by field; or why it cannot be used."""

    row: Row
    said: Mapping[Field, Any]
    problems: tuple[Problem, ...] = ()


def read_row(row: Row, layout: Layout, *, today: date) -> Reading:
    """Return the row's typed values, or all of its problems."""
    if row.fault:
        return Reading(row, {}, (Problem(row.line, "", row.fault),))
    said: dict[Field, Any] = {}
    problems = []
    texts = layout.texts(row)
    if Field.MRN not in texts:
        problems.append(layout.problem(row, Field.MRN, "Every row needs a record number."))
    for known, text in texts.items():
        try:
            said[known] = _value(known, text, layout.profile, today)
        except (ValueError, ValidationError) as error:
            problems.append(layout.problem(row, known, _reason(error)))
    return Reading(row, said, tuple(problems))


def refuse_mixed_dates(table: Table, layout: Layout) -> None:
    """Stop where dates show that the declared order of day and month is wrong.

    One such date makes every date in its column doubtful: 13/01 proves what 02/01 hides.
    """
    declared = layout.profile.dates
    for known, place in layout.places.items():
        if not known.is_date:
            continue
        for row in table.rows:
            text = "" if row.fault else row.cells[place]
            if text and not declared.fits(text) and declared.swapped.fits(text):
                raise Stopped(
                    f"Line {row.line}, {layout.heading(known)}: this date is written"
                    f" {declared.swapped.text}, but the file was declared {declared.text}."
                    " Days and months may be mixed up in every row; nothing can be imported."
                )


def _value(known: Field, text: str, profile: Profile, today: date) -> Any:
    """Return the typed value of a cell.

    Raises:
        ValueError, ValidationError: with the reason in plain words.
    """
    if text.casefold() == CLEAR:
        if known not in ERASED:
            raise ValueError("This cannot be erased.")
        return ERASED[known]
    if known.is_date:
        return _day(known, profile.dates.parse(text), today)
    return _READ[known](text, profile)


def _day(known: Field, day: date, today: date) -> date:
    """Return the date, if it can be true of somebody alive in the last 120 years."""
    if day < OLDEST_BIRTH:
        raise ValueError(f"This is before {OLDEST_BIRTH.year}.")
    if known is not Field.SURGERY_ON and day > today:
        raise ValueError("This date is in the future.")
    if known is Field.DATE_OF_BIRTH and _years(day, today) > OLDEST_AGE_YEARS:
        raise ValueError(f"This is more than {OLDEST_AGE_YEARS} years ago.")
    return day


def _years(start: date, end: date) -> int:
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))


def _reason(error: ValueError | ValidationError) -> str:
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)


def _typed(field: forms.Field) -> Callable[[str, Profile], Any]:
    """Return a reader with the rules of our own forms: one fact, one spelling."""
    return lambda text, _: field.clean(text)


def _word(choices: type[TextChoices]) -> Callable[[str, Profile], str]:
    """Return a reader of a stored word or of the label staff see."""
    words = {each.value.casefold(): each.value for each in choices}
    words |= {str(each.label).casefold(): each.value for each in choices}

    def read(text: str, _: Profile) -> str:
        if text.casefold() not in words:
            raise ValueError(f"Use one of {', '.join(choices.values)}.")
        return str(words[text.casefold()])

    return read


def _sex(text: str, profile: Profile) -> str:
    known = profile.sexes.get(text.casefold())
    if known is None:
        raise ValueError(f"Use one of {', '.join(profile.sexes)}.")
    return known


def _language(text: str, _: Profile) -> str:
    """Return the code of a language patients can be written to in."""
    found = named(text)
    if found is None:
        raise ValueError(f"Use one of {', '.join(dict(LANGUAGES))}.")
    return found


def _yes_no(text: str, _: Profile) -> bool:
    if text.casefold() not in YES_NO:
        raise ValueError("Use yes or no.")
    return YES_NO[text.casefold()]


def _phone(text: str, profile: Profile) -> str:
    """Return the number as +12125550100, the form messages are sent to."""
    if not text.startswith("+"):
        text = _with_country(text, profile.phone_region)
    return str(PHONE.clean(text))


def _with_country(text: str, region: str) -> str:
    """Return a national number in international form; its country is declared, never assumed."""
    with suppress(phonenumbers.NumberParseException):
        if region and not any(char.isalpha() for char in text):
            number = phonenumbers.parse(text, region)
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    raise ValueError("Write the number with its country, like +1 212 555 0123.")


_READ: Mapping[Field, Callable[[str, Profile], Any]] = {
    Field.MRN: _typed(MrnField()),
    Field.FAMILY_NAME: _typed(NameField()),
    Field.GIVEN_NAME: _typed(NameField()),
    Field.SEX: _sex,
    Field.LANGUAGE: _language,
    Field.EMAIL: _typed(EmailAddressField(max_length=EMAIL_LENGTH)),
    Field.MOBILE: _phone,
    Field.PHONE: _phone,
    Field.REGION: _word(Region),
    Field.LEVELS: _typed(LevelsField()),
    Field.LEVELS_FUSED: _typed(WholeNumberField(lowest=1, highest=MOST_LEVELS)),
    Field.APPROACH: _word(Approach),
    Field.COMPLEX: _yes_no,
    Field.REVISION: _yes_no,
}
