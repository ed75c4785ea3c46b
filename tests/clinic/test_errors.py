"""When we fail: a page with a reference that the log knows, and not a word of what was in hand."""

import io
import logging

import pytest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.views.debug import technical_500_response

from clinic.logs import MaskedFormatter
from tests.routes import routes

pytestmark = pytest.mark.django_db

ROUTES = list(routes())
CANARY = "Ann-Smith-1950"


def broken(request: HttpRequest, **_: object) -> HttpResponse:
    name = CANARY  # a value at hand where it fails
    raise ValueError(f"could not store {name}")


broken.access = "public"  # type: ignore[attr-defined]


@pytest.fixture
def log(monkeypatch) -> io.StringIO:
    """What the log of a process of ours would hold."""
    out = io.StringIO()
    handlers = logging.getLogger("django").handlers
    handler = next(each for each in handlers if isinstance(each.formatter, MaskedFormatter))
    monkeypatch.setattr(handler, "stream", out)
    return out


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_a_view_that_fails_shows_a_reference_and_nothing_else(client, route, monkeypatch, log):
    monkeypatch.setattr(route.pattern, "callback", broken)
    response = client.get(route.path, {"q": CANARY}, headers={"Cookie": f"a={CANARY}"})
    page, said = response.content.decode(), log.getvalue()
    reference = response["X-Request-Id"]
    assert response.status_code == 500
    assert reference in page
    assert f"[{reference}] Internal Server Error" in said
    assert "builtins.ValueError" in said
    for text in (page, said):
        assert CANARY not in text
    assert "Traceback" not in page
    assert "ValueError" not in page


def test_two_requests_have_two_references(client):
    assert client.get("/signin/")["X-Request-Id"] != client.get("/signin/")["X-Request-Id"]


def test_a_visitor_cannot_choose_the_reference(client):
    response = client.get("/signin/", headers={"X-Request-Id": "forged"})
    assert response["X-Request-Id"] != "forged"


def test_a_database_that_is_away_is_said_plainly(client, monkeypatch, log):
    def away(request: HttpRequest) -> HttpResponse:
        raise OperationalError("the connection is closed")

    away.access = "public"
    monkeypatch.setattr(ROUTES[0].pattern, "callback", away)
    response = client.get(ROUTES[0].path)
    assert response.status_code == 503
    assert b"Nothing you sent was saved" in response.content
    assert response["X-Request-Id"] in response.content.decode()


def test_a_broken_error_page_still_gives_the_reference(client, monkeypatch, log):
    def missing(name: str, context: dict[str, str]) -> str:
        raise LookupError(name)

    monkeypatch.setattr(ROUTES[0].pattern, "callback", broken)
    monkeypatch.setattr("clinic.errors.render_to_string", missing)
    response = client.get(ROUTES[0].path)
    assert response.status_code == 500
    assert response["X-Request-Id"] in response.content.decode()


@pytest.mark.parametrize("debug", [False, True])
def test_an_error_report_shows_no_value_not_even_in_development(settings, debug):
    settings.DEBUG = debug
    settings.SECRET_KEY = f"key-{CANARY}"
    request = RequestFactory().post(
        f"/?q={CANARY}", {"name": CANARY}, headers={"Cookie": f"s={CANARY}", "X-Any": CANARY}
    )
    try:
        kept = CANARY
        raise LookupError(len(kept))
    except LookupError as error:
        parts = (type(error), error, error.__traceback__)
        html = technical_500_response(request, *parts).content.decode()
        text = technical_500_response(request, *parts, status_code=500)
    # the source line that names the constant is code, no value
    assert CANARY not in html
    assert CANARY not in text.content.decode()
    assert "LookupError" in html
