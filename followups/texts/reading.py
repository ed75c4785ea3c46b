"""One file of texts, read and checked as far as it can be checked alone."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from babel import Locale, UnknownLocaleError

from followups.texts.language import SignOff, Texts
from followups.texts.lessons import Lesson
from followups.texts.placeholders import names
from followups.texts.questions import Known, Question

HEADER = ("language", "locale", "name", "direction", "version", "sign_off")
SECTIONS = ("words", "answers", "pages", "errors", "staff_hours", "messages")
BODY = ("questions", "education", *SECTIONS)
# the same safe loader, where there is libyaml ten times faster: every process starts with it
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class BadTexts(Exception):
    """A file of texts cannot be used; says all that is wrong with it."""

    def __init__(self, name: str, problems: list[str]) -> None:
        super().__init__("\n".join([f"{name} cannot be used:", *problems]))


def read(path: Path) -> tuple[Texts, dict[str, Any]]:
    """Return the texts of a file, and the parts of the file as they stand there.

    Raises:
        BadTexts: it is no YAML, lacks a part, or holds something that is no text.
    """
    try:
        found = yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506 # nosec B506
        problems = _missing_parts(found) or list(_no_texts({part: found[part] for part in BODY}))
        if problems:
            raise BadTexts(path.name, problems)
        return _texts(found), {part: found[part] for part in BODY}
    except (yaml.YAMLError, UnknownLocaleError, AttributeError, TypeError, ValueError) as error:
        raise BadTexts(path.name, [str(error)]) from error


def _missing_parts(found: Any) -> list[str]:
    if not isinstance(found, dict):
        return ["it holds no parts"]
    return [f"{part} is missing" for part in (*HEADER, *BODY) if part not in found]


def _no_texts(found: Any, path: str = "") -> Iterator[str]:
    """Say where something else than text stands: YAML reads an unquoted yes as true."""
    if isinstance(found, Mapping):
        for key, value in found.items():
            if not isinstance(key, str):
                yield f"{path}: put quotation marks around {key}"
            yield from _no_texts(value, f"{path}.{key}".lstrip("."))
    elif isinstance(found, list):
        for number, value in enumerate(found, start=1):
            yield from _no_texts(value, f"{path}.{number}")
    elif not isinstance(found, str) or not found.strip():
        yield f"{path}: there is no text here, or it needs quotation marks ({found})"
    else:
        yield from _wrong_braces(found, path)


def _wrong_braces(text: str, path: str) -> Iterator[str]:
    try:
        found = names(text)
    except ValueError:
        yield f"{path}: a brace is not closed"
        return
    yield from (f"{path}: {{{name}}} is no name" for name in found if not name.isidentifier())


def _texts(found: Mapping[str, Any]) -> Texts:
    if found["direction"] not in ("ltr", "rtl"):
        raise ValueError("direction must be ltr or rtl")
    return Texts(
        language=str(found["language"]),
        name=str(found["name"]),
        direction=found["direction"],
        version=str(found["version"]),
        locale=Locale.parse(found["locale"]),
        sign_off=SignOff(**found["sign_off"]),
        questions={name: _question(name, each) for name, each in found["questions"].items()},
        lessons={name: _lesson(name, each) for name, each in found["education"].items()},
        sections={section: found[section] for section in SECTIONS},
    )


def _question(name: str, found: Mapping[str, Any]) -> Question:
    options = tuple(found.get("options", {}).items())
    known = Known(**found["known"]) if "known" in found else None
    return Question(**{**found, "name": name, "options": options, "known": known})


def _lesson(name: str, found: Mapping[str, Any]) -> Lesson:
    parts = {"paragraphs": tuple(found["paragraphs"]), "options": tuple(found["options"].items())}
    return Lesson(**{**found, "name": name, **parts})
