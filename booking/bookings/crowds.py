"""Crowds: many visits booked on the web from one connection. Nothing here writes, or reads names."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Max, Min, QuerySet, Sum

from booking.models import Booking, Status

# A family stays below this number; a class or a club is shown, and the manager recognizes it.
CROWD = 10


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
    found = (
        Booking.objects.filter(store_id=store_id, client_digest__gt="", status=Status.CONFIRMED, starts_at__gt=now)
        .order_by()
        .values("client_digest")
        .annotate(
            visits=Count("pk"),
            people=Sum("party_size"),
            first_booked_at=Min("created_at"),
            last_booked_at=Max("created_at"),
            first_date=Min("visit_date"),
            last_date=Max("visit_date"),
        )
        .filter(visits__gte=CROWD)
        .order_by("-visits", "client_digest")
    )
    fields = ("visits", "people", "first_booked_at", "last_booked_at", "first_date", "last_date")
    return [Crowd(*row) for row in found.values_list("client_digest", *fields)]
