"""Form fields that accept one spelling of a fact and say in plain words what is wrong.

Django's own are generous: they read ``1_0`` as the number 10 and ``2/3/68`` as the
year 2068. These turn text into typed values and know nothing of the database.
"""

import re
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import phonenumbers
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms.utils import from_current_timezone

from patients.identifiers import normalise_mrn, normalise_name
from patients.levels import segments
from patients.models.person import OLDEST_BIRTH

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
LATEST = date(2199, 12, 31)  # behind it, days cannot be counted on for ever
_DECIMAL = re.compile(r"[0-9]{1,3}(\.[0-9])?")
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
_ID = re.compile(r"[0-9]{1,18}")
_PHONE = re.compile(r"\+?[0-9 ().-]{7,25}")
# Control characters, halves of characters, and codes that only one program knows. What this
# Python does not know yet (the newest emoji) may stay.
_UNWRITABLE = {"Cc", "Cs", "Co"}
# Marks that turn the direction of the text around them; telephones add them when copying.
_TURNING = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
_LINE = set("\t\r\n")
_NO_COUNTRY = "001"  # satellites and services the world over


def readable(text: str) -> str:
    """Return the text without marks nobody sees that turn its direction.

    Raises:
        ValidationError: if it could not be read back the way it looks.
    """
    if any(map(_is_unwritable, text)):
        raise ValidationError("Remove the characters that cannot be shown.", code="unwritable")
    return text.translate(_TURNING)


def _is_unwritable(char: str) -> bool:
    code = ord(char)
    means_nothing = 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE
    return means_nothing or (unicodedata.category(char) in _UNWRITABLE and char not in _LINE)


class TextField(forms.CharField):
    """Text somebody typed: stored as written, refused where it could hide something."""

    def to_python(self, value: Any) -> str:
        return readable(super().to_python(value) or "")


class LineField(TextField):
    """Text without line ends: it may come to stand in a subject or a heading."""

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        if len(text.splitlines()) > 1:
            raise ValidationError("Write this on one line.", code="line")
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


class WholeNumberField(TextField):
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


class MeasureField(TextField):
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


class IsoDateField(TextField):
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
        if on > LATEST:
            raise ValidationError("This is too far ahead.", code="far")
        return on


class ClockField(TextField):
    """A time of day on a 24-hour clock, what a browser's time box sends."""

    widget = forms.TimeInput(attrs={"type": "time"})
    pattern = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")

    def clean(self, value: Any) -> time | None:
        text = super().clean(value)
        if not text:
            return None
        if not self.pattern.fullmatch(text):
            raise ValidationError("Enter a time like 09:30 or 14:00.", code="clock")
        return time.fromisoformat(text)


class PhoneField(forms.CharField):
    """A telephone number that can be dialled from here, as E.164 text."""

    widget = forms.TextInput(attrs={"type": "tel"})

    def __init__(self, **options: Any) -> None:
        options.pop("region", None)  # a model's field passes it; it is that of the settings
        super().__init__(**options)

    def to_python(self, value: Any) -> str:
        text: str = (super().to_python(value) or "").translate(_TURNING).strip()
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
    """Say whether it is somebody's: of a country, and not one that charges whoever calls."""
    if not phonenumbers.is_valid_number(number):
        return False
    premium = phonenumbers.PhoneNumberType.PREMIUM_RATE
    country = phonenumbers.region_code_for_number(number)
    return country != _NO_COUNTRY and phonenumbers.number_type(number) != premium


class EmailAddressField(forms.EmailField):
    """One plain address: no quoted names, no numeric hosts, no list."""

    def to_python(self, value: Any) -> str:
        text = readable(super().to_python(value) or "")
        if set(text) & set('"[]<>,; ') or not text.isprintable():
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


def is_id(value: object) -> bool:
    """Say whether this names a record: its id in plain digits, nothing that reads like one."""
    return bool(_ID.fullmatch(str(value)))


class RecordField(forms.ModelChoiceField):
    """One of the records offered, named by its id in plain digits."""

    def to_python(self, value: Any) -> Any:
        if value not in self.empty_values and not is_id(value):
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        # the admin's search box looks up whatever it is to show again
        prepared = super().prepare_value(value)
        return prepared if is_id(prepared) else ""


class RecordsField(forms.ModelMultipleChoiceField):
    """Some of the records offered, each named by its id in plain digits."""

    def clean(self, value: Any) -> Any:
        ids = value if isinstance(value, (list, tuple)) else []
        if not all(map(is_id, ids)):
            raise ValidationError(
                self.error_messages["invalid_choice"], code="invalid_choice", params={"value": ""}
            )
        return super().clean(value)


# What Django's admin makes of a model's numbers, dates and moments, with one spelling each


def _refuse_other_digits(value: Any) -> None:
    text = str(value or "").strip()
    if text and not _NUMBER.fullmatch(text):
        raise ValidationError("Enter a number in the digits 0 to 9.", code="number")


class PlainIntegerField(forms.IntegerField):
    """A whole number in the digits 0 to 9; the limits are the model's."""

    def to_python(self, value: Any) -> int | None:
        _refuse_other_digits(value)
        if "." in str(value or ""):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class PlainDecimalField(forms.DecimalField):
    """A number in the digits 0 to 9 with a point; the limits are the model's."""

    def to_python(self, value: Any) -> Any:
        _refuse_other_digits(value)
        return super().to_python(value)


class _ClockWithSecondsField(ClockField):
    """A time of day, with the seconds that the admin's forms write back."""

    pattern = re.compile(rf"{ClockField.pattern.pattern}(?::[0-5][0-9])?")


class MomentField(forms.MultiValueField):
    """A date and a time of day, typed beside each other."""

    widget = forms.SplitDateTimeWidget

    def __init__(self, **options: Any) -> None:
        options.pop("input_date_formats", None)
        fields = (IsoDateField(), _ClockWithSecondsField())
        super().__init__(fields, **options)

    def compress(self, data_list: list[Any]) -> datetime | None:
        if not data_list:
            return None
        on, at = data_list
        if on in self.empty_values or at in self.empty_values:
            raise ValidationError("Enter the date and the time.", code="half")
        return from_current_timezone(datetime.combine(on, at))
