"""Queries of bookings: one by its reference, and those of a store's calendar feed."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from booking.models import Booking, Status
from booking.models.moment_texts import Moments, moment_text
from booking.models.partial_rows import known, known_rows, set_related
from booking.tokens import read_reference
from stores.models import Store, VisitType

FEED_PAST = timedelta(days=7)


FEED_AHEAD = timedelta(days=90)


FEED_CANCELLED = timedelta(days=30)

_FEED_MOMENTS = ("starts_at", "ends_at", "updated_at", "erased_at")
_FEED_PLAIN = ("id", "reference", "visit_type_id", "status", "name", "party_size", "sequence")
_FEED_SHOWN = (*_FEED_MOMENTS, *_FEED_PLAIN)


def booking_by_reference(reference: str) -> Booking | None:
    """Return a booking with its store, desk and visit type, by its reference in any spelling."""
    plain = read_reference(reference)
    if plain is None:
        return None
    return next(iter(Booking.objects.select_related("store", "desk", "visit_type").filter(reference=plain)), None)


def feed_bookings(*, store: Store, now: datetime) -> list[Booking]:
    """Return the bookings of a store's calendar feed: 7 days back, 90 days ahead, cancelled ones for 30 days.

    What a feed does not tell is deferred.
    """
    is_shown = Q(starts_at__gte=now - FEED_PAST) & ~Q(status=Status.CANCELLED)
    is_gone = Q(status=Status.CANCELLED, updated_at__gte=now - FEED_CANCELLED, starts_at__gte=now - FEED_CANCELLED)
    bookings = Booking.objects.filter(is_shown | is_gone, store=store, starts_at__lte=now + FEED_AHEAD)
    rows = bookings.order_by("starts_at", "pk").values_list(
        *map(moment_text, _FEED_MOMENTS), *_FEED_PLAIN, "visit_type__name"
    )
    return list(_feed_rows(rows))


def _feed_rows(rows: Iterable[Sequence[Any]]) -> Iterator[Booking]:
    moments, count = Moments().__getitem__, len(_FEED_MOMENTS)
    rows = list(rows)
    values = ([*map(moments, row[:count]), *row[count:-1]] for row in rows)
    kinds: dict[str, VisitType] = {}
    for booking, row in zip(known_rows(Booking, _FEED_SHOWN, values), rows, strict=True):
        name = row[-1]
        if name not in kinds:
            kinds[name] = known(VisitType, id=booking.visit_type_id, name=name)
        set_related(booking, {"visit_type": kinds[name]})
        yield booking
