"""The page of one store: address, opening hours, visit types, and the link to book."""

from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now as clock_now
from django.views.decorators.http import require_safe

from booking.customer.chooser import first_free
from booking.customer.store_lookup import store_or_404
from booking.customer.stores.opening_hours import open_now, special_days, week
from booking.customer.stores.structured_data import store_as_json_ld
from booking.formats.map_links import directions
from booking.web.rendering import customer_page
from stores.queries import organizations_of


@require_safe
def store(request: HttpRequest, store: str) -> HttpResponse:
    """Show a store in full; its first free time is one tap away."""
    now = clock_now()
    page = store_or_404(store, now=now)
    rules, found = page.rules, page.detail
    gathered = organizations_of([found.slug]).get(found.slug, ())
    context = {
        "store": found,
        "opening": open_now(found, now=now),
        "week": week(found, now=now),
        "special_days": special_days(found, now=now),
        "first_free": first_free(rules, rules.visit_types[0], now=now) if rules.visit_types else None,
        "directions": directions(found),
        "organizations": gathered,
        "json_ld": store_as_json_ld(found, now=now, organizations=gathered),
    }
    return customer_page(request, "stores/store", context)
