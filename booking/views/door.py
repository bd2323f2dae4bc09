"""The sheet for the door, to print: the code by which people who booked say that they are here."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.utils import translation
from django.views.decorators.http import require_safe

from booking.codes import address_code
from booking.links import here_url
from booking.views.share import POSTER_LANGUAGES
from booking.views.staff_access import AtStore, at_store


@require_safe
@at_store()
def door(request: HttpRequest, at: AtStore) -> HttpResponseBase:
    """Show the sheet, A5, in the language of who prints it and one more."""
    url = here_url(at.store.slug)
    languages = list(dict.fromkeys([translation.get_language() or "en", *POSTER_LANGUAGES]))[:2]
    context = {
        "store": at.store,
        "url": url.partition("://")[2],
        "code": address_code(url),
        "languages_shown": languages,
    }
    return render(request, "staff/door.html", context)


urlpatterns = [path("staff/<slug:store>/door/", door, name="staff-door")]
