"""Fixtures that stand for the outside: a browser, a mail server, workers of our own.

Everything here is a real process. Each is stopped by its process id when the test is over.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from pathlib import Path

import pytest
from django.db import connection
from playwright.sync_api import Browser, Page, expect, sync_playwright

from clinic.stack.processes import die_with_parent
from clinic.stack.state import PROJECT
from clinic.stack.supervisor import free_port

CHROMIUM = ["/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome"]
PATIENCE = 30_000  # milliseconds; a loaded machine is slow, which is not what a walk is about
QUIET = ["gpu", "quic", "background-networking", "component-update", "sync"]


def find_chromium() -> str | None:
    """Return the browser of this machine; CHROMIUM names another one."""
    named = os.environ.get("CHROMIUM")
    return next(filter(None, map(shutil.which, [named] if named else CHROMIUM)), None)


@cache
def browser_obstacle() -> str:
    """Return why no browser can be driven on this machine; nothing if one can."""
    if find_chromium() is None:
        return "no Chromium found (install it or set CHROMIUM)"
    driver = [sys.executable, "-m", "playwright", "--version"]
    if subprocess.run(driver, capture_output=True).returncode != 0:
        return "Playwright cannot start here (on Debian: apt install libatomic1)"
    return ""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("browser") and browser_obstacle():
            item.add_marker(pytest.mark.skip(reason=browser_obstacle()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    obstacle = browser_obstacle() if skipped else ""
    missed = sum(bool(obstacle) and obstacle in str(report.longrepr) for report in skipped)
    if missed:
        terminalreporter.write_line(f"{missed} browser tests skipped: {obstacle}")


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Leave the databases to the end of their cluster, which comes with the run's."""
    return True


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser."""
    path = find_chromium()
    if path is None or browser_obstacle():
        pytest.skip(browser_obstacle())
    return path


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """One Chromium for the whole run."""
    arguments = ["--no-first-run", *(f"--disable-{feature}" for feature in QUIET)]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")  # Chromium refuses to run as root with it
    # playwright's loop runs in this thread, which Django would take for an async view
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield opened
        opened.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh window: no cookies, nothing cached."""
    context = browser.new_context(locale="en-US", timezone_id="UTC")
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


def until(holds: Callable[[], object], seconds: float = 30) -> bool:
    """Wait for something another process does; False when the time is up."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.05)
    return False


@dataclass
class Running:
    """A process a test has started."""

    child: subprocess.Popen[bytes]
    log: Path

    @property
    def pid(self) -> int:
        return self.child.pid

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def kill9(self) -> None:
        """Kill it and all it has started, with no chance to clean up."""
        os.killpg(self.child.pid, signal.SIGKILL)
        self.child.wait()

    def stop(self) -> None:
        if self.child.poll() is None:
            self.child.terminate()
            try:
                self.child.wait(15)
            except subprocess.TimeoutExpired:
                self.kill9()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Start any command as a process; keywords are its environment."""
    running: list[Running] = []

    def _start(*command: str | Path, **environment: str) -> Running:
        log = tmp_path / f"process-{len(running)}.log"
        with log.open("wb") as output:
            child = subprocess.Popen(
                [str(word) for word in command],
                cwd=PROJECT,
                env=os.environ | environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )
        running.append(Running(child, log))
        return running[-1]

    yield _start
    for process in reversed(running):
        process.stop()


@pytest.fixture
def spawn(transactional_db: None, start: Callable[..., Running]) -> Callable[..., Running]:
    """Start `celery` with these arguments against the test database and an empty broker."""
    import redis

    redis.Redis.from_url(os.environ["REDIS_URL"]).flushdb()
    url, query = os.environ["DATABASE_URL"].rsplit("?", 1)
    database = f"{url.rsplit('/', 1)[0]}/{connection.settings_dict['NAME']}?{query}"

    def _spawn(*arguments: str, **environment: str) -> Running:
        celery = [sys.executable, "-m", "celery", "-A", "clinic", *arguments]
        fixed = {"DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "clinic.settings"}
        return start(*celery, **fixed, **environment)

    return _spawn


@dataclass
class MailServer:
    """A real SMTP server in a process of its own, and what it has received."""

    host: str
    port: int
    folder: Path

    @property
    def url(self) -> str:
        return f"smtp://{self.host}:{self.port}"

    def messages(self) -> list[EmailMessage]:
        """Return the messages received so far, oldest first."""
        return [
            message_from_bytes(path.read_bytes(), policy=policy.default)
            for path in sorted(self.folder.glob("*.eml"))
        ]


@pytest.fixture
def smtp_server(start: Callable[..., Running], tmp_path: Path) -> MailServer:
    server = MailServer("127.0.0.1", free_port(), tmp_path / "mail")
    server.folder.mkdir()
    process = start(
        *(sys.executable, "-m", "tests.mail_server"),
        *(server.host, str(server.port), server.folder),
    )
    assert until(lambda: "ready" in process.said()), process.said()
    return server
