"""The check-in: a wrong answer is a 422 beside its question, and no report is stored."""

from typing import Any

import pytest
from bs4 import BeautifulSoup

from tests.bad_input.rows import Row
from tests.followups.views.answering import REST, SAFE, parts

GOOD: dict[str, dict[str, Any]] = {
    "birth_date": parts(),
    "safety": SAFE,
    "rest": REST | {"instab": "none"},
}
SCORE = "whole number from 0 to 10"
SHOWN = "answers shown"
CELSIUS = "from 34 to 43"
YEAR = "4 digits"
DAY = "from 1 to 31"

# kind, page, question, what was sent, what is said
CASES: list[tuple[Row, str, str, Any, str]] = [
    (Row.BIRTH_SHORT_YEAR, "birth_date", "year", "75", YEAR),
    (Row.BIRTH_SHORT_YEAR, "birth_date", "year", "'75", YEAR),
    (Row.BIRTH_AMBIGUOUS, "birth_date", "month", "12/10", "month from the list"),
    (Row.BIRTH_AMBIGUOUS, "birth_date", "month", "", "Choose the month"),
    (Row.BIRTH_AMBIGUOUS, "birth_date", "month", "13", "month from the list"),
    (Row.BIRTH_IMPOSSIBLE, "birth_date", "day", "32", "no such day"),
    (Row.BIRTH_IMPOSSIBLE, "birth_date", "day", "0", "no such day"),
    (Row.BIRTH_IMPOSSIBLE, "birth_date", "year", "1899", "Check the year"),
    (Row.BIRTH_IMPOSSIBLE, "birth_date", "year", "2027", "Check the year"),
    (Row.BIRTH_IMPOSSIBLE, "birth_date", "year", "0000", "no such day"),
    (Row.BIRTH_IMPOSSIBLE, "birth_date", "year", "9999", "Check the year"),
    (Row.BIRTH_IMPOSSIBLE, "birth_date", "day", "-1", DAY),
    (Row.BIRTH_IMPOSSIBLE, "birth_date", "day", "1_0", DAY),
    (Row.BIRTH_IMPOSSIBLE, "birth_date", "day", "١٠", DAY),
    (Row.BIRTH_IMPOSSIBLE, "birth_date", "year", "١٩٧٥", YEAR),
    (Row.BIG_INTEGER, "birth_date", "year", "9" * 5000, YEAR),
    (Row.NUL_FORM, "birth_date", "day", "10\x00", DAY),
    (Row.NUL_FORM, "birth_date", "month", "12\x00", "month from the list"),
    (Row.SCORE_FORMAT, "rest", "pain_back", "1_0", SCORE),
    (Row.SCORE_FORMAT, "rest", "pain_back", "٧", SCORE),
    (Row.SCORE_FORMAT, "rest", "pain_back", "７", SCORE),
    (Row.SCORE_FORMAT, "rest", "pain_back", "7.0", SCORE),
    (Row.SCORE_FORMAT, "rest", "pain_back", "07", SCORE),
    (Row.SCORE_FORMAT, "rest", "pain_back", "+7", SCORE),
    (Row.SCORE_FORMAT, "rest", "pain_back", "1e1", SCORE),
    (Row.SCORE_FORMAT, "rest", "pain_back", "seven", SCORE),
    (Row.SCORE_RANGE, "rest", "pain_back", "11", SCORE),
    (Row.SCORE_RANGE, "rest", "pain_back", "-1", SCORE),
    (Row.SCORE_RANGE, "rest", "pain_back", "32768", SCORE),
    (Row.SCORE_RANGE, "rest", "pain_back", "7.5", SCORE),
    (Row.SCORE_RANGE, "rest", "pain_back", "NaN", SCORE),
    (Row.SCORE_RANGE, "rest", "pain_leg", "inf", SCORE),
    (Row.SCORE_RANGE, "rest", "pain_back", "", "number from 0 to 10"),
    (Row.SCORE_RANGE, "rest", "func", "5", SHOWN),
    (Row.SCORE_RANGE, "rest", "func", "-1", SHOWN),
    (Row.BIG_INTEGER, "rest", "pain_back", "9" * 5000, SCORE),
    (Row.NUL_FORM, "rest", "pain_back", "7\x00", SCORE),
    (Row.NUL_FORM, "rest", "message", "a\x00b", "cannot be shown"),
    (Row.NUL_FORM, "rest", "message", "a\x1bb", "cannot be shown"),
    (Row.NUL_FORM, "rest", "numb", "new\x00", SHOWN),
    (Row.LONG_TEXT, "rest", "message", "x" * 2001, "Shorten this to 2000"),
    (Row.ID_BROKEN, "rest", "opioid", "heroin", SHOWN),
    (Row.ID_BROKEN, "rest", "gic", "", "Choose one answer"),
    (Row.ID_BROKEN, "rest", "fall", "maybe", SHOWN),
    (Row.ID_BROKEN, "rest", "fall", ["yes", "no"], "not several"),
    (Row.DECIMAL, "safety", "temp_c", "1_0", CELSIUS),
    (Row.DECIMAL, "safety", "temp_c", "٣٧", CELSIUS),
    (Row.DECIMAL, "safety", "temp_c", "-0", CELSIUS),
    (Row.DECIMAL, "safety", "temp_c", "NaN", CELSIUS),
    (Row.DECIMAL, "safety", "temp_c", "1e999", CELSIUS),
    (Row.DECIMAL, "safety", "temp_c", "37.123", CELSIUS),
    (Row.DECIMAL, "safety", "temp_c", "33.9", CELSIUS),
    (Row.DECIMAL, "safety", "temp_c", "110", CELSIUS),
    (Row.DECIMAL, "safety", "temp_c", "37\x00", "cannot be shown"),
    (Row.ID_BROKEN, "safety", "weak", "very", SHOWN),
    (Row.ID_BROKEN, "safety", "since_surgery", ["none", "headache"], SHOWN),
    (Row.ID_BROKEN, "safety", "signs", ["none", "fever"], "and something else"),
    (Row.ID_BROKEN, "safety", "right_now", [], "None of these"),
    (Row.NUL_FORM, "safety", "weak", "none\x00", SHOWN),
]
KEPT = {"year", "day", "temp_c", "message"}  # what is typed; the rest is chosen


@pytest.mark.parametrize(("row", "step", "question", "sent", "said"), CASES)
def test_an_answer_nobody_could_mean_is_asked_again(world, row, step, question, sent, said):
    page = _send(world, step, **{question: sent})

    assert page.status_code == 422
    soup = BeautifulSoup(page.content, "html.parser")
    links = [(link["href"], link.get_text()) for link in soup.select(".err a")]
    assert any(said in text for _, text in links), links
    assert all(soup.find(id=href[1:]) for href, _ in links)
    if question in KEPT:
        box = soup.find(attrs={"name": question})
        shown = box.get_text() if box.name == "textarea" else box["value"]
        assert shown.strip("\n") == str(sent)
    assert _reports(world) == 2


def _send(world, step, **answers):
    data = world.steps[step] | GOOD[step] | answers
    return world.browser("nobody").post(f"/c/{world.link}/", data)


def _reports(world):
    return world.surgery.reports.count()


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '" onmouseover="alert(1)',
        "=cmd|calc!A0",
        "x" * 2000,
        "call \u202a555\u202c",
        "\U0001fae9",
        "lost \ufffd",
        "one\r\ntwo",
    ],
)
def test_a_message_is_kept_as_written(world, text):
    assert _send(world, "rest", message=text).status_code == 303
    report = world.surgery.reports.latest()
    assert report.message == text.replace("\r\n", "\n")


def test_answers_sent_twice_are_stored_once(world):
    assert [_send(world, "rest").status_code for _ in range(2)] == [303, 200]
    assert _reports(world) == 3


SEALED: list[tuple[Row, str, str]] = [
    (Row.ID_BROKEN, "safety", "x"),
    (Row.ID_BROKEN, "rest", "\x00"),
    (Row.ID_BROKEN, "rest", "a:b:c"),
    (Row.BIG_INTEGER, "rest", "9" * 5000),
]


@pytest.mark.parametrize(("row", "step", "sealed"), SEALED)
def test_a_page_that_was_tampered_with_starts_anew(world, row, step, sealed):
    page = _send(world, step, sitting=sealed)

    assert page.status_code == 422
    assert b'name="year"' in page.content
    assert _reports(world) == 2
