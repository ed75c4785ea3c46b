"""A mail provider: takes messages over SMTP and writes each into a log of its own.

Run as a process. How it behaves stands in a file it looks at with every message, so that a scenario
can have it slow, busy, silent or forgetful at any moment.
"""

import asyncio
import json
import os
import random
import sys
import threading
import time
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

FOR_EVER = 3600


class Provider:
    """Accepts mail; what it has accepted is in the log before the sender hears of it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.behaviour = folder / "behaviour.json"
        self.log = os.open(folder / "log.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self.mails = os.open(folder / "mails.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self.random = random.Random(seed)

    def say(self, event: str, reference: str, to: str) -> None:
        line = {"event": event, "key": reference, "To": to, "at": time.time()}
        os.write(self.log, f"{json.dumps(line)}\n".encode())

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        message = message_from_bytes(envelope.content, policy=policy.default)
        reference = str(message["X-Reference"])
        now = json.loads(self.behaviour.read_text())
        mode = now["mode"] if self.random.random() < now.get("share", 1) else "ok"
        self.say("called", reference, *envelope.rcpt_tos)
        await asyncio.sleep(self.random.uniform(0, now.get("delay", 0)))
        if mode == "error_451":
            return "451 try again later"
        if mode == "hang_before":
            await asyncio.sleep(FOR_EVER)
        self.keep(message)
        self.say("accepted", reference, *envelope.rcpt_tos)
        if mode == "hang_after":
            await asyncio.sleep(FOR_EVER)
        if mode == "drop":
            self.say("dropped", reference, *envelope.rcpt_tos)
            server.transport.abort()
        await asyncio.sleep(self.random.uniform(0, now.get("delay", 0)))
        return "250 OK"

    def keep(self, message: Any) -> None:
        """Write down what a reader sees, without the line that says to whom it goes."""
        del message["To"]
        os.write(self.mails, message.as_bytes() + b"\n\n")


def main(port: str, folder: str, seed: str) -> None:
    Controller(Provider(Path(folder), int(seed)), hostname="127.0.0.1", port=int(port)).start()
    threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
