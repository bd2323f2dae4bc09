"""One booking in its customer's hands: see, change, cancel, say "I will come", calendar, data, erase."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.timezone import now as clock_now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from booking.availability import WantedSlot, lookup, nearest_free
from booking.forms import Problem
from booking.ical import booking_calendar
from booking.links import manage_url
from booking.message_plan import message_channels
from booking.models import Actor, Booking, Status
from booking.policy import BookingRefused, Refusal, may_cancel, may_change
from booking.services.bookings import cancel as cancel_booking
from booking.services.bookings import confirm_attendance, reschedule
from booking.services.privacy import customer_data
from booking.services.privacy import erase as erase_customer
from booking.texts import refusal_sentence
from booking.views.asked import read_day, read_instant
from booking.views.chooser import SlotChoice, chooser, slot_choices
from booking.views.manage_access import keep_private, opened_by_key, take_key
from booking.views.reader import customer_page
from stores.queries import store_rules
from stores.slots import StoreRules

_FORM_METHODS = ["GET", "HEAD", "POST"]


@require_safe
@opened_by_key
def manage(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Show the visit and what can be done with it."""
    return _manage(request, booking, now=clock_now())


@require_safe
@opened_by_key
def booked(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Confirm a visit that has just been booked; the same again on reload."""
    now = clock_now()
    if booking.status != Status.CONFIRMED:
        return _manage(request, booking, now=now)
    channels = message_channels(booking.phone, booking.email)
    return customer_page(request, "booked", {**_context(booking, now=now), "channels": channels})


@require_http_methods(_FORM_METHODS)
@opened_by_key
def change(request: HttpRequest, booking: Booking) -> HttpResponseBase:
    """Choose another time: a week of days, then one question, then the move."""
    now = clock_now()
    refusal = _refusal_to_change(booking, now=now)
    rules = store_rules(booking.store.slug, from_date=(now - timedelta(days=2)).date())
    if refusal is None and (rules is None or rules.visit_type(booking.visit_type.slug) is None):
        refusal = Refusal.TOO_LATE
    if refusal is not None or rules is None:
        return _manage(request, booking, now=now, refusal=refusal)
    data = request.POST if request.method == "POST" else request.GET
    starts_at = read_instant(data.get("starts_at", ""))
    if starts_at is None:
        return _choose(request, booking, rules, now=now)
    if request.method == "POST":
        try:
            moved = reschedule(booking_id=booking.pk, starts_at=starts_at, now=now, actor=Actor.CUSTOMER)
        except BookingRefused as refused:
            return _choose(request, booking, rules, now=now, refusal=refused.reason, wanted=starts_at)
        return _done(moved, "changed" if moved.sequence != booking.sequence else "")
    if not _is_free(booking, starts_at, now=now) and starts_at != booking.starts_at:
        return _choose(request, booking, rules, now=now, refusal=Refusal.SLOT_FULL, wanted=starts_at)
    return customer_page(request, "change_check", {**_context(booking, now=now), "new_starts_at": starts_at})


@require_http_methods(_FORM_METHODS)
@opened_by_key
def cancel(request: HttpRequest, booking: Booking) -> HttpResponseBase:
    """Ask once, then cancel."""
    now = clock_now()
    if booking.status == Status.CANCELLED:
        return _done(booking, "")
    if request.method == "POST":
        try:
            return _done(cancel_booking(booking_id=booking.pk, now=now, actor=Actor.CUSTOMER), "cancelled")
        except BookingRefused as refused:
            return _manage(request, booking, now=now, refusal=refused.reason)
    if not may_cancel(status=booking.status, starts_at=booking.starts_at, now=now):
        return _manage(request, booking, now=now, refusal=_too_late_or_wrong(booking))
    return customer_page(request, "cancel", _context(booking, now=now))


@require_http_methods(_FORM_METHODS)
@opened_by_key
def confirm(request: HttpRequest, booking: Booking) -> HttpResponseBase:
    """Note that the customer will come."""
    if request.method != "POST":
        return _done(booking, "")
    now = clock_now()
    try:
        return _done(confirm_attendance(booking_id=booking.pk, now=now), "confirmed")
    except BookingRefused as refused:
        return _manage(request, booking, now=now, refusal=refused.reason)


@require_safe
@opened_by_key
def calendar(_request: HttpRequest, booking: Booking) -> HttpResponse:
    """Return the customer's own calendar file, with their link in it."""
    content = booking_calendar(booking, method="PUBLISH", manage_url=manage_url(booking.reference), now=clock_now())
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{booking.reference}.ics"'
    return response


@require_safe
@opened_by_key
def data(_request: HttpRequest, booking: Booking) -> HttpResponse:
    """Return all that is kept about this customer."""
    response = JsonResponse(customer_data(booking), json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = f'attachment; filename="{booking.reference}.json"'
    return response


@require_http_methods(_FORM_METHODS)
@opened_by_key
def erase(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Ask once, then erase who the booking was for; its link dies with it."""
    now = clock_now()
    if request.method != "POST":
        return customer_page(request, "erase", _context(booking, now=now))
    erase_customer(booking_id=booking.pk, now=now, actor=Actor.CUSTOMER)
    response = customer_page(request, "erased", {"store": booking.store})
    take_key(response, booking.reference)
    return response


@require_safe
def short_link(_request: HttpRequest, reference: str, token: str) -> HttpResponseBase:
    """Lead from the short address in a text message to the booking's page."""
    target = f"{reverse('manage', args=[reference])}?{urlencode({'token': token})}"
    return keep_private(HttpResponseRedirect(target))


def _manage(request: HttpRequest, booking: Booking, *, now: datetime, refusal: Refusal | None = None) -> HttpResponse:
    context = {
        **_context(booking, now=now),
        "problems": [Problem(refusal_sentence(refusal))] if refusal else [],
        "done": "" if refusal else _done_sentence(request.GET.get("done", "")),
    }
    return customer_page(request, "manage", context, status=409 if refusal else 200)


def _context(booking: Booking, *, now: datetime) -> dict[str, Any]:
    store, visit_type = booking.store, booking.visit_type
    book_again = {"visit_type": visit_type.slug, "party_size": str(booking.party_size)}
    return {
        "booking": booking,
        "store": store,
        "zone": ZoneInfo(store.time_zone),
        "minutes": round((booking.ends_at - booking.starts_at).total_seconds() / 60),
        "may_change": _refusal_to_change(booking, now=now) is None,
        "may_cancel": may_cancel(status=booking.status, starts_at=booking.starts_at, now=now),
        "change_until": booking.starts_at - timedelta(minutes=store.change_until_minutes),
        "is_over": booking.ends_at <= now,
        "book_again_url": f"{reverse('book', args=[store.slug])}?{urlencode(book_again)}",
    }


def _choose(
    request: HttpRequest,
    booking: Booking,
    rules: StoreRules,
    *,
    now: datetime,
    refusal: Refusal | None = None,
    wanted: datetime | None = None,
) -> HttpResponse:
    """Show the times the visit can be moved to; where one was refused, the nearest ones first."""
    visit_type = rules.visit_type(booking.visit_type.slug)
    assert visit_type is not None  # noqa: S101 -- `change` saw to it
    from_text, day_text = request.GET.get("from", ""), request.GET.get("day", "")
    from_date, day = read_day(from_text), read_day(day_text)
    own_date = booking.starts_at.astimezone(rules.zone).date()
    problems = [Problem(refusal_sentence(refusal))] if refusal else []
    is_time_unread = wanted is None and (request.method == "POST" or bool(request.GET.get("starts_at")))
    if is_time_unread or (from_text and from_date is None) or (day_text and day is None):
        problems.append(Problem(_("This day or time could not be read. Please choose one below.")))
    own_url = reverse("manage-change", args=[booking.reference])
    context = {
        **_context(booking, now=now),
        "rules": rules,
        "chooser": chooser(
            rules,
            visit_type,
            party_size=booking.party_size,
            from_date=from_date or own_date,
            day=day,
            desk=booking.desk.slug if booking.desk_was_chosen else "",
            now=now,
        ),
        "alternatives": _alternatives(booking, rules, wanted, now=now) if wanted else [],
        "slot_url": f"{own_url}?",
        "week_url": f"{own_url}?",
        "problems": problems,
    }
    return customer_page(request, "change", context, status=409 if refusal else 400 if problems else 200)


def _alternatives(booking: Booking, rules: StoreRules, wanted: datetime, *, now: datetime) -> list[SlotChoice]:
    free = nearest_free(
        store=rules.slug,
        visit_type=booking.visit_type.slug,
        starts_at=wanted,
        party_size=booking.party_size,
        now=now,
    )
    return slot_choices(free, rules)


def _is_free(booking: Booking, starts_at: datetime, *, now: datetime) -> bool:
    wanted = WantedSlot(booking.store.slug, booking.visit_type.slug, starts_at, booking.party_size)
    return lookup(wanted=[wanted], now=now) == [True]


def _refusal_to_change(booking: Booking, *, now: datetime) -> Refusal | None:
    is_open = may_change(
        status=booking.status,
        starts_at=booking.starts_at,
        now=now,
        change_until_minutes=booking.store.change_until_minutes,
    )
    return None if is_open else _too_late_or_wrong(booking)


def _too_late_or_wrong(booking: Booking) -> Refusal:
    return Refusal.TOO_LATE if booking.status == Status.CONFIRMED else Refusal.WRONG_STATUS


def _done(booking: Booking, what: str) -> HttpResponse:
    """Lead back to the booking's page, which says what was done."""
    url = reverse("manage", args=[booking.reference])
    response = HttpResponseRedirect(f"{url}?done={what}" if what else url)
    response.status_code = 303
    return response


def _done_sentence(what: str) -> str:
    return {
        "changed": _("Your visit has been moved."),
        "cancelled": _("Your visit is cancelled. Thank you for telling us: somebody else can have the place."),
        "confirmed": _("Thank you. The store knows that you will come."),
        "already": _("This visit was booked already. You can change it here."),
    }.get(what, "")


urlpatterns = [
    path("b/<str:reference>/", manage, name="manage"),
    path("b/<str:reference>/booked/", booked, name="manage-booked"),
    path("b/<str:reference>/change/", change, name="manage-change"),
    path("b/<str:reference>/cancel/", cancel, name="manage-cancel"),
    path("b/<str:reference>/confirm/", confirm, name="manage-confirm"),
    path("b/<str:reference>/calendar.ics", calendar, name="manage-calendar"),
    path("b/<str:reference>/data/", data, name="manage-data"),
    path("b/<str:reference>/erase/", erase, name="manage-erase"),
    path("m/<str:reference>/<str:token>", short_link, name="short-link"),
]
