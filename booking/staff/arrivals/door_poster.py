"""The poster for the door, to print: its code leads customers to the self check-in."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_POST, require_safe

from booking.arrivals.door_code import renew_door
from booking.customer.stores.share import POSTER_LANGUAGES
from booking.formats.qr_codes import address_code
from booking.links import door_url, here_url
from booking.staff.access import StaffContext, at_store
from booking.web.responses import see_other
from stores.models import Role


@require_safe
@at_store()
def door(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Show the poster, A5, in the language of the user who prints it and in one more."""
    languages = list(dict.fromkeys([translation.get_language() or "en", *POSTER_LANGUAGES]))[:2]
    context = {
        "store": at.store,
        "url": here_url(at.store.slug).partition("://")[2],
        "code": address_code(door_url(at.store.slug, at.store.door_number)),
        "languages_shown": languages,
        "is_manager": at.is_manager,
        "is_new": bool(request.GET.get("done")),
    }
    return render(request, "staff/arrivals/door_poster.html", context)


@require_POST
@at_store(need=Role.MANAGER, come_back="staff-door")
def renew(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Make a new code; the old one no longer accepts a phone number."""
    renew_door(store_id=at.store.pk, user=at.user, now=at.now)
    return see_other(f"{reverse('staff-door', args=[at.store.slug])}?done=new")
