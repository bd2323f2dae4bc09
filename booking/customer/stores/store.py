"""The page of one store: address, opening hours, visit types, and the link to book."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now as clock_now
from django.views.decorators.http import require_safe

from booking.customer.chooser import first_free_start
from booking.customer.store_lookup import store_or_404
from booking.customer.stores.opening_hours import closings, days_alike, open_now, special_days, week
from booking.customer.stores.structured_data import store_as_json_ld
from booking.customer.stores.time_offers import TimeOffer, time_offer
from booking.formats.map_links import directions
from booking.web.rendering import customer_page
from stores.queries import organizations_of
from stores.slots import StoreRules

OFFERED_MAX = 3  # kinds of visit with a time to press at once; each costs a statement


@require_safe
def store(request: HttpRequest, store: str) -> HttpResponse:
    """Show a store in full; the first free time of its kinds of visit is one tap away."""
    now = clock_now()
    page = store_or_404(store, now=now)
    rules, found = page.rules, page.detail
    offers = _offers(rules, now=now)
    gathered = organizations_of([found.slug]).get(found.slug, ())
    context = {
        "store": found,
        "opening": open_now(found, now=now),
        "week": week(found, now=now),
        "days_alike": days_alike(found, now=now),
        "special_days": special_days(found, now=now),
        "closings": closings(found, now=now),
        "visits": [(one, offers.get(one.slug)) for one in found.visit_types],
        "directions": directions(found),
        "organizations": gathered,
        "json_ld": store_as_json_ld(found, now=now, organizations=gathered),
    }
    return customer_page(request, "stores/store", context)


def _offers(rules: StoreRules, *, now: datetime) -> dict[str, TimeOffer]:
    """Return the first free time of the first kinds of visit, by the slug of each; without those that have none."""
    offers = {}
    for visit_type in rules.visit_types[:OFFERED_MAX]:
        starts_at = first_free_start(rules, visit_type, now=now)
        if starts_at is not None:
            offers[visit_type.slug] = time_offer(starts_at, visit_type.slug, rules.zone, now=now)
    return offers
