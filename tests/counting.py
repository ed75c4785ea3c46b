"""Counts the queries a page asks, without the bookkeeping of transactions inside tests."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext

# In a test the page's transaction is a savepoint, whose settings have to be put back.
BOOKKEEPING = re.compile(r"(RELEASE )?SAVEPOINT|SELECT current_setting|SELECT set_config\('role', '")


@contextmanager
def queries(expected: int) -> Iterator[None]:
    """Fail unless exactly this many queries are asked, and show them."""
    with CaptureQueriesContext(connection, ) as captured:
        yield
    asked = [query["sql"] for query in captured if not BOOKKEEPING.match(query["sql"])]
    assert len(asked) == expected, "\n\n".join([f"{len(asked)} queries:", *asked])
