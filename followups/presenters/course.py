"""Pain since surgery: one sentence, the drawing, and every score as a table."""

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from followups.charts import Event, RecoveryChart, Rise, Series
from followups.charts.drawing import expected_at
from followups.choices import Family, FlagEventKind, PainRegion, ProcedureGroup, VisitStatus
from followups.models.expected import Band, group_of
from followups.presenters import imaging, spans, words
from followups.presenters.plan import name_of
from followups.presenters.record import Record
from followups.presenters.spans import SPANS
from followups.presenters.trends import DAYS, REGION_OF, REGIONS, PainRow, band_of, series_of
from patients.models import Surgery

logger = logging.getLogger(__name__)

CLEAR_RISE = 2  # a change of two points counts (protocol 4.4)
# Each region's place among the colours: arms and legs have the first.
DRAWN = [PainRegion.LEG, PainRegion.ARM, PainRegion.BACK, PainRegion.NECK]


@dataclass(frozen=True, slots=True)
class Scores:
    """One region in the table: a score for each column, None where there is none."""

    name: str
    scores: Sequence[int | None]


@dataclass(frozen=True, slots=True)
class Course:
    """Nothing but the table and the sentence is needed to read it; undrawn, they stay."""

    said: str
    expected: str
    wide: str
    narrow: str
    points: str
    weeks: Sequence[str]
    table: Sequence[Scores]
    span: str
    spans: Sequence[tuple[str, str]] = tuple((key, name) for key, (name, _) in SPANS.items())

    @property
    def failed(self) -> bool:
        return not self.wide


@dataclass(frozen=True, slots=True)
class Lines:
    """What any drawing of a course is made of."""

    series: Sequence[Series]
    said: str
    band: Band | None
    band_name: str
    now: float
    weeks: tuple[int, int]
    span: str


def lines(record: Record, *, span: str = "") -> Lines:
    """Return the course of the operation shown, which may have no score yet."""
    surgery = record.surgery
    series = series_of(_rows(record), _missed_on(record))
    now = surgery.postoperative_day(record.today) / DAYS if surgery else 0
    shown = spans.of(span, now)
    name, band = _expected(series, record)
    said = " ".join(_said(each, record.expected) for each in series)
    # the worst is told first, but a colour stays with its region from one report to the next
    series.sort(key=lambda each: DRAWN.index(PainRegion(REGION_OF[each.name])))
    return Lines(series, said, band, name, now, shown.weeks, shown.key)


def of(record: Record, *, span: str = "") -> Course | None:
    """Return the course of the operation shown, drawn for wide and narrow screens."""
    surgery = record.surgery
    if surgery is None:
        return None
    found = lines(record, span=span)
    chart = partial(
        RecoveryChart,
        series=found.series,
        now_week=found.now,
        events=list(_events(surgery, record)),
        expected=found.band,
        rise=_rise(record, found.series),
        weeks=found.weeks,
    )
    weeks = sorted({week for each in found.series for week, _ in each.points})
    points = [_point(week, found.series, surgery, record) for week in weeks]
    return Course(
        said=found.said,
        expected=found.band_name,
        wide=_drawn(partial(chart, id="rec", width=800, height=366), surgery),
        narrow=_drawn(partial(chart, id="recn", width=338, height=330), surgery),
        points=json.dumps(points),
        weeks=[str(int(week)) for week in weeks],
        table=[_scores(each, weeks) for each in found.series],
        span=found.span,
    )


def _drawn(chart: Callable[[], RecoveryChart], surgery: Surgery) -> str:
    """Return the drawing; empty if it cannot be made, for the scores matter more."""
    try:
        return chart().draw()
    except Exception:  # whatever is wrong with a drawing, the page is needed
        logger.exception("no recovery chart of surgery %s", surgery.pk)
        return ""


def _expected(series: Sequence[Series], record: Record) -> tuple[str, Band | None]:
    """Return the band behind the line that hurts most, and what it is called.

    Before the first score it is the one of the pain nearest to the operation.
    """
    for each in series:
        if band := band_of(each, record.expected):
            return _band_name(each.name, record), band
    for item, band in () if series else record.expected.items():
        return _band_name(REGIONS[item], record), band
    return "", None


def _band_name(pain: str, record: Record) -> str:
    group = group_of(record.surgery) if record.surgery else ""
    label = str(ProcedureGroup(group).label)
    return f"Expected range of {pain.lower()} after {label if label.isupper() else label.lower()}"


def _point(
    week: float, series: Sequence[Series], surgery: Surgery, record: Record
) -> dict[str, float | str]:
    """Return one check-in as the keyboard and the pointer read it out."""
    scores = [
        f"{each.name} {score}"
        for each in series
        if (score := dict(each.points).get(week)) is not None
    ]
    on = surgery.performed_on + timedelta(days=round(week * DAYS))
    said = ", ".join(scores) or "check-in missed"
    return {"week": week, "said": f"Week {int(week)}, {words.day(on, record.today)}: {said}"}


def _rows(record: Record) -> list[PainRow]:
    surgery = record.surgery
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
        if surgery is not None
    ]


def _missed_on(record: Record) -> list[date]:
    return [each.due_on for each in record.check_ins if each.is_missed(record.now)]


def _scores(series: Series, weeks: Iterable[float]) -> Scores:
    """Return a line of the table: not every report scores every region."""
    known = dict(series.points)
    return Scores(series.name, [known.get(week) for week in weeks])


def _said(series: Series, expected: Mapping[str, Band]) -> str:
    """Return where a line ends against its own best and the range, without judging either."""
    (at, latest), *_ = reversed(series.known)
    week, lowest = min(series.known, key=lambda point: point[1])
    above = latest - lowest
    said = f"{above} above its lowest ({lowest}, week {week:.0f})" if above else "its lowest so far"
    band = band_of(series, expected)
    high = expected_at(at, band)[1] if band else latest
    beyond = f", above the expected range (up to {high:.1f})" if latest > high else ""
    return f"{series.name} {latest}, {said}{beyond}."


def _rise(record: Record, series: Sequence[Series]) -> Rise | None:
    """Return the climb behind an open pain flag, where it hurts most: from the last low point."""
    flagged = any(
        event.kind == FlagEventKind.RAISED
        and event.flag.is_open
        and event.flag.family == Family.PAIN
        for event in record.events
    )
    worst_first = sorted(enumerate(series), key=lambda placed: -placed[1].known[-1][1])
    for place, each in worst_first if flagged else ():
        until, latest = each.known[-1]
        since, lowest = min(each.known, key=lambda point: (point[1], -point[0]))
        if latest - lowest >= CLEAR_RISE:
            return Rise(place, since, until, f"+{latest - lowest} in {_span(until - since)}")
    return None


def _span(weeks: float) -> str:
    """Return “4 weeks”, and below a week and a half the days: “3 days”."""
    days = round(weeks * DAYS)
    if days < DAYS * 1.5:
        return "1 week" if days == DAYS else f"{days} day{'' if days == 1 else 's'}"
    return f"{round(weeks)} weeks"


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
    for on in _missed_on(record):
        yield "Missed", on, "missed", "Check-in missed"
    yield from _visits(record)
    yield from _imaging(record)
    for attempt in record.contacts:
        yield "Contact", clinic.today(attempt.at), "call", attempt.get_method_display()


def _visits(record: Record) -> Iterator[tuple[str, date, str, str]]:
    clinic = record.patient.clinic
    for visit in record.visits:
        name = name_of(visit)
        if visit.status == VisitStatus.COMPLETED and visit.completed_on is not None:
            yield "Visits", visit.completed_on, "visit", name
        elif visit.status == VisitStatus.BOOKED and visit.booked_for is not None:
            yield "Visits", clinic.today(visit.booked_for), "due", f"{name}, booked"


def _imaging(record: Record) -> Iterator[tuple[str, date, str, str]]:
    for study in record.imaging:
        name = study.get_modality_display()
        if study.done_on is not None:
            yield "Imaging", study.done_on, "image", imaging.said(study)
        elif study.window_closes_on is not None:
            yield "Imaging", study.window_closes_on, "due", f"{name} due"
        elif study.requested_at is not None:
            asked_on = record.patient.clinic.today(study.requested_at)
            yield "Imaging", asked_on, "due", f"{name} requested"
