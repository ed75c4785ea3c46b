"""The texts of one language: looked up, filled, and with its dates and plurals."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

from babel import Locale
from babel.dates import format_date, format_time, get_datetime_format
from django.utils.safestring import SafeString

from followups.texts.lessons import Lesson
from followups.texts.placeholders import MissingValue, as_html, as_text
from followups.texts.questions import Question, Wording

PLURALS = frozenset({"zero", "one", "two", "few", "many", "other"})


class NoSuchText(LookupError):
    """There is no text of this name.

    No KeyError: a template would swallow that and show nothing.
    """


@dataclass(frozen=True, slots=True)
class SignOff:
    """Who approved the texts; empty until somebody has."""

    name: str | None
    role: str | None
    on: date | None


@dataclass(frozen=True, slots=True)
class Texts:
    """Everything a patient reads, in one language.

    ``sections`` are the parts of the file that are looked up by name: words, answers, pages,
    errors, staff_hours, messages.
    """

    language: str
    name: str
    direction: str
    version: str
    locale: Locale
    sign_off: SignOff
    questions: Mapping[str, Question]
    lessons: Mapping[str, Lesson]
    sections: Mapping[str, Any]

    def say(self, key: str, **values: Any) -> str:
        """Return a text as plain text.

        Raises:
            NoSuchText: nothing has this name.
            MissingValue: it has a place for something that was not given.
        """
        return as_text(self._chosen(key, values), values)

    def html(self, key: str, **values: Any) -> SafeString:
        """Return a text for a page; a value that is HTML, like a link to a number, stays so."""
        return as_html(self._chosen(key, values), values)

    def filled(self, **values: Any) -> "Said":
        """Return all texts for a template, with what every one of them may need."""
        return Said(self, values)

    def question(self, name: str, wording: Wording | None = None) -> Question:
        """Return a question as asked after this operation on this day, or as it is written."""
        if name not in self.questions:
            raise NoSuchText(f"questions.{name} ({self.language})")
        question = self.questions[name]
        return question if wording is None else self._worded(question, wording)

    def lesson(self, name: str, **values: Any) -> Lesson:
        """Return a lesson for a page, with the numbers to call in their places."""
        if name not in self.lessons:
            raise NoSuchText(f"education.{name} ({self.language})")
        lesson = self.lessons[name]
        return Lesson(
            name=name,
            title=as_html(lesson.title, values),
            paragraphs=tuple(as_html(each, values) for each in lesson.paragraphs),
            question=as_html(lesson.question, values),
            options=tuple((value, as_html(label, values)) for value, label in lesson.options),
            after=as_html(lesson.after, values),
        )

    def date(self, day: date) -> str:
        """Return a day in words: no date can be read in two ways."""
        return format_date(day, "long", self.locale)

    def moment(self, when: datetime, zone: tzinfo) -> str:
        """Return a day in words and the time on the clocks of ``zone``."""
        there = when.astimezone(zone)
        time = format_time(there, "short", locale=self.locale)
        together = str(get_datetime_format("medium", self.locale))
        said = together.replace("{0}", time).replace("{1}", self.date(there.date()))
        return said.removesuffix(".")  # of "a.m.": it ends a sentence, which has its own

    def found(self, key: str) -> Any:
        """Return what stands under a name: a text, its plural forms, or a section."""
        found: Any = self.sections
        for part in key.split("."):
            if not isinstance(found, Mapping) or part not in found or is_plural(found):
                raise NoSuchText(f"{key} ({self.language})")
            found = found[part]
        return found

    def _chosen(self, key: str, values: Mapping[str, Any]) -> str:
        found = self.found(key)
        if is_plural(found):
            if "count" not in values:
                raise MissingValue(found["other"], frozenset({"count"}))
            found = found.get(self.locale.plural_form(values["count"]), found["other"])
        if not isinstance(found, str):
            raise NoSuchText(f"{key} is a section ({self.language})")
        return found

    def _worded(self, question: Question, wording: Wording) -> Question:
        words = {
            "recall": self.say(f"words.recall.{wording.recall}"),
            "axis": self.say(f"words.axis.{wording.axis}"),
            "limb": self.say(f"words.limb.{wording.axis}"),
        }
        known = {item: self.date(day) for item, day in wording.known.items()}
        return question.worded(words, known)


class Said:
    """Texts as a template reads them: ``{{ say.pages.start.title }}``.

    A wrong name or a missing value is an error of the page, not a gap in it.
    """

    def __init__(self, texts: Texts, values: Mapping[str, Any], path: str = "") -> None:
        self._texts = texts
        self._values = values
        self._path = path

    def __getitem__(self, name: str) -> "Said | SafeString":
        key = f"{self._path}.{name}" if self._path else name
        found = self._texts.found(key)
        if isinstance(found, Mapping) and not is_plural(found):
            return Said(self._texts, self._values, key)
        return self._texts.html(key, **self._values)


def is_plural(found: Any) -> bool:
    """Whether this is one text in the forms that different numbers ask for."""
    return isinstance(found, Mapping) and "other" in found and found.keys() <= PLURALS
