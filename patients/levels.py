"""The vertebral column in order, and the motion segments somebody wrote down."""

import re

from django.core.exceptions import ValidationError

VERTEBRAE = (
    *(f"C{number}" for number in range(8)),  # C0 is the occiput
    *(f"T{number}" for number in range(1, 13)),
    *(f"L{number}" for number in range(1, 6)),
    "S1",
)
# Fixation may reach below the last motion segment.
BELOW = ("S2", "ILIUM")

_PART = re.compile(r"(?P<top>[CTLS][0-9]{1,2})[-–—/](?P<bottom>[CTLS]?[0-9]{1,2}|ILIUM)")


def segments(text: str) -> list[str]:
    """Return the motion segments in ``text``, head first, each once.

    Both “L4-L5, L5-S1” and “L4-S1” give L4-L5 and L5-S1.

    Raises:
        ValidationError: naming the part that is not a level.
    """
    found: set[tuple[int, str]] = set()
    for part in re.split(r"[,;\n]", text):
        if written := "".join(part.split()).upper():
            found.update(_span(written, part.strip()))
    return [segment for _, segment in sorted(found)]


def _span(written: str, shown: str) -> list[tuple[int, str]]:
    """Return the segments from the first to the last vertebra, with their places."""
    match = _PART.fullmatch(written)
    if match is None:
        raise _not_a_level(shown)
    top, bottom = match["top"], match["bottom"]
    if bottom.isdigit():  # “L4-5” repeats the letter in speech only
        bottom = top[0] + bottom
    column = [*VERTEBRAE, bottom] if bottom in BELOW else [*VERTEBRAE]
    if top not in VERTEBRAE or bottom not in column:
        raise _not_a_level(shown)
    first, last = column.index(top), column.index(bottom)
    if first >= last:
        raise _not_a_level(shown)
    names = [name.replace("ILIUM", "Ilium") for name in column]
    return [(place, f"{names[place]}-{names[place + 1]}") for place in range(first, last)]


def _not_a_level(shown: str) -> ValidationError:
    return ValidationError(
        "“%(text)s” is not a level. Write segments like L4-L5, L5-S1, or a span like L4-S1.",
        code="level",
        params={"text": shown[:40]},
    )
