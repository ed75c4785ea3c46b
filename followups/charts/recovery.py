"""The recovery chart: pain by region against weeks since surgery."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape

from django.utils.safestring import SafeString

from followups.charts.drawing import (
    MARKS,
    TOP_SCORE,
    Plot,
    Range,
    Series,
    band,
    circle,
    lines,
    n,
    path,
    square,
    svg,
    triangle,
)

WINDOW_WEEKS = (6, 8)  # pain usually settles by here (protocol 4.3, PAIN-WATCH)
LABEL_GAP = 15
LABEL_WIDTH = 42
LONG_LABEL = 130  # from the middle of the window to the word "Today"
LETTER = 6  # how wide a letter of a mark's name is
NARROW = 400


@dataclass(frozen=True, slots=True)
class Event:
    """A mark in a lane under the chart; ``kind`` is a severity or one of MARKS."""

    lane: str
    week: float
    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class Rise:
    """The change that raised a flag: haloed on one series and named."""

    series: int
    from_week: float
    to_week: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryChart:
    """Pain by region against weeks since surgery, with what happened in lanes below."""

    id: str
    series: Sequence[Series]
    now_week: float
    events: Sequence[Event] = ()
    expected: Range | None = None
    rise: Rise | None = None
    weeks: tuple[int, int] | None = None  # the part to draw; all of it without
    width: int = 620
    height: int = 206
    lane_height: int = 24
    lanes: list[str] = field(init=False)

    def __post_init__(self) -> None:
        lanes = list(dict.fromkeys(event.lane for event in self.events))
        object.__setattr__(self, "lanes", lanes)

    @property
    def span(self) -> tuple[int, int]:
        return self.weeks or (0, max(12, int(self.now_week + 1.999)))

    @property
    def is_wide(self) -> bool:
        return self.width > NARROW

    @property
    def lanes_height(self) -> int:
        return self.lane_height * len(self.lanes) + (6 if self.lanes else 0)

    @property
    def plot(self) -> Plot:
        top, axis = 24, 22
        return Plot(
            width=self.width,
            left=74 if self.lanes else 34,
            right=92,
            top=top,
            height=self.height - top - axis - self.lanes_height,
            weeks=self.span,
        )

    def draw(self) -> SafeString:
        plot = self.plot
        return svg(
            f'<svg class="rchart" viewBox="0 0 {self.width} {self.height}" role="img" '
            f'aria-labelledby="{self.id}-t {self.id}-d" data-left="{n(plot.left)}" '
            f'data-right="{n(plot.end)}" data-first="{self.span[0]}" data-last="{self.span[1]}" '
            f'data-top="{n(plot.top)}" data-base="{n(plot.base)}">',
            f'<title id="{self.id}-t">Pain score by week since surgery{self._with_range()}</title>',
            f'<desc id="{self.id}-d">{escape(self._said())}</desc>',
            self._window(plot),
            grid(plot),
            band(plot, self.expected),
            self._weeks(plot),
            self._today(plot),
            *(self._line(plot, place) for place in range(len(self.series))),
            self._ends(plot),
            self._rise(plot),
            *self._lane_marks(plot),
            "</svg>",
        )

    def _said(self) -> str:
        """Return every value in words, for those who do not see the drawing."""
        return "; ".join(
            f"{each.name}: "
            + ", ".join(
                f"week {int(week)} {'missed' if value is None else value}"
                for week, value in each.points
            )
            for each in self.series
        )

    def _with_range(self) -> str:
        return ", with the expected range" if self.expected else ""

    def _shows(self, week: float) -> bool:
        return self.span[0] <= week <= self.span[1]

    def _window(self, plot: Plot) -> str:
        first, last = (plot.x(min(max(week, self.span[0]), self.span[1])) for week in WINDOW_WEEKS)
        if first == last:  # another part of the course is drawn
            return ""
        middle, text = self._window_label(plot, (first + last) / 2)
        return (
            f'<rect class="c-window" x="{n(first)}" y="{n(plot.top)}" '
            f'width="{n(last - first)}" height="{n(self.height - plot.top)}"/>'
            f'<text class="c-wlabel" x="{n(middle)}" y="{n(plot.top - 9)}" '
            f'text-anchor="middle">{text}</text>'
        )

    def _window_label(self, plot: Plot, middle: float) -> tuple[float, str]:
        """Return where the window is named, and how: beside the word "Today", not under it."""
        short = f"{WINDOW_WEEKS[0]}\N{EN DASH}{WINDOW_WEEKS[1]} wk"
        apart = plot.x(self.now_week) - middle
        has_room = abs(apart) > LONG_LABEL and middle - plot.left > LONG_LABEL / 2
        if self.is_wide and has_room and plot.end - middle > LONG_LABEL:
            return middle, f"{short}: pain usually settles by here"
        if abs(apart) < LABEL_WIDTH:
            middle += apart + (LABEL_WIDTH if apart < 0 else -LABEL_WIDTH)
        return middle, short

    def _weeks(self, plot: Plot) -> str:
        first, last = self.span
        room = 24 if self.is_wide else 12  # labels that fit side by side
        steps = (1, 2, 4, 8, 13, 26, 52)
        step = next((step for step in steps if (last - first) / step <= room), 104)
        return "".join(
            f'<path class="c-tick" d="M{n(plot.x(week))} {n(plot.base)}v4"/>'
            f'<text class="c-ax" x="{n(plot.x(week))}" y="{n(plot.base + 16)}" '
            f'text-anchor="middle">{week or ("Surgery" if self.is_wide else week)}</text>'
            for week in range(-(-first // step) * step, last + 1, step)
        )

    def _today(self, plot: Plot) -> str:
        if not self._shows(self.now_week):
            return ""
        x = n(plot.x(self.now_week))
        return (
            f'<path class="c-now" d="M{x} {n(plot.top - 4)}V{n(self.height - 2)}"/>'
            f'<text class="c-nowlabel" x="{x}" y="{n(plot.top - 9)}" '
            'text-anchor="middle">Today</text>'
        )

    def _line(self, plot: Plot, place: int) -> str:
        series = self._part(self.series[place])
        mark = (circle, square, triangle)[place % 3]
        points = "".join(
            f'<g class="pt">{mark(plot.x(week), plot.y(value), 3.1)}</g>'
            for week, value in series.known
        )
        return f'<g class="s s{place}">{lines(plot, series)}{points}</g>'

    def _part(self, series: Series) -> Series:
        return Series(series.name, [point for point in series.points if self._shows(point[0])])

    def _ends(self, plot: Plot) -> str:
        """Name each line where it ends; names that would overlap move down."""
        last = [
            (plot.y(each.known[-1][1]), number, each)
            for number, each in enumerate(map(self._part, self.series))
            if each.known
        ]
        drawn, lowest = [], float("-inf")
        for y, number, each in sorted(last, key=lambda end: end[:2]):
            lowest = max(y, lowest + LABEL_GAP)
            week, value = each.known[-1]
            x = plot.x(max(week, self.now_week)) + 10
            drawn.append(
                f'<g class="s s{number}"><text class="c-end" x="{n(x)}" '
                f'y="{n(lowest + 4)}"><tspan class="v">{value}</tspan> '
                f"{escape(each.name)}</text></g>"
            )
        return "".join(drawn)

    def _rise(self, plot: Plot) -> str:
        if self.rise is None:
            return ""
        rise = self.rise
        part = [
            (plot.x(week), plot.y(value))
            for week, value in self._part(self.series[rise.series]).known
            if rise.from_week - 0.01 <= week <= rise.to_week + 0.01
        ]
        if len(part) < 2:
            return ""
        x, y = part[-1]
        return (
            f'<g class="s s{rise.series}"><path class="c-halo" d="{path(part)}"/>'
            f'<text class="c-notet" x="{n(x - 12)}" y="{n(y + 3)}" text-anchor="end">'
            f"{escape(rise.text)}</text></g>"
        )

    def _lane_marks(self, plot: Plot) -> Iterable[str]:
        for number, lane in enumerate(self.lanes):
            y = plot.base + 22 + 6 + self.lane_height * (number + 0.5) - 2
            yield (
                f'<path class="c-lane" d="M{n(plot.left)} {n(y)}H{n(plot.end)}"/>'
                f'<text class="c-lanel" x="{n(plot.left - 10)}" y="{n(y + 4)}" '
                f'text-anchor="end">{escape(lane)}</text>'
            )
            yield from self._marks_of(lane, y, plot)

    def _marks_of(self, lane: str, y: float, plot: Plot) -> Iterable[str]:
        """Yield the marks of a lane, named where nothing stands in the way."""
        shown = [each for each in self.events if each.lane == lane and self._shows(each.week)]
        shown.sort(key=lambda event: event.week)
        following = [plot.x(event.week) - 8 for event in shown[1:]] + [float(self.width)]
        for event, until in zip(shown, following, strict=True):
            x, name = plot.x(event.week), event.label.partition(" · ")[0]
            mark = MARKS.get(event.kind, circle)(x, y, 5)
            yield (
                f'<g class="ev ev-{escape(event.kind)}">'
                f"<title>{escape(event.label)}</title>{mark}</g>"
            )
            if self.is_wide and event.kind != "missed" and x + 10 + len(name) * LETTER < until:
                yield f'<text class="c-evt" x="{n(x + 10)}" y="{n(y + 4)}">{escape(name)}</text>'


def grid(plot: Plot) -> str:
    return "".join(
        f'<path class="c-grid" d="M{n(plot.left)} {n(plot.y(score))}H{n(plot.end)}"/>'
        f'<text class="c-ax" x="{n(plot.left - 8)}" y="{n(plot.y(score) + 4)}" '
        f'text-anchor="end">{score}</text>'
        for score in range(0, TOP_SCORE + 1, 2)
    )
