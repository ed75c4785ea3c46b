"""Words that can come from nowhere else, and a search that looks everywhere for them."""

from collections.abc import Iterable
from typing import Any

from django.db import connection

GIVEN, FAMILY = "Quillonarda", "Zephyrwick"
MRN = "CNRY-77413"
BORN = "1961-07-23"
EMAIL = "quillonarda.zephyrwick@canary.example"
PHONE = "+12125557741"
SAID = "xylocanthic throbbing since the picnic"
NOTED = "vexillomancer note by the nurse"
PERSON = (GIVEN, FAMILY, MRN, BORN, EMAIL, PHONE)
WORDS = (SAID, NOTED)
# How a day of birth is written elsewhere; a bare 23 or 1961 would be found everywhere.
BIRTH_DATES = (BORN, "23 Jul 1961", "Jul 23, 1961", "July 23, 1961", "23.07.1961", "07/23/1961")


def found_in(text: str, canaries: Iterable[str]) -> list[str]:
    """Return the canaries that a text holds, in whatever case it writes them."""
    held = text.casefold()
    return [canary for canary in canaries if canary.casefold() in held]


def found_in_database(canaries: Iterable[str], using: Any = connection) -> dict[str, list[str]]:
    """Return which tables hold which canaries, in any column of any row."""
    with using.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        hits: dict[str, list[str]] = {}
        for table in tables:
            for canary in canaries:
                cursor.execute(
                    f'SELECT count(*) FROM "{table}" AS t'  # noqa: S608
                    " WHERE strpos(lower(t::text), lower(%s)) > 0",
                    [canary],
                )
                if cursor.fetchone()[0]:
                    hits.setdefault(table, []).append(canary)
    return hits
