"""An SMTP server that stores every message as a file. Run as a process by the tests."""

import sys
import threading
from itertools import count
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller


class Store:
    """Accepts everything; the address `refused@...` is turned away."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.numbers = count()

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, to: str, _: Any) -> str:
        if to.startswith("refused@"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        message = self.folder / f"{next(self.numbers):06}.eml"
        unfinished = message.with_suffix(".part")
        unfinished.write_bytes(envelope.content)
        unfinished.rename(message)
        return "250 OK"


def main(host: str, port: str, folder: str) -> None:
    Controller(Store(Path(folder)), hostname=host, port=int(port)).start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
