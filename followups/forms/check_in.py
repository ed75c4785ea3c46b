"""The check-in's forms: what a patient chose or typed, as typed values.

Nothing is preset. A question may stay empty only where it says so; one that an earlier
answer has made pointless is not read, whatever came along.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from babel.dates import get_month_names
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from followups.questionnaire import Kind, Question, Sheet
from followups.texts import Texts
from patients.models.person import OLDEST_BIRTH
from patients.models.report import (
    HIGHEST_TEMPERATURE,
    LOWEST_TEMPERATURE,
    MESSAGE_LENGTH,
)

NONE = "none"  # "None of these"
_UNWRITABLE = {"Cc", "Cs"}  # control characters, halves of characters
_TEMPERATURE = re.compile(r"([0-9]{2,3})(?:[.,]([0-9]{1,2}))?")
_DAY = re.compile(r"[0-9]{1,2}")
_YEAR = re.compile(r"[0-9]{4}")

Answers = dict[str, Any]


class BirthDateForm(forms.Form):
    """The day, the month by name and the year: no date can be read in two ways."""

    # Taken as they come: each is refused by a sentence in the patient's own language.
    day = forms.Field()
    month = forms.Field()
    year = forms.Field()

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        today: date,
        texts: Texts,
        typed: dict[str, Any] | None = None,
    ) -> None:
        """``typed`` is shown and not judged: it comes from a page in another language."""
        super().__init__(data, initial=typed)
        self.today, self.texts = today, texts
        for name, missing in (("day", "day"), ("month", "month_missing"), ("year", "year")):
            self.fields[name].label = texts.say(f"pages.birth_date.{name}")
            self.fields[name].error_messages["required"] = texts.say(f"errors.{missing}")

    @property
    def months(self) -> list[tuple[str, str, bool]]:
        """Number, name, and whether it was chosen, for the list of months."""
        given = self["month"].value()
        return [
            (str(number), name, str(number) == given)
            for number, name in get_month_names(locale=self.texts.locale).items()
        ]

    def clean_day(self) -> int:
        return self._number("day", _DAY, "errors.day")

    def clean_year(self) -> int:
        return self._number("year", _YEAR, "errors.year")

    def clean_month(self) -> int:
        given: str = self.cleaned_data["month"]
        if given not in {str(number) for number in range(1, 13)}:
            raise ValidationError(self.texts.say("errors.month_unknown"))
        return int(given)

    def clean(self) -> Answers:
        given = self.cleaned_data
        if {"day", "month", "year"} <= given.keys():
            self._put_together(given["year"], given["month"], given["day"])
        return given

    def refuse(self) -> None:
        """Say that the date is not the one on record."""
        self.add_error(None, self.texts.say("errors.other_birth_date"))

    def _number(self, name: str, pattern: re.Pattern[str], refusal: str) -> int:
        text: str = self.cleaned_data[name].strip()
        if not pattern.fullmatch(text):
            raise ValidationError(self.texts.say(refusal))
        return int(text)

    def _put_together(self, year: int, month: int, day: int) -> None:
        try:
            born = date(year, month, day)
        except ValueError:
            self.add_error(None, self.texts.say("errors.no_such_day"))
            return
        if not OLDEST_BIRTH <= born <= self.today:
            self.add_error("year", self.texts.say("errors.year_impossible"))
            return
        self.cleaned_data["birth_date"] = born


@dataclass(frozen=True, slots=True)
class Wrong(Exception):
    """An answer that cannot be taken; ``error`` is the key of the sentence that says why."""

    error: str
    count: int | None = None


def read(question: Question, data: QueryDict) -> Any:
    """Return the typed answer to one question; None where it was left empty.

    Raises:
        Wrong: if what came cannot be an answer.
    """
    values = list(dict.fromkeys(data.getlist(question.name)))
    return _READ[question.kind](question, [value for value in values if value])


def items(question: Question, answer: Any) -> Answers:
    """Return item of the report to value for one answered question."""
    if question.kind is Kind.MESSAGE:
        return {question.name: answer or ""}
    if question.kind is Kind.TICKS:
        return {item: item in answer for item in question.options}
    return {question.name: answer}


def read_all(sheet: Sheet, data: QueryDict) -> tuple[Answers, list[str]]:
    """Return all good answers that came along, and the names of the questions they answer.

    What cannot be read is left out: its question is asked again. What may be left empty
    and was is null, so that it takes the place of what stood there before.
    """
    answers: Answers = {}
    names: list[str] = []
    for question in sheet.questions:
        if question.name not in data:
            continue
        try:
            answer = read(question, data)
        except Wrong:
            continue
        if answer is not None or question.is_optional:
            answers |= items(question, answer)
            names.append(question.name)
    return answers, names


def _ticks(question: Question, values: list[str]) -> list[str] | None:
    known = {*question.options, NONE} if question.has_none_of_these else set(question.options)
    if not set(values) <= known:
        raise Wrong("ticks_unknown")
    if NONE in values and len(values) > 1:
        raise Wrong("ticks_contradict")
    if not values:
        return None
    return [value for value in values if value != NONE]


def _one(question: Question, values: list[str]) -> str | None:
    if len(values) > 1:
        raise Wrong("one_several")
    if values and values[0] not in question.options:
        raise Wrong("one_unknown")
    return values[0] if values else None


def _score(question: Question, values: list[str]) -> int | None:
    if len(values) > 1:
        raise Wrong("one_several")
    if values and values[0] not in SCORES:
        raise Wrong("score_unknown")
    return int(values[0]) if values else None


def _grade(question: Question, values: list[str]) -> int | None:
    chosen = _one(question, values)
    return None if chosen is None else int(chosen)


def _yes_no(question: Question, values: list[str]) -> bool | None:
    chosen = _one(question, values)
    return None if chosen is None else chosen == "yes"


def _temperature(question: Question, values: list[str]) -> Decimal | None:
    """Return degrees Celsius; what can only be meant in Fahrenheit is converted."""
    text = "".join(values).strip()
    if not text:
        return None
    match = _TEMPERATURE.fullmatch(text)
    degrees = Decimal(f"{match[1]}.{match[2] or 0}") if match else Decimal(0)
    if degrees > HIGHEST_TEMPERATURE:
        degrees = (degrees - 32) * 5 / 9
    if not LOWEST_TEMPERATURE <= degrees <= HIGHEST_TEMPERATURE:
        raise Wrong("temperature")
    return degrees.quantize(Decimal("0.1"), ROUND_HALF_UP)


def _message(question: Question, values: list[str]) -> str | None:
    """Return free text, kept as written."""
    # Browsers count a new line as one character and send two.
    text = "".join(values).replace("\r\n", "\n").replace("\r", "\n").strip()
    # No more than what cannot be stored or shown: a patient is not kept from writing.
    if any(unicodedata.category(char) in _UNWRITABLE and char not in "\n\t" for char in text):
        raise Wrong("message_unreadable")
    if len(text) > MESSAGE_LENGTH:
        raise Wrong("message_long", MESSAGE_LENGTH)
    return text or None


SCORES = tuple(str(number) for number in range(11))
_READ: dict[Kind, Callable[[Question, list[str]], Any]] = {
    Kind.TICKS: _ticks,
    Kind.LIST: _ticks,
    Kind.ONE: _one,
    Kind.YES_NO: _yes_no,
    Kind.GRADE: _grade,
    Kind.SCORE: _score,
    Kind.TEMPERATURE: _temperature,
    Kind.MESSAGE: _message,
}
_MISSING = {Kind.SCORE: "score_missing", Kind.LIST: "list_missing", Kind.TICKS: "ticks_missing"}


def missing(question: Question) -> str:
    """Return the key of the sentence that asks for an answer left out."""
    if question.has_none_of_these:
        return "ticks_missing"
    return _MISSING.get(question.kind, "one_missing")
