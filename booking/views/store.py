"""One store: where it is, when it is open, why people come, and the way to book."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.timezone import now as clock_now
from django.views.decorators.http import require_safe

from booking.views.opening_words import open_now, special_days, week
from booking.views.structured_data import store_as_json_ld
from stores.queries import store_detail


@require_safe
def store(request: HttpRequest, store: str) -> HttpResponse:
    """Show a store in full."""
    now = clock_now()
    found = store_detail(store, from_date=now.date())
    if found is None:
        raise Http404
    context = {
        "store": found,
        "opening": open_now(found, now=now),
        "week": week(found, now=now),
        "special_days": special_days(found, now=now),
        "json_ld": store_as_json_ld(found, now=now),
    }
    return render(request, "customer/store.html", context)


urlpatterns = [path("s/<slug:store>/", store, name="store")]
