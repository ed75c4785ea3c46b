"""What every answer tells the browser, whatever the address and however it ended."""

import logging
from typing import Any

import pytest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client

from clinic.middleware import SafeHeaders
from tests.factories import PASSWORD, make_user
from tests.routes import routes

pytestmark = pytest.mark.django_db

ROUTES = list(routes())
POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
}
ALWAYS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
    "Strict-Transport-Security": "max-age=31536000",
}
PHONY = {"HTTP_HOST": "evil.example"}

every_route = pytest.mark.parametrize("route", ROUTES, ids=str)


def assert_strict(response: HttpResponse, path: str = "/") -> None:
    """The headers of production: what may load, and that nothing may be kept or framed."""
    assert set(response["Content-Security-Policy"].split("; ")) == POLICY
    for name, value in ALWAYS.items():
        assert response.headers.get(name) == value, name
    referrer = "no-referrer" if path.startswith("/c/") else "same-origin"
    assert response["Referrer-Policy"] == referrer
    assert "camera=()" in response["Permissions-Policy"]
    assert "publickey-credentials-get=(self)" in response["Permissions-Policy"]
    assert "no-store" in response["Cache-Control"]
    assert response["X-Request-Id"]


class Https(Client):
    """A browser that has come over https, as all of a clinic's do."""

    def generic(self, *arguments: Any, **rest: Any) -> Any:
        return super().generic(*arguments, **rest | {"secure": True})


@pytest.fixture
def https(settings) -> Client:
    settings.SECURE_HSTS_SECONDS = 31_536_000
    return Https(raise_request_exception=False)


@pytest.fixture
def root(https: Client) -> Client:
    https.force_login(make_user("administrator", is_staff=True, is_superuser=True))
    return https


def broken(request: HttpRequest, **_: object) -> HttpResponse:
    raise RuntimeError("broken")


broken.access = "public"  # type: ignore[attr-defined]


@every_route
def test_every_answer_to_a_stranger_is_strict(https, route):
    for method in ("get", "head", "post", "put", "trace", "options"):
        assert_strict(getattr(https, method)(route.path), route.path)


@every_route
def test_every_page_of_an_administrator_is_strict(root, route):
    assert_strict(root.get(route.path), route.path)


@pytest.mark.parametrize("route", [each for each in ROUTES if "/admin/" not in each.path], ids=str)
def test_every_failure_is_strict(https, route, monkeypatch, no_log):
    monkeypatch.setattr(route.pattern, "callback", broken)
    response = https.get(route.path)
    assert response.status_code == 500
    assert_strict(response, route.path)


@pytest.fixture
def no_log(monkeypatch):
    monkeypatch.setattr(logging.getLogger("django"), "handlers", [])


@pytest.mark.parametrize(
    ("status", "asked"),
    [
        (400, {"path": "/signin/?next=%00"}),
        (400, {"path": "/signin/", **PHONY}),
        (400, {"path": "/static/app.css", **PHONY}),
        (404, {"path": "/nowhere/"}),
        (404, {"path": "/static/nowhere.css"}),
        (404, {"path": "/c/unknown/"}),
        (405, {"path": "/signout/"}),
        (410, {"path": "/c/end/thanks/"}),
        (503, {"path": "/healthz"}),  # no sweep was ever heard here
    ],
)
def test_refusals_are_strict(https, status, asked):
    response = https.get(**asked)
    assert response.status_code == status
    assert_strict(response, asked["path"])


def test_a_form_with_errors_is_strict(https):
    response = https.post("/signin/", {"username": "", "password": ""})
    assert response.status_code in {200, 422}
    assert_strict(response)


def test_a_form_without_its_token_is_strict(settings):
    settings.SECURE_HSTS_SECONDS = 31_536_000
    response = Https(enforce_csrf_checks=True).post("/signout/")
    assert response.status_code == 403
    assert_strict(response)


def test_a_page_without_a_database_is_strict(https, monkeypatch, no_log):
    def away(request: HttpRequest) -> HttpResponse:
        raise OperationalError("the connection is closed")

    away.access = "public"
    monkeypatch.setattr(ROUTES[0].pattern, "callback", away)
    response = https.get(ROUTES[0].path)
    assert response.status_code == 503
    assert response["Retry-After"]
    assert_strict(response)


def test_the_way_to_https_is_strict_and_names_no_foreign_host(settings):
    settings.SECURE_SSL_REDIRECT = True
    answer = Client().get("/signin/")
    assert (answer.status_code, answer["Location"]) == (301, "https://testserver/signin/")
    refused = Client().get("/signin/", **PHONY)
    assert refused.status_code == 400
    assert refused["Content-Security-Policy"]
    assert refused["X-Frame-Options"] == "DENY"


def test_static_files_are_strict_and_may_be_kept(https):
    response = https.get("/static/app.css")
    assert response.status_code == 200
    assert set(response["Content-Security-Policy"].split("; ")) == POLICY
    assert ALWAYS.items() <= dict(response.items()).items()
    assert "no-store" not in response["Cache-Control"]
    response.close()


def test_every_switched_off_feature_is_named_once():
    assert len(SafeHeaders.OFF) == len(set(SafeHeaders.OFF))
    assert not set(SafeHeaders.OFF) & set(SafeHeaders.SECURITY_KEYS)


def test_staff_cookies_are_bound_to_this_host_and_hidden_from_scripts(settings):
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    make_user("nurse")
    client = Https()
    client.get("/signin/")
    client.post("/signin/", {"username": "nurse", "password": PASSWORD})
    assert client.cookies
    for name, cookie in client.cookies.items():
        assert name.startswith("__Host-")
        assert cookie["secure"]
        assert cookie["httponly"]
        assert cookie["path"] == "/"
        assert not cookie["domain"]
        # Strict would sign staff out whenever they follow a link from a message
        assert cookie["samesite"] == "Lax"


@pytest.mark.parametrize("method", ["get", "post"])
def test_patients_get_no_cookie_at_all(https, method):
    for path in ("/c/unknown/", "/c/end/thanks/"):
        assert not getattr(https, method)(path).cookies
