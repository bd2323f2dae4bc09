"""Sharing of a store: its link, a QR code, the picture beside the link, a poster for the door."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from booking.formats.qr_codes import address_code, address_code_file
from booking.formats.share_image import store_card
from booking.links import store_page_url
from booking.web.rendering import customer_page
from booking.web.responses import kept_file
from stores.queries import StoreDetail, store_detail

PICTURE_SECONDS = 24 * 3600
POSTER_LANGUAGES = ("fr", "en")


@require_safe
def share(request: HttpRequest, store: str) -> HttpResponse:
    """Show the ways to share a store's link."""
    found = _found(store)
    url = store_page_url(found.slug)
    text = _("Book a visit: {store}").format(store=found.name)
    context = {"store": found, "url": url, "text": text, "code": address_code(url)}
    return customer_page(request, "stores/share", context)


@require_safe
def code(request: HttpRequest, store: str) -> HttpResponse:
    """Return the QR code of a store's link as a drawing, for print."""
    found = _found(store)
    response = kept_file(
        request, address_code_file(store_page_url(found.slug)), "image/svg+xml", seconds=PICTURE_SECONDS
    )
    response["Content-Disposition"] = f'inline; filename="{found.slug}.svg"'
    return response


@require_safe
def card(request: HttpRequest, store: str) -> HttpResponse:
    """Return the picture that is shown beside a shared link."""
    found = _found(store)
    picture = store_card(" ".join(found.name.split()), " ".join(found.town.split()), _("Book a visit"))
    return kept_file(request, picture, "image/png", seconds=PICTURE_SECONDS)


@require_safe
def poster(request: HttpRequest, store: str) -> HttpResponse:
    """Show a poster for the door, A5, in at least the two languages of the staff."""
    found = _found(store)
    languages = list(dict.fromkeys([translation.get_language() or "en", *POSTER_LANGUAGES]))[:2]
    url = store_page_url(found.slug)
    context = {
        "store": found,
        "url": url.partition("://")[2],
        "code": address_code(url),
        "languages_shown": languages,
    }
    return customer_page(request, "stores/poster", context)


def _found(slug: str) -> StoreDetail:
    found = store_detail(slug)
    if found is None:
        raise Http404
    return found
