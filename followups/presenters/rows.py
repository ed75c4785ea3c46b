"""The rows of the review queue, each with everything its line shows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, ClassVar, cast
from zoneinfo import ZoneInfo

from django.utils.safestring import SafeString

from followups.charts import sparkline
from followups.choices import Severity
from followups.models import Flag, FollowUp
from followups.presenters import people, words
from followups.presenters.trends import Trend

if TYPE_CHECKING:
    from clinic.staff.models import User

HOT_PERCENT = 50  # from here on the bar of the response time turns orange


@dataclass(frozen=True, slots=True)
class Clock:
    """How much of a response target is left, in words and as a bar."""

    left: str
    by: str
    percent: int
    is_over: bool
    is_stopped: bool

    @property
    def bar(self) -> str:
        if self.is_over:
            return "over"
        return "hot" if self.percent >= HOT_PERCENT else ""


@dataclass(frozen=True, slots=True)
class ClosedRow:
    """A case of a restricted record closed to the reader: that it is there, and how urgent."""

    severity: str
    severity_word: str
    clock: Clock
    patient_pk: int
    is_closed: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Row:
    """One case in the list."""

    pk: int
    severity: str
    severity_word: str
    name: str
    age_and_sex: str
    reason: str
    about: str
    spark: SafeString
    spark_label: str
    clock: Clock
    owner: str
    owner_initials: str
    is_mine: bool
    is_pinned: bool = False
    is_closed: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Due:
    """The end of a line: what time alone, or a colleague, may change in it."""

    pk: int
    clock: Clock
    owner: str
    owner_initials: str
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one severity, with its target."""

    severity: str
    word: str
    target: str
    count: str
    rows: Sequence[Row | ClosedRow]


def clock_of(flag: Flag, now: datetime, zone: ZoneInfo) -> Clock:
    """Return the response clock of an open flag; contact stops it."""
    if flag.contacted_at is not None:
        at = words.moment(flag.contacted_at, now, zone)
        return Clock("Contacted", at, 100, is_over=False, is_stopped=True)
    target = flag.respond_by - flag.clock_started_at
    used = (now - flag.clock_started_at) / target
    return Clock(
        left=words.time_left(flag.respond_by, now),
        by=words.clock(flag.respond_by, now, zone),
        percent=round(100 * min(max(used, 0), 1)),
        is_over=now >= flag.respond_by,
        is_stopped=False,
    )


def row(
    follow_up: FollowUp, flag: Flag, trend: Trend | None, *, user: "User", now: datetime
) -> Row:
    """Return the line of a case led by ``flag``."""
    surgery, owner = follow_up.surgery, follow_up.owner
    patient, today = surgery.patient, follow_up.clinic.today(now)
    about = (
        surgery.label,
        people.weeks_since(surgery, today),
        people.surname(surgery.surgeon),
    )
    return Row(
        pk=follow_up.pk,
        severity=words.severity_class(flag.severity),
        severity_word=flag.get_severity_display(),
        name=patient.name,
        age_and_sex=people.age_and_sex(patient, today),
        reason=flag.explanation,
        about=" · ".join(part for part in about if part),
        spark=sparkline(trend.series, expected=trend.expected) if trend else SafeString(""),
        spark_label=trend.series.name.lower() if trend else "no pain score",
        clock=clock_of(flag, now, follow_up.clinic.zone),
        owner=people.surname(owner),
        owner_initials=owner.initials if owner else "",
        is_mine=owner == user,
        is_pinned=follow_up.pinned_at is not None,
    )


def due(follow_up: FollowUp, *, user: "User", now: datetime) -> Due:
    """Return the end of the line of an open case."""
    flag, owner = cast(Flag, follow_up.lead_flag), follow_up.owner  # open cases have one
    return Due(
        pk=follow_up.pk,
        clock=clock_of(flag, now, follow_up.clinic.zone),
        owner=people.surname(owner),
        owner_initials=owner.initials if owner else "",
        is_mine=owner == user,
    )


def is_closed(case: FollowUp) -> bool:
    """Whether a case was read without its patient, whose record is closed to the reader."""
    return hasattr(case, "closed_patient")


def closed_row(follow_up: FollowUp, flag: Flag, now: datetime) -> ClosedRow:
    """Return all that somebody outside the team learns of a restricted record's case."""
    return ClosedRow(
        severity=words.severity_class(flag.severity),
        severity_word=flag.get_severity_display(),
        clock=clock_of(flag, now, follow_up.clinic.zone),
        patient_pk=follow_up.closed_patient,  # type: ignore[attr-defined]
    )


def rows(
    cases: Iterable[FollowUp], trends: Mapping[int, Trend], *, user: "User", now: datetime
) -> list[Row | ClosedRow]:
    """Return the lines of cases in the order given."""
    return [
        closed_row(case, case.lead_flag, now)
        if is_closed(case)
        else row(case, case.lead_flag, trends.get(case.surgery_id), user=user, now=now)
        for case in cases
        if case.lead_flag is not None
    ]


def by_severity(
    lines: Iterable[Row | ClosedRow], counts: Mapping[Severity, str]
) -> Iterator[Group]:
    """Split lines, already in queue order, under a heading for each severity."""
    for severity, group in groupby(lines, key=lambda line: line.severity):
        known = Severity[severity.upper()]
        yield Group(severity, str(known.label), words.target(known), counts[known], list(group))
