"""The patients' texts as staff read them, and who has approved them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from followups.models import SignOff
from followups.texts import LANGUAGES, Lesson, Question, Texts, texts, wording_of

SECTIONS = {
    "pages": "Pages around the questions",
    "messages": "E-mails and text messages",
    "errors": "What a page says when something is wrong",
    "staff_hours": "When staff are there",
    "words": "Words that stand inside the questions",
    "answers": "Answers that questions share",
}


@dataclass(frozen=True, slots=True)
class Language:
    """One language, the edition in use and what the clinic has signed of it."""

    code: str
    name: str
    direction: str
    edition: str
    signed: tuple[SignOff, ...]  # this edition
    earlier: tuple[SignOff, ...]  # editions before it


@dataclass(frozen=True, slots=True)
class Block:
    """A heading and the texts under it, each with what it is called."""

    heading: str
    lines: tuple[tuple[str, str], ...]


def languages(signed: Iterable[SignOff]) -> list[Language]:
    """Return every language with its sign-offs, the newest first."""
    kept = list(signed)
    return [
        language(code, [each for each in kept if each.language == code]) for code, _ in LANGUAGES
    ]


def language(code: str, signed: Iterable[SignOff]) -> Language:
    spoken, edition, kept = texts(code), wording_of(code), list(signed)
    return Language(
        code=code,
        name=spoken.name,
        direction=spoken.direction,
        edition=edition,
        signed=tuple(each for each in kept if each.edition == edition),
        earlier=tuple(each for each in kept if each.edition != edition),
    )


def blocks(spoken: Texts) -> list[Block]:
    """Return every text of a language, in the order patients meet them."""
    questions = [_question(each) for each in spoken.questions.values()]
    lessons = [_lesson(each) for each in spoken.lessons.values()]
    around = [
        Block(heading, tuple(_flat(spoken.sections[name]))) for name, heading in SECTIONS.items()
    ]
    return [*questions, *around, *lessons]


def _question(question: Question) -> Block:
    return Block(f"Question: {question.label}", tuple(_of(question, "name", "label")))


def _lesson(lesson: Lesson) -> Block:
    return Block(f"To read: {lesson.title}", tuple(_of(lesson, "name", "title")))


def _of(row: Any, *known: str) -> Iterator[tuple[str, str]]:
    """Yield the texts of a question or lesson, whatever fields it has."""
    for field in row.__dataclass_fields__:
        if field not in known:
            yield from _flat(getattr(row, field), field)


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _flat(each, f"{name} {key}".strip())
    elif isinstance(value, str):
        if value:
            yield name.replace("_", " "), value
    elif hasattr(value, "__dataclass_fields__"):
        yield from ((f"{name} {inner}".strip(), text) for inner, text in _of(value))
    elif isinstance(value, list | tuple):
        for each in value:
            is_pair = isinstance(each, tuple) and len(each) == 2
            yield from _flat(each[1], f"{name} {each[0]}") if is_pair else _flat(each, name)
