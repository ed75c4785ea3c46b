"""Whether two languages say the same things: the same names, answers and placeholders."""

from collections.abc import Iterator, Mapping
from typing import Any

from followups.texts.language import is_plural
from followups.texts.placeholders import names

Outline = dict[str, frozenset[str]]


def outline(found: Any) -> Outline:
    """Return every text's path in the file, with the placeholders it has."""
    return dict(_outline(found, ""))


def differences(found: Any, model: Any) -> list[str]:
    """Return what a file lacks, has too much or fills otherwise than the model does."""
    here, there = outline(found), outline(model)
    return [
        *(f"{path} is missing" for path in there if path not in here),
        *(f"{path} is unknown" for path in here if path not in there),
        *(
            f"{path} must have {_listed(there[path])} and has {_listed(here[path])}"
            for path in here
            if path in there and here[path] != there[path]
        ),
    ]


def _outline(found: Any, path: str) -> Iterator[tuple[str, frozenset[str]]]:
    if is_plural(found):
        # a form for exactly one thing may leave the number out
        yield path, frozenset().union(*(names(form) for form in found.values()))
    elif isinstance(found, Mapping):
        for key, value in found.items():
            yield from _outline(value, f"{path}.{key}".lstrip("."))
    elif isinstance(found, list):
        # as many paragraphs as a language needs
        yield path, frozenset().union(*(names(each) for each in found))
    else:
        yield path, names(found)


def _listed(found: frozenset[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(found)) or "no placeholder"
