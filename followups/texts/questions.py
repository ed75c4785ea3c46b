"""One question of the check-in in one language, and how its words follow the operation.

What is asked, of whom and when is decided elsewhere; a question here only has words.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from followups.texts.placeholders import as_text

Options = tuple[tuple[str, str], ...]


class Axis(StrEnum):
    """What was operated on, as far as words go; the limb follows from it."""

    BACK = "back"
    NECK = "neck"


class Recall(StrEnum):
    """How far back a pain question looks (protocol 2.1)."""

    DAY = "day"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Wording:
    """What the words of a question depend on.

    ``known`` holds what a clinician has looked at, item to day: from then on only "new or
    worse since" is asked (protocol 4.1.14).
    """

    axis: Axis
    recall: Recall
    known: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """The words for a deficit that a clinician has looked at; options only where they differ."""

    text: str
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """``lead`` is said before the text, ``hint`` after it; ``label`` when answers are checked."""

    name: str
    text: str
    label: str
    lead: str = ""
    hint: str = ""
    options: Options = ()
    known: Known | None = None

    def worded(self, words: Mapping[str, str], known: Mapping[str, str]) -> "Question":
        """Return it with ``words`` in their places, asked anew where a deficit is known.

        ``known`` is item to day, the day already written out.
        """
        if self.known is None or not self._items() & known.keys():
            return replace(self, text=as_text(self.text, words))
        since = {"date": known[self.name]} if self.name in known else {}
        options = tuple(
            (item, _option(self.known, item, label, known)) for item, label in self.options
        )
        return replace(self, text=as_text(self.known.text, {**words, **since}), options=options)

    def _items(self) -> set[str]:
        return {self.name, *(self.known.options if self.known else ())}


def _option(words: Known, item: str, label: str, known: Mapping[str, str]) -> str:
    if item not in words.options or item not in known:
        return label
    return as_text(words.options[item], {"date": known[item]})
