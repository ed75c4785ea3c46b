"""Requests to a check-in drawn at random from what should not come: none may be a 5xx.

``./test tests/bad_input/test_check_in_fuzz.py --fuzz 10000`` sends more of them than the
few that every run sends; ``--fuzz-seed`` draws others.
"""

import random
from typing import Any

import pytest
from django.core import signing

from followups.models import CheckIn
from followups.questionnaire import NAMES, QUESTIONS
from patients.models import SymptomReport
from tests.followups.views.answering import NONE, parts

A_FEW = 300
ODD = (
    *("", " ", "0", "-1", "11", "1e9", "NaN", "9" * 400, "1_0", "٧", "７", "²", "½"),
    *("none", "yes", "no", "new", "NONE", "true", "null", "undefined", "[]", "{}", "<b>", "';--"),
    *("\x00", "a\x00b", "\x1b[2J", "\u202e", "\ufffd", "\ud800", "🙂" * 50, "é", "a\r\nb", "%00"),
    *("../../etc", "{{ 7*7 }}", "2026-13-45", "37.2", "104.5", "1975", "12", "10"),
)
STEPS = (
    *NAMES,
    "",
    "birth_date",
    "check",
    "go_on",
    "nonsense",
    "end",
    "learn",
    "-",
    "1",
    "a" * 300,
)
PRESSED = ("back", "language", "change", "do", "send", "answering_for", "message", "about")
DO = ("new_link", "show", "x", "es", "en", "proxy", "message", *NAMES)


@pytest.fixture
def draw(request) -> random.Random:
    return random.Random(request.config.getoption("--fuzz-seed", 1))  # noqa: S311


def test_no_request_to_a_check_in_is_an_error_of_ours(world, draw, request):
    browser, sealed = world.browser("nobody"), world.steps["questions"]["sitting"][0]
    counts: dict[int, int] = {}
    for _ in range(request.config.getoption("--fuzz", A_FEW)):
        # tries and links are given back, or all but the first requests would meet a closed door
        CheckIn.objects.filter(pk=world.check_in.pk).update(birth_date_tries=0)
        address, data = _address(draw, world.link), _body(draw, sealed)
        send = browser.get if draw.random() < 0.05 else browser.post
        page = send(address, data)
        counts[page.status_code] = counts.get(page.status_code, 0) + 1
        assert page.status_code < 500, (address, data)
        if page.status_code == 303:
            _take_back(world)
    assert counts.keys() <= {200, 301, 303, 400, 403, 404, 405, 410, 413, 422}
    assert counts[200] > sum(counts.values()) / 10  # most of it was read at all


def _address(draw: random.Random, link: str) -> str:
    token = draw.choices((link, link.upper(), link[:-1], draw.choice(ODD)), (90, 3, 3, 4))[0]
    step = draw.choice(STEPS)
    inside = f"{step}/" if step else ""
    address = f"/c/{token or 'x'}/{inside}"
    return "".join(char for char in address if char.isprintable() and not char.isspace())


def _body(draw: random.Random, sealed: str) -> dict[str, Any]:
    """Return a page's fields with some of them missing, doubled or made up."""
    data: dict[str, Any] = {"sitting": draw.choices((sealed, _cut(draw, sealed)), (85, 15))[0]}
    if draw.random() < 0.5:
        data |= {name: NONE[name] for name in NONE if draw.random() < 0.95}
    if draw.random() < 0.3:
        data |= parts()
    for _ in range(draw.randrange(4)):
        name = draw.choice((*NAMES, *parts()))
        data[name] = [_value(draw, name) for _ in range(draw.randrange(3))]
    for name in PRESSED:
        if draw.random() < 0.08:
            data[name] = draw.choice((*DO, *ODD))
    return {name: _sendable(value) for name, value in data.items()}


def _value(draw: random.Random, name: str) -> str:
    known = QUESTIONS[name].options if name in QUESTIONS else ()
    return draw.choice((*known, *ODD) if known and draw.random() < 0.5 else ODD)


def _cut(draw: random.Random, sealed: str) -> str:
    place = draw.randrange(len(sealed))
    wrong = signing.dumps({"sheet": {"names": ["x"]}}, salt="followups.check_in")
    return draw.choice((sealed[:place], sealed[:place] + "A" + sealed[place + 1 :], wrong))


def _sendable(value: Any) -> Any:
    """Leave out halves of characters, which no test client can encode."""
    if isinstance(value, list):
        return [_sendable(each) for each in value]
    return value.encode("utf-8", "replace").decode()


def _take_back(world: Any) -> None:
    """Let the check-in be waited for again."""
    CheckIn.objects.filter(pk=world.check_in.pk).update(report=None)
    assert SymptomReport.objects.filter(surgery=world.surgery).exists()
