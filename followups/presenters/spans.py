"""How much of a course is drawn: the last weeks, some months, or all of two years."""

from dataclasses import dataclass

SPANS = {"12w": ("12 weeks", 12), "6m": ("6 months", 26), "2y": ("2 years", 104)}


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the course: its key in an address and the weeks on the drawing."""

    key: str
    weeks: tuple[int, int]


def of(key: str, now_week: float) -> Span:
    """Return the span asked for, else the shortest that begins with the operation."""
    if key not in SPANS:
        fitting = (name for name, (_, length) in SPANS.items() if now_week <= length + 1)
        key = next(fitting, "2y")
    length = SPANS[key][1]
    last = max(length, int(now_week + 1.999))
    return Span(key, (last - length if last > length + 1 else 0, last))
