"""Gives a test run a PostgreSQL and a Valkey of its own, never those the shell may name.

The first process starts them, before Django's settings are read. Parallel workers share them:
pytest-django makes a database for each, and each has its own numbered database in Valkey.
"""

import atexit
import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from clinic.stack import state as states
from clinic.stack.servers import Postgres, Valkey

MEMORY = Path("/dev/shm")  # noqa: S108
PREFIX = "fuseline-test-"
PARALLEL = 2


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None, object, object]:
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        start_servers()
    else:
        number = int(worker.removeprefix("gw")) + 1
        os.environ["REDIS_URL"] = os.environ["REDIS_URL"].replace("?db=0", f"?db={number}")
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_cmdline_main(config: pytest.Config) -> Generator[None, object, object]:
    """Use both cores for whole folders; a single file is done sooner without."""
    chosen = config.option
    if (
        getattr(chosen, "numprocesses", 0) is None
        and "PYTEST_XDIST_WORKER" not in os.environ
        and not (chosen.usepdb or chosen.collectonly)
        and all(Path(argument).is_dir() for argument in config.args)
    ):
        chosen.numprocesses = PARALLEL
        chosen.dist = "worksteal"
    return (yield)


def start_servers() -> None:
    """Start both in a folder that goes with this process."""
    roomy = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > 1_000_000_000
    parent = MEMORY if roomy else Path(tempfile.gettempdir())
    remove_leftovers(parent)
    state = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=parent))
    state.chmod(0o755)
    states.prepare(state)
    database = Postgres(state, throw_away=True)
    broker = Valkey(state, throw_away=True)
    atexit.register(stop, os.getpid(), state, database, broker)
    database.start()
    broker.start()
    os.environ |= {"DATABASE_URL": database.url(), "REDIS_URL": broker.url()}


def stop(owner: int, state: Path, database: Postgres, broker: Valkey) -> None:
    if os.getpid() == owner:  # a forked child inherits the registration, not the servers
        broker.process.stop()
        database.process.stop()
        shutil.rmtree(state, ignore_errors=True)


def remove_leftovers(parent: Path) -> None:
    """Remove the folders of runs that were killed; their servers died with them."""
    for folder in parent.glob(f"{PREFIX}*"):
        owner = folder.name.removeprefix(PREFIX).split("-")[0]
        if not Path("/proc", owner).exists() and folder.stat().st_uid == os.geteuid():
            shutil.rmtree(folder, ignore_errors=True)
