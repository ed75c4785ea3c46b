"""Draw pain by week on paper: told apart by dashes and names, not by colour."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from fpdf import FPDF

from followups.charts import Series
from followups.charts.drawing import Plot, expected_at
from followups.packs import fonts
from followups.packs.content import Course

HEIGHT, LEFT, RIGHT = 62, 10, 34  # millimetres; the names of the lines stand on the right
BAND_STEPS = 40
DASHES = ((0.0, 0.0), (2.4, 1.2), (0.8, 0.8), (3.2, 0.8))
BAND_GREY, GRID_GREY, TEXT_GREY = 226, 205, 90
NAME_GAP = 4.2


def draw(pdf: FPDF, course: Course) -> None:
    """Draw below the last line, and go on below the chart."""
    if pdf.will_page_break(HEIGHT + 14):
        pdf.add_page()
    plot = Plot(
        width=pdf.w - pdf.r_margin,
        left=pdf.l_margin + LEFT,
        right=RIGHT,
        top=pdf.get_y() + 3,
        height=HEIGHT,
        weeks=course.weeks,
    )
    _band(pdf, plot, course)
    _grid(pdf, plot)
    for place, series in enumerate(course.series):
        _line(pdf, plot, series, DASHES[place % len(DASHES)])
    _names(pdf, plot, course.series)
    _below(pdf, plot, course)


def _band(pdf: FPDF, plot: Plot, course: Course) -> None:
    if not course.expected:
        return
    first, last = plot.weeks
    weeks = [first + (last - first) * step / BAND_STEPS for step in range(BAND_STEPS + 1)]
    ranges = [(week, *expected_at(week, course.expected)) for week in weeks]
    edge = [(plot.x(week), plot.y(high)) for week, _, high in ranges]
    edge += [(plot.x(week), plot.y(low)) for week, low, _ in reversed(ranges)]
    pdf.set_fill_color(BAND_GREY)
    pdf.polygon(edge, style="F")


def _grid(pdf: FPDF, plot: Plot) -> None:
    pdf.set_font(fonts.FAMILY, "", 7)
    pdf.set_text_color(TEXT_GREY)
    pdf.set_line_width(0.15)
    pdf.set_draw_color(GRID_GREY)
    for score in range(0, 11, 2):
        pdf.line(plot.left, plot.y(score), plot.end, plot.y(score))
        pdf.text(plot.left - 6, plot.y(score) + 1, str(score))
    first, last = map(int, plot.weeks)
    step = next(step for step in (1, 2, 4, 8, 13, 26, 52, 104) if (last - first) / step <= 14)
    for week in range(-(-first // step) * step, last + 1, step):
        pdf.text(plot.x(week) - 1, plot.base + 4, str(week))
    pdf.set_text_color(0)


def _line(pdf: FPDF, plot: Plot, series: Series, dash: tuple[float, float]) -> None:
    """Draw one region; where a check-in was missed there is no line."""
    pdf.set_draw_color(0)
    pdf.set_fill_color(0)
    pdf.set_line_width(0.45)
    pdf.set_dash_pattern(*dash)
    for (week, score), (later, next_score) in pairwise(series.points):
        if score is not None and next_score is not None:
            pdf.line(plot.x(week), plot.y(score), plot.x(later), plot.y(next_score))
    pdf.set_dash_pattern()
    for week, known in series.known:
        pdf.circle(plot.x(week), plot.y(known), 0.7, style="F")


def _names(pdf: FPDF, plot: Plot, every: Sequence[Series]) -> None:
    pdf.set_font(fonts.FAMILY, "B", 8)
    lowest = float("-inf")
    for y, text in sorted(_ends(plot, every)):
        lowest = max(y, lowest + NAME_GAP)
        pdf.text(plot.end + 2, lowest + 1, text)


def _ends(plot: Plot, every: Sequence[Series]) -> Iterable[tuple[float, str]]:
    for series in every:
        if series.known:
            score = series.known[-1][1]
            yield plot.y(score), f"{score} {series.name}"


def _below(pdf: FPDF, plot: Plot, course: Course) -> None:
    pdf.set_font(fonts.FAMILY, "", 7)
    pdf.set_text_color(TEXT_GREY)
    range_is = f" Grey: {course.expected_name.lower()}." if course.expected else ""
    text = f"Weeks since surgery. 0 is no pain, 10 is worst. A gap is a missed check-in.{range_is}"
    pdf.text(plot.left, plot.base + 8.5, text)
    pdf.set_text_color(0)
    pdf.set_y(plot.base + 11)
