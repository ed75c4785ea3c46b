"""Senders as a scenario holds them: a nursery of forked ones, each reached by its place."""

import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from clinic.stack.processes import die_with_parent
from clinic.stack.refusal import Refusal
from clinic.stack.state import PROJECT


class Senders:
    """Some processes that run `manage.py send` again and again; a dead one is replaced."""

    def __init__(self, number: int, *, environment: Mapping[str, str], log: Path) -> None:
        self.number = number
        with log.open("ab") as output:
            self.nursery = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.nursery", str(number)],
                cwd=PROJECT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                text=True,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )
        if self.hear() != "ready":
            raise Refusal(f"The senders did not start:\n{log.read_text()[-2000:]}")

    def hear(self) -> str:
        assert self.nursery.stdout
        return self.nursery.stdout.readline().strip()

    def tell(self, word: str, place: int = 0) -> str:
        assert self.nursery.stdin
        self.nursery.stdin.write(f"{word}:{place}\n")
        self.nursery.stdin.flush()
        return self.hear()

    def kill(self, place: int) -> None:
        """kill -9 one of them; another takes its place at once."""
        self.tell("kill", place)

    def pause(self, place: int) -> None:
        self.tell("pause", place)

    def go_on(self, place: int) -> None:
        self.tell("go on", place)

    def ended(self) -> int:
        """Return how many have ended without a kill of ours."""
        return int(self.tell("count"))

    def stop(self) -> None:
        """End all of them; the nursery waits for each."""
        if self.nursery.stdin and self.nursery.poll() is None:
            with suppress(BrokenPipeError):
                self.nursery.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self.nursery.wait(10)
        self.nursery.kill()
        self.nursery.wait()
