"""What every chart is made of: a scale, lines with gaps, a range, marks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils.safestring import SafeString

Point = tuple[float, int | None]  # week since surgery, score; None is a missed check-in
XY = tuple[float, float]
Range = Sequence[tuple[float, float, float]]  # week, low, high; weeks ascending

TOP_SCORE = 10
BAND_STEPS = 40


@dataclass(frozen=True, slots=True)
class Series:
    """One line: its name and its points, oldest first."""

    name: str
    points: Sequence[Point]

    @property
    def known(self) -> list[tuple[float, int]]:
        return [(week, value) for week, value in self.points if value is not None]


@dataclass(frozen=True, slots=True)
class Plot:
    """Where weeks and scores lie on the drawing."""

    width: float
    left: float
    right: float
    top: float
    height: float
    weeks: tuple[float, float]

    def x(self, week: float) -> float:
        first, last = self.weeks
        share = (week - first) / max(last - first, 0.001)
        return self.left + share * (self.width - self.left - self.right)

    def y(self, score: float) -> float:
        return self.top + (TOP_SCORE - score) / TOP_SCORE * self.height

    @property
    def base(self) -> float:
        return self.top + self.height

    @property
    def end(self) -> float:
        return self.width - self.right


def expected_at(week: float, table: Range) -> tuple[float, float]:
    """Return the low and high expected score at a week, interpolated."""
    for (w0, low0, high0), (w1, low1, high1) in pairwise(table):
        if w0 <= week <= w1:
            part = (week - w0) / (w1 - w0)
            return low0 + (low1 - low0) * part, high0 + (high1 - high0) * part
    _, low, high = table[-1] if week > table[-1][0] else table[0]
    return low, high


def lines(plot: Plot, series: Series) -> str:
    """Return unbroken runs, joined by a dotted line over missed check-ins."""
    runs = _runs(series.points)
    gaps = "".join(
        f'<path class="c-gap" d="{path(_place(plot, [before[-1], after[0]]))}"/>'
        for before, after in pairwise(runs)
    )
    return gaps + "".join(f'<path class="c-line" d="{path(_place(plot, run))}"/>' for run in runs)


def _runs(points: Sequence[Point]) -> list[list[tuple[float, int]]]:
    """Split points at missed check-ins."""
    runs: list[list[tuple[float, int]]] = [[]]
    for week, value in points:
        if value is None:
            runs.append([])
        else:
            runs[-1].append((week, value))
    return [run for run in runs if run]


def _place(plot: Plot, points: Iterable[tuple[float, float]]) -> list[XY]:
    return [(plot.x(week), plot.y(value)) for week, value in points]


def band(plot: Plot, expected: Range | None) -> str:
    if not expected:
        return ""
    first, last = plot.weeks
    weeks = [first + (last - first) * step / BAND_STEPS for step in range(BAND_STEPS + 1)]
    high = [(week, expected_at(week, expected)[1]) for week in weeks]
    low = [(week, expected_at(week, expected)[0]) for week in reversed(weeks)]
    return (
        f'<path class="c-band" d="{path(_place(plot, high + low))}Z"/>'
        f'<path class="c-bandtop" d="{path(_place(plot, high))}"/>'
    )


def circle(x: float, y: float, r: float) -> str:
    return f'<circle cx="{n(x)}" cy="{n(y)}" r="{n(r)}"/>'


def square(x: float, y: float, r: float) -> str:
    return f'<rect x="{n(x - r)}" y="{n(y - r)}" width="{n(2 * r)}" height="{n(2 * r)}" rx="1"/>'


def triangle(x: float, y: float, r: float) -> str:
    return _shape(x, y, r, [(0, -1.2), (1.15, 0.85), (-1.15, 0.85)])


def diamond(x: float, y: float, r: float) -> str:
    return _shape(x, y, r, [(0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)])


def octagon(x: float, y: float, r: float) -> str:
    near, far = 0.45, 1.1
    corners = [(-near, -far), (near, -far), (far, -near), (far, near)]
    return _shape(x, y, r, corners + [(-dx, -dy) for dx, dy in corners])


def _shape(x: float, y: float, r: float, corners: Iterable[XY]) -> str:
    return f'<path d="{path([(x + dx * r, y + dy * r) for dx, dy in corners])}Z"/>'


MARKS = {
    "emergency": octagon,
    "urgent": triangle,
    "soon": diamond,
    "routine": circle,
    "visit": circle,
    "due": circle,
    "image": square,
}


def path(points: Iterable[XY]) -> str:
    return "M" + "L".join(f"{n(x)} {n(y)}" for x, y in points)


def n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def svg(*parts: str) -> SafeString:
    return SafeString("".join(parts))  # every text above is escaped  # nosec B703
