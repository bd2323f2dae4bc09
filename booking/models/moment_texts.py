"""Instants that a statement returns as text: for lists of hundreds of rows, many of which share them.

A driver takes longer to make its values of them than to fetch such rows.
"""

from datetime import UTC, datetime

from django.db.models import TextField
from django.db.models.functions import Cast


def moment_text(field: str) -> Cast:
    """Return the expression that selects an instant as text; `Moments` reads it."""
    return Cast(field, TextField())


class Moments(dict[str | None, datetime | None]):
    """Reads each text once, as an instant in UTC. PostgreSQL's have an offset, SQLite's are in UTC without one."""

    def __missing__(self, text: str | None) -> datetime | None:
        moment = datetime.fromisoformat(text) if text else None
        if moment:
            moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        self[text] = moment
        return moment
