"""What is let in: ordinary methods, our hosts, forms of a size we read; the rest gets a page."""

import socket
import sys
from collections.abc import Callable
from contextlib import closing
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clinic.stack.supervisor import WEB, free_port
from clinic.wsgi import application
from tests.conftest import Running, until
from tests.factories import make_clinic, make_user
from tests.routes import routes

pytestmark = pytest.mark.django_db

ROUTES = list(routes())
STATIC = "/static/app.css"
FORM = "application/x-www-form-urlencoded"

every_route = pytest.mark.parametrize("route", ROUTES, ids=str)


# Methods


@every_route
def test_only_ordinary_methods_are_answered(client, route):
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "QUERY"):
        response = client.generic(method, route.path)
        assert response.status_code == 405
        assert response["Allow"] == "GET, HEAD, POST, OPTIONS"
        assert b"opened another way" in response.content


def test_static_files_cannot_be_put():
    assert Client().put(STATIC).status_code == 405


def test_a_page_that_only_takes_forms_says_so_instead_of_staying_blank(client):
    response = client.get("/signout/")
    assert response.status_code == 405
    assert b"use the button" in response.content


READ_MARKS = ("django_session", "audit_entry")  # that a page was read may be written down


@every_route
def test_looking_changes_nothing(client, route):
    user = make_user("administrator", is_staff=True, is_superuser=True, clinic=make_clinic())
    client.force_login(user)
    client.raise_request_exception = False
    with CaptureQueriesContext(connection) as captured:
        client.get(route.path)
    changed = [
        query["sql"]
        for query in captured
        if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))
        and not any(mark in query["sql"] for mark in READ_MARKS)
    ]
    assert not changed


# Hosts


@pytest.mark.parametrize("path", ["/signin/", "/healthz", "/c/unknown/", STATIC, "/nowhere/"])
@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "testserver.evil.example",
        "testserver@evil.example",
        "a b",
        "testserver,x",
    ],
)
def test_a_host_that_is_not_ours_is_refused(client, path, host):
    response = client.get(path, headers={"Host": host})
    assert response.status_code == 400
    assert b"could not be read" in response.content
    assert b"evil" not in response.content


def ask_wsgi(**environ: object) -> tuple[str, dict[str, str]]:
    """Ask the application as a server would; return the status and the headers."""
    said: list[tuple[str, dict[str, str]]] = []
    base = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/signin/",
        "SERVER_NAME": "127.0.0.1",  # the address we listen at, which development answers to
        "SERVER_PORT": "8000",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
    }
    answer = application(
        base | environ, lambda status, headers: said.append((status, dict(headers)))
    )
    getattr(answer, "close", lambda: None)()
    return said[0]


def test_a_request_that_names_no_host_is_refused(settings):
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    assert ask_wsgi()[0] == "400 Bad Request"
    assert ask_wsgi(HTTP_HOST="127.0.0.1")[0] == "200 OK"


# Bodies


def post(path: str, body: bytes, content_type: str = FORM, **headers: str) -> int:
    response = Client().generic("POST", path, body, content_type, headers=headers)
    assert b"<h1" in response.content  # a page, whatever was wrong
    return response.status_code


@pytest.mark.parametrize("path", ["/signin/", "/nowhere/", "/c/unknown/"])
@pytest.mark.parametrize(
    "content_type",
    ["application/json", "text/plain", "text/xml", "application/octet-stream", "form", FORM + "2"],
)
def test_only_forms_are_read(path, content_type):
    assert post(path, b'{"a": 1}', content_type) == 415


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "identity"])
def test_compressed_forms_are_not_unpacked(encoding):
    assert post("/signin/", b"a=1", **{"Content-Encoding": encoding}) == 415


def test_a_form_too_large_is_refused_unread(settings):
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert post("/signin/", b"a" * (most + 1)) == 413
    with_file = "multipart/form-data; boundary=x"
    assert post("/signin/", b"a" * (settings.LARGEST_UPLOAD + 1), with_file) == 413


def test_a_patients_form_is_small():
    assert post("/c/unknown/", b"a" * (64 * 1024 + 1)) == 413


def test_a_form_with_too_many_fields_is_refused(settings):
    fields = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1
    assert post("/signin/", b"&".join([b"a=1"] * fields)) == 400
    assert post("/c/unknown/", b"&".join([b"a=1"] * fields)) == 400


def test_a_body_without_a_length_is_refused():
    assert post("/signin/", b"", **{"Transfer-Encoding": "chunked"}) == 411


@pytest.mark.parametrize("length", ["-1", "1_0", "٣", "x"])
def test_a_length_that_is_no_number_is_refused(length):
    status, headers = ask_wsgi(
        REQUEST_METHOD="POST", HTTP_HOST="127.0.0.1", CONTENT_LENGTH=length, CONTENT_TYPE=FORM
    )
    assert status == "400 Bad Request"
    assert "X-Request-Id" in headers


@pytest.mark.parametrize("value", ["form; name*=bogus''x", "a; b*0*=%; b*1*=bogus''%ff", ";;=;*"])
def test_a_content_type_that_cannot_be_parsed_gets_a_page_with_all_headers(settings, value):
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    status, headers = ask_wsgi(
        REQUEST_METHOD="POST", HTTP_HOST="127.0.0.1", CONTENT_LENGTH="1", CONTENT_TYPE=value
    )
    assert status.startswith("415")
    assert "Content-Security-Policy" in headers


# The web server itself, started as ./run does


@pytest.fixture
def web(db: None, start: Callable[..., Running]) -> tuple[Running, int]:
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "clinic.wsgi", *WEB, f"127.0.0.1:{port}"]
    environment = {"DJANGO_SETTINGS_MODULE": "tests.settings", "SECURE_HSTS_SECONDS": "60"}
    process = start(*command, **environment)
    assert until(lambda: "Listening at" in process.said()), process.said()
    return process, port


def status_of(port: int, raw: bytes) -> int:
    """Send raw bytes; return the status of the answer, 0 if there is none."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as wire:
        wire.sendall(raw)
        try:
            answer = wire.recv(65536)
        except ConnectionResetError:
            return 0
    return int(answer.split(b" ", 2)[1]) if answer else 0


def request(*lines: bytes, first: bytes = b"GET /signin/ HTTP/1.1", body: bytes = b"") -> bytes:
    head = (first, b"Host: 127.0.0.1", *lines, b"Connection: close", b"", b"")
    return b"\r\n".join(head) + body


POST = b"POST /signin/ HTTP/1.1"
TYPE = b"Content-Type: application/x-www-form-urlencoded"
AMBIGUOUS = {
    "two lengths of a body": request(
        TYPE, b"Content-Length: 3", b"Transfer-Encoding: chunked", first=POST, body=b"0\r\n\r\n"
    ),
    "chunked": request(TYPE, b"Transfer-Encoding: chunked", first=POST, body=b"0\r\n\r\n"),
    "an unknown coding": request(TYPE, b"Transfer-Encoding: xchunked", first=POST),
    "two lengths": request(
        TYPE, b"Content-Length: 3", b"Content-Length: 4", first=POST, body=b"a=1"
    ),
    "a negative length": request(TYPE, b"Content-Length: -1", first=POST),
    "a signed length": request(TYPE, b"Content-Length: +3", first=POST, body=b"a=1"),
    "two hosts": request(b"Host: evil.example"),
    "no host": b"GET /signin/ HTTP/1.1\r\nConnection: close\r\n\r\n",
    "no host, old protocol": b"GET /signin/ HTTP/1.0\r\n\r\n",
    "a foreign host": b"GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
    "a folded header": request(b"X-A: one", b" two"),
    "a space before the colon": request(b"X-A : one"),
    "NUL in a header": request(b"X-A: a\0b"),
    "NUL in the address": request(first=b"GET /a\0b HTTP/1.1"),
    "a bare line feed in a header": request(b"X-A: a\nX-B: b\rc"),
    "a name that is taken for another": request(b"X_Forwarded_Proto: https"),
    "a line of 9 kB": request(first=b"GET /" + b"a" * 9000 + b" HTTP/1.1"),
    "150 headers": request(*[b"X-%d: a" % number for number in range(150)]),
    "a cookie of 20 kB": request(b"Cookie: a=" + b"b" * 20_000),
    "TRACE": request(first=b"TRACE / HTTP/1.1"),
    "CONNECT": request(first=b"CONNECT evil.example:443 HTTP/1.1"),
    "a method in small letters": request(first=b"get / HTTP/1.1"),
    "no protocol": b"GET /\r\n\r\n",
    "another protocol": request(first=b"GET / HTTP/9.9"),
    "not HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\r\n\r\n",
    "a content type nobody can parse": request(
        b"Content-Type: form; name*=bogus''x", b"Content-Length: 1", first=POST, body=b"a"
    ),
    "a body that is no form": request(
        b"Content-Type: application/json", b"Content-Length: 2", first=POST, body=b"{}"
    ),
}


@pytest.mark.slow
def test_the_server_refuses_what_can_be_read_in_two_ways_and_lives_on(web):
    process, port = web
    assert status_of(port, request()) == 200
    answers = {name: status_of(port, raw) for name, raw in AMBIGUOUS.items()}
    assert answers.pop("an unknown coding") == 501  # not implemented
    assert {name: status for name, status in answers.items() if not 400 <= status < 500} == {}
    assert status_of(port, request()) == 200
    assert process.child.poll() is None
    assert "Traceback" not in process.said()


@pytest.mark.slow
def test_nobody_beside_us_can_pretend_to_have_come_over_https(web):
    _, port = web
    with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as wire:
        wire.sendall(request(b"X-Forwarded-Proto: https", b"X-Forwarded-Ssl: on"))
        answer = wire.recv(65536)
    assert b" 200 " in answer
    # over https alone a browser is told to stay with it
    assert b"strict-transport-security" not in answer.lower()
