"""Writes to many messages at once, by the holder of their leases, with one statement."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from notifications.models import OutboxMessage, State

Value = str | int | None
_POSITIONS = {field.name: position for position, field in enumerate(OutboxMessage._meta.concrete_fields)}
_UPDATE = """
UPDATE notifications_outboxmessage AS message SET {assignments}
FROM {rows}
WHERE message.id = given.pk AND message.lease_token = given.token AND message.state = %s
RETURNING id
"""


def write_held(
    values: Sequence[tuple[OutboxMessage, Mapping[str, Value]]],
    *,
    shared: Mapping[str, object],
    now: datetime,
    expressions: Mapping[str, str] | None = None,
) -> set[int]:
    """Write each message's values and the shared ones; return the ids of those that the caller still holds.

    All messages have values for the same columns. `expressions` names SQL for columns that depend on the row; in it,
    `given` is the row of values, `message` the one in the table.
    """
    if not values:
        return set()
    columns = list(values[0][1])
    given = [
        {"pk": message.pk, "token": message.lease_token.hex if message.lease_token else None, **row}
        for message, row in values
    ]
    constants = {**shared, "updated_at": now}
    assignments = [f"{name} = {(expressions or {}).get(name, f'given.{name}')}" for name in columns]
    assignments += [f"{name} = %s" for name in constants]
    sql = _UPDATE.format(assignments=", ".join(assignments), rows=_given(columns))
    prepared = [prepare(name, value) for name, value in constants.items()]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*prepared, json.dumps(given), State.SENDING.value])
        return {pk for (pk,) in cursor.fetchall()}


def prepare(name: str, value: object) -> Any:
    """Return a column's value as the database takes it."""
    return OutboxMessage._meta.concrete_fields[_POSITIONS[name]].get_db_prep_save(value, connection)


def _given(columns: Sequence[str]) -> str:
    """Return the SQL of the table of values, which is one JSON text."""
    if connection.vendor == "postgresql":
        field = OutboxMessage._meta.get_field
        types = ["pk bigint", "token uuid", *(f"{name} {field(name).db_type(connection)}" for name in columns)]
        return f"jsonb_to_recordset(%s::jsonb) AS given({', '.join(types)})"
    read = [f"json_extract(value, '$.{name}') AS {name}" for name in ("pk", "token", *columns)]
    return f"(SELECT {', '.join(read)} FROM json_each(%s)) AS given"  # noqa: S608 -- our own names of columns
