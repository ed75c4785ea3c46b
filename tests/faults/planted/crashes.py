"""Kills this process at the n-th step of a POST: before a statement, and around each commit.

The number stands in a file that is read when a request begins; 0 lets it through.
"""

import os
import signal
import threading
from pathlib import Path
from typing import Any

from django.core.signals import request_started
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.backends.signals import connection_created

_now = threading.local()


def plant(file: str) -> None:
    wrapper: Any = DatabaseWrapper
    commit = wrapper._commit

    def begin(environ: dict[str, Any], **_: Any) -> None:
        is_post = environ["REQUEST_METHOD"] == "POST"
        _now.left = int(Path(file).read_text()) if is_post else 0

    def watch(connection: DatabaseWrapper, **_: Any) -> None:
        if step_first not in connection.execute_wrappers:
            connection.execute_wrappers.append(step_first)

    def commit_between_steps(connection: DatabaseWrapper) -> None:
        step()
        commit(connection)
        step()

    wrapper._commit = commit_between_steps
    request_started.connect(begin, weak=False)
    connection_created.connect(watch, weak=False)


def step_first(execute: Any, *arguments: Any) -> Any:
    step()
    return execute(*arguments)


def step() -> None:
    """Take one step towards the end."""
    left = getattr(_now, "left", 0)
    if left == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    _now.left = max(0, left - 1)
