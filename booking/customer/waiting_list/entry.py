"""The pages of one entry of a waiting list: its state, the offered place, and leaving the list."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import now as clock_now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from booking import limits
from booking.bookings.offered_place import take_offer
from booking.customer.access import BOOKING_KEY
from booking.customer.waiting_list.access import WAITING_KEY, opened_by_key
from booking.customer_input import can_be_texted
from booking.links import waiting_url
from booking.models import WaitingListEntry, WaitingStatus
from booking.refusals import BookingRefused, Refusal
from booking.tokens import is_waiting_token, read_reference, read_short_token, waiting_token
from booking.waiting_list.entries import leave_waiting_list, pass_offer
from booking.waiting_list.queries import WaitingState, entry_by_reference, waiting_state
from booking.waiting_list.wording import ahead_in_words, days_in_words, kept_in_words, waiting_refusal_sentence
from booking.web.forms import FormProblem
from booking.web.reader_prefix import ReaderChoice
from booking.web.rendering import customer_page, reader_choice_of
from booking.web.responses import keep_private, see_other

_FORM_METHODS = ["GET", "HEAD", "POST"]


@require_safe
@opened_by_key
def own(request: HttpRequest, entry: WaitingListEntry) -> HttpResponse:
    """Show the state of an entry and what the customer can do; 204 to a poll while nothing has changed."""
    now, was = clock_now(), request.GET.get("was")
    if was and was == how_it_stands(waiting_state(entry, now=now)):
        return HttpResponse(status=204)
    return _page(request, entry, now=now)


@require_http_methods(_FORM_METHODS)
@opened_by_key
def take(request: HttpRequest, entry: WaitingListEntry) -> HttpResponse:
    """Book the offered place and redirect to the booking's own page."""
    if request.method != "POST":
        return _back(entry)
    now = clock_now()
    if entry.booking is None:
        limits.new_booking(entry.phone, entry.email)
    try:
        booking = take_offer(entry=entry, now=now)
    except BookingRefused as refused:
        return _back(entry, why=refused.reason)
    response = see_other(reverse("manage-booked", args=[booking.reference]))
    BOOKING_KEY.give(response, booking)
    return response


@require_http_methods(_FORM_METHODS)
@opened_by_key
def let_it_pass(request: HttpRequest, entry: WaitingListEntry) -> HttpResponse:
    """Pass an offered place on to the next entry, and stay on the list."""
    if request.method == "POST":
        pass_offer(entry_id=entry.pk, now=clock_now())
        return _back(entry, done="passed")
    return _back(entry)


@require_http_methods(_FORM_METHODS)
@opened_by_key
def leave_list(request: HttpRequest, entry: WaitingListEntry) -> HttpResponse:
    """Leave the list with one tap: somebody else gains by it, and joining again is as easy."""
    if request.method == "POST":
        leave_waiting_list(entry_id=entry.pk, now=clock_now())
    return _back(entry)


@require_safe
def short_link(request: HttpRequest, token: str) -> HttpResponseBase:
    """Redirect from the short address in a text message to the page, in the reader's language. Raises RateLimited."""
    limits.refuse_wrong_tokens(request)
    named = read_short_token("waiting", token)
    if named is None:
        limits.wrong_token(request)
        return keep_private(WAITING_KEY.not_open(request), opened_by_key=True)
    return older_short_link(request, named[0], waiting_token(named[0]))


@require_safe
def older_short_link(request: HttpRequest, reference: str, token: str) -> HttpResponseBase:
    """Redirect from the short address of earlier text messages, which has the reference as well. Raises RateLimited."""
    limits.refuse_wrong_tokens(request)
    plain = read_reference(reference)
    entry = entry_by_reference(plain) if plain and is_waiting_token(plain, token) else None
    chosen = (
        ReaderChoice(entry.locale, entry.is_simple)
        if entry and not reader_choice_of(request).prefix
        else ReaderChoice()
    )
    path = f"{chosen.prefix}{reverse('waiting', args=[reference])}"
    return keep_private(HttpResponseRedirect(f"{path}?{urlencode({'token': token})}"), opened_by_key=True)


def _page(request: HttpRequest, entry: WaitingListEntry, *, now: datetime) -> HttpResponse:
    context = _context(entry, request, now=now)
    refusal = _told_refusal(request, context["stands"])
    context["problems"] = [FormProblem(waiting_refusal_sentence(refusal))] if refusal else []
    has_passed = request.GET.get("done") == "passed" and context["stands"].status == WaitingStatus.WAITING
    if has_passed:
        context["done"] = _("The place goes to the next in line. You stay on the waiting list.")
    return customer_page(request, "waiting_list/entry", context, status=409 if refusal else 200)


def _told_refusal(request: HttpRequest, stands: WaitingState) -> Refusal | None:
    """Return why an offered place was refused, as the address says; None once that is out of date.

    Another place may have been offered since, or a visit booked.
    """
    why = request.GET.get("why", "")
    if why not in set(Refusal) or stands.status in (WaitingStatus.BOOKED, WaitingStatus.LEFT):
        return None
    is_about_another = why in (Refusal.HOLD_EXPIRED, Refusal.SLOT_FULL) and stands.offer is not None
    return None if is_about_another else Refusal(why)


def _context(entry: WaitingListEntry, request: HttpRequest, *, now: datetime) -> dict[str, Any]:
    store, zone = entry.store, ZoneInfo(entry.store.time_zone)
    stands = waiting_state(entry, now=now)
    wish = {"visit_type": entry.visit_type.slug, "party_size": str(entry.party_size)}
    days = {"from": entry.from_date.isoformat(), "to": entry.to_date.isoformat()}
    return {
        "entry": entry,
        "stands": stands,
        "store": store,
        "zone": zone,
        "was": how_it_stands(stands),
        "days": days_in_words(entry),
        "ahead": ahead_in_words(stands.ahead),
        "kept": kept_in_words(stands.offer.expires_at, zone=zone, now=now) if stands.offer else "",
        "can_be_texted": can_be_texted(entry.phone),
        "own_url": waiting_url(entry.reference, prefix=reader_choice_of(request).prefix),
        "choose_url": f"{reverse('book', args=[store.slug])}?{urlencode(wish)}",
        "join_url": f"{reverse('waiting-join', args=[store.slug])}?{urlencode({**wish, **days})}",
    }


def how_it_stands(stands: WaitingState) -> str:
    """Return a mark of the page's state; it changes as soon as there is something new to show."""
    start = stands.offer.starts_at.isoformat() if stands.offer else ""
    return f"{stands.status} {stands.ahead} {start}"


def _back(entry: WaitingListEntry, **said: str) -> HttpResponse:
    own_page = reverse("waiting", args=[entry.reference])
    return see_other(f"{own_page}?{urlencode(said)}" if said else own_page)
