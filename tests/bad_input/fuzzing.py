"""Requests nobody means, drawn from a seed: the same seed tries the same ones again."""

import json
import random
import re
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from followups.questionnaire import NAMES
from tests.bad_input.forms import FORMS, filled
from tests.bad_input.test_admin_forms import PAGES
from tests.bad_input.world import World
from tests.followups.views.answering import NONE, parts

ODD = [
    *("", " ", "0", "-1", "1", "1.5", "1_0", "1e3", "1e999", "NaN", "inf", "007", "0x7", "+1"),
    *("9" * 18, "9" * 19, "9" * 400, "٣", "１", "\x00", "a\x00b", "\x1b[0m", "\r\nX: y", "\u202e"),
    *("\u200b", "\ufffd", "\uffff", "\ue000", "é", "e\u0301", "\U0001fae9", "ß", "İ"),
    *("true", "None", "null", "[]", "{}", "[1]", '{"a":1}', "%", "%00", "%25", "_", "\\", "(", "["),
    *("'", '"', "' OR 1=1 --", "'; DROP TABLE staff_user; --", "<script>x</script>", "{{7*7}}"),
    *("../../etc/passwd", "//evil.example", "javascript:x", "=cmd|calc!A0", "x" * 300, "x" * 3000),
    *("2026-02-30", "0001-01-01", "9999-12-31", "99999-01-01", "2/3/68", "2026-05-01", "24:00"),
    *("a@[127.0.0.1]", "a@b, c@d", "+1 900 555 0123", "id", "pk", "clinic__name", "-clinic", "?"),
]
QUERIES = [
    *("view", "severity", "family", "after", "q", "status", "surgery", "show", "columns", "about"),
    *("next", "o", "p", "e", "all", "_popup", "_to_field", "_changelist_filters", "id", "pk"),
    *("clinic__id__exact", "clinic", "due_on__year", "created_at__month", "raised_at__day", "page"),
    *("status__exact", "severity__exact", "app_label", "model_name", "field_name", "term", "role"),
]
HEADERS: dict[str, list[str]] = {
    "Accept": ["*/*", "application/json", "x" * 200, "text/html;q=x"],
    "Accept-Language": ["de", "xx-YY-" * 20, "*", ";q=", "es;q=9"],
    "Accept-Encoding": ["gzip", "br;q=x", "*"],
    "HX-Request": ["true", "\t", "0"],
    "HX-Current-URL": ["http://[", "javascript:x", "%"],
    "HX-Target": ["x", "\t"],
    "Origin": ["null", "http://testserver", "http://evil.example", "http://[", ""],
    "Referer": ["http://testserver/", "http://[", "x"],
    "X-Forwarded-For": ["1.2.3.4", "x", "1.2.3.4, \t", "::1%eth0"],
    "X-Forwarded-Proto": ["https", "x"],
    "X-Forwarded-Host": ["evil.example"],
    "X-Requested-With": ["XMLHttpRequest"],
    "If-Modified-Since": ["x", "Sun, 06 Nov 9999 08:49:37 GMT"],
    "If-None-Match": ["x", "*"],
    "Range": ["bytes=0-", "bytes=x"],
    "Host": ["testserver", "evil.example", "testserver:99999", "[::1"],
    "User-Agent": ["", "x" * 3000],
    "X-Request-Id": ["x" * 300, "\t"],
}
BODIES = [
    *("application/json", "text/plain", "multipart/form-data", "multipart/form-data; boundary=x"),
    *("application/x-www-form-urlencoded; charset=utf-7", "x", "", "application/octet-stream"),
]
_HOLE = re.compile(r"<(?:(\w+):)?(\w+)>")
_GROUP = re.compile(r"\(\?P<\w+>[^()]*(?:\([^()]*\)[^()]*)*\)")


@dataclass(frozen=True)
class Attempt:
    """One request, as plain data that says all there is to it."""

    method: str
    path: str
    body: str | bytes
    content_type: str
    headers: dict[str, str]
    cookies: dict[str, str]


class Fuzzer:
    """Draws attempts on every address of the resolver, mostly on what the role works with."""

    def __init__(self, world: World, role: str, seed: int) -> None:
        self.random = random.Random(f"{seed}-{role}")  # noqa: S311  a game, no secret
        self.world = world
        self.in_admin = role in ("administrator", "root")
        everywhere = sorted(routes())
        theirs = [each for each in everywhere if each.startswith("/admin/") == self.in_admin]
        times = 4 if role == "root" else 10
        self.routes = [*everywhere, *(theirs * times)]
        self.random.shuffle(self.routes)
        self.ids = [str(value) for value in world._named().values()]
        self.good = list(self._good())

    def attempts(self, count: int) -> Iterator[Attempt]:
        for number in range(count):
            route = self.routes[number % len(self.routes)]  # each in its turn
            if number % 3 == 0:
                yield self._known_form()
            else:
                yield self._anything(self._filled(route))

    def _good(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, form in FORMS.items():
            yield self.world.address(form.address), filled(name, self.world)
        for address, values in PAGES.values() if self.in_admin else ():
            named = {key: self.world.address(value) for key, value in values.items()}
            yield address, named
        link, steps = f"/c/{self.world.link}/", self.world.steps
        yield f"{link}birth_date/", steps["birth_date"] | parts()
        yield f"{link}check/", steps["questions"] | NONE | {"send": "1"}
        for name, value in NONE.items():
            yield f"{link}{name}/", steps["questions"] | {name: value}

    def _known_form(self) -> Attempt:
        """Return a form filled in well but for one, two or three of its boxes."""
        path, values = self.random.choice(self.good)
        values = dict(values)
        for _ in range(self.random.randint(1, 3)):
            values[self.random.choice([*values, *NAMES, "x"])] = self._odd()
        body = _encoded(values)
        return self._attempt("POST", path, body, "application/x-www-form-urlencoded")

    def _anything(self, path: str) -> Attempt:
        method = self.random.choice(["GET"] * 5 + ["POST"] * 5 + ["HEAD", "OPTIONS", "PUT"])
        if self.random.random() < 0.6:
            asked = {
                self.random.choice(QUERIES): self._odd() for _ in range(self.random.randint(1, 4))
            }
            path += "?" + (_encoded(asked) if self.random.random() < 0.9 else self._raw_query())
        names = [*NAMES, *(name for _, values in self.good for name in values)]
        sent = {self.random.choice(names): self._odd() for _ in range(self.random.randint(0, 6))}
        if self.random.random() < 0.7:
            body: str | bytes = _encoded(sent)
            return self._attempt(method, path, body, "application/x-www-form-urlencoded")
        garbage: list[str | bytes] = [json.dumps(sent), self.random.randbytes(40), "--x\r\n\r\n"]
        body = self.random.choice([*garbage, "", "[" * 500])
        return self._attempt(method, path, body, self.random.choice(BODIES))

    def _attempt(self, method: str, path: str, body: str | bytes, content_type: str) -> Attempt:
        chosen = self.random.sample(sorted(HEADERS), self.random.choice([0, 0, 1, 2]))
        headers = {name: self.random.choice(HEADERS[name]) for name in chosen}
        cookies = {}
        if self.random.random() < 0.1:
            name = self.random.choice(["sessionid", "csrftoken", "messages", "x"])
            cookies[name] = quote(self._odd()[:200])
        return Attempt(method, path, body, content_type, headers, cookies)

    def _filled(self, route: str) -> str:
        return _HOLE.sub(lambda hole: quote(self._for_hole(hole[1])), route)

    def _for_hole(self, converter: str | None) -> str:
        """Return something for a gap in an address, mostly what leads somewhere."""
        if self.random.random() < 0.25:
            return self._odd()
        if converter in ("id", "int", "path"):
            return self.random.choice(self.ids[:-1])
        return self.random.choice([self.world.link, "thanks", "emergency", "x"])

    def _odd(self) -> str:
        if self.random.random() < 0.7:
            return self.random.choice([*ODD, *self.ids])
        size = self.random.randint(1, 30)
        draw: Callable[[], str] = self.random.choice(
            [
                lambda: self.random.choice(string.printable),
                lambda: chr(self.random.randrange(0xD7FF)),
                lambda: chr(self.random.randrange(0xE000, 0x110000)),
                lambda: self.random.choice("0123456789.-+eE_ "),
            ]
        )
        return "".join(draw() for _ in range(size))

    def _raw_query(self) -> str:
        return "".join(self.random.choice("%&=+;ax0\xff") for _ in range(20))


def _encoded(values: dict[str, Any]) -> str:
    return urlencode(values, doseq=True, errors="replace")


def routes(patterns: Any = None, before: str = "/") -> Iterator[str]:
    """Yield every address of the resolver with its gaps, the admin's too."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        text = before + _text(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, text)
        elif isinstance(pattern, URLPattern):
            yield text


def _text(pattern: Any) -> str:
    if isinstance(pattern, RoutePattern):
        return str(pattern)
    plain = _GROUP.sub("<str:gap>", str(pattern))
    return plain.replace("^", "").replace("$", "").replace("\\Z", "").replace("\\", "")
