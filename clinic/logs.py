"""How a log line is written: one record, one line, numbers and ids, nothing of a patient.

A line names the request it belongs to; that reference stands on the error page too. What an
exception says may quote what somebody typed, so a log keeps its kind and its place. Only errors
whose words are the database's or the network's own are let speak.
"""

import logging
import re
import traceback
from collections.abc import Iterator
from contextvars import ContextVar

from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, InterfaceError, OperationalError

request_id: ContextVar[str] = ContextVar("request_id", default="-")

SPEAK: tuple[type[BaseException], ...] = (
    ImproperlyConfigured,
    IntegrityError,
    InterfaceError,
    OperationalError,
    ConnectionError,
    TimeoutError,
)
DEEPEST = 10  # causes of causes


class MaskedFormatter(logging.Formatter):
    """Hides what no log may hold, and lets nobody forge a second line.

    Hidden are the secret part of a check-in link, of a calendar address and of one to choose a
    password, and the row
    that PostgreSQL quotes as the detail of a refused change.
    """

    link = re.compile(r"(/c/|/calendar/|/password/[^/\s]+/)[^/\s?\"']+")
    row = re.compile(r"^DETAIL: .*", re.MULTILINE)

    def format(self, record: logging.LogRecord) -> str:
        record.message = self.row.sub("DETAIL: ***", record.getMessage())
        record.asctime = self.formatTime(record)
        record.request = request_id.get()
        lines = [self.formatMessage(record).strip()]
        # a refusal (404, 403) is no fault: one line is enough
        if record.levelno >= logging.ERROR and record.exc_info and record.exc_info[1]:
            lines += places(record.exc_info[1])
        return "\n  ".join(self.link.sub(r"\1***", one_line(line)) for line in lines)


class KindsOnly(logging.Filter):
    """Takes the words of an exception out of Celery's line about a failed task."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, dict) and record.exc_info and record.exc_info[0]:
            record.args = record.args | {"exc": record.exc_info[0].__name__}
        return True


def one_line(text: str) -> str:
    """Return the text with everything that is not a visible character written out."""
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text
    )


def places(error: BaseException, depth: int = DEEPEST) -> Iterator[str]:
    """Say what kind of error it was and where it passed, its cause first."""
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier and depth:
        yield from places(earlier, depth - 1)
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"{frame.filename}:{frame.lineno} in {frame.name}"
    yield kind(error)


def kind(error: BaseException) -> str:
    """Return the name of an error, with its first line where that cannot quote anybody."""
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    said = str(error).partition("\n")[0] if isinstance(error, SPEAK) else ""
    return f"{name}: {said}" if said else name
