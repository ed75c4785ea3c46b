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
from followups.sitting import Sitting
from tests.factories import at

SAFE = {
    "since_surgery": "none",
    "right_now": "none",
    "weak": "none",
    "signs": "none",
    "temp_c": "",
    "wound": "none",
    "headache_upright": "no",
}
SAFE_NECK = SAFE | {"gait_hand": "no"}
REST = {
    "pain_back": "3",
    "pain_leg": "0",
    "numb": "none",
    "func": "1",
    "opioid": "none",
    "med_change": "same",
    "adh": "all",
    "overdid": "no",
    "fall": "no",
    "gic": "better",
    "message": "",
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

    @classmethod
    def with_link_to(cls, check_in: CheckIn) -> "Patient":
        token = tokens.new_link(check_in, now=at(0))
        return cls(f"/c/{token}/", Client(enforce_csrf_checks=True))

    def another_tab(self) -> "Patient":
        return Patient(self.address, Client(enforce_csrf_checks=True))

    @property
    def soup(self) -> BeautifulSoup:
        return BeautifulSoup(self.page.content, "html.parser")

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
        return str(content)

    @property
    def heading(self) -> str:
        found = self.soup.h1
        return str(found.get_text(strip=True)) if found else ""

    def errors(self) -> dict[str, str]:
        """Return field to text, as the summary on top of the page links them."""
        links = self.soup.select(".err a")
        fields = [str(link["href"]).removeprefix("#id_").removesuffix("_0") for link in links]
        return dict(zip(fields, (link.get_text() for link in links), strict=True))

    def hidden(self) -> dict[str, Any]:
        """Return what the form on the page would send unseen."""
        found: dict[str, Any] = {}
        for tag in self.soup.select("form input[type=hidden]"):
            found.setdefault(str(tag["name"]), []).append(tag["value"])
        return found

    def open(self) -> "Patient":
        self.page = self.client.get(self.address)
        return self

    def send(self, answers: dict[str, Any] | None = None, **more: Any) -> "Patient":
        """Send the form on the page with these answers filled in."""
        data = self.hidden() | (answers or {}) | more
        self.page = self.client.post(self.address, data)
        return self

    def start(self) -> "Patient":
        """Open the link and give the right birth date."""
        return self.open().send(parts())

    def follow(self) -> "Patient":
        assert self.page.status_code == 303
        self.page = self.client.get(self.page["Location"])
        return self
