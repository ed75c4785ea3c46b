"""Messages that Django's file-based e-mail backend has written: the demo has no mail server."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from heapq import nlargest
from pathlib import Path

SHOWN = 50  # files; a demo that ran for days has thousands
MOST_BYTES = 200_000
_BETWEEN_MESSAGES = b"\n" + b"-" * 79 + b"\n"
_TOKEN = re.compile(r"/c/([0-9a-z]{26})/")


@dataclass(frozen=True)
class Message:
    """One message as its reader sees it, with the token of its link if it has one."""

    subject: str
    to: str
    sent_at: datetime
    token: str


def newest(folder: Path) -> list[Message]:
    """Return the latest messages, newest first; nothing outside the folder is read."""
    files = [path for path in folder.glob("*.log") if path.is_file() and not path.is_symlink()]
    # The backend names its files by the moment they were begun.
    latest = nlargest(SHOWN, files, key=lambda path: path.name)
    found = [message for path in latest for message in _messages(path)]
    return sorted(found, key=lambda message: message.sent_at, reverse=True)


def _messages(path: Path) -> Iterator[Message]:
    """Yield what one file holds: a connection that was kept open wrote several."""
    with path.open("rb") as file:
        written = file.read(MOST_BYTES)
    begun = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    for part in written.split(_BETWEEN_MESSAGES):
        if part.strip():
            yield _message(part, begun)


def _message(part: bytes, begun: datetime) -> Message:
    mail = message_from_bytes(part, policy=policy.default)
    link = _TOKEN.search(_body(mail))
    return Message(
        subject=str(mail["subject"] or ""),
        to=str(mail["to"] or ""),
        sent_at=_sent_at(mail) or begun,
        token=link[1] if link else "",
    )


def _body(mail: EmailMessage) -> str:
    try:
        text = mail.get_body(["plain"])
        return str(text.get_content()) if text else ""
    except (LookupError, ValueError):  # not written by us
        return ""


def _sent_at(mail: EmailMessage) -> datetime | None:
    try:
        moment: datetime | None = mail["date"].datetime
    except (AttributeError, ValueError):
        return None
    return moment if moment and moment.tzinfo else None
