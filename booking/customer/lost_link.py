"""Lost links: a customer types a phone number or an e-mail address and gets a message that lists their upcoming visits.

The answer is the same for everybody, and so is the work behind it (see `booking.messages.lost_links`). The form needs
no cookie, as it gives nobody any right. It sets one only to show input again that could not be read.
"""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import phonenumbers
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import now as clock_now
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from booking import limits
from booking.bookings.customer_visits import Contact, visits_to_come
from booking.bookings.queries import booking_by_reference
from booking.customer.access import own_prefix
from booking.customer.book.details import AGAIN
from booking.customer.book.way_cookie import forget, keep, way_at
from booking.customer.forms import LostLinkForm
from booking.customer.page_keys import KEY_SECONDS, key_cookie_name, set_key_cookie
from booking.links import manage_url, visits_feed_url
from booking.messages.lost_links import send_visits
from booking.models import Booking
from booking.tokens import read_reference, read_visits_token
from booking.web.forms import FormProblem
from booking.web.rendering import customer_page
from booking.web.responses import keep_private, see_other

_signer = TimestampSigner(salt="booking.visits.2")
_COOKIE = "visits"
_PLACE = "/my-visits"  # not a slug of any store


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def lost_link(request: HttpRequest) -> HttpResponseBase:
    """Ask for a phone number or an e-mail address, and send the list there if visits are booked with it."""
    now, country = clock_now(), _country(request)
    way = way_at(request, _PLACE, now=now)
    if request.method != "POST":
        typed = {"contact": way.typed.get("contact", "")} if request.GET.get("why") == AGAIN else None
        return _ask(request, LostLinkForm(typed, country=country))
    form = LostLinkForm(request.POST, country=country)
    if not form.is_valid():
        again = {"why": AGAIN, **({"country": country} if country else {})}
        response = see_other(f"{reverse('lost-link')}?{urlencode(again)}")
        keep(request, response, replace(way, typed={"contact": form.data.get("contact", "")}), now=now)
        return keep_private(response, opened_by_key=True)
    contact: Contact = form.cleaned_data["contact"]
    limits.lost_link(contact.phone or contact.email)
    send_visits(contact=contact, now=now)
    response = see_other(reverse("lost-link-asked"))
    forget(response, way)
    return keep_private(response, opened_by_key=True)


@require_safe
def asked(request: HttpRequest) -> HttpResponseBase:
    """Show the same answer to everybody, whether or not there are visits."""
    return keep_private(customer_page(request, "lost_link_asked"), opened_by_key=True)


@require_safe
def open_list(request: HttpRequest, reference: str, token: str) -> HttpResponseBase:
    """Remove the token from the address bar; a short-lived cookie opens the list itself. Raises RateLimited."""
    limits.refuse_wrong_tokens(request)
    plain = read_reference(reference)
    booking = booking_by_reference(plain) if plain else None
    found = read_visits_token(plain, booking.link_number if booking else 0, token) if plain else None
    if found is None:
        limits.wrong_token(request)
        return _ask_again(request)
    contact, hour = found
    if booking is None or not _is_open(booking, hour=hour, now=clock_now()):
        return _ask_again(request)
    response = see_other(own_prefix(request, booking) + reverse("visits"))
    set_key_cookie(response, _COOKIE, _signer.sign(f"{plain} {contact} {hour} {booking.link_number}"))
    return keep_private(response, opened_by_key=True)


@require_safe
def visits(request: HttpRequest) -> HttpResponseBase:
    """List a customer's upcoming visits, each with its link."""
    now = clock_now()
    try:
        key = _signer.unsign(request.COOKIES.get(key_cookie_name(_COOKIE), ""), max_age=KEY_SECONDS)
    except BadSignature:
        return _ask_again(request)
    reference, contact, hour, number = key.split(" ")
    booking = booking_by_reference(reference)
    is_open = booking is not None and _is_open(booking, hour=int(hour), now=now)
    if booking is None or not is_open or booking.link_number != int(number):
        return _ask_again(request)
    wanted = Contact(phone=booking.phone) if contact == "phone" else Contact(email=booking.email)
    listed = [
        {
            "booking": visit,
            "zone": ZoneInfo(visit.store.time_zone),
            "url": manage_url(visit.reference, visit.link_number),
        }
        for visit in visits_to_come(wanted, now=now)
    ]
    feed_url = visits_feed_url(booking.reference, booking.link_number, contact=contact)
    followed = {"feed_url": feed_url, "feed_link": f"webcal://{feed_url.partition('://')[2]}"}
    return keep_private(customer_page(request, "visits", {"visits": listed, **followed}), opened_by_key=True)


def _is_open(booking: Booking, *, hour: int, now: datetime) -> bool:
    """Tell whether the link of a list that was made for a booking is still valid."""
    return now.timestamp() < hour * 3600 and booking.erased_at is None


def _ask(request: HttpRequest, form: LostLinkForm) -> HttpResponseBase:
    problems = form.problems()
    context = {"form": form, "problems": problems, "country": form.country}
    return keep_private(
        customer_page(request, "lost_link", context, status=400 if problems else 200), opened_by_key=True
    )


def _ask_again(request: HttpRequest) -> HttpResponseBase:
    """Return the form with the reason why it is shown again: the link of a list is valid for a day."""
    form = LostLinkForm(country=_country(request))
    problem = FormProblem(_("This link opens nothing any more. Ask for a new one here."), "id_contact")
    context = {"form": form, "problems": [problem], "country": form.country}
    return keep_private(customer_page(request, "lost_link", context, status=404), opened_by_key=True)


def _country(request: HttpRequest) -> str:
    """Return the country of the store that the customer comes from, "" for any country."""
    country = (request.POST or request.GET).get("country", "")
    return country if country in phonenumbers.SUPPORTED_REGIONS else ""
