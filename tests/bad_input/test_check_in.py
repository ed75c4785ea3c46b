"""The check-in: a wrong answer is a 422 beside its question, and no report is stored."""

from typing import Any

import pytest
from bs4 import BeautifulSoup

from tests.bad_input.rows import Row
from tests.followups.views.answering import NONE, parts

SCORE = "whole number from 0 to 10"
SHOWN = "answers shown"
CELSIUS = "from 34 to 43"
YEAR = "4 digits"
DAY = "from 1 to 31"

# kind, question, what was sent, what is said
CASES: list[tuple[Row, str, Any, str]] = [
    (Row.BIRTH_SHORT_YEAR, "year", "75", YEAR),
    (Row.BIRTH_SHORT_YEAR, "year", "'75", YEAR),
    (Row.BIRTH_AMBIGUOUS, "month", "12/10", "month from the list"),
    (Row.BIRTH_AMBIGUOUS, "month", "", "Choose the month"),
    (Row.BIRTH_AMBIGUOUS, "month", "13", "month from the list"),
    (Row.BIRTH_IMPOSSIBLE, "day", "32", "no such day"),
    (Row.BIRTH_IMPOSSIBLE, "day", "0", "no such day"),
    (Row.BIRTH_IMPOSSIBLE, "year", "1899", "Check the year"),
    (Row.BIRTH_IMPOSSIBLE, "year", "2027", "Check the year"),
    (Row.BIRTH_IMPOSSIBLE, "year", "0000", "no such day"),
    (Row.BIRTH_IMPOSSIBLE, "year", "9999", "Check the year"),
    (Row.BIRTH_IMPOSSIBLE, "day", "-1", DAY),
    (Row.BIRTH_IMPOSSIBLE, "day", "1_0", DAY),
    (Row.BIRTH_IMPOSSIBLE, "day", "١٠", DAY),
    (Row.BIRTH_IMPOSSIBLE, "year", "١٩٧٥", YEAR),
    (Row.BIG_INTEGER, "year", "9" * 5000, YEAR),
    (Row.NUL_FORM, "day", "10\x00", DAY),
    (Row.NUL_FORM, "month", "12\x00", "month from the list"),
    (Row.SCORE_FORMAT, "pain_back", "1_0", SCORE),
    (Row.SCORE_FORMAT, "pain_back", "٧", SCORE),
    (Row.SCORE_FORMAT, "pain_back", "７", SCORE),
    (Row.SCORE_FORMAT, "pain_back", "7.0", SCORE),
    (Row.SCORE_FORMAT, "pain_back", "07", SCORE),
    (Row.SCORE_FORMAT, "pain_back", "+7", SCORE),
    (Row.SCORE_FORMAT, "pain_back", "1e1", SCORE),
    (Row.SCORE_FORMAT, "pain_back", "seven", SCORE),
    (Row.SCORE_RANGE, "pain_back", "11", SCORE),
    (Row.SCORE_RANGE, "pain_back", "-1", SCORE),
    (Row.SCORE_RANGE, "pain_back", "32768", SCORE),
    (Row.SCORE_RANGE, "pain_back", "7.5", SCORE),
    (Row.SCORE_RANGE, "pain_back", "NaN", SCORE),
    (Row.SCORE_RANGE, "pain_leg", "inf", SCORE),
    (Row.SCORE_RANGE, "pain_back", "", "number from 0 to 10"),
    (Row.SCORE_RANGE, "func", "5", SHOWN),
    (Row.SCORE_RANGE, "func", "-1", SHOWN),
    (Row.BIG_INTEGER, "pain_back", "9" * 5000, SCORE),
    (Row.NUL_FORM, "pain_back", "7\x00", SCORE),
    (Row.NUL_FORM, "message", "a\x00b", "cannot be shown"),
    (Row.NUL_FORM, "message", "a\x1bb", "cannot be shown"),
    (Row.NUL_FORM, "numb", "new\x00", SHOWN),
    (Row.LONG_TEXT, "message", "x" * 2001, "Shorten this to 2000"),
    (Row.ID_BROKEN, "opioid", "heroin", SHOWN),
    (Row.ID_BROKEN, "gic", "", "Choose one answer"),
    (Row.ID_BROKEN, "activity", "maybe", SHOWN),
    (Row.ID_BROKEN, "adh", ["all", "not"], "not several"),
    (Row.DECIMAL, "temp_c", "1_0", CELSIUS),
    (Row.DECIMAL, "temp_c", "٣٧", CELSIUS),
    (Row.DECIMAL, "temp_c", "-0", CELSIUS),
    (Row.DECIMAL, "temp_c", "NaN", CELSIUS),
    (Row.DECIMAL, "temp_c", "1e999", CELSIUS),
    (Row.DECIMAL, "temp_c", "37.123", CELSIUS),
    (Row.DECIMAL, "temp_c", "33.9", CELSIUS),
    (Row.DECIMAL, "temp_c", "110", CELSIUS),
    (Row.DECIMAL, "temp_c", "37\x00", CELSIUS),
    (Row.ID_BROKEN, "weak", "very", SHOWN),
    (Row.ID_BROKEN, "since_surgery", ["none", "headache"], SHOWN),
    (Row.ID_BROKEN, "signs", ["none", "fever"], "and something else"),
    (Row.ID_BROKEN, "right_now", [], "None of these"),
    (Row.NUL_FORM, "weak", "none\x00", SHOWN),
]
KEPT = {"year", "day", "temp_c", "message"}  # what is typed; the rest is chosen


@pytest.mark.parametrize(("row", "question", "sent", "said"), CASES)
def test_an_answer_nobody_could_mean_is_asked_again(world, row, question, sent, said):
    page = _send(world, question, sent)

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


def _send(world, question, sent):
    """Send an answer from the page that asks for it."""
    if question in parts():
        page, data = "birth_date", world.steps["birth_date"] | parts()
    elif question == "message":
        page, data = "check", world.steps["questions"] | NONE | {"send": "1"}
    else:
        page, data = question, world.steps["questions"]
    browser = world.browser("nobody")
    return browser.post(f"/c/{world.link}/{page}/", data | {question: sent})


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
    assert _send(world, "message", text).status_code == 303
    report = world.surgery.reports.latest()
    assert report.message == text.replace("\r\n", "\n")


def test_answers_sent_twice_are_stored_once(world):
    assert [_send(world, "message", "").status_code for _ in range(2)] == [303, 200]
    assert _reports(world) == 3


SEALED = [
    (Row.ID_BROKEN, "x"),
    (Row.ID_BROKEN, "\x00"),
    (Row.ID_BROKEN, "a:b:c"),
    (Row.BIG_INTEGER, "9" * 5000),
]


@pytest.mark.parametrize(("row", "sealed"), SEALED)
@pytest.mark.parametrize("step", ["right_now", "check"])
def test_a_page_that_was_tampered_with_starts_anew(world, row, step, sealed):
    data = world.steps["questions"] | NONE | {"sitting": sealed, "send": "1"}
    page = world.browser("nobody").post(f"/c/{world.link}/{step}/", data)

    assert page.status_code == 422
    assert b'name="year"' in page.content
    assert _reports(world) == 2
