"""Counts the queries a page asks, without the bookkeeping of transactions inside tests."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext

# In a test the page's transaction is a savepoint, whose settings have to be put back.
BOOKKEEPING = re.compile(
    r"(RELEASE )?SAVEPOINT|SELECT current_setting|SELECT set_config\('role', '"
)
# What every page costs besides its own questions: its reach, and its line in the audit.
REACH, AUDIT = 1, 1


@contextmanager
def captured() -> Iterator[list[str]]:
    """Collect the queries of the product; the list is filled when the block ends."""
    found: list[str] = []
    with CaptureQueriesContext(connection) as every:
        yield found
    found += [query["sql"] for query in every if not BOOKKEEPING.match(query["sql"])]


@contextmanager
def queries(expected: int) -> Iterator[None]:
    """Fail unless exactly this many queries are asked, and show them."""
    with captured() as found:
        yield
    assert len(found) == expected, "\n\n".join([f"{len(found)} queries:", *found])
