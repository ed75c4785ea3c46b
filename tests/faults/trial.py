"""One trial: a fresh database full of due messages, a provider, a checker, and what is broken.

Leaving it stops whatever it has started. Faults are drawn from progress, not from the clock: after
so many messages have arrived, on a slow machine as on a fast one.
"""

import random
import re
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TypeVar

import psycopg
from django.db import connection, connections

from clinic.stack.processes import Process, wait_until
from clinic.stack.state import PROJECT
from clinic.stack.supervisor import free_port
from followups import tokens
from followups.clock import database_now
from tests.faults import load
from tests.faults.ground import DATABASE, Ground
from tests.faults.oracles import Checker, leaks
from tests.faults.outcome import Outcome, Plan
from tests.faults.outside import Provider, answers
from tests.faults.senders import Senders

Made = TypeVar("Made")

MAIL = "tests.faults.mail_provider"
PATIENCE = 60  # seconds without any progress after which a trial gives up
TODAY = "not_before < clock_timestamp() + interval '12 hours'"
UNSETTLED = f"""
SELECT count(*) FROM followups_reminder WHERE state IN ('pending', 'sending') AND {TODAY}
"""  # noqa: S608
SPREAD = f"""
UPDATE followups_reminder
SET not_before = clock_timestamp() + place * make_interval(secs => %(pause)s)
FROM (
    SELECT id AS due, row_number() OVER () AS place FROM followups_reminder WHERE {TODAY}
) AS placed
WHERE id = due
"""  # noqa: S608
STATES = f"SELECT state, count(*) FROM followups_reminder WHERE {TODAY} GROUP BY 1"  # noqa: S608


class Trial:
    """Use as a context; ``outcome`` says what came of it."""

    def __init__(
        self, ground: Ground, plan: Plan, name: str, *, lease: float = 5, **environment: str
    ) -> None:
        self.ground, self.plan, self.name = ground, plan, name
        self.random = random.Random(f"{plan.seed} {name}")
        self.folder = ground.state / re.sub("[^a-z0-9]+", "-", name.lower())
        self.logs = self.folder / "log"
        self.logs.mkdir(parents=True)
        self.lease = lease
        self.mail = Provider(self.folder / "mail", MAIL, plan.seed, self.logs)
        self.given = environment | {
            "FAULTS_LEASE": str(lease),
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail.port}",
        }
        self.running: list[Process | Senders] = []
        self.due: set[str] = set()
        self.faults = 0
        self.recoveries: list[float] = []
        self.began = time.monotonic()
        self.now = datetime.now(UTC)

    def __enter__(self) -> "Trial":
        connections.close_all()
        self.ground.make_database()
        connection.settings_dict["NAME"] = DATABASE
        self.ground.flush_broker()
        self.mail.start()
        self.checker = Checker(
            self.ground.address("postgres"), [self.mail.received.log], lease=self.lease
        )
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.checker.end()
        connections.close_all()
        shutil.rmtree(self.folder, ignore_errors=True)

    # what takes part

    def prepare(self, fill: Callable[[datetime], Made]) -> Made:
        """Fill the database as of now; from here on the checker looks, and time counts."""
        self.now = database_now()
        made = fill(self.now)
        self.checker.start()
        self.began = time.monotonic()
        return made

    def fill(self, messages: int, *, poisoned: int = 0) -> None:
        """Put so many messages in the outbox, all due; the poisoned ones can never arrive."""

        def add(now: datetime) -> set[str]:
            load.add_people(messages, now=now, poisoned=poisoned)
            load.plan_messages(now=now)
            return load.due_references(now=now)

        self.due = self.prepare(add)

    def ask(self, number: int) -> dict[int, str]:
        """Ask so many patients; return the address of the link of each check-in."""
        check_ins = self.prepare(lambda now: load.add_people(number, now=now))
        return {each.pk: f"/c/{tokens.new_link(each, now=self.now)}/" for each in check_ins}

    def fill_slowly(self, messages: int, *, seconds: float) -> None:
        """Put them in the outbox so that they come due one after the other in that time."""
        self.fill(messages)
        with psycopg.connect(self.ground.address("postgres")) as database:
            database.execute(SPREAD, {"pause": seconds / messages})

    def environment(self, login: str, **more: str) -> dict[str, str]:
        return self.ground.environment(self.ground.address(login), **self.given, **more)

    def senders(self, number: int = 3) -> Senders:
        """Start processes that run `manage.py send` again and again."""
        made = Senders(
            number, environment=self.environment("fuseline_worker"), log=self.logs / "senders.log"
        )
        self.running.append(made)
        return made

    def celery(self, *arguments: str, **more: str) -> Process:
        """Start a worker or a beat."""
        made = Process(
            f"celery {arguments[0]}",
            [sys.executable, "-m", "celery", "-A", "clinic", *arguments],
            log=self.logs / f"celery-{len(self.running)}.log",
            cwd=PROJECT,
            env=self.environment("fuseline_worker", **more),
        )
        made.start()
        self.running.append(made)
        return made

    def web(self, **more: str) -> int:
        """Start the web as in production; return its port."""
        port = free_port()
        serve = ["--workers", "2", "--threads", "4", "--preload", "--no-control-socket"]
        made = Process(
            "web",
            [sys.executable, "-m", "gunicorn", "clinic.wsgi", *serve, f"--bind=127.0.0.1:{port}"],
            log=self.logs / "web.log",
            cwd=PROJECT,
            env=self.environment("fuseline_web", DB_POOL="1", **more),
        )
        made.start()
        self.running.append(made)
        wait_until(lambda: answers(port), made, seconds=60)
        return port

    def stop(self) -> None:
        """Stop everybody at once; whoever was stopped with SIGSTOP, too."""
        for each in reversed(self.running):
            each.kill() if isinstance(each, Process) else each.stop()
        self.running.clear()
        self.mail.process.stop()

    # what happens

    def moments(self, number: int, faults: int) -> list[int]:
        """Draw after how many of them each fault strikes; the end is left to recovery."""
        return sorted(self.random.choices(range(max(1, number * 19 // 20)), k=faults))

    def strike(self, faults: int, fault: Callable[[], object]) -> None:
        """Let the fault happen so many times while messages arrive."""
        for moment in self.moments(len(self.due), faults):
            self.wait_for_arrivals(moment)
            time.sleep(self.random.uniform(0, 0.03))  # anywhere within a message
            fault()
            self.faults += 1

    def recovered(self) -> None:
        """Note that what was broken works again from now on."""
        self.recoveries.append(time.time())

    def recovery(self) -> str:
        """Say how long after each recovery the next message arrived, at most."""
        self.mail.received.look()
        waits = [
            min((at - moment for at in self.mail.received.times if at > moment), default=0)
            for moment in self.recoveries
        ]
        return f"next message {max(waits, default=0):.1f} s after recovery at most"

    def wait_for(
        self, holds: Callable[[], object], progress: Callable[[], int] | None = None
    ) -> bool:
        """Wait as long as there is progress; False when nothing has moved for too long."""
        last, since = -1, time.monotonic()
        while not holds():
            arrived = progress() if progress else self.arrivals()
            if arrived != last:
                last, since = arrived, time.monotonic()
            elif time.monotonic() > since + PATIENCE:
                return False
            time.sleep(0.005)
        return True

    def wait_for_arrivals(self, number: int) -> None:
        """Wait until so many different messages have arrived."""
        self.wait_for(lambda: self.mail.received.look() >= number)

    def arrivals(self) -> int:
        return self.mail.received.look() + self.mail.received.calls

    def settle(self) -> bool:
        """Wait until nothing is due or being sent any more."""
        return self.wait_for(self.is_settled)

    def is_settled(self) -> bool:
        try:
            with psycopg.connect(self.ground.address("postgres"), connect_timeout=3) as database:
                row = database.execute(UNSETTLED).fetchone()
        except psycopg.OperationalError:
            return False
        time.sleep(0.2)
        return row == (0,)

    def states(self) -> dict[str, int]:
        """Return how many of today's messages the product holds in each state."""
        with psycopg.connect(self.ground.address("postgres")) as database:
            return dict(database.execute(STATES).fetchall())

    # what came of it

    def outcome(
        self,
        *,
        duplicates: int,
        copies: int = 2,
        arrived: Counter[str] | None = None,
        notes: Iterable[str] = (),
    ) -> Outcome:
        """Stop everybody, ask the judges, hold the trial to its limits.

        What has ``arrived`` is what the mail provider says, unless it is about something else.
        """
        seconds = time.monotonic() - self.began
        broker = self.ground.left_in_broker()
        self.stop()
        self.checker.finish()
        self.mail.received.look()
        copied = self.mail.received.copies if arrived is None else arrived
        made = Outcome.of(self.name, faults=self.faults, due=self.due, copies=copied)
        made.seconds = seconds
        made.notes += notes
        made.keep(duplicates=duplicates, copies=copies)
        made.broken += [f"{name}: {n}" for name, n in self.checker.violations.items()]
        logs = [*self.logs.glob("*.log"), *self.ground.logs.glob("*.log")]
        made.broken += sorted(set(leaks(logs, [self.mail.folder / "mails.txt"], broker)))[:3]
        return made
