"""The search for a store: by name, town or postal code, or the nearest where the browser shares its position."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.timezone import now as clock_now
from django.views.decorators.http import require_safe

from booking.customer.stores.store_list import StoreList
from booking.web.read_ahead import let_read_ahead
from booking.web.rendering import customer_page
from booking.web.replica import may_lag
from stores.queries import organizations

ORGANIZATIONS_SHOWN = 6


@require_safe
@may_lag
def find(request: HttpRequest) -> HttpResponse:
    """Show the stores that match the search, or all of them, with the towns and chains that group them."""
    stores = StoreList(request, url=reverse("find"), now=clock_now())
    gathered = stores.organizations if stores.asked.q else organizations(limit=ORGANIZATIONS_SHOWN + 1)
    context = {
        **stores.context,
        "organizations": gathered[:ORGANIZATIONS_SHOWN],
        "has_more_organizations": len(gathered) > ORGANIZATIONS_SHOWN,
    }
    return let_read_ahead(customer_page(request, "stores/find", context, status=400 if stores.problems else 200))
