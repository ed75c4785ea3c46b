"""Measure how many messages one sender puts out a second when its provider costs nothing.

Made-up people with one e-mail due each, in a PostgreSQL of its own; the sender runs as the
worker's login, with row-level security and everything else as in production, but the mail is
dropped in the process.

    .venv/bin/python scripts/bench_sender.py [--messages 3000] [--senders 1] [--profile]

Prints messages a second, the sender's own CPU time a message, and statements a message. Not part
of ./test.
"""

import argparse
import cProfile
import os
import pstats
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

NULL = "django.core.mail.backends.dummy.EmailBackend"
DEEPEST = 45  # lines of a profile


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--messages", type=int, default=3000)
    parser.add_argument("--senders", type=int, default=1)
    parser.add_argument("--profile", action="store_true")
    asked = parser.parse_args()
    from tests.faults.ground import Ground

    with Ground() as ground:
        prepare_django(ground)
        ground.start()
        ground.make_database()
        fill(ground, asked.messages)
        run(ground, asked)


def prepare_django(ground: "Ground") -> None:  # type: ignore[name-defined]  # noqa: F821
    import django

    os.environ |= ground.environment(ground.address("fuseline_worker"))
    django.setup()


def fill(ground: "Ground", messages: int) -> None:  # type: ignore[name-defined]  # noqa: F821
    from django.db import connection

    from followups.clock import database_now
    from tests.faults import load

    connection.settings_dict["USER"] = "fuseline"
    now = database_now()
    load.add_people(messages, now=now)
    load.plan_messages(now=now)
    connection.close()
    connection.settings_dict["USER"] = "fuseline_worker"


def run(ground: "Ground", asked: argparse.Namespace) -> None:  # type: ignore[name-defined]  # noqa: F821
    from django.db import connections

    statements = statements_a_message()
    connections.close_all()
    began = time.monotonic()
    with ProcessPoolExecutor(asked.senders) as pool:
        ended = list(pool.map(send_all, [asked.profile] * asked.senders))
    seconds = time.monotonic() - began
    sent, cpu = sum(sent for sent, _ in ended), sum(cpu for _, cpu in ended)
    print(f"{sent} messages by {asked.senders} senders in {seconds:.1f} s: {sent / seconds:.0f}/s")
    print(f"{cpu / sent * 1000:.2f} ms of the sender's CPU each, {statements:.1f} statements each")


def statements_a_message(messages: int = 20) -> float:
    """Count what one round of so many messages asks the database, commits included."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        sent = once(limit=messages)
    return len(asked) / sent


def send_all(profile: bool) -> tuple[int, float]:
    """Send until nothing is due; return how many, and the CPU seconds it took."""
    watch = cProfile.Profile() if profile else None
    began = time.process_time()
    sent = watch.runcall(until_done, once) if watch else until_done(once)
    cpu = time.process_time() - began
    if watch:
        pstats.Stats(watch).sort_stats("cumulative").print_stats(DEEPEST)
    return sent, cpu


def until_done(send: Callable[[], int]) -> int:
    total = 0
    while sent := send():
        total += sent
    return total


def once(limit: int = 10_000) -> int:
    from django.test.utils import override_settings

    from followups.clock import DatabaseClock
    from followups.services import reminders

    with override_settings(EMAIL_BACKEND=NULL):
        return reminders.send_due(clock=DatabaseClock(), limit=limit)


if __name__ == "__main__":
    main()
