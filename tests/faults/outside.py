"""The outside as a scenario holds it: a provider's process, its behaviour and its own log."""

import json
import socket
import sys
import urllib.parse
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clinic.stack.processes import Process, wait_until
from clinic.stack.state import PROJECT
from clinic.stack.supervisor import free_port
from patients.choices import ChannelKind


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
    first: dict[str, float] = field(default_factory=dict)  # when, by reference
    drops: int = 0
    _called: int = 0
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

    @property
    def calls(self) -> int:
        """How often somebody tried to send, whatever became of it."""
        beside = self.log.with_suffix(".calls")
        return self._called + (beside.stat().st_size if beside.exists() else 0)

    def _take(self, said: dict[str, Any]) -> None:
        event = said.get("event", "accepted")  # a text provider writes down nothing else
        self._called += event == "called"
        self.drops += event == "dropped"
        if event == "accepted":
            self.copies[said["key"]] += 1
            self.phones[said["To"]] += 1
            self.times.append(said["at"])
            self.first.setdefault(said["key"], said["at"])


class Provider:
    """A fake provider in a process of its own, with a folder of its own for what it keeps."""

    kind = channel = ""

    def __init__(self, folder: Path, logs: Path, seed: int) -> None:
        self.folder, self.seed = folder, seed
        folder.mkdir()
        self.port = free_port()
        self.log = folder / "log.jsonl"
        self.received = Received(self.log)
        self.process = Process(
            self.kind,
            [sys.executable, "-m", *self.command()],
            log=logs / f"{self.kind}-provider.log",
            cwd=PROJECT,
        )

    def start(self) -> None:
        self.process.start()
        wait_until(lambda: answers(self.port), self.process, seconds=30)

    def command(self) -> list[str]:
        """Return its module and arguments."""
        raise NotImplementedError

    def address(self) -> dict[str, str]:
        """Return the settings by which the product finds it."""
        raise NotImplementedError

    def behave(self, mode: str, *, share: float = 1, delay: float = 0.01) -> None:
        """Change how it answers from the next message on; a share of them may be affected."""
        raise NotImplementedError

    def letters(self) -> list[Path]:
        """Return the files with what its messages say."""
        return [self.log]


class Mail(Provider):
    """Takes e-mail over SMTP."""

    kind, channel = "mail", ChannelKind.EMAIL

    def command(self) -> list[str]:
        self.behave("ok")
        return ["tests.faults.mail_provider", str(self.port), str(self.folder), str(self.seed)]

    def address(self) -> dict[str, str]:
        return {"EMAIL_URL": f"smtp://127.0.0.1:{self.port}"}

    def behave(self, mode: str, *, share: float = 1, delay: float = 0.01) -> None:
        new = self.folder / "behaviour.new"
        new.write_text(json.dumps({"mode": mode, "share": share, "delay": delay}))
        new.rename(self.folder / "behaviour.json")

    def letters(self) -> list[Path]:
        return [self.folder / "mails.txt"]


class Texts(Provider):
    """Takes text messages over Twilio's contract; it may know a reference again."""

    kind, channel = "texts", ChannelKind.SMS

    def __init__(self, folder: Path, logs: Path, seed: int, *, knows_again: bool) -> None:
        self.knows_again = knows_again
        super().__init__(folder, logs, seed)

    def command(self) -> list[str]:
        given = ["tests.fake_sms", "127.0.0.1", str(self.port), str(self.log)]
        return [*given, *(["--idempotent"] if self.knows_again else [])]

    def address(self) -> dict[str, str]:
        return {
            "FAULTS_TEXTS": f"http://127.0.0.1:{self.port}",
            "SMS_HONOURS_IDEMPOTENCY": str(int(self.knows_again)),
        }

    def behave(self, mode: str, *, share: float = 1, delay: float = 0.01) -> None:
        form = urllib.parse.urlencode({"mode": mode, "share": share, "delay": delay})
        url = f"http://127.0.0.1:{self.port}/_mode"
        with urllib.request.urlopen(url, form.encode(), timeout=10) as said:
            said.read()
