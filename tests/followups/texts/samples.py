"""What a patient may see in one go, with every placeholder filled as it would be."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from followups.texts import Axis, Question, Recall, Texts, Wording
from followups.texts.language import is_plural

DAY = date(2026, 3, 3)
KNOWN = dict.fromkeys(("saddle", "bladder", "bowel", "weak", "gait_hand"), DAY)
WORDINGS = [
    Wording(axis, recall, known) for axis in Axis for recall in Recall for known in ({}, KNOWN)
]
SECTIONS = ("pages", "errors", "staff_hours", "messages")


def values(texts: Texts) -> dict[str, Any]:
    """Return a value for every placeholder of a page or a message."""
    return {
        "emergency": "911",
        "urgent": "212 555 0100",
        "office": "212 555 0101",
        "phone": "212 555 0101",
        "crisis": "988",
        "link": "https://clinic.example",
        "date": texts.date(DAY),
        "moment": texts.date(DAY),
        "when": texts.say("staff_hours.when.next_day"),
        "label": texts.question("pain_back").label,
        "error": texts.say("errors.one_missing"),
        "number": 3,
        "count": 9,
    }


def screens(texts: Texts) -> Iterator[tuple[str, str]]:
    """Yield the name and the whole text of each question, page, message and lesson."""
    for name in texts.questions:
        for wording in WORDINGS:
            yield f"questions.{name}", _whole(_parts(texts.question(name, wording)))
    for section in SECTIONS:
        for name, found in texts.sections[section].items():
            if isinstance(found, Mapping) and not is_plural(found):
                yield f"{section}.{name}", _whole(_leaves(texts, f"{section}.{name}", found))
    yield "errors", _whole(_leaves(texts, "errors", texts.sections["errors"]))
    for name in texts.lessons:
        lesson = texts.lesson(name, **values(texts))
        labels = [label for _, label in lesson.options]
        yield (
            f"education.{name}",
            _whole([lesson.title, *lesson.paragraphs, lesson.question, *labels, lesson.after]),
        )


def everything(texts: Texts) -> str:
    return "\n".join(f"{name}: {text}" for name, text in screens(texts))


def _parts(question: Question) -> list[str]:
    labels = [label for _, label in question.options]
    return [question.lead, question.text, question.hint, *labels]


def _leaves(texts: Texts, path: str, found: Mapping[str, Any]) -> list[str]:
    parts = []
    for name, each in found.items():
        key = f"{path}.{name}"
        if isinstance(each, Mapping) and not is_plural(each):
            parts += _leaves(texts, key, each)
        else:
            parts.append(texts.say(key, **values(texts)))
    return parts


def _whole(parts: list[str]) -> str:
    return " ".join(part if part[-1] in ".?!:" else f"{part}." for part in parts if part)
