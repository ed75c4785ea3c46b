"""Starts the processes in order, watches them, and stops them all, whatever happens."""

import json
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn
from urllib.parse import quote

import psycopg
import redis

from clinic.stack.processes import Process
from clinic.stack.refusal import Refusal
from clinic.stack.servers import Postgres, Valkey
from clinic.stack.state import PROJECT, Claim, secret

# where processes may not share memory, threads do the work of child processes
POOL = "prefork" if os.access("/dev/shm", os.W_OK) else "threads"  # noqa: S108
# a worker without colleagues need not spend its first second asking for them
WORKER = ["--concurrency", "2", "--pool", POOL, "--without-mingle", "--without-gossip"]
WEB = ["--workers", "2", "--threads", "4"]  # the rest is in gunicorn.conf.py
WEB += ["--preload", "--graceful-timeout", "5", "--no-control-socket", "--bind"]

START_SECONDS = 120
WATCH_SECONDS = 0.5
PULSE_SECONDS = 30  # how often the sweep's heartbeat is looked at
SILENCE_SECONDS = 300  # a sweep silent for longer gets a new worker and beat


class Stopped(BaseException):
    """Someone asked us to stop."""


def stop_on_signals() -> None:
    """Turn Ctrl-C, TERM and a closed terminal into the same orderly end."""

    def stop(_number: int, _frame: FrameType | None) -> NoReturn:
        raise Stopped

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def ignore_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


class Stack:
    """Everything that runs on one state folder. Use as a context: leaving it stops all of it."""

    def __init__(self, state: Path, *, bind: str = "127.0.0.1", port: int = 8000) -> None:
        self.state = state
        self.bind = f"[{bind}]" if ":" in bind else bind
        self.port = port
        self.unfinished = state / "unfinished"
        self.claim = Claim(state)
        self.members: dict[str, Any] = {"pass_fds": self.claim.inherited}
        self.servers: list[Postgres | Valkey] = []
        self.processes: list[Process] = []
        self.environment = environment(state, site_url=self.url, bind=self.bind)

    @property
    def url(self) -> str:
        host = "127.0.0.1" if self.bind == "0.0.0.0" else self.bind  # noqa: S104
        return f"http://{host}:{self.port}/"

    def __enter__(self) -> "Stack":
        return self

    def __exit__(self, *_: object) -> None:
        ignore_signals()
        (self.state / "running.json").unlink(missing_ok=True)
        for process in self.processes:
            process.ask_to_stop()
        for process in self.processes:
            process.stop()
        for server in reversed(self.servers):
            server.process.stop()

    def start_servers(self) -> None:
        """Start the servers that the environment does not name."""
        for variable, kind in (("DATABASE_URL", Postgres), ("REDIS_URL", Valkey)):
            if given := self.environment.get(variable):
                require_answer(variable, given)
            else:
                server = kind(self.state, **self.members)
                self.servers.append(server)
                server.start()
                self.environment[variable] = server.url()
        running = self.state / "running.json"
        running.touch(0o600)
        known = ("DATABASE_URL", "REDIS_URL", "SITE_URL")
        running.write_text(json.dumps({name: self.environment[name] for name in known}))

    def prepare(self) -> None:
        """Migrate and load the demonstration; refuse with the words of whatever failed."""
        for server in self.servers:
            if isinstance(server, Postgres):
                self.note_first_start(server)
        step = self.process("prepare", "clinic.stack.prepare")
        step.log.unlink(missing_ok=True)
        if step.run() != 0:
            raise Refusal(step.log.read_text().strip() or "The database could not be prepared.")
        self.processes.remove(step)
        self.unfinished.unlink(missing_ok=True)

    def note_first_start(self, database: Postgres) -> None:
        """Mark an empty database until it is filled; a half-filled one is made anew."""
        if self.unfinished.exists():
            database.make_anew()
        if database.is_empty():
            self.unfinished.touch()
            print("Filling the database (once)...", flush=True)

    def start(self) -> None:
        """Start everything; return when a sweep of this very start has been heard."""
        self.start_servers()
        # the web is not announced yet; it gets ready while the database does
        self.process("web", "gunicorn", "clinic.wsgi", *WEB, f"{self.bind}:{self.port}").start()
        self.prepare()
        self.process("worker", "celery", "-A", "clinic", "worker", *WORKER).start()
        self.process("beat", "celery", "-A", "clinic", "beat", "--pidfile=").start()
        began = time.monotonic()
        while not self.is_ready(time.monotonic() - began):
            if time.monotonic() - began > START_SECONDS:
                raise Refusal(f"Not ready in {START_SECONDS} s; {self.state / 'log'} says why.")
            self.restart_the_dead()
            time.sleep(0.05)

    def process(self, name: str, *command: str | Path) -> Process:
        """Return a process of the product, which will be stopped with us."""
        process = Process(
            name,
            [sys.executable, "-m", *command],
            log=self.state / "log" / f"{name}.log",
            cwd=PROJECT,
            env=self.environment | self.database_of(name),
            **self.members,
        )
        self.processes.append(process)
        return process

    def database_of(self, name: str) -> dict[str, str]:
        """Return how a process reaches the database: only preparing it is for the owner."""
        own = {"DB_POOL": "1" if name == "web" else "0"}
        login = {"web": "fuseline_web", "worker": "fuseline_worker", "beat": "fuseline_worker"}
        for server in self.servers:
            if isinstance(server, Postgres) and name in login:
                own["DATABASE_URL"] = server.url_of(login[name])
        return own

    def is_ready(self, seconds_since_start: float) -> bool:
        age = self.heartbeat_age()
        return age is not None and age <= seconds_since_start

    def heartbeat_age(self) -> float | None:
        """Return the seconds since the last sweep; None while the web or the sweep is silent."""
        try:
            said = json.loads(fetch(f"{self.url}healthz"))
            return float(said["heartbeat_age_seconds"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def watch(self) -> NoReturn:
        """Keep everything running until someone stops us."""
        look_again = time.monotonic() + PULSE_SECONDS
        while True:
            time.sleep(WATCH_SECONDS)
            self.restart_the_dead()
            if time.monotonic() > look_again:
                pause = SILENCE_SECONDS if self.wake_the_silent() else PULSE_SECONDS
                look_again = time.monotonic() + pause

    def restart_the_dead(self) -> None:
        for server in self.servers:
            if not server.process.runs:
                note(server.process)
                server.start()
        for process in self.processes:
            if not process.runs:
                note(process)
                process.start()

    def wake_the_silent(self) -> bool:
        """Restart worker and beat where both run and yet no sweep has been heard for long."""
        age = self.heartbeat_age()
        if age is None or age < SILENCE_SECONDS:
            return False
        print(f"No sweep for {age:.0f} s; restarting worker and beat.", flush=True)
        for process in self.processes:
            if process.name != "web":
                process.stop()
                process.start()
        return True


def fetch(url: str) -> bytes:
    """Return what stands at the address, also where it comes with an error status."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310
            return bytes(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.read()


def note(process: Process) -> None:
    process.note_death()
    print(f"{process.name} has stopped; starting it again.", flush=True)


def require_answer(variable: str, url: str) -> None:
    """Refuse a server named by the caller that cannot be used."""
    try:
        if variable == "DATABASE_URL":
            psycopg.connect(url, connect_timeout=5).close()
        else:
            redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5).ping()
    except (psycopg.Error, redis.RedisError, ValueError, OSError) as error:
        reason = (str(error).strip() or "no reason given").splitlines()[0]
        raise Refusal(f"The server of {variable} cannot be used: {reason}") from error


def environment(state: Path, *, site_url: str, bind: str = "") -> dict[str, str]:
    """Return the product's environment: what the caller has set, else what a demo needs."""
    defaults = {
        "DEBUG": "1",
        "ALLOWED_HOSTS": f".localhost,127.0.0.1,[::1],{socket.gethostname()},{bind}",
        "FUSELINE_DEMO": "1",
        "SITE_URL": site_url,
        "SECRET_KEY": secret(state, "secret-key"),
    }
    if not os.environ.get("EMAIL_HOST"):
        defaults["EMAIL_URL"] = f"file://{quote(str(state / 'outbox'))}"
    given = {name: value for name, value in os.environ.items() if value}
    fixed = {"DJANGO_SETTINGS_MODULE": "clinic.settings", "PYTHONUNBUFFERED": "1"}
    return defaults | given | fixed


def require_free_port(bind: str, port: int) -> None:
    """Refuse a port that cannot be used, before anything is started for it."""
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind, port))
        except OSError as error:
            raise Refusal(
                f"Port {port} on {bind} cannot be used ({error.strerror});"
                f" choose another one: PORT={port + 1} ./run"
            ) from error


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
