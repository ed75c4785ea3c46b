"""A patient at a phone: opens a link, reads the page, fills in the form that is on it."""

import re
from dataclasses import dataclass
from datetime import date
from html import unescape
from typing import Any

from bs4 import BeautifulSoup
from django.test import Client

from followups import tokens
from followups.models import CheckIn
from followups.sitting import Receipt, Sitting
from tests.factories import at

# What somebody without complaints presses, question by question.
NONE = {
    "since_surgery": "none",
    "right_now": "none",
    "weak": "none",
    "gait_hand": "no",
    "signs_healing": "none",
    "signs": "none",
    "wound": "none",
    "pain_back": "3",
    "pain_neck": "3",
    "pain_leg": "0",
    "pain_arm": "0",
    "numb": "none",
    "instab": "none",
    "func": "1",
    "opioid": "none",
    "med_change": "same",
    "adh": "all",
    "activity": "none",
    "fall": "no",
    "swallow": "none",
    "gic": "better",
    "nicotine": "no",
    "phq4_nervous": "0",
    "phq4_worry": "0",
    "phq4_interest": "0",
    "phq4_down": "0",
}
BORN = date(1975, 12, 10)


def parts(born: date = BORN) -> dict[str, str]:
    return {"day": str(born.day), "month": str(born.month), "year": str(born.year)}


@dataclass
class Patient:
    """One browser tab on one link; ``page`` is what it shows."""

    address: str
    client: Client
    page: Any = None
    _read: Any = None  # the page last parsed, and what it says

    @classmethod
    def with_link_to(cls, check_in: CheckIn) -> "Patient":
        token = tokens.new_link(check_in, now=at(0))
        return cls(f"/c/{token}/", Client(enforce_csrf_checks=True))

    def another_tab(self) -> "Patient":
        return Patient(self.address, Client(enforce_csrf_checks=True))

    @property
    def soup(self) -> BeautifulSoup:
        if self._read is None or self._read[0] is not self.page:
            self._read = self.page, BeautifulSoup(self.page.content, "html.parser")
        found: BeautifulSoup = self._read[1]
        return found

    @property
    def text(self) -> str:
        return " ".join(self.soup.get_text(" ").split())

    def source(self) -> str:
        """Return the page as it was sent, with what is signed in it made readable."""
        content = self.page.content.decode()
        for sealed in set(re.findall(r'name="sitting" value="([^"]+)"', content)):
            token = self.address.strip("/").split("/")[1]
            sitting = Sitting.unsealed(unescape(sealed), token)
            content = content.replace(sealed, repr(sitting))
        for sealed in set(re.findall(r'name="about" value="([^"]+)"', content)):
            content = content.replace(sealed, repr(Receipt.unsealed(unescape(sealed))))
        return str(content)

    @property
    def heading(self) -> str:
        found = self.soup.h1
        return str(found.get_text(strip=True)) if found else ""

    def errors(self) -> dict[str, str]:
        """Return field to text, as the summary on top of the page links them."""
        links = self.soup.select(".err a")
        fields = [str(link["href"]).removeprefix("#").removeprefix("id_") for link in links]
        return dict(zip(fields, (link.get_text() for link in links), strict=True))

    def hidden(self) -> dict[str, Any]:
        """Return what the form on the page would send unseen."""
        found: dict[str, Any] = {}
        form = self.soup.select_one("main form")
        for tag in form.select("input[type=hidden]") if form else []:
            found.setdefault(str(tag["name"]), []).append(tag["value"])
        return found

    @property
    def step(self) -> str:
        """The question on the screen; the name of the step on any other page."""
        form = self.soup.select_one("main form[action]")
        return str(form["action"]).strip("/").split("/")[-1] if form else ""

    def open(self, query: str = "") -> "Patient":
        self.page = self.client.get(self.address + query)
        return self

    def send(self, answers: dict[str, Any] | None = None, **more: Any) -> "Patient":
        """Send the form on the page with these answers filled in."""
        form = self.soup.select_one("main form[action]")
        address = str(form["action"]) if form else self.address
        self.page = self.client.post(address, self.hidden() | (answers or {}) | more)
        return self

    def start(self, **more: Any) -> "Patient":
        """Open the link and give the right birth date."""
        return self.open().send(parts(), **more)

    def press(self, value: Any) -> "Patient":
        """Answer the question on the screen; nothing is sent of boxes left empty."""
        return self.send({self.step: value} if value else {})

    def go_through(self, until: str = "check", **answers: Any) -> "Patient":
        """Answer question after question, up to this step; no complaints unless given."""
        for _ in range(60):
            if self.step == until or self.page.status_code != 200:
                return self
            if self.step == "go_on":
                self.send()
            else:
                self.press(answers.get(self.step, NONE.get(self.step, "")))
        raise AssertionError(f"never came to {until}; at {self.step}")

    def fill(self, **answers: Any) -> "Patient":
        """Come to the last page in one step, as after answering question after question."""
        return self.send(NONE | answers)

    def finish(self, message: str = "") -> "Patient":
        """Send all answers from the page that shows them."""
        return self.send({"message": message, "send": "1"})

    def follow(self) -> "Patient":
        assert self.page.status_code == 303, self.text
        self.page = self.client.get(self.page["Location"])
        return self
