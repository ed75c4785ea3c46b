"""Charts say the values they draw, in markup that is safe and small."""

from xml.etree import ElementTree

import pytest

from followups.charts import Event, RecoveryChart, Rise, Series, sparkline, spine
from followups.charts.drawing import expected_at

LEG = Series("Leg pain", [(1.5, 6), (2.5, 5), (3.5, None), (4.5, 4), (11.5, 7)])
BACK = Series("Back pain", [(1.5, 7), (11.5, 7)])
RANGE = [(0.0, 4.0, 8.0), (10.0, 0.0, 3.0)]


def drawn(markup: str) -> ElementTree.Element:
    return ElementTree.fromstring(markup)  # noqa: S314 - our own markup


def texts(markup: str) -> list[str]:
    return ["".join(each.itertext()) for each in drawn(markup).iter("text")]


def chart(*series: Series, **options: object) -> str:
    facts: dict[str, object] = {"id": "c", "series": series, "now_week": 11.6}
    return RecoveryChart(**(facts | options)).draw()  # type: ignore[arg-type]


def test_a_sparkline_says_every_value_and_the_missed_one():
    label = drawn(sparkline(LEG)).get("aria-label")

    assert label == "Leg pain by week: 6, 5, missed, 4, 7. Latest 7 of 10."


def test_a_sparkline_ends_in_its_last_value():
    assert texts(sparkline(LEG)) == ["7"]


def test_a_missed_check_in_breaks_the_line_and_a_dotted_one_joins_it():
    kinds = [each.get("class") for each in drawn(sparkline(LEG)).iter("path")]

    assert kinds == ["c-gap", "c-line", "c-line"]


@pytest.mark.parametrize("points", [[], [(1, None)]])
def test_without_a_value_there_is_no_sparkline(points):
    assert sparkline(Series("Leg pain", points)) == ""


def test_one_value_alone_can_be_drawn():
    assert "Latest 0 of 10" in sparkline(Series("Leg pain", [(1, 0)]))


def test_the_recovery_chart_describes_each_series():
    description = drawn(chart(BACK, LEG)).findtext("desc") or ""

    assert description.startswith("Back pain: week 1 7, week 11 7; Leg pain: week 1 6")
    assert "week 3 missed" in description


def test_names_of_lines_that_end_together_do_not_overlap():
    ends = [
        float(each.get("y", ""))
        for each in drawn(chart(BACK, LEG)).iter("text")
        if each.get("class") == "c-end"
    ]

    assert len(ends) == 2
    assert abs(ends[0] - ends[1]) >= 15


def test_a_series_without_values_is_left_out():
    assert "Arm pain" not in texts(chart(BACK, Series("Arm pain", [(2, None)])))[-1]


def test_an_expected_range_is_drawn_only_where_there_is_one():
    assert "c-band" not in chart(LEG)
    assert "c-band" in chart(LEG, expected=RANGE)


@pytest.mark.parametrize(
    ("week", "expected"),
    [(-1, (4.0, 8.0)), (0, (4.0, 8.0)), (5, (2.0, 5.5)), (10, (0.0, 3.0)), (99, (0.0, 3.0))],
)
def test_the_expected_range_is_interpolated_and_holds_at_its_ends(week, expected):
    assert expected_at(week, RANGE) == expected


def test_the_rise_that_raised_a_flag_is_named():
    assert "+3 in 7 weeks" in texts(chart(LEG, rise=Rise(0, 4, 12, "+3 in 7 weeks")))


def test_events_lie_in_lanes_and_their_labels_are_escaped():
    markup = chart(LEG, events=[Event("Flags", 11.5, "urgent", "<b>Weakness</b>")])

    assert "Flags" in texts(markup)
    assert [each.text for each in drawn(markup).iter("title")][-1] == "<b>Weakness</b>"


def test_names_are_escaped():
    markup = chart(Series("<script>", [(1, 2)]))

    assert "<script>" not in markup


@pytest.mark.parametrize("now_week", [0, 0.1, 12, 26, 52, 104.3, 520])
def test_the_axis_has_room_for_its_labels(now_week):
    for width in (360, 620):
        markup = chart(LEG, now_week=now_week, width=width, height=206)
        weeks = [each for each in drawn(markup).iter("text") if each.get("text-anchor") == "middle"]
        assert len(weeks) <= width / 20 + 4


def test_the_spine_shows_fused_levels_and_their_neighbours():
    markup = spine(["L4-L5", "L5-S1"])

    assert drawn(markup).get("aria-label") == "Fused from L4 to S1"
    assert texts(markup) == ["L2", "L3", "L4", "L5", "S1"]


@pytest.mark.parametrize(
    ("levels", "label"),
    [
        (["C5-C6", "C6-C7", "C7-T1"], "Fused from C5 to T1"),
        (["C1-C2"], "Fused from C1 to C2"),
        (["T10-T11", "T12-L1"], "Fused from T10 to L1"),
        (["L5-S1", "S1-Ilium"], "Fused from L5 to S1"),
        (["S1-S2"], "Fused from S1 to S1"),
    ],
)
def test_any_span_can_be_drawn(levels, label):
    assert drawn(spine(levels)).get("aria-label") == label


def test_without_levels_there_is_no_spine():
    assert spine([]) == ""
