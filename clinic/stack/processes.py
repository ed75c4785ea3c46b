"""Starting, watching and stopping processes so that none outlives its supervisor."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from clinic.stack.refusal import Refusal

PR_SET_PDEATHSIG = 1
DEATHS_ALLOWED = 5  # within a minute; more means it will not recover by itself
LOG_BYTES = 10_000_000


def die_with_parent(signal_number: int) -> Callable[[], None]:
    """Return a preexec_fn: Linux signals the child when its parent dies, even by kill -9."""

    def ask_kernel() -> None:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)

    return ask_kernel


class Process:
    """One child process with its log, restarted when it dies, stopped with all its own children."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        stop_signal: int = signal.SIGTERM,
        **options: Any,
    ) -> None:
        self.name = name
        self.command = [str(word) for word in command]
        self.log = log
        self.stop_signal = stop_signal
        self.options = options
        self.deaths: list[float] = []
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self.child = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(self.stop_signal),
                **self.options,
            )

    def run(self) -> int:
        """Start it, wait for its end and return its exit code."""
        self.start()
        return self.child.wait() if self.child else 1

    @property
    def runs(self) -> bool:
        return self.child is not None and self.child.poll() is None

    def note_death(self) -> None:
        """Clear what the dead one left; refuse when it has died too often to go on."""
        self.kill()
        now = time.monotonic()
        self.deaths = [*(at for at in self.deaths if at > now - 60), now]
        if len(self.deaths) > DEATHS_ALLOWED:
            raise Refusal(f"{self.name} keeps stopping; {self.log} says why.")

    def ask_to_stop(self) -> None:
        if self.child is not None and self.runs:
            self.child.send_signal(self.stop_signal)

    def stop(self, patience: float = 20) -> None:
        """Stop it in its own orderly way; kill what takes too long or is left behind."""
        self.ask_to_stop()
        if self.child is not None:
            with suppress(subprocess.TimeoutExpired):
                self.child.wait(patience)
        self.kill()

    def kill(self) -> None:
        """Kill it with whatever it has started and still runs."""
        if self.child is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self.child.pid, signal.SIGKILL)
        self.child.wait()


def wait_until(
    answers: Callable[[], bool], process: Process, *, seconds: float, pause: float = 0.02
) -> None:
    """Return when it answers; refuse when it died or the time is up."""
    end = time.monotonic() + seconds
    while not answers():
        if not process.runs or time.monotonic() > end:
            raise Refusal(f"{process.name} did not start; {process.log} says why.")
        time.sleep(pause)


def plain_environment() -> Mapping[str, str]:
    """Return an environment for servers: no locale or library of the caller leaks in."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
