"""Joint writes: new rows of several tables, written by one statement on PostgreSQL.

Each part of such a statement is an INSERT with a name. PostgreSQL runs the parts in an order of its own, unless one
reads what another returns; so a part names those that must have written before it. SQLite has no such statement: its
callers write one table after another.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import AutoField, Model


@dataclass(frozen=True, slots=True)
class Part:
    """One INSERT of a joint write. It returns a row for each one it wrote: `least` of them, or all was in vain."""

    name: str
    sql: str
    values: Sequence[Any]
    least: int


def can_join_writes() -> bool:
    """Tell whether the database takes joint writes."""
    return connection.vendor == "postgresql"


def insert_part(
    name: str,
    rows: Sequence[Model],
    *,
    after: Sequence[Part] = (),
    key: str = "",
    keep: bool = False,
) -> Part:
    """Return the part that inserts these rows of one model; it returns their ids.

    It writes nothing if one of the parts `after` has returned too few rows. `key` is a foreign key to the one row of
    the last of them. With `keep`, rows that exist stay as they are.
    """
    model = type(rows[0])
    sql = _insert(model, key, after[-1].name if key else "") + condition(after)
    sql += f"{' ON CONFLICT DO NOTHING' if keep else ''} RETURNING id"
    given = [{column: getattr(row, attname) for attname, column in _columns(model) if attname != key} for row in rows]
    values = [json.dumps(given, default=_text)]
    return Part(name, sql, values, 0 if keep else len(rows))


def condition(after: Sequence[Part]) -> str:
    """Return the WHERE of a part that is written after others, and only if each of them has written its rows."""
    counts = [f"(SELECT count(*) FROM {part.name}) >= {part.least}" for part in after]  # noqa: S608
    return f" WHERE {' AND '.join(counts)}" if counts else ""


def write_jointly(parts: Sequence[Part], *, returning: Part) -> list[Any]:
    """Write these parts with one statement; return the first column of what the part `returning` returned."""
    joined = ", ".join(f"{part.name} AS ({part.sql})" for part in parts)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {joined} SELECT * FROM {returning.name}",  # noqa: S608 -- names and statements of the code
            [value for part in parts for value in part.values],
        )
        return [row[0] for row in cursor.fetchall()]


def _text(value: object) -> str:
    """Return a value that JSON does not know as the database reads it from a text."""
    if isinstance(value, date | time | UUID | Decimal):  # an instant is a date too
        return str(value)
    raise TypeError(f"{type(value).__name__} is no value of a new row")


@lru_cache(maxsize=64)
def _columns(model: type[Model]) -> tuple[tuple[str, str], ...]:
    """Return the attributes and columns that a new row gets a value for: all but an id that the database counts."""
    fields = (field for field in model._meta.concrete_fields if not isinstance(field, AutoField))
    return tuple((field.attname, field.column or "") for field in fields)


@lru_cache(maxsize=256)
def _insert(model: type[Model], key: str, referred: str) -> str:
    """Return the statement for rows given as one JSON text: short, and the same for any number of rows.

    With a value for each column it would be too long for the driver to keep it prepared, and read anew each time.
    """
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    names = ", ".join(quote(column) for attname, column in _columns(model) if attname != key)
    rows = f"json_populate_recordset(NULL::{table}, %s::json)"
    if not referred:
        return f"INSERT INTO {table} ({names}) SELECT {names} FROM {rows}"  # noqa: S608 -- names of the code
    column = quote(dict(_columns(model))[key])
    return f"INSERT INTO {table} ({column}, {names}) SELECT {referred}.id, {names} FROM {referred}, {rows}"  # noqa: S608
