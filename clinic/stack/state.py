"""Where the stack keeps its data, and who may use it: one copy at a time."""

import fcntl
import hashlib
import os
import secrets
import shutil
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from clinic.stack.accounts import can_reach, server_account
from clinic.stack.refusal import Refusal

PROJECT = Path(__file__).resolve().parents[2]
FREE_MEGABYTES = 300
PATIENCE = 10  # seconds that leftovers of a killed run get to finish what they were doing


def find() -> Path:
    """Return var/ of the project, or a folder in /var/lib if root's servers cannot reach it."""
    state = PROJECT / "var"
    prepare(state)
    if can_reach(state, server_account()):
        return state
    name = hashlib.sha256(str(PROJECT).encode()).hexdigest()[:8]
    elsewhere = Path("/var/lib") / f"fuseline-{name}"
    print(f"PostgreSQL's account cannot reach {state}; data is kept in {elsewhere}.", flush=True)
    prepare(elsewhere)
    return elsewhere


def prepare(state: Path) -> None:
    """Make the folder; refuse where it cannot be written or the disk is nearly full."""
    try:
        state.mkdir(mode=0o755, parents=True, exist_ok=True)
        (state / "log").mkdir(exist_ok=True)
        free = shutil.disk_usage(state).free
    except OSError as error:
        raise Refusal(f"Cannot use {state}: {error.strerror}.") from error
    if not os.access(state, os.W_OK) or state.stat().st_uid != os.geteuid():
        raise Refusal(f"{state} belongs to another account; start as that one, or move it away.")
    if free < FREE_MEGABYTES * 1_000_000:
        raise Refusal(f"The disk is too full: {FREE_MEGABYTES} MB must be free at {state}.")


def is_taken(state: Path) -> bool:
    """Whether a copy is running on this data now."""
    if free := lock(state / "lock", wait=0):
        free.close()
    return free is None


class Claim:
    """Our hold on a state folder, as two locked files that end with the processes holding them.

    `lock` is the supervisor's own. `members` is inherited by every process it starts, so a new
    supervisor can wait until the last one of a killed run is gone.
    """

    def __init__(self, state: Path) -> None:
        self.lock = lock(state / "lock", wait=0)
        if self.lock is None:
            raise Refusal(f"Fuseline is already running on {state}; stop it first.")
        self.members = lock(state / "members", wait=PATIENCE) or self.take_from_leftovers(state)
        if self.members is None:
            self.release()
            raise Refusal("Processes of an earlier run do not stop; end them, then try again.")

    def take_from_leftovers(self, state: Path) -> TextIO | None:
        """Kill what a killed run has left and what does not stop by itself."""
        for process_id in holders(state / "members"):
            with suppress(ProcessLookupError):
                os.kill(process_id, signal.SIGKILL)
        return lock(state / "members", wait=PATIENCE)

    @property
    def inherited(self) -> list[int]:
        """Return the file descriptors every process we start has to keep open."""
        return [self.members.fileno()] if self.members else []

    def release(self) -> None:
        for file in (self.members, self.lock):
            if file:
                file.close()


def lock(path: Path, wait: float) -> TextIO | None:
    """Return the file, locked; None if others still hold it after so many seconds."""
    file = path.open("a")
    end = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return file
        except BlockingIOError:
            if time.monotonic() >= end:
                file.close()
                return None
            time.sleep(0.1)


def holders(path: Path) -> set[int]:
    """Return the ids of other processes that have the file open."""
    found = set()
    for opened in Path("/proc").glob("[1-9]*/fd/*"):
        with suppress(OSError):  # ended meanwhile, or not ours to look into
            if opened.samefile(path):
                found.add(int(opened.parts[2]))
    return found - {os.getpid()}


def secret(state: Path, name: str) -> str:
    """Return a random secret of this installation, made at the first call."""
    path = state / name
    if not path.exists():
        path.touch(0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text()
