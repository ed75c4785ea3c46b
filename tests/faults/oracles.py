"""Judges that share nothing with the product: an own connection, and a search of what was left.

The other two are the providers' logs (``outside``) and the clients' ledgers (``check_ins``).
"""

import re
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import psycopg
from django.apps import apps
from django.db.models import ForeignKey

from tests.faults.outside import Received
from tests.privacy import canaries

EVERY = 0.1
BREATH = 5  # seconds in which a busy machine gets round to what is due
SLOW_EVERY = 10  # looks between two at what is costly
PLANTED = (*canaries.PERSON, *canaries.BIRTH_DATES, *canaries.WORDS)
TOKEN = re.compile(r"/c/([0-9a-z]{26})/")

# I1: reports without exactly one evaluation
UNEVALUATED = """
SELECT count(*) FROM patients_symptomreport AS report WHERE 1 <> (
    SELECT count(*) FROM followups_evaluation WHERE report_id = report.id
)"""
# I2: complete answers of patients that no check-in knows, so a second one for the same
ORPHANED = """
SELECT count(*) FROM patients_symptomreport AS report
WHERE is_complete AND source = 'link' AND NOT EXISTS (
    SELECT FROM followups_checkin WHERE report_id = report.id
)"""
# I3: what the product calls sent, lately
SENT = "SELECT public_id::text FROM followups_reminder WHERE state = 'sent' AND sent_at > %s"
# I4: left behind for more than a second lease although no sender has anything else to do; what has
# been tried before comes last by design, so while messages leave nobody is left behind
LEFT_BEHIND = """
SELECT count(*) FROM followups_reminder
WHERE state = 'sending' AND lease_until < clock_timestamp() - make_interval(secs => %(lease)s)
AND NOT EXISTS (
    SELECT FROM followups_reminder WHERE state = 'pending' AND not_before < clock_timestamp()
) AND NOT EXISTS (
    SELECT FROM followups_reminder
    WHERE greatest(sending_at, sent_at) > clock_timestamp() - make_interval(secs => %(breath)s)
)"""


def mixed_clinics() -> str:
    """I7: return a query that counts rows pointing to another clinic's."""
    asked = []
    for model in apps.get_models():
        if not any(field.name == "clinic" for field in model._meta.fields):
            continue
        for field in model._meta.fields:
            if not isinstance(field, ForeignKey) or field.name == "clinic":
                continue
            target = field.remote_field.model
            if any(each.name == "clinic" for each in target._meta.fields):
                asked.append(
                    f'SELECT 1 FROM "{model._meta.db_table}" AS a'  # noqa: S608
                    f' JOIN "{target._meta.db_table}" AS b ON a."{field.column}" = b.id'
                    " WHERE a.clinic_id <> b.clinic_id"
                )
    return f"SELECT count(*) FROM ({' UNION ALL '.join(asked)}) AS mixed"  # noqa: S608


class Checker(threading.Thread):
    """Asks the database ten times a second whether what must never be is."""

    def __init__(self, address: str, logs: Iterable[Path], lease: float) -> None:
        super().__init__(daemon=True)
        self.address = address
        self.logs = [Received(log) for log in logs]
        self.lease = lease
        self.looks = 0
        self.violations: dict[str, int] = {}
        self._end = threading.Event()
        self._since = "-infinity"
        self._mixed = mixed_clinics()

    def run(self) -> None:
        while not self._end.is_set():
            try:
                with psycopg.connect(self.address, autocommit=True, connect_timeout=3) as database:
                    while not self._end.wait(EVERY):
                        self.look(database)
            except psycopg.OperationalError:
                self._end.wait(EVERY)  # the server is being broken on purpose

    def end(self) -> None:
        self._end.set()
        if self.is_alive():
            self.join(30)

    def finish(self) -> None:
        """End with one last look at everything."""
        self.end()
        self._since = "-infinity"
        with psycopg.connect(self.address, autocommit=True) as database:
            self.expect_none("I7 rows of two clinics", database, self._mixed)
            self.look(database)

    def look(self, database: psycopg.Connection) -> None:
        self.looks += 1
        self.expect_none("I1 reports without their evaluation", database, UNEVALUATED)
        self.expect_none("I2 second reports of a check-in", database, ORPHANED)
        self.expect_delivered(database)
        waits = {"lease": self.lease + BREATH, "breath": BREATH}
        self.expect_none("I4 messages left behind", database, LEFT_BEHIND, waits)
        if self.looks % SLOW_EVERY == 0:
            self.expect_none("I7 rows of two clinics", database, self._mixed)

    def expect_none(
        self,
        name: str,
        database: psycopg.Connection,
        question: str,
        values: dict[str, float] | None = None,
    ) -> None:
        row = database.execute(question, values).fetchone()
        if row and row[0]:
            self.note(name, row[0])

    def expect_delivered(self, database: psycopg.Connection) -> None:
        """I3: whatever is called sent stands in a provider's log."""
        now = database.execute("SELECT (clock_timestamp() - interval '5 s')::text").fetchone()
        sent = {reference for (reference,) in database.execute(SENT, [self._since])}
        for log in self.logs:
            log.look()
            sent -= log.copies.keys()
        if now:
            self._since = now[0]
        if sent:
            self.note("I3 called sent, never accepted", len(sent))

    def note(self, name: str, number: int) -> None:
        self.violations[name] = max(number, self.violations.get(name, 0))


def leaks(logs: Iterable[Path], mails: Iterable[Path], broker: str) -> list[str]:
    """Return where a person's data can be read, and where the link of a message can."""
    letters = [path.read_text(errors="replace") for path in mails if path.exists()]
    tokens = {token for text in letters for token in TOKEN.findall(text)}
    found = [f"a mail holds {hit}" for text in letters for hit in canaries.found_in(text, PLANTED)]
    said = [(log.name, log.read_text(errors="replace")) for log in logs]
    said.append(("the broker", broker))
    for name, text in said:
        found += [f"{name} holds {hit}" for hit in canaries.found_in(text, PLANTED)]
        if tokens & set(re.findall(r"[0-9a-z]{26}", text)):
            found.append(f"{name} holds a link")
    return found


def until(holds: Callable[[], object], seconds: float) -> bool:
    """Wait for something another process does; False when the time is up."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
