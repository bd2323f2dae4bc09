"""Crowds: many visits booked on the web from one connection. Nothing here writes, or reads names."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from booking.models import Booking, Status
from booking.models.moment_texts import Moments

# A family stays below this number; a class or a club is shown, and the manager recognizes it.
CROWD = 10

# Plain SQL: to build this statement by the ORM took longer than all other notices of the day together.
_CROWDS = """
SELECT client_digest, COUNT(*), SUM(party_size),
  CAST(MIN(created_at) AS TEXT), CAST(MAX(created_at) AS TEXT),
  CAST(MIN(visit_date) AS TEXT), CAST(MAX(visit_date) AS TEXT)
FROM booking_booking
WHERE store_id = %s AND client_digest > '' AND status = 'confirmed' AND starts_at > %s
GROUP BY client_digest
HAVING COUNT(*) >= %s
ORDER BY COUNT(*) DESC, client_digest
"""


@dataclass(frozen=True, slots=True)
class Crowd:
    """The upcoming visits of one connection; `digest` identifies it without revealing its address."""

    digest: str
    visits: int
    people: int
    first_booked_at: datetime
    last_booked_at: datetime
    first_date: date
    last_date: date


def visits_of_client(*, store_id: int, digest: str, now: datetime) -> QuerySet[Booking]:
    """Return the upcoming visits at a store that one connection booked in the last two days."""
    return Booking.objects.filter(
        store_id=store_id, client_digest=digest, status=Status.CONFIRMED, starts_at__gt=now
    ).exclude(client_digest="")


def crowds(*, store_id: int, now: datetime) -> list[Crowd]:
    """Return the connections that booked many visits at a store, largest first, with one statement."""
    moment = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(_CROWDS, [store_id, moment, CROWD])
        rows = cursor.fetchall()
    moments: Mapping[str | None, Any] = Moments()
    return [
        Crowd(digest, visits, people, moments[first], moments[last], date.fromisoformat(since), date.fromisoformat(to))
        for digest, visits, people, first, last, since, to in rows
    ]
