"""Queries that are put together once and asked thousands of times.

For a query with many conditions, Django needs longer to word it than PostgreSQL to answer it.
Here the wording is kept; ``Given`` stands where a value is filled in at each asking.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import psycopg
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Expression, Model, QuerySet
from django.db.models.sql import InsertQuery, UpdateQuery


class _Blank(NamedTuple):
    name: str


class Given(Expression):
    """A value that is given by name when the query is asked; never None."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", [_Blank(self.name)]


@dataclass(frozen=True, slots=True)
class Compiled:
    sql: str
    params: Sequence[Any]

    def rows(self, **given: Any) -> list[tuple[Any, ...]]:
        with self._asked(given) as cursor:
            return cursor.fetchall()

    def changed(self, **given: Any) -> int:
        """Carry the change out; return how many rows it changed."""
        with self._asked(given) as cursor:
            return cursor.rowcount

    @contextmanager
    def _asked(self, given: dict[str, Any]) -> Iterator[psycopg.Cursor]:
        """Ask on Django's connection, as a statement that PostgreSQL plans once a connection."""
        connection.ensure_connection()
        with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
            yield cursor.execute(self.sql, self._filled(given))

    def _filled(self, given: dict[str, Any]) -> list[Any]:
        return [given[each.name] if isinstance(each, _Blank) else each for each in self.params]


def question(rows: QuerySet[Any, Any]) -> Compiled:
    """Return a query as it stands, with the columns it was given by ``values_list``."""
    return Compiled(*rows.query.sql_with_params())


def change(rows: QuerySet[Any, Any], **values: Any) -> Compiled:
    """Return what ``rows.update(**values)`` would do."""
    query: Any = rows.query.chain(UpdateQuery)
    query.add_update_values(values)
    return Compiled(*query.get_compiler(DEFAULT_DB_ALIAS).as_sql())


def addition(model: type[Model], **values: Any) -> Compiled:
    """Return what inserts one row: these values, and no column's default."""
    query = InsertQuery(model)
    fields: list[Any] = [model._meta.get_field(name) for name in values]
    query.insert_values(fields, [model(**{f.attname: values[f.name] for f in fields})])
    [made] = query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
    return Compiled(*made)
