"""The one door: what nobody could mean opens nothing, and the name that was typed is kept."""

from time import perf_counter
from typing import Any

import pytest
from bs4 import BeautifulSoup

from tests.bad_input.rows import Row
from tests.factories import PASSWORD

# kind, user name, password
CASES: list[tuple[Row, str, str]] = [
    (Row.SIGN_IN, "", ""),
    (Row.SIGN_IN, "nobody-here", PASSWORD),
    (Row.SIGN_IN, "root\x00", PASSWORD),
    (Row.SIGN_IN, "\x1broot", PASSWORD),
    (Row.SIGN_IN, "x" * 5000, PASSWORD),
    (Row.SIGN_IN, "' OR 1=1 --", PASSWORD),
    (Row.SIGN_IN, "<script>alert(1)</script>", PASSWORD),
    (Row.SIGN_IN, "<nurse>", ""),
    (Row.SIGN_IN, "<nurse>", "wrong"),
    (Row.SIGN_IN, "<nurse>", f"{PASSWORD}\x00"),
    (Row.SIGN_IN, "<nurse>", "x" * 129),
    (Row.SIGN_IN, "<nurse>", "x" * 1_000_000),
    (Row.SIGN_IN, "<nurse>", "\ufffd" * 20),
]


@pytest.mark.parametrize(("row", "name", "password"), CASES)
def test_it_opens_nothing(world, row, name, password):
    typed = name.replace("<nurse>", world.staff["nurse"].username)
    browser = world.browser("nobody")

    page = browser.post("/signin/", {"login": typed, "password": password})

    assert page.status_code == 422
    soup = BeautifulSoup(page.content, "html.parser")
    assert "There is a problem" in soup.get_text()
    assert soup.select_one("[name=login]").get("value", "") == typed
    assert not soup.select_one("[name=password]").get("value")
    assert browser.get("/queue/").status_code == 302


def test_a_password_of_a_megabyte_is_not_hashed(world):
    sent: dict[str, Any] = {"login": world.staff["nurse"].username, "password": "x" * 1_000_000}
    begin = perf_counter()

    world.browser("nobody").post("/signin/", sent)

    assert perf_counter() - begin < 2


def test_a_name_in_wide_letters_is_the_same_name(world):
    """Names are stored in one spelling, so it can be nobody else's."""
    wide = "".join(chr(ord(char) + 0xFEE0) for char in world.staff["nurse"].username)

    page = world.browser("nobody").post("/signin/", {"login": wide, "password": PASSWORD})

    assert page.status_code in {302, 422}


ELSEWHERE = ["//evil.example", "https://evil.example", "javascript:alert(1)", "/\\evil.example"]


@pytest.mark.parametrize("elsewhere", [*ELSEWHERE, "https:evil.example", "///evil.example"])
def test_a_sign_in_leads_nowhere_else(world, elsewhere):
    sent = {"login": world.staff["nurse"].username, "password": PASSWORD, "next": elsewhere}

    page = world.browser("nobody").post("/signin/", sent)

    assert page.status_code in {302, 422}
    assert "evil" not in page.headers.get("Location", "")
    assert "javascript" not in page.headers.get("Location", "")
