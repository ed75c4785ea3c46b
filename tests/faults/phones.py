"""Patients with phones on the real web process, and the ledger of what they were told."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPMessage
from typing import Any
from urllib.parse import urlencode

from tests.faults import load
from tests.followups.views.answering import Patient, parts

PATIENCE = 60  # seconds a patient goes on trying


@dataclass
class Page:
    """An answer, with what of Django's answers a ``Patient`` looks at."""

    status_code: int
    content: bytes
    headers: HTTPMessage

    def __getitem__(self, name: str) -> str:
        return str(self.headers[name])


@dataclass
class Line:
    """A connection to the web for each request, as a phone on a bad network."""

    port: int

    def get(self, path: str) -> Page:
        return self._ask("GET", path)

    def post(self, path: str, data: dict[str, Any]) -> Page:
        return self._ask("POST", path, urlencode(data, doseq=True))

    def _ask(self, method: str, path: str, body: str | None = None) -> Page:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return Page(answer.status, answer.read(), answer.headers)
        finally:
            connection.close()


@dataclass
class Phone:
    """One patient, who tries again with the very same page until it works.

    ``told`` is the ledger: that the answers have arrived. ``failures`` counts what went wrong
    while sending them, ``found`` whether they turned out to have been stored by a try that failed.
    """

    patient: Patient
    told: bool = False
    found: bool = False
    failures: int = 0
    errors: list[int] = field(default_factory=list)

    @classmethod
    def at(cls, port: int, address: str) -> "Phone":
        return cls(Patient(address, Line(port)))  # type: ignore[arg-type]

    def come_to_the_end(self, **answers: str) -> "Phone":
        """Open the link, give the birth date and all answers, but do not send them yet."""
        self.insist(lambda: self.patient.open())
        self.insist(lambda: self.patient.send(parts(load.BORN)))
        self.insist(lambda: self.patient.fill(**answers))
        return self

    def finish(self) -> "Phone":
        """Send the answers until the page says that they are there."""
        self.failures = self.insist(lambda: self.patient.finish())
        self.told = True
        self.found = self.failures > 0 and self.patient.page.status_code == 200
        return self

    def insist(self, act: Callable[[], object]) -> int:
        """Do it again from the same page until it is answered; return how often it failed."""
        page, end, failures = self.patient.page, time.monotonic() + PATIENCE, 0
        while True:
            try:
                act()
            except (OSError, HTTPException):
                self.errors.append(0)
            else:
                if self.patient.page.status_code in (200, 303):
                    return failures
                self.errors.append(self.patient.page.status_code)
            if time.monotonic() > end:
                raise TimeoutError(f"gave up after {failures} tries: {self.errors[-3:]}")
            failures += 1
            self.patient.page = page
            time.sleep(0.1)
