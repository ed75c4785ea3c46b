"""One trial: a fresh database full of due messages, a checker, and what is broken when.

Leaving it stops whatever it has started. Faults are drawn from progress, not from the clock: after
so many messages have arrived, on a slow machine as on a fast one.
"""

import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, TypeVar

import psycopg
from django.db import connection, connections

from followups import tokens
from followups.clock import database_now
from tests.faults import load
from tests.faults.cast import Cast
from tests.faults.ground import DATABASE, Ground
from tests.faults.oracles import Checker, leaks
from tests.faults.outcome import Outcome, Plan

Made = TypeVar("Made")

PATIENCE = 60  # seconds without any progress after which a trial gives up
TODAY = "not_before < clock_timestamp() + interval '12 hours'"
UNSETTLED = f"""
SELECT count(*) FROM followups_reminder WHERE state IN ('pending', 'sending') AND {TODAY}
"""  # noqa: S608
SET_ASIDE = """
SELECT public_id::text FROM followups_reminder WHERE state = 'quarantined' AND reason <> ''
"""
SPREAD = f"""
UPDATE followups_reminder
SET not_before = clock_timestamp() + place * make_interval(secs => %(pause)s)
FROM (
    SELECT id AS due, row_number() OVER () AS place FROM followups_reminder WHERE {TODAY}
) AS placed
WHERE id = due
"""  # noqa: S608
STATES = f"SELECT state, count(*) FROM followups_reminder WHERE {TODAY} GROUP BY 1"  # noqa: S608


class Trial(Cast):
    """Use as a context; ``outcome`` says what came of it."""

    def __init__(self, ground: Ground, plan: Plan, name: str, **given: Any) -> None:
        super().__init__(ground, plan, name, **given)
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
        self.provider.start()
        self.checker = Checker(
            self.ground.address("postgres"), [self.provider.log], lease=self.lease
        )
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.checker.end()
        connections.close_all()
        shutil.rmtree(self.folder, ignore_errors=True)

    # what is there

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
            load.add_people(messages, now=now, poisoned=poisoned, channel=self.provider.channel)
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
        self.provider.received.look()
        waits = [
            min((at - moment for at in self.provider.received.times if at > moment), default=0)
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
        self.wait_for(lambda: self.provider.received.look() >= number)

    def arrivals(self) -> int:
        return self.provider.received.look() + self.provider.received.calls

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

    def set_aside(self) -> set[str]:
        """Return the references of messages that staff are shown, with the reason."""
        with psycopg.connect(self.ground.address("postgres")) as database:
            return {reference for (reference,) in database.execute(SET_ASIDE)}

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
        self.provider.received.look()
        copied = self.provider.received.copies if arrived is None else arrived
        set_aside = self.set_aside() & self.due - copied.keys()
        made = Outcome.of(self.name, faults=self.faults, due=self.due - set_aside, copies=copied)
        made.notes += [f"{len(set_aside)} set aside for staff"] * bool(set_aside)
        made.seconds = seconds
        made.notes += notes
        made.keep(duplicates=duplicates, copies=copies)
        made.broken += [f"{name}: {n}" for name, n in self.checker.violations.items()]
        logs = [*self.logs.glob("*.log"), *self.ground.logs.glob("*.log")]
        made.broken += sorted(set(leaks(logs, self.provider.letters(), broker)))[:3]
        return made
