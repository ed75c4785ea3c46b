"""Somebody with a plain browser in front of a real web process: cookies, forms, nothing else."""

from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPMessage
from typing import Any
from urllib.parse import urlencode, urlsplit

from bs4 import BeautifulSoup, Tag


@dataclass
class Answer:
    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")


@dataclass
class Visitor:
    """Follows redirects, sends the forms it is shown with some fields filled in."""

    host: str
    port: int
    answer: Answer = field(init=False)
    path: str = "/"
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> "Visitor":
        return self._ask("GET", path)

    def post(self, path: str, data: dict[str, Any]) -> "Visitor":
        """Send these fields and the token of the page at hand."""
        token = self._soup().select_one("input[name=csrfmiddlewaretoken]")
        known = {"csrfmiddlewaretoken": token["value"]} if token else {}
        return self._ask("POST", path, known | data)

    def send(self, typed: dict[str, Any], form: str = "main form") -> "Visitor":
        """Fill in the form of the page that has these fields, and send it."""
        found = next(
            one
            for one in self._soup().select(form)
            if all(one.select_one(f'[name="{name}"]') for name in typed)
        )
        return self._ask("POST", str(found.get("action") or self.path), _values(found) | typed)

    def step(self) -> str:
        """Return the question on the screen, or the name of the page."""
        return str(self._form()["action"]).strip("/").split("/")[-1]

    def press(self, chosen: dict[str, Any]) -> "Visitor":
        """Press a button of the page's form."""
        form = self._form()
        return self._ask("POST", str(form["action"]), _values(form) | chosen)

    def _form(self) -> Tag:
        return self._soup().select("main form")[0]

    def _soup(self) -> BeautifulSoup:
        return BeautifulSoup(self.answer.body, "html.parser")

    def _ask(self, method: str, path: str, data: dict[str, Any] | None = None) -> "Visitor":
        headers = {"Cookie": "; ".join(f"{name}={text}" for name, text in self.cookies.items())}
        if data is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = HTTPConnection(self.host, self.port, timeout=30)
        connection.request(method, path, urlencode(data or {}, doseq=True) or None, headers)
        response = connection.getresponse()
        self.answer = Answer(response.status, response.headers, response.read())
        connection.close()
        for cookie in response.headers.get_all("Set-Cookie", []):
            name, _, text = cookie.partition(";")[0].partition("=")
            self.cookies[name] = text
        self.path = path
        if response.status in (302, 303):
            to = urlsplit(response.headers["Location"])
            return self._ask("GET", f"{to.path}?{to.query}" if to.query else to.path)
        return self


def _values(form: Tag) -> dict[str, Any]:
    """Return what a browser would send if nobody typed anything."""
    values: dict[str, Any] = {}
    for each in form.select("input[name], textarea[name], select[name]"):
        name = str(each["name"])
        if each.name == "select":
            chosen = each.select_one("option[selected]") or each.select_one("option")
            values[name] = chosen["value"] if chosen else ""
        elif each.name == "textarea":
            values[name] = each.get_text().removeprefix("\n")
        elif each.get("type") not in ("radio", "checkbox") or each.has_attr("checked"):
            values.setdefault(name, []).append(each.get("value", ""))
    return values
