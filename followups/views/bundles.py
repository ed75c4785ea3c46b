"""Several short lists in one query: the rows of each as one column of JSON."""

from typing import Any, cast

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Field, Model, QuerySet
from django.db.models.functions import JSONObject


def bundled(one: Model, **lists: QuerySet) -> dict[str, Any]:
    """Return the rows of each list as they would have been read by themselves.

    ``one`` is any row that is there to carry them. For rows of plain columns only: what they
    point to is not read along.
    """
    columns = {name: ArraySubquery(_as_json(rows)) for name, rows in lists.items()}
    carrier = type(one)._base_manager.filter(pk=one.pk)
    found = carrier.values_list(*columns.values()).get()
    return {
        name: [_row(rows, values) for values in given]
        for (name, rows), given in zip(lists.items(), found, strict=True)
    }


def _as_json(rows: QuerySet) -> QuerySet:
    columns = {name: F(name) for name in _columns(rows)}
    found: QuerySet = rows.values(row_as_json=JSONObject(**columns))
    return found


def _row(rows: QuerySet, values: dict[str, Any]) -> Model:
    names = _columns(rows)
    read = [_value(rows.model, name, values[name]) for name in names]
    row: Model = rows.model.from_db("default", names, read)
    return row


def _value(model: type[Model], name: str, value: Any) -> Any:
    """Return a value of JSON as the column's own type; to_python knows dates and numbers."""
    field = cast(Field, model._meta.get_field(name))
    base = getattr(field, "base_field", None)
    if base is not None and value is not None:
        return [base.to_python(each) for each in value]
    return value if field.is_relation else field.to_python(value)


def _columns(rows: QuerySet) -> list[str]:
    """Return the columns to read: all, or those the query says it reads ``only``."""
    names, left_out = rows.query.deferred_loading
    fields = rows.model._meta.concrete_fields
    return [each.attname for each in fields if each.primary_key or (each.name in names) != left_out]
