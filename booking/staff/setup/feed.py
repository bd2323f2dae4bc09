"""The page of the store's calendar feed; its address is shown once, when it is made."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from booking.staff.access import StaffContext, at_store, staff_page
from booking.staff.setup.hours import FORM_METHODS
from booking.staff.setup.saving import saved
from booking.store_setup.calendar_feed import end_feed, new_feed
from stores.models import Role


@require_http_methods(FORM_METHODS)
@at_store(need=Role.MANAGER)
def feed(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Make a new address, or end the existing one."""
    url = ""
    if request.method == "POST":
        if request.POST.get("what") == "end":
            end_feed(store_id=at.store.pk, user=at.user, now=at.now)
            return saved(at, "feed")
        secret = new_feed(store_id=at.store.pk, user=at.user, now=at.now)
        url = f"{settings.PUBLIC_URL}{reverse('feed', args=[secret])}"
    context = {"section": "setup", "url": url, "has_feed": bool(at.store.feed_digest)}
    return staff_page(request, at, "staff/setup/feed.html", context)
