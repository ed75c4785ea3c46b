"""Symptoms by check-in: what was answered, what was missed, what was not asked.

Nothing here judges: shading follows the answer's own scale, and an item nobody asked
stays empty, which is never the same as none.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from followups.presenters.answers import LABELS, said
from followups.presenters.record import Record
from followups.protocol import STANDARD
from patients.choices import (
    Adherence,
    Change,
    Opioid,
    Region,
    Side,
    Swallow,
    Walking,
)
from patients.models import Surgery, SymptomReport

RECENT = 12
WATCHED_FROM_POD = STANDARD.pain_persist.from_pod  # beyond 8 weeks
FEVER = 38  # degrees Celsius (protocol 2.2)


@dataclass(frozen=True)
class Answer:
    """One answer: the word in the cell, how strongly it is shaded (0-3), in full."""

    text: str
    level: int
    said: str


NONE = Answer("·", 0, "none")


@dataclass(frozen=True)
class Cell:
    answer: Answer | None
    missed: bool
    rose: bool  # worse than the answer before, beyond 8 weeks


@dataclass(frozen=True)
class Column:
    """One report, or one check-in that was missed."""

    on: date
    pod: int
    report: SymptomReport | None

    @property
    def week(self) -> str:
        return "Before" if self.pod < 0 else str(self.pod // 7)


@dataclass(frozen=True)
class Matrix:
    columns: list[Column]
    hidden: int
    rows: list[tuple[str, list[Cell]]]

    @property
    def weeks(self) -> list[tuple[str, int]]:
        """Each week with its number of columns: the first weeks ask twice."""
        return [(week, len(list(them))) for week, them in groupby(self.columns, lambda c: c.week)]


Reader = Callable[[SymptomReport], Answer | None]


def of(record: Record, *, recent: int | None = RECENT) -> Matrix:
    """Return the table of the latest check-ins, or of all with ``recent`` None."""
    columns = _columns(record)
    shown = columns if recent is None else columns[-recent:]
    surgery = record.surgery
    readers = [(label, read) for label, read, asked in ROWS if surgery and asked(surgery)]
    return Matrix(
        columns=shown,
        hidden=len(columns) - len(shown),
        rows=[(label, _cells(columns, read)[-len(shown) :]) for label, read in readers]
        if shown
        else [],
    )


def _columns(record: Record) -> list[Column]:
    """Return reports and missed check-ins in the order of their days."""
    surgery = record.surgery
    if surgery is None:
        return []
    found: list[tuple[date, SymptomReport | None]] = [
        (report.reported_on, report) for report in record.reports
    ]
    found += [
        (check_in.due_on, None) for check_in in record.check_ins if check_in.is_missed(record.now)
    ]
    found.sort(key=lambda each: each[0])
    return [Column(on, surgery.postoperative_day(on), report) for on, report in found]


def _cells(columns: list[Column], read: Reader) -> list[Cell]:
    cells: list[Cell] = []
    known: Answer | None = None
    for column in columns:
        answer = read(column.report) if column.report else None
        rose = answer is not None and known is not None and answer.level > known.level
        cells.append(
            Cell(
                answer,
                missed=column.report is None,
                rose=rose and column.pod >= WATCHED_FROM_POD,
            )
        )
        known = answer or known
    return cells


# One reader per row: the answer in words, or None where there is none.


_SIDES = {Side.LEFT: " L", Side.RIGHT: " R", Side.BOTH: " L+R"}


def _changed(item: str, side_item: str | None = None) -> Reader:
    levels = {Change.NONE: 0, Change.SAME: 1, Change.WORSE: 2, Change.NEW: 3}

    def read(report: SymptomReport) -> Answer | None:
        change = getattr(report, item)
        if change is None:
            return None
        if change == Change.NONE:
            return NONE
        side = getattr(report, side_item) if side_item else None
        letter = _SIDES[side] if side else ""
        spoken = said(report, item)
        if side:
            spoken += f", {Side(side).label.lower()}"
        return Answer(f"{change}{letter}", levels[change], spoken)

    return read


def _ticked(*items: str) -> Reader:
    """Any of these ticked; unknown unless at least one was answered."""

    def read(report: SymptomReport) -> Answer | None:
        ticks = {item: getattr(report, item) for item in items}
        if any(ticks.values()):
            return Answer("yes", 3, ", ".join(LABELS[item] for item in items if ticks[item]))
        return None if set(ticks.values()) == {None} else NONE

    return read


def _graded(item: str, words: Mapping[Any, tuple[str, int]]) -> Reader:
    """A word, its short form and its shade."""

    def read(report: SymptomReport) -> Answer | None:
        value = getattr(report, item)
        return None if value is None else Answer(*words[value], said(report, item))

    return read


def _number(item: str, *, steps: tuple[int, int]) -> Reader:
    """A count shaded by two steps of its scale; zero is an answer."""

    def read(report: SymptomReport) -> Answer | None:
        value = getattr(report, item)
        if value is None:
            return None
        level = (value > 0) + sum(value >= step for step in steps)
        return Answer(str(value), level, str(value))

    return read


def _fever(report: SymptomReport) -> Answer | None:
    if report.temp_c is not None:
        return Answer(f"{report.temp_c}", 3 if report.temp_c >= FEVER else 0, f"{report.temp_c} °C")
    return _ticked("fever")(report)


def _wound(report: SymptomReport) -> Answer | None:
    if report.wound is None:
        return None
    return Answer("yes", 3, said(report, "wound")) if report.wound else NONE


_WALKING = {
    Walking.UNDER_5: ("<5", 3),
    Walking.TO_15: ("5–15", 2),
    Walking.TO_30: ("15–30", 1),
    Walking.TO_60: ("30–60", 0),
    Walking.OVER_60: (">60", 0),
}
_OPIOIDS = {Opioid.NONE: ("·", 0), Opioid.SOME: ("some", 1), Opioid.DAILY: ("daily", 2)}
_ADHERENCE = {
    Adherence.ALL: ("all", 0),
    Adherence.MOSTLY: ("most", 1),
    Adherence.SOME: ("some", 2),
    Adherence.NOT: ("not", 3),
}
_SWALLOWING = {
    Swallow.NONE: ("·", 0),
    Swallow.MILD: ("mild", 1),
    Swallow.MODERATE: ("mod", 2),
    Swallow.SEVERE: ("sev", 3),
}


def _always(_: Surgery) -> bool:
    return True


def _above_lumbar(surgery: Surgery) -> bool:
    return surgery.region not in (Region.LUMBAR, Region.LUMBOSACRAL)


def _neck(surgery: Surgery) -> bool:
    return surgery.is_neck


ROWS: tuple[tuple[str, Reader, Callable[[Surgery], bool]], ...] = (
    ("Bladder, bowel, saddle", _ticked("bladder", "bowel", "saddle"), _always),
    ("Chest, breathing, unwell", _ticked("chest", "airway", "unwell"), _always),
    ("Weakness", _changed("weak", "weak_side"), _always),
    ("Clumsy hands, unsteady", _ticked("gait_hand"), _above_lumbar),
    ("Numb or tingling", _changed("numb", "numb_side"), _always),
    ("Slips or gives way", _changed("instab"), _always),
    ("Calf swelling", _ticked("calf"), _always),
    ("Fever", _fever, _always),
    ("Wound", _wound, _always),
    ("Upright headache", _ticked("headache_upright"), _always),
    ("Swallowing", _graded("swallow", _SWALLOWING), _neck),
    ("Fall", _ticked("fall"), _always),
    ("Tasks limited, 0–4", _number("func", steps=(2, 3)), _always),
    ("Walking, minutes", _graded("walk_minutes", _WALKING), _always),
    ("Opioids", _graded("opioid", _OPIOIDS), _always),
    ("Limits followed", _graded("adh", _ADHERENCE), _always),
    ("Low mood, PHQ-2", _number("phq2", steps=(3, 5)), _always),
    ("Worry, GAD-2", _number("gad2", steps=(3, 5)), _always),
)
