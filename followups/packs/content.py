"""What a visit pack says, as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from followups.charts import Range, Series


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with lines below it; a line is a lead in bold and what follows it."""

    title: str
    lines: Sequence[tuple[str, str]]
    none: str = "Nothing on record."


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells below a heading; the first row is the head."""

    title: str
    rows: Sequence[Sequence[str]]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Course:
    """Pain by week, with what is expected behind it."""

    said: str
    series: Sequence[Series]
    expected: Range | None
    expected_name: str
    weeks: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Content:
    """All of a pack, in the order it is read."""

    name: str
    facts: Sequence[tuple[str, str]]
    course: Course
    before: Sequence[Section]
    symptoms: Table
    after: Sequence[Section]
    footer: str
    made_at: datetime
