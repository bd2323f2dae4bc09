"""Joint writes: new rows of several tables, written by one statement on PostgreSQL.

Each part of such a statement is an INSERT with a name. PostgreSQL runs the parts in an order of its own, unless one
reads what another returns; so a part names those that must have written before it. SQLite has no such statement: its
callers write one table after another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import AutoField, JSONField, Model


@dataclass(frozen=True, slots=True)
class Part:
    """One INSERT of a joint write. It returns a row for each one it wrote: `least` of them, or all was in vain."""

    name: str
    sql: str
    values: Sequence[Any]
    least: int


class _Column(NamedTuple):
    attname: str
    name: str  # quoted
    cast: str
    is_json: bool


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
    columns = [column for column in _columns(type(rows[0])) if column.attname != key]
    sql = _insert(type(rows[0]), len(rows), key, after[-1].name if key else "") + condition(after)
    sql += f"{' ON CONFLICT DO NOTHING' if keep else ''} RETURNING id"
    values: list[Any] = []
    for row in rows:
        values += [
            connection.ops.adapt_json_value(getattr(row, column.attname), None)
            if column.is_json
            else getattr(row, column.attname)
            for column in columns
        ]
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


@lru_cache(maxsize=64)
def _columns(model: type[Model]) -> tuple[_Column, ...]:
    """Return the columns that a new row gets a value for: all but an id that the database counts."""
    found = []
    for field in model._meta.concrete_fields:
        if isinstance(field, AutoField):
            continue
        kind = field.db_type(connection) or ""
        # A cast to varchar(n) would cut a text that is too long, instead of refusing it.
        cast = "text" if kind.startswith("varchar") else kind
        found.append(
            _Column(field.attname, connection.ops.quote_name(field.column or ""), cast, isinstance(field, JSONField))
        )
    return tuple(found)


@lru_cache(maxsize=256)
def _insert(model: type[Model], count: int, key: str, referred: str) -> str:
    columns = [column for column in _columns(model) if column.attname != key]
    first = ", ".join(f"%s::{column.cast}" for column in columns)
    others = ", ".join(["%s"] * len(columns))
    rows = ", ".join([f"({first})", *[f"({others})"] * (count - 1)])
    names = ", ".join(column.name for column in [*(one for one in _columns(model) if one.attname == key), *columns])
    table = connection.ops.quote_name(model._meta.db_table)
    refers, source = (f"{referred}.id, ", f"{referred}, ") if referred else ("", "")
    return f"INSERT INTO {table} ({names}) SELECT {refers}given.* FROM {source}(VALUES {rows}) AS given"  # noqa: S608
