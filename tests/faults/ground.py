"""What a run of ./faults stands on: a folder, a PostgreSQL and a broker of its own.

Leaving it stops everything and removes the folder. Each trial gets a fresh copy of one migrated
database. The servers are set up to keep their promises as in production: a commit is a commit.
"""

import os
import secrets
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

import redis
from django.db import connections
from psycopg import sql

from clinic.stack import state as states
from clinic.stack.processes import Process
from clinic.stack.refusal import Refusal
from clinic.stack.servers import Postgres, Valkey
from clinic.stack.state import PROJECT

MEMORY = Path("/dev/shm")  # a crash of a server, unlike one of the machine, tests no disk
PREFIX = "fuseline-faults-"
DATABASE = "trial"
RESTORE = (
    "ALTER DATABASE {old} ALLOW_CONNECTIONS false",
    f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{DATABASE}'",  # noqa: S608
    "CREATE DATABASE {new} TEMPLATE {old} OWNER fuseline",
    "DROP DATABASE {old} WITH (FORCE)",
    "ALTER DATABASE {new} RENAME TO {old}",
)
SETTINGS = "tests.faults.settings"


class Ground:
    """The servers and the folder. Use as a context."""

    def __init__(self) -> None:
        roomy = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > 2_000_000_000
        parent = MEMORY if roomy else Path(tempfile.gettempdir())
        remove_leftovers(parent)
        self.state = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=parent))
        self.state.chmod(0o755)
        states.prepare(self.state)
        self.logs = self.state / "log"
        self.database = Postgres(self.state)
        self.broker = Valkey(self.state)
        self.keys = {"SECRET_KEY": secrets.token_urlsafe(48), "FIELD_KEYS": "A" * 43 + "="}

    def __enter__(self) -> "Ground":
        return self

    def start(self) -> None:
        self.database.start()
        self.broker.start()
        self.migrate()

    def __exit__(self, *_: object) -> None:
        self.broker.process.stop()
        self.database.process.stop()
        shutil.rmtree(self.state, ignore_errors=True)

    def environment(self, database_url: str, **more: str) -> dict[str, str]:
        """Return what a process of the product is given: production's rules, our servers."""
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "PYTHONUNBUFFERED": "1",
            "DJANGO_SETTINGS_MODULE": SETTINGS,
            "DEBUG": "0",
            "ALLOWED_HOSTS": "127.0.0.1",
            "SITE_URL": "https://clinic.example",
            "SECURE_SSL_REDIRECT": "0",  # we speak to the web process itself, without a proxy
            "DEFAULT_FROM_EMAIL": "clinic@clinic.example",
            "EMAIL_URL": "smtp://127.0.0.1:1",
            "SMS_URL": "https://texts.example",
            "SMS_ACCOUNT": "AC0",
            "SMS_TOKEN": "t" * 32,
            "SMS_FROM": "+12125550100",
            "STATIC_ROOT": str(self.state / "static"),
            "ERASURE_LEDGER": str(self.state / "erasures.jsonl"),
            "DATABASE_URL": database_url,
            "REDIS_URL": self.broker.url(),
            **self.keys,
            **more,
        }

    def migrate(self) -> None:
        step = Process(
            "migrate",
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
            log=self.logs / "migrate.log",
            cwd=PROJECT,
            env=self.environment(self.database.url()),
        )
        if step.run():
            raise Refusal(f"The database could not be made:\n{step.log.read_text()}")

    def address(self, login: str = "fuseline") -> str:
        """Return how that login reaches the trial's database."""
        if login == "postgres":
            return self.database.address(login, "superuser-secret", DATABASE)
        return self.database.address(login, "database-secret", DATABASE)

    def make_database(self) -> None:
        """Make the trial's database, a copy of the migrated one; the last trial's goes."""
        names = {"new": sql.Identifier(DATABASE), "old": sql.Identifier("fuseline")}
        with self.database.superuser() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {new} WITH (FORCE)").format(**names)
            )
            connection.execute(
                sql.SQL("CREATE DATABASE {new} TEMPLATE {old} OWNER {old}").format(**names)
            )

    def restore_database(self) -> None:
        """Put a copy in the trial's database's place, as a restore does."""
        connections.close_all()
        names = {"new": sql.Identifier("copy"), "old": sql.Identifier(DATABASE)}
        with self.database.superuser() as connection:
            for step in RESTORE:
                connection.execute(sql.SQL(step).format(**names))

    def crash_database(self) -> None:
        """Stop PostgreSQL as `pg_ctl -m immediate` does, and start it again."""
        crash(self.database.process)
        self.database.start()

    def stop_broker(self) -> None:
        """Hold the broker still: it is there, and answers nothing."""
        if self.broker.process.child:
            self.broker.process.child.send_signal(signal.SIGSTOP)

    def wake_broker(self) -> None:
        if self.broker.process.child:
            self.broker.process.child.send_signal(signal.SIGCONT)

    def flush_broker(self) -> None:
        with redis.Redis.from_url(self.broker.url()) as client:
            client.flushall()

    def left_in_broker(self) -> str:
        """Return everything the broker holds, readable."""
        with redis.Redis.from_url(self.broker.url()) as client:
            return "\n".join(f"{key!r} {_contents(client, key)!r}" for key in client.scan_iter())


def _contents(client: Any, key: bytes) -> Any:
    read = {
        b"string": client.get,
        b"hash": client.hgetall,
        b"set": client.smembers,
        b"list": lambda key: client.lrange(key, 0, -1),
        b"zset": lambda key: client.zrange(key, 0, -1),
    }
    return read.get(client.type(key), client.dump)(key)


def crash(server: Process) -> None:
    """Have a server stop at once, without finishing anything."""
    if server.child:
        server.child.send_signal(signal.SIGQUIT)
        server.child.wait(60)
    server.kill()


def remove_leftovers(parent: Path) -> None:
    """Remove the folders of runs that were killed; their processes died with them."""
    for folder in parent.glob(f"{PREFIX}*"):
        owner = folder.name.removeprefix(PREFIX).split("-")[0]
        if not Path("/proc", owner).exists() and folder.stat().st_uid == os.geteuid():
            shutil.rmtree(folder, ignore_errors=True)


def children(process: int) -> list[int]:
    """Return the worker children of a Celery process: they bear its own command."""
    command = Path(f"/proc/{process}/cmdline").read_bytes()
    found = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [int(each) for each in found if Path(f"/proc/{each}/cmdline").read_bytes() == command]
