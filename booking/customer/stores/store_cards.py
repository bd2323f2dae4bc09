"""Cards of stores in a list: whether each is open, its first free place, and the link to book."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from booking.customer.stores.opening_hours import OpenNow, open_now
from booking.customer.stores.time_offers import TimeOffer, time_offer
from booking.places.first_free import FirstFree, first_free_of
from stores.queries import (
    ListedStore,
    OrganizationDetail,
    StoreSummary,
    first_day_around,
    listed_stores,
    organizations_of,
)


@dataclass(frozen=True, slots=True)
class StoreCard:
    """A store in a list; it has a `wait_url` only where all of the next days are full."""

    number: int
    store: StoreSummary
    distance_km: float | None
    opening: OpenNow | None
    offer: TimeOffer | None
    why_none: str
    wait_url: str
    book_url: str
    organizations: Sequence[OrganizationDetail]


def store_cards(slugs: Sequence[str], *, now: datetime, distances_km: Sequence[float] = ()) -> list[StoreCard]:
    """Return the cards of stores in the given order; four statements for any number of them."""
    listed = listed_stores(slugs, from_date=first_day_around(now))
    free = first_free_of([one.rules for one in listed], now=now)
    gathered = organizations_of(slugs)
    distances = dict(zip(slugs, distances_km, strict=False))
    return _cards(listed, free, gathered, distances, now=now)


def sooner_first(slugs: Sequence[str], *, now: datetime) -> list[str]:
    """Return these stores ordered by their first free place; three statements for any number of them."""
    listed = listed_stores(slugs, from_date=first_day_around(now))
    free = first_free_of([one.rules for one in listed], now=now)
    never = datetime.max.replace(tzinfo=now.tzinfo)
    return sorted(free, key=lambda slug: (free[slug].starts_at or never, not free[slug].has_times))


def _cards(
    listed: Sequence[ListedStore],
    free: Mapping[str, FirstFree],
    gathered: Mapping[str, Sequence[OrganizationDetail]],
    distances: Mapping[str, float],
    *,
    now: datetime,
) -> list[StoreCard]:
    cards = []
    for number, one in enumerate(listed, 1):
        slug, first = one.store.slug, free[one.store.slug]
        is_full = first.starts_at is None and first.has_times
        cards.append(
            StoreCard(
                number=number,
                store=one.store,
                distance_km=distances.get(slug),
                opening=open_now(one.rules, now=now),
                offer=_offer(first, one, now=now),
                why_none=_why_none(first, one),
                wait_url=reverse("waiting-join", args=[slug]) if is_full else "",
                book_url=reverse("book", args=[slug]) if one.rules.visit_types else "",
                organizations=gathered.get(slug, ()),
            )
        )
    return cards


def _offer(first: FirstFree, one: ListedStore, *, now: datetime) -> TimeOffer | None:
    """Return the first free time of a store, for one person; None where the next days have none."""
    if first.starts_at is None:
        return None
    return time_offer(first.starts_at, one.rules.visit_types[0].slug, one.rules.zone, now=now)


def _why_none(first: FirstFree, one: ListedStore) -> str:
    """Return why a store offers no time in the next days; "" where it offers one."""
    if first.starts_at is not None:
        return ""
    if first.has_times:
        return _("Full for the next 7 days")
    return _("No times in the next 7 days") if one.rules.visit_types else _("No booking here for now")
