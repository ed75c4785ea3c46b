"""Pain since surgery: one sentence, the drawing, and every score as a table."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from django.utils.safestring import SafeString

from followups.charts import Event, RecoveryChart, Rise, Series
from followups.choices import Family, FlagEventKind, VisitStatus
from followups.presenters import words
from followups.presenters.plan import name_of
from followups.presenters.record import Record
from followups.presenters.trends import DAYS, PainRow, series_of
from patients.models import Surgery

CLEAR_RISE = 2  # a change of two points counts (protocol 4.4)


@dataclass(frozen=True, slots=True)
class Scores:
    """One region in the table: a score for each column, None where there is none."""

    name: str
    scores: Sequence[int | None]


@dataclass(frozen=True, slots=True)
class Course:
    """Nothing but the table and the sentence is needed to read it."""

    said: str
    wide: SafeString
    narrow: SafeString
    points: str
    week: int
    weeks: Sequence[str]
    table: Sequence[Scores]


def of(record: Record) -> Course | None:
    """Return the course of the operation shown; None before the first score."""
    surgery = record.surgery
    if surgery is None:
        return None
    series = series_of(_rows(surgery, record), _missed_on(record))
    if not series:
        return None
    now = surgery.postoperative_day(record.today) / DAYS
    weeks = sorted({week for each in series for week, _ in each.points})
    chart = partial(
        RecoveryChart,
        series=series,
        now_week=now,
        events=list(_events(surgery, record)),
        rise=_rise(record, series),
    )
    return Course(
        said=" ".join(_said(each) for each in series),
        wide=chart(id="rec", width=800, height=366).draw(),
        narrow=chart(id="recn", width=338, height=330).draw(),
        points=json.dumps({each.name: _by_week(each) for each in series}),
        week=int(now),
        weeks=[str(int(week)) for week in weeks],
        table=[_scores(each, weeks) for each in series],
    )


def _rows(surgery: Surgery, record: Record) -> list[PainRow]:
    return [
        PainRow(
            surgery.pk,
            surgery.performed_on,
            report.reported_on,
            report.pain_back,
            report.pain_neck,
            report.pain_leg,
            report.pain_arm,
        )
        for report in record.reports
    ]


def _missed_on(record: Record) -> list[date]:
    return [each.due_on for each in record.check_ins if each.is_missed(record.now)]


def _scores(series: Series, weeks: Iterable[float]) -> Scores:
    """Return a line of the table: not every report scores every region."""
    known = dict(series.points)
    return Scores(series.name, [known.get(week) for week in weeks])


def _said(series: Series) -> str:
    """Return where a line ends against its own best, without judging either."""
    (_, latest), *_ = reversed(series.known)
    week, lowest = min(series.known, key=lambda point: point[1])
    if latest == lowest:
        return f"{series.name} {latest}, its lowest so far."
    above = latest - lowest
    return f"{series.name} {latest}, {above} above its lowest ({lowest}, week {week:.0f})."


def _rise(record: Record, series: Sequence[Series]) -> Rise | None:
    """Return the climb behind an open pain flag: from the last low point to now."""
    flagged = any(
        event.kind == FlagEventKind.RAISED
        and event.flag.is_open
        and event.flag.family == Family.PAIN
        for event in record.events
    )
    for place, each in enumerate(series if flagged else ()):
        until, latest = each.known[-1]
        since, lowest = min(each.known, key=lambda point: (point[1], -point[0]))
        if latest - lowest >= CLEAR_RISE:
            weeks = round(until - since)
            span = "1 week" if weeks == 1 else f"{weeks} weeks"
            return Rise(place, since, until, f"+{latest - lowest} in {span}")
    return None


def _events(surgery: Surgery, record: Record) -> Iterator[Event]:
    for lane, on, kind, label in _marks(record):
        week = surgery.postoperative_day(on) / DAYS
        yield Event(lane, week, kind, f"{label} · {words.day(on, record.today)}")


def _marks(record: Record) -> Iterator[tuple[str, date, str, str]]:
    """Return lane, day, kind and label of what is drawn below the scores."""
    clinic = record.patient.clinic
    for event in record.events:
        if event.kind in (FlagEventKind.RAISED, FlagEventKind.SEVERITY_RAISED):
            kind = words.severity_class(event.severity)
            yield "Flags", clinic.today(event.at), kind, event.get_severity_display()
    for visit in record.visits:
        name = name_of(visit)
        if visit.status == VisitStatus.COMPLETED and visit.completed_on is not None:
            yield "Visits", visit.completed_on, "visit", name
        elif visit.status == VisitStatus.BOOKED and visit.booked_for is not None:
            yield "Visits", clinic.today(visit.booked_for), "due", f"{name}, booked"
    for attempt in record.contacts:
        yield "Contact", clinic.today(attempt.at), "call", attempt.get_method_display()


def _by_week(series: Series) -> dict[int, int]:
    """Return the last score of each week, for reading the chart with the keyboard."""
    return {int(week): score for week, score in series.known}
