"""The outside as a scenario holds it: a provider's process, its behaviour and its own log."""

import json
import socket
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clinic.stack.processes import Process, wait_until
from clinic.stack.state import PROJECT
from clinic.stack.supervisor import free_port


def answers(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@dataclass
class Received:
    """What a provider's log says: it is read on from where the last look ended."""

    log: Path
    copies: Counter[str] = field(default_factory=Counter)
    phones: Counter[str] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)
    calls: int = 0
    drops: int = 0
    _read: int = 0
    _rest: bytes = b""

    def look(self) -> int:
        """Read what is new; return how many different messages have been accepted so far."""
        if not self.log.exists():
            return 0
        with self.log.open("rb") as log:
            log.seek(self._read)
            new = log.read()
        self._read += len(new)
        *lines, self._rest = (self._rest + new).split(b"\n")
        for line in lines:
            self._take(json.loads(line))
        return len(self.copies)

    def _take(self, said: dict[str, Any]) -> None:
        if said["event"] != "accepted":
            self.calls += said["event"] == "called"
            self.drops += said["event"] == "dropped"
            return
        self.copies[said["reference"]] += 1
        self.phones[said["to"]] += 1
        self.times.append(said["at"])


class Provider:
    """A fake provider in a process of its own, started by the name of its module."""

    def __init__(self, folder: Path, module: str, seed: int, logs: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.port = free_port()
        self.behave("ok")
        self.received = Received(folder / "log.jsonl")
        command = [sys.executable, "-m", module, str(self.port), str(folder), str(seed)]
        self.process = Process(
            module.rsplit(".", 1)[-1], command, log=logs / f"{folder.name}.log", cwd=PROJECT
        )

    def start(self) -> None:
        self.process.start()
        wait_until(lambda: answers(self.port), self.process, seconds=30)

    def behave(self, kind: str, *, share: float = 1, latency: float = 0.01) -> None:
        """Change how it answers from the next message on; a share may be affected."""
        new = self.folder / "behaviour.new"
        new.write_text(json.dumps({"kind": kind, "share": share, "latency": latency}))
        new.rename(self.folder / "behaviour.json")
