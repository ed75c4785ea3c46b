"""Questions and answers of a check-in in the patient's words, ready to be drawn."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from followups import endings
from followups.questionnaire import Kind, Question, Sheet
from followups.texts import Texts

if TYPE_CHECKING:
    from patients.models import SymptomReport


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Screen:
    """One question as its page shows it."""

    name: str
    kind: str
    lead: str
    text: str
    hint: str
    options: Sequence[Option]
    value: str
    has_none_of_these: bool
    is_optional: bool
    is_answered: bool
    red: Sequence[str]  # answers to which the page itself must be able to say: call now


@dataclass(frozen=True, slots=True)
class Line:
    """One answer on the page that shows them all."""

    name: str
    label: str
    answer: str


def screen(question: Question, sheet: Sheet, texts: Texts, *, given: Sequence[str]) -> Screen:
    """Return a question with the answer that came along."""
    words = texts.question(question.text_name, sheet.wording)
    labels = dict(words.options)
    return Screen(
        name=question.name,
        kind=str(question.kind),
        lead=words.lead,
        text=words.text,
        hint=words.hint,
        options=[
            Option(value, labels.get(value, value), value in given) for value in _values(question)
        ],
        value=given[0] if given else "",
        has_none_of_these=question.has_none_of_these,
        is_optional=question.is_optional,
        is_answered=any(given),
        red=[value for value in question.options if _is_red(question, value)],
    )


def line(question: Question, sheet: Sheet, texts: Texts, *, given: Sequence[str]) -> Line:
    """Return an answer in the words of its question."""
    words = texts.question(question.text_name, sheet.wording)
    chosen = [value for value in given if value in _values(question)]
    labels = dict(words.options)
    said = "; ".join(labels.get(value, value) for value in chosen)
    if question.kind is Kind.TEMPERATURE:
        said = given[0] if given else ""
    if question.has_none_of_these and given and not chosen:
        said = texts.say("answers.none_of_these")
    return Line(question.name, words.label, said or texts.say("pages.check.empty"))


def of_report(report: "SymptomReport", sheet: Sheet, texts: Texts) -> list[Line]:
    """Return what a stored report says, question by question; what was not asked is left out."""
    return list(_of_report(report, sheet, texts))


def _of_report(report: "SymptomReport", sheet: Sheet, texts: Texts) -> Iterable[Line]:
    shown: set[str] = set()
    for question in sheet.questions:
        values = [getattr(report, item) for item in question.items]
        if question.kind is Kind.MESSAGE or shown & set(question.items):
            continue
        if all(value is None for value in values):
            continue
        shown |= set(question.items)
        yield line(question, sheet, texts, given=_said(question, values))


def _said(question: Question, values: list[Any]) -> list[str]:
    """Return a stored answer the way the page would have sent it."""
    if question.kind is Kind.TICKS:
        ticked = [item for item, value in zip(question.items, values, strict=True) if value]
        return ticked or ["none"]
    value = values[0]
    if question.kind is Kind.LIST:
        return list(value) or ["none"]
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    return [str(value)]


def _is_red(question: Question, value: str) -> bool:
    """Whether one answer by itself can mean an emergency."""
    answer: Any = value == "yes" if question.kind is Kind.YES_NO else value
    item = value if question.kind is Kind.TICKS else question.name
    said = True if question.kind is Kind.TICKS else answer
    return endings.is_emergency({item: said})


def _values(question: Question) -> Sequence[str]:
    if question.kind is Kind.SCORE:
        return [str(number) for number in range(11)]
    return question.options
