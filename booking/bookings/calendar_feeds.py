"""Queries of calendar feeds: of a store, of a desk, and of a customer's visits.

A feed is known by the digest of its secret. One statement finds it with a version that rises with every change of its
visits; where a program has that version already, nothing else is asked.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Case, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import Coalesce, Lower

from booking.models import Booking, Status
from booking.models.moment_texts import Moments, moment_text
from booking.models.partial_rows import known, known_rows, set_related
from stores.hours import ONE_DAY, day_start
from stores.models import Desk, Store, StoreDay, VisitType

FEED_PAST = timedelta(days=7)
FEED_AHEAD = timedelta(days=90)
FEED_CANCELLED = timedelta(days=30)
MOST_OF_A_CUSTOMER = 200

_FORM = 1  # of the file: raised by whoever changes what the same visits are written as
_FEED_MOMENTS = ("starts_at", "ends_at", "updated_at", "erased_at")
_FEED_PLAIN = ("id", "reference", "visit_type_id", "status", "name", "party_size", "sequence")
_FEED_SHOWN = (*_FEED_MOMENTS, *_FEED_PLAIN)


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as it is now: its store, its desk if it is of one, and its version."""

    store: Store
    desk: Desk | None
    etag: str  # an equal one means the same file


@dataclass(frozen=True, slots=True)
class CustomerFeed:
    """The feed of a customer's visits: the booking by which it is known, and the visits, the first one first."""

    booking: Booking
    visits: tuple[Booking, ...]


def feed_of_store(digest: str, *, now: datetime) -> Feed | None:
    """Return the feed of a store by the digest of its secret; one statement."""
    stores = Store.objects.filter(feed_digest=digest).alias(total=_days_total("pk", now))
    store = stores.annotate(days_total=Coalesce("total", 0)).first()
    return None if store is None else Feed(store, None, _etag(store, None, store.days_total, now))


def feed_of_desk(digest: str, *, now: datetime) -> Feed | None:
    """Return the feed of a desk by the digest of its secret; one statement."""
    desks = Desk.objects.filter(feed_digest=digest).select_related("store").alias(total=_days_total("store_id", now))
    desk = desks.annotate(days_total=Coalesce("total", 0)).first()
    return None if desk is None else Feed(desk.store, desk, _etag(desk.store, desk, desk.days_total, now))


def feed_bookings(*, store: Store, now: datetime, desk: Desk | None = None) -> list[Booking]:
    """Return the bookings of a feed: 7 days back, 90 days ahead, cancelled ones for 30 days, by the store's days.

    What a feed does not tell is deferred.
    """
    midnight = _midnight(store.time_zone, now)
    is_shown = Q(starts_at__gte=midnight - FEED_PAST) & ~Q(status=Status.CANCELLED)
    since = midnight - FEED_CANCELLED
    is_gone = Q(status=Status.CANCELLED, updated_at__gte=since, starts_at__gte=since)
    bookings = Booking.objects.filter(is_shown | is_gone, store=store, starts_at__lt=midnight + FEED_AHEAD + ONE_DAY)
    if desk is not None:
        bookings = bookings.filter(desk=desk)
    rows = bookings.order_by("starts_at", "pk").values_list(
        *map(moment_text, _FEED_MOMENTS), *_FEED_PLAIN, "visit_type__name"
    )
    return list(_feed_rows(rows))


def customer_feed(reference: str, *, contact: str, now: datetime) -> CustomerFeed | None:
    """Return the visits booked with the phone or the e-mail of a booking; None once that is erased; one statement.

    `contact` is "phone" or "email".
    """
    its = Booking.objects.filter(reference=reference, erased_at=None)
    if contact == "phone":
        same = Q(phone=Subquery(its.exclude(phone="").values("phone")))
    else:
        same = Q(address=Subquery(its.exclude(email="").values(own_address=Lower("email"))))
    own = Q(reference=reference)
    found = Booking.objects.alias(address=Lower("email")).filter(own | same, erased_at=None)
    found = found.select_related("store", "visit_type").order_by(Case(When(own, then=0), default=1), "-starts_at")
    visits = list(found[:MOST_OF_A_CUSTOMER])
    if not visits or visits[0].reference != reference:
        return None
    shown = sorted((visit for visit in visits if _is_shown(visit, now)), key=lambda visit: (visit.starts_at, visit.pk))
    return CustomerFeed(visits[0], tuple(shown))


def _days_total(store_id: str, now: datetime) -> Subquery:
    """Return the sum of the versions of the days of a feed, in any zone of the world.

    It rises with each change, until the day of UTC ends and other days are summed.
    """
    today = now.astimezone(UTC).date()
    days = StoreDay.objects.filter(
        store_id=OuterRef(store_id),
        date__gte=today - FEED_CANCELLED - 2 * ONE_DAY,
        date__lte=today + FEED_AHEAD + 2 * ONE_DAY,
    )
    return Subquery(days.order_by().values("store_id").annotate(total=Sum("version")).values("total"))


def _etag(store: Store, desk: Desk | None, days_total: int, now: datetime) -> str:
    days = [now.astimezone(zone).date().isoformat() for zone in (ZoneInfo(store.time_zone), UTC)]
    parts = [
        *(_FORM, store.slug, store.hours_version, days_total, *days, desk.name if desk else ""),
        *(store.name, store.street, store.postal_code, store.town, store.country, store.email, store.time_zone),
        *(store.latitude, store.longitude, settings.PUBLIC_URL, settings.DEFAULT_FROM_EMAIL),
    ]
    return f'"{sha256(json.dumps(parts).encode()).hexdigest()[:32]}"'


def _midnight(time_zone: str, now: datetime) -> datetime:
    """Return the start of today: a feed shows the same visits all day."""
    zone = ZoneInfo(time_zone)
    return day_start(now.astimezone(zone).date(), zone)


def _is_shown(visit: Booking, now: datetime) -> bool:
    """Tell whether a customer's feed shows a visit, as `feed_bookings` does."""
    if visit.status != Status.CANCELLED:
        return now - FEED_PAST <= visit.starts_at < now + FEED_AHEAD + ONE_DAY
    return min(visit.updated_at, visit.starts_at) >= now - FEED_CANCELLED


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
