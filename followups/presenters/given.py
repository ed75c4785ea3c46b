"""The short texts a patient was given to read, and what became of each."""

from dataclasses import dataclass

from followups.models import Lesson
from followups.presenters.record import Record, full
from followups.texts import FALLBACK, texts


@dataclass(frozen=True, slots=True)
class Given:
    """One text, by its title as staff know it."""

    title: str
    state: str


def of(record: Record) -> list[Given]:
    """Return the texts given after the operation shown, in the order they were given."""
    return [_given(lesson, record) for lesson in record.lessons]


def _given(lesson: Lesson, record: Record) -> Given:
    title = texts(FALLBACK).lessons[lesson.module].title
    on = full(lesson.given_at.astimezone(record.patient.clinic.zone).date())
    return Given(title, f"Given {on}, {_outcome(lesson)}")


def _outcome(lesson: Lesson) -> str:
    if lesson.understood is None:
        return "not opened yet" if lesson.opened_at is None else "opened"
    return "understood" if lesson.understood else "opened, not understood yet"
