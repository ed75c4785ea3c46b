"""A word-sized trend for one row of a list."""

from html import escape

from django.utils.safestring import SafeString

from followups.charts.drawing import (
    TOP_SCORE,
    Plot,
    Range,
    Series,
    band,
    lines,
    n,
    svg,
)


def sparkline(series: Series, *, expected: Range | None = None) -> SafeString:
    """Return a word-sized trend that ends in its last value; empty without values."""
    known = series.known
    if not known:
        return SafeString("")
    width, height, pad, room = 104, 46, 4, 20
    plot = Plot(
        width=width,
        left=pad,
        right=pad + room,
        top=pad,
        height=height - 2 * pad,
        weeks=(series.points[0][0], series.points[-1][0]),
    )
    x, y = plot.x(known[-1][0]), plot.y(known[-1][1])
    said = ", ".join("missed" if value is None else str(value) for _, value in series.points)
    text = f"{series.name} by week: {said}. Latest {known[-1][1]} of {TOP_SCORE}."
    return svg(
        f'<svg class="spark" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-label="{escape(text)}">',
        band(plot, expected),
        lines(plot, series),
        f'<circle class="c-dot" cx="{n(x)}" cy="{n(y)}" r="2.6"/>',
        f'<text class="c-last" x="{n(x + 6)}" y="{n(min(max(y + 4, 11), height - 2))}">'
        f"{known[-1][1]}</text>",
        "</svg>",
    )
