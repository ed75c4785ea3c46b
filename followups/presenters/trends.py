"""Pain over time as series for charts, from reports as plain rows."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple, Self

from followups.charts import Point, Range, Series
from followups.choices import PainRegion
from followups.models.expected import Band
from patients.models import Surgery

DAYS = 7


class PainRow(NamedTuple):
    """The pain answers of one report, and the operation they belong to."""

    surgery_id: int
    performed_on: date
    reported_on: date
    pain_back: int | None
    pain_neck: int | None
    pain_leg: int | None
    pain_arm: int | None

    @classmethod
    def read(cls, surgery: Surgery, row: Mapping[str, Any]) -> Self:
        """Return a report's answers as the database wrote them down in JSON."""
        on, *scores = (row[name] for name in ITEMS)
        return cls(surgery.pk, surgery.performed_on, date.fromisoformat(on), *scores)


ITEMS = PainRow._fields[2:]
REGIONS: dict[str, str] = {each.value: str(each.label) for each in PainRegion}


REGION_OF = {name: region for region, name in REGIONS.items()}


class Trend(NamedTuple):
    """One series, and the range that is expected after this operation where one is known."""

    series: Series
    expected: Range | None

    @classmethod
    def of(cls, series: Series, bands: Mapping[str, Range]) -> Self:
        return cls(series, bands.get(REGION_OF[series.name]))


def series_of(rows: Sequence[PainRow], missed_on: Iterable[date] = ()) -> list[Series]:
    """Return one series for each region somebody scored, the worst at the end first."""
    if not rows:
        return []
    start = rows[0].performed_on
    drawn = [
        Series(name, _points(rows, region, start, missed_on)) for region, name in REGIONS.items()
    ]
    known = [series for series in drawn if series.known]
    return sorted(known, key=lambda series: -series.known[-1][1])


def worst_of_each(rows: Iterable[PainRow]) -> dict[int, Series]:
    """Return for each surgery the region that hurts most now; rows come by surgery."""
    worst = {}
    for surgery_id, group in groupby(rows, key=lambda row: row.surgery_id):
        series = series_of(list(group))
        if series:
            worst[surgery_id] = series[0]
    return worst


def _points(
    rows: Sequence[PainRow], region: str, start: date, missed_on: Iterable[date]
) -> list[Point]:
    """Return the points after surgery; one a day, the last report of it stands."""
    scores: dict[date, int | None] = dict.fromkeys(missed_on)
    scores |= {
        row.reported_on: getattr(row, region) for row in rows if getattr(row, region) is not None
    }
    return [
        ((on - start).days / DAYS, score) for on, score in sorted(scores.items()) if on >= start
    ]


def band_of(series: Series, expected: Mapping[str, Band]) -> Band | None:
    """Return what is expected of the region a series is about, where that is signed off."""
    return expected.get(REGION_OF[series.name])
