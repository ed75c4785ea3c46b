"""The {placeholders} of a text, and a text with its placeholders filled.

A value that is missing is an error, never an empty place: it may be a number to call.
"""

import re
from collections.abc import Mapping
from string import Formatter
from typing import Any

from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString

_BOLD = re.compile(r"\*\*(.+?)\*\*")


class MissingValue(LookupError):
    """A text was asked for without something it has to say.

    No KeyError: a template would swallow that and leave a gap in a sentence.
    """

    def __init__(self, text: str, missing: frozenset[str]) -> None:
        super().__init__(f"“{text}” needs {', '.join(sorted(missing))}")


def names(text: str) -> frozenset[str]:
    """Return the names a text has places for.

    Raises:
        ValueError: a brace is left open.
    """
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def as_text(text: str, values: Mapping[str, Any]) -> str:
    """Return it as plain text, for a message or the title of a window."""
    _all_there(text, values)
    return _BOLD.sub(r"\1", text).format_map(values)


def as_html(text: str, values: Mapping[str, Any]) -> SafeString:
    """Return it for a page: **stars** are bold, values are escaped unless they are HTML."""
    _all_there(text, values)
    escaped = {name: conditional_escape(value) for name, value in values.items()}
    marked = _BOLD.sub(r"<b>\1</b>", escape(text))
    return SafeString(marked.format_map(escaped))  # nosec B703 - all of it was escaped above


def _all_there(text: str, values: Mapping[str, Any]) -> None:
    missing = names(text) - values.keys()
    if missing:
        raise MissingValue(text, missing)
