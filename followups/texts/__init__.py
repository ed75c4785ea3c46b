"""Every text a patient reads, one file per language beside this one.

``texts("es").say("pages.thanks.saved", moment=…)`` for plain text; in a template, given
``say = texts("es").filled(emergency=…, urgent=…)``, ``{{ say.pages.thanks.worse }}``.
``texts("es").question("pain_back", Wording(…))`` for what a question says on one day.

Nothing here reads a database or a clock. All files are read and compared when the process
starts: one that lacks a text, an answer or a {placeholder} stops it, with the whole list.
"""

from babel import Locale

from followups.texts.language import NoSuchText, Said, Texts
from followups.texts.lessons import Lesson, lessons_on
from followups.texts.library import FALLBACK, FOLDER, edition, load, wording
from followups.texts.placeholders import MissingValue
from followups.texts.questions import Axis, Question, Recall, Wording
from followups.texts.reading import BadTexts

__all__ = [
    "EDITION",
    "FALLBACK",
    "FOLDER",
    "LANGUAGES",
    "Axis",
    "BadTexts",
    "Lesson",
    "MissingValue",
    "NoSuchText",
    "Question",
    "Recall",
    "Said",
    "Texts",
    "Wording",
    "edition",
    "lessons_on",
    "load",
    "named",
    "texts",
    "wording",
    "wording_of",
]

_ALL = load(FOLDER)

LANGUAGES: tuple[tuple[str, str], ...] = tuple((each.language, each.name) for each in _ALL.values())
EDITION = edition(_ALL.values())
_WORDINGS = {each.language: wording(each) for each in _ALL.values()}


def named(text: str) -> str | None:
    """Return the code of a language given as code, in its own words or in English."""
    wanted = text.strip().casefold()
    for code, name in LANGUAGES:
        in_english = str(Locale.parse(code).get_display_name("en"))
        if wanted in (code, name.casefold(), in_english.casefold()):
            return code
    return None


def texts(language: str) -> Texts:
    """Return the texts in a language; in English where there is no file for it."""
    return _ALL.get(language) or _ALL[FALLBACK]


def wording_of(language: str) -> str:
    """Return the edition of every text in a language that has a file."""
    return _WORDINGS[language]
