"""The page of the store's calendar feeds, one for all and one for each desk; an address is shown once, when made."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from booking.formatting import visit_type_name
from booking.staff.access import StaffContext, at_store, staff_page
from booking.staff.setup.hours import FORM_METHODS
from booking.staff.setup.saving import saved
from booking.store_setup.calendar_feed import end_desk_feed, end_feed, new_desk_feed, new_feed
from booking.store_setup.queries import active_desks
from stores.models import Desk, Role


@require_http_methods(FORM_METHODS)
@at_store(need=Role.MANAGER)
def feed(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Make a new address, or end an existing one; with `desk`, that of a desk."""
    url, desks = "", active_desks(at.store)
    of_desk = _desk(request.POST.get("desk", ""), desks)
    if request.method == "POST":
        if request.POST.get("what") == "end":
            _end(at, of_desk)
            return saved(at, "feed")
        url = f"{settings.PUBLIC_URL}{_new(at, of_desk)}"
    context = {
        "section": "setup",
        "url": url,
        "of_desk": visit_type_name(of_desk.name) if of_desk else "",
        "new_for": of_desk.slug if of_desk else "",
        "has_feed": bool(at.store.feed_digest),
        "desks": [
            {"slug": desk.slug, "name": visit_type_name(desk.name), "has_feed": bool(desk.feed_digest)}
            for desk in desks
        ],
    }
    return staff_page(request, at, "staff/setup/feed.html", context)


def _desk(slug: str, desks: tuple[Desk, ...]) -> Desk | None:
    """Return the desk that a form names, None where it names none. Raises Http404 for an unknown one."""
    if not slug:
        return None
    found = next((desk for desk in desks if desk.slug == slug), None)
    if found is None:
        raise Http404
    return found


def _new(at: StaffContext, desk: Desk | None) -> str:
    if desk is None:
        return reverse("feed", args=[new_feed(store_id=at.store.pk, user=at.user, now=at.now)])
    return reverse("desk-feed", args=[new_desk_feed(desk_id=desk.pk, user=at.user, now=at.now)])


def _end(at: StaffContext, desk: Desk | None) -> None:
    if desk is None:
        end_feed(store_id=at.store.pk, user=at.user, now=at.now)
    else:
        end_desk_feed(desk_id=desk.pk, user=at.user, now=at.now)
