"""The check-in's forms: what a patient chose or typed, as typed values.

Nothing is preset. A question may stay empty only where it says so; one that an earlier
answer on the page has made pointless is ignored, whatever it holds.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import MONTHS

from followups.questionnaire import Kind, Question, Sheet
from patients.fields import TextField
from patients.models.person import OLDEST_BIRTH
from patients.models.report import (
    HIGHEST_TEMPERATURE,
    LOWEST_TEMPERATURE,
    MESSAGE_LENGTH,
)

NONE = "none"  # "None of these"
_UNWRITABLE = {"Cc", "Cs"}  # control characters, halves of characters
TEMPLATES = "followups/check_in/field"

_TEMPERATURE = re.compile(r"([0-9]{2,3})(?:[.,]([0-9]{1,2}))?")

Answers = dict[str, Any]


def _helper(*fields: Field) -> FormHelper:
    """Return how crispy draws the fields; the page itself brings the rest of the form."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.form_show_errors = False
    helper.layout = Layout(*fields)
    return helper


class DatePartField(forms.CharField):
    """The number of a day or a year, in the digits 0 to 9."""

    def __init__(self, *, digits: int, pattern: str, refusal: str, **options: Any) -> None:
        self.digits = digits
        self.pattern = re.compile(pattern)
        self.refusal = refusal
        super().__init__(error_messages={"required": refusal}, **options)

    def to_python(self, value: Any) -> str:
        text: str = super().to_python(value) or ""
        if text and not self.pattern.fullmatch(text):
            raise ValidationError(self.refusal)
        return text


class BirthDateForm(forms.Form):
    """The day, the month by name and the year: no date can be read in two ways."""

    day = DatePartField(
        digits=2, pattern=r"[0-9]{1,2}", refusal="Enter the day as a number from 1 to 31."
    )
    month = forms.TypedChoiceField(
        choices=[("", "Month"), *((str(number), name) for number, name in MONTHS.items())],
        coerce=int,
        error_messages={
            "required": "Choose the month.",
            "invalid_choice": "Choose a month from the list.",
        },
    )
    year = DatePartField(
        digits=4, pattern=r"[0-9]{4}", refusal="Enter the year with 4 digits, like 1968."
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, today: date) -> None:
        super().__init__(data)
        self.today = today
        self.helper = _helper(
            Field("day", template=f"{TEMPLATES}/number.html"),
            Field("month", template=f"{TEMPLATES}/month.html"),
            Field("year", template=f"{TEMPLATES}/number.html"),
        )

    def clean(self) -> Answers:
        given = self.cleaned_data
        if {"day", "month", "year"} <= given.keys():
            self._put_together(int(given["year"]), given["month"], int(given["day"]))
        return given

    def _put_together(self, year: int, month: int, day: int) -> None:
        try:
            born = date(year, month, day)
        except ValueError:
            self.add_error(None, "There is no such day. Check the day, month and year.")
            return
        if not OLDEST_BIRTH <= born <= self.today:
            self.add_error("year", "Check the year.")
            return
        self.cleaned_data["birth_date"] = born


class TicksField(forms.MultipleChoiceField):
    """Any of several options, or the explicit "None of these"; never both."""

    widget = forms.CheckboxSelectMultiple
    default_error_messages = {
        "invalid_choice": "Choose only from the answers shown.",
        "invalid_list": "Choose only from the answers shown.",
    }

    def clean(self, value: Any) -> list[str] | None:
        ticked = super().clean(value)
        if NONE in ticked and len(ticked) > 1:
            raise ValidationError(
                "You ticked “None of these” and something else. Untick one of them."
            )
        if not ticked:
            return None
        return [option for option in ticked if option != NONE]


class TemperatureField(TextField):
    """A body temperature in °C; what can only be meant in °F is converted."""

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        if not text:
            return None
        match = _TEMPERATURE.fullmatch(text)
        degrees = Decimal(f"{match[1]}.{match[2] or 0}") if match else Decimal(0)
        if degrees > HIGHEST_TEMPERATURE:
            degrees = (degrees - 32) * 5 / 9
        if not LOWEST_TEMPERATURE <= degrees <= HIGHEST_TEMPERATURE:
            raise ValidationError(
                "Enter a temperature from 34 to 43 °C (93.2 to 109.4 °F), like 37.2, "
                "or leave it empty."
            )
        return degrees.quantize(Decimal("0.1"), ROUND_HALF_UP)


class MessageField(forms.CharField):
    """Free text, kept as written."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        # Browsers count a new line as one character and send two.
        typed: str = super().to_python(value) or ""
        text = typed.replace("\r\n", "\n").replace("\r", "\n")
        # No more than what cannot be stored or shown: a patient is not kept from writing.
        if any(unicodedata.category(char) in _UNWRITABLE and char not in "\n\t" for char in text):
            raise ValidationError("Remove the characters that cannot be shown.")
        return text


def _one(question: Question, coerce: Callable[[str], Any] = str) -> forms.Field:
    return forms.TypedChoiceField(
        choices=question.options,
        coerce=coerce,
        empty_value=None,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "Choose one of the answers shown."},
    )


def _score(question: Question) -> forms.Field:
    return forms.TypedChoiceField(
        choices=[(str(number), str(number)) for number in range(11)],
        coerce=int,
        empty_value=None,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "Choose a whole number from 0 to 10."},
    )


def _ticks(question: Question) -> forms.Field:
    none = ((NONE, "None of these"),) if question.has_none_of_these else ()
    return TicksField(choices=(*question.options, *none))


def _temperature(question: Question) -> forms.Field:
    return TemperatureField()


def _message(question: Question) -> forms.Field:
    return MessageField(
        max_length=MESSAGE_LENGTH,
        empty_value="",
        error_messages={"max_length": f"Shorten this to {MESSAGE_LENGTH} characters, or call us."},
    )


# How each kind of question is read, drawn, and asked for when left empty.
_READ: dict[Kind, Callable[[Question], forms.Field]] = {
    Kind.TICKS: _ticks,
    Kind.LIST: _ticks,
    Kind.ONE: _one,
    Kind.YES_NO: lambda question: _one(question, lambda answer: answer == "yes"),
    Kind.GRADE: lambda question: _one(question, int),
    Kind.SCORE: _score,
    Kind.TEMPERATURE: _temperature,
    Kind.MESSAGE: _message,
}
_DRAWN = {
    Kind.SCORE: "score",
    Kind.TEMPERATURE: "temperature",
    Kind.MESSAGE: "message",
}
_MISSING = {
    Kind.TICKS: "Choose all that apply, or “None of these”.",
    Kind.SCORE: "Choose a number from 0 to 10.",
}


class QuestionsForm(forms.Form):
    """Some of a sheet's questions on one page; ``answers()`` is what the service takes."""

    def __init__(
        self,
        sheet: Sheet,
        questions: Iterable[Question],
        data: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data)
        self.questions = tuple(questions)
        for question in self.questions:
            field = _READ[question.kind](question)
            field.required = False  # decided in ``clean``, once all answers are known
            field.label = sheet.say(question.text)
            field.help_text = question.hint
            field.question = question  # type: ignore[attr-defined]
            self.fields[question.name] = field
        self.helper = _helper(
            *(
                Field(
                    question.name,
                    template=f"{TEMPLATES}/{_DRAWN.get(question.kind, 'options')}.html",
                )
                for question in self.questions
            )
        )

    def clean(self) -> Answers:
        for question in self.questions:
            if question.only and not question.only.holds(self.cleaned_data):
                self._ignore(question)
            elif self._is_missing(question):
                self.add_error(question.name, _missing(question))
            elif self._is_contradictory(question):
                self.add_error(question.name, "Choose one answer, not several.")
        return self.cleaned_data

    def answers(self) -> Answers:
        """Return item of the report to typed value, for every question answered well."""
        found: Answers = {}
        for question in self.questions:
            answer = self.cleaned_data.get(question.name)
            if answer is None:
                continue
            if question.kind is Kind.TICKS:
                found |= {item: item in answer for item, _ in question.options}
            else:
                found[question.name] = answer
        return found

    def _ignore(self, question: Question) -> None:
        self.cleaned_data[question.name] = None
        self.errors.pop(question.name, None)

    def _is_missing(self, question: Question) -> bool:
        given = self.cleaned_data.get(question.name)
        is_wrong = question.name in self.errors
        return given is None and not question.is_optional and not is_wrong

    def _is_contradictory(self, question: Question) -> bool:
        """Whether one answer was asked for and several different ones came."""
        single = question.kind not in (Kind.TICKS, Kind.LIST)
        return single and len(set(self.data.getlist(question.name))) > 1  # type: ignore[attr-defined]


def _missing(question: Question) -> str:
    if question.has_none_of_these:
        return _MISSING[Kind.TICKS]
    if question.kind is Kind.LIST:
        return "Choose at least one answer."
    return _MISSING.get(question.kind, "Choose one answer.")
