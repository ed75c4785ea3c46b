"""Form fields that accept one spelling of a fact and say in plain words what is wrong.

Django's own are generous: they read ``1_0`` as the number 10 and ``2/3/68`` as the
year 2068. These turn text into typed values and know nothing of the database.
"""

import re
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from datetime import date, time
from decimal import Decimal
from typing import Any

import phonenumbers
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from patients.identifiers import normalise_mrn, normalise_name
from patients.levels import segments
from patients.models.person import OLDEST_BIRTH

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_DECIMAL = re.compile(r"[0-9]{1,3}(\.[0-9])?")
_ID = re.compile(r"[0-9]{1,18}")
_PHONE = re.compile(r"\+?[0-9 ().-]{7,25}")
# Control characters, halves of characters, and codes that mean nothing.
_UNWRITABLE = {"Cc", "Cs", "Co", "Cn"}
# Marks that turn the direction of the text around them.
_TURNING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LINE = set("\t\r\n")


def refuse_unwritable(text: str) -> None:
    """Refuse text that could not be read back the way it looks."""
    for char in text:
        unwritable = unicodedata.category(char) in _UNWRITABLE and char not in _LINE
        if unwritable or char in _TURNING:
            raise ValidationError("Remove the characters that cannot be shown.", code="unwritable")


class TextField(forms.CharField):
    """Text somebody typed: stored as written, refused where it could hide something."""

    def to_python(self, value: Any) -> str:
        text: str = super().to_python(value) or ""
        refuse_unwritable(text)
        return text


class _NormalisedField(TextField):
    """Text with one stored form."""

    normalise: Callable[[str], str]

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        return type(self).normalise(text) if text else text


class NameField(_NormalisedField):
    normalise = staticmethod(normalise_name)

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 120, **options})


class MrnField(_NormalisedField):
    normalise = staticmethod(normalise_mrn)


class WholeNumberField(forms.CharField):
    """A whole number between two limits, written in the digits 0 to 9."""

    widget = forms.NumberInput

    def __init__(self, *, lowest: int, highest: int, **options: Any) -> None:
        self.lowest, self.highest = lowest, highest
        super().__init__(**options)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"min": self.lowest, "max": self.highest, "inputmode": "numeric"}

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        digits = len(str(self.highest))
        if not re.fullmatch(rf"[0-9]{{1,{digits}}}", text):
            raise self._refusal()
        number = int(text)
        if not self.lowest <= number <= self.highest:
            raise self._refusal()
        return number

    def _refusal(self) -> ValidationError:
        return ValidationError(
            f"Enter a whole number from {self.lowest} to {self.highest}.", code="number"
        )


class ScoreField(WholeNumberField):
    """A 0 to 10 answer; empty is not answered, never zero."""

    def __init__(self, **options: Any) -> None:
        super().__init__(lowest=0, highest=10, **options)


class MeasureField(forms.CharField):
    """A measured value with at most one decimal, such as 38.5."""

    widget = forms.NumberInput

    def __init__(self, *, lowest: int, highest: int, **options: Any) -> None:
        self.lowest, self.highest = lowest, highest
        super().__init__(**options)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"min": self.lowest, "max": self.highest, "step": "0.1"}

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        if not text:
            return None
        measure = Decimal(text) if _DECIMAL.fullmatch(text) else None
        if measure is None or not self.lowest <= measure <= self.highest:
            raise ValidationError(
                f"Enter a number from {self.lowest} to {self.highest} "
                "with at most one decimal, like 8.5.",
                code="measure",
            )
        return measure


class IsoDateField(forms.CharField):
    """A date as year-month-day, what a browser's date box sends: no two readings."""

    widget = forms.DateInput(attrs={"type": "date"})

    def clean(self, value: Any) -> date | None:
        text = super().clean(value)
        if not text:
            return None
        on = None
        with suppress(ValueError):  # the 30th of February
            on = date.fromisoformat(text) if _DATE.fullmatch(text) else None
        if on is None:
            raise ValidationError(
                "Enter a date as year-month-day, like 1968-03-02. The year needs 4 digits.",
                code="date",
            )
        if on < OLDEST_BIRTH:
            raise ValidationError("This is too long ago.", code="old")
        return on


class ClockField(forms.CharField):
    """A time of day on a 24-hour clock, what a browser's time box sends."""

    widget = forms.TimeInput(attrs={"type": "time"})

    def clean(self, value: Any) -> time | None:
        text = super().clean(value)
        if not text:
            return None
        if not _CLOCK.fullmatch(text):
            raise ValidationError("Enter a time like 09:30 or 14:00.", code="clock")
        return time.fromisoformat(text)


class PhoneField(forms.CharField):
    """A telephone number that can be dialled from here, as E.164 text."""

    widget = forms.TextInput(attrs={"type": "tel"})

    def to_python(self, value: Any) -> str:
        text: str = super().to_python(value) or ""
        if not text:
            return text
        with suppress(phonenumbers.NumberParseException):
            number = phonenumbers.parse(text, settings.PHONENUMBER_DEFAULT_REGION)
            if _PHONE.fullmatch(text) and _can_be_called(number):
                return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        raise ValidationError(
            "Enter one telephone number in digits, with the country code if it is "
            "not from here, like +1 212 555 0123.",
            code="phone",
        )


def _can_be_called(number: phonenumbers.PhoneNumber) -> bool:
    premium = phonenumbers.PhoneNumberType.PREMIUM_RATE
    return phonenumbers.is_valid_number(number) and phonenumbers.number_type(number) != premium


class EmailAddressField(forms.EmailField):
    """One plain address: no quoted names, no numeric hosts, no list."""

    def to_python(self, value: Any) -> str:
        text: str = super().to_python(value) or ""
        if set(text) & set('"[]<>,; '):
            raise ValidationError("Enter one e-mail address, like name@example.com.", code="email")
        return text


class LevelsField(TextField):
    """Motion segments, listed (L4-L5, L5-S1) or spanned (L4-S1)."""

    def clean(self, value: Any) -> list[str]:
        found = segments(super().clean(value))
        if self.required and not found:  # nothing but commas
            raise ValidationError(self.error_messages["required"], code="required")
        return found

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value


class RecordField(forms.ModelChoiceField):
    """One of the records offered, named by its id in plain digits."""

    def to_python(self, value: Any) -> Any:
        if value not in self.empty_values and not _ID.fullmatch(str(value)):
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return super().to_python(value)
