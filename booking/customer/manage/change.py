"""Rescheduling by the customer: choose another time, then confirm. A chosen desk is kept."""

from datetime import date, datetime

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import now as clock_now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from booking.bookings.rebooking import take_kept_time
from booking.bookings.rescheduling import reschedule
from booking.customer.access import opened_by_key
from booking.customer.chooser import chooser
from booking.customer.manage.page import done, manage_page, refusal_to_change, refused, visit_context
from booking.customer.simple_times import time_step
from booking.formatting import refusal_sentence
from booking.models import Booking
from booking.places.days_state import Wish
from booking.places.explain import explain_slot
from booking.places.lookup import WantedSlot, lookup
from booking.places.moved_visits import moved_visit
from booking.places.nearest_free import nearest_free
from booking.places.requests import SlotRequest
from booking.places.slot_wording import SlotChoice, slot_choices
from booking.refusals import BookingRefused, Refusal
from booking.web.forms import FormProblem
from booking.web.query_params import read_day, read_instant
from booking.web.rendering import customer_page
from booking.web.responses import see_other
from booking.who import Who
from stores.queries import rules_around
from stores.slots import StoreRules


@require_http_methods(["GET", "HEAD", "POST"])
@opened_by_key
def change(request: HttpRequest, booking: Booking) -> HttpResponseBase:
    """Reschedule a visit: a week of days, then one question, then the move."""
    now = clock_now()
    refusal = refusal_to_change(booking, now=now)
    if refusal is not None and request.method == "POST":
        return refused(booking, refusal)
    if refusal is not None:
        return manage_page(request, booking, now=now, refusal=refusal)
    rules = rules_around(booking.store.slug, now)
    data = request.POST if request.method == "POST" else request.GET
    starts_at = read_instant(data.get("starts_at", ""))
    if starts_at is None and request.method == "POST":
        return see_other(f"{reverse('manage-change', args=[booking.reference])}?starts_at=-")
    if starts_at is None:
        return _choose(request, booking, rules, now=now)
    if request.method == "POST":
        try:
            moved = reschedule(booking_id=booking.pk, starts_at=starts_at, who=Who.customer(now))
        except BookingRefused:  # the page says why, and what else is free
            wanted = {"starts_at": starts_at.astimezone(rules.zone).isoformat()}
            return see_other(f"{reverse('manage-change', args=[booking.reference])}?{urlencode(wanted)}")
        return done(moved, "changed" if moved.sequence != booking.sequence else "")
    if not _is_free(booking, starts_at, now=now) and starts_at != booking.starts_at:
        return _choose(request, booking, rules, now=now, refusal=_why(booking, starts_at, now=now), wanted=starts_at)
    return customer_page(
        request, "manage/change_check", {**visit_context(booking, now=now), "new_starts_at": starts_at}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@opened_by_key
def choose(request: HttpRequest, booking: Booking) -> HttpResponseBase:
    """Move a visit that the store had to give up to one of the times kept for it."""
    number, now = request.POST.get("time", ""), clock_now()
    if request.method != "POST" or not number.isdecimal():
        return done(booking, "")
    try:
        return done(take_kept_time(booking_id=booking.pk, hold_id=int(number[:18]), now=now), "changed")
    except BookingRefused as no:
        return refused(booking, no.reason)


def _choose(
    request: HttpRequest,
    booking: Booking,
    rules: StoreRules,
    *,
    now: datetime,
    refusal: Refusal | None = None,
    wanted: datetime | None = None,
) -> HttpResponse:
    """Show the times that the visit can be moved to; where one was refused, the nearest ones first."""
    visit_type = rules.booked_type(booking.visit_type.slug, party_size=booking.party_size)
    assert visit_type is not None  # noqa: S101 -- types of visit are deactivated, never deleted
    from_date, day = read_day(request.GET.get("from", "")), read_day(request.GET.get("day", ""))
    problems = [FormProblem(refusal_sentence(refusal))] if refusal else []
    if _is_unread(request, from_date, day, wanted):
        problems.append(FormProblem(_("This day or time could not be read. Please choose one below.")))
    own_url = reverse("manage-change", args=[booking.reference])
    shown = chooser(
        rules,
        visit_type,
        party_size=booking.party_size,
        from_date=from_date or booking.visit_date,  # a customer who moves a visit looks first at the days around it
        day=day,
        desk=booking.desk_kept,
        now=now,
        moved=moved_visit(booking),
        language=booking.language,
    )
    context = {
        **visit_context(booking, now=now),
        "rules": rules,
        "chooser": shown,
        "times": time_step(shown, part=request.GET.get("part", ""), is_day_chosen=day is not None),
        "before_url": reverse("manage", args=[booking.reference]),
        "alternatives": _alternatives(booking, rules, wanted, now=now) if wanted else [],
        "slot_url": f"{own_url}?",
        "week_url": f"{own_url}?",
        "problems": problems,
    }
    return customer_page(request, "manage/change", context, status=409 if refusal else 400 if problems else 200)


def _is_unread(request: HttpRequest, from_date: date | None, day: date | None, wanted: datetime | None) -> bool:
    """Tell whether the address or the form names a day or time that cannot be read."""
    is_time_unread = wanted is None and (request.method == "POST" or bool(request.GET.get("starts_at")))
    is_day_unread = (request.GET.get("from") and from_date is None) or (request.GET.get("day") and day is None)
    return is_time_unread or bool(is_day_unread)


def _alternatives(booking: Booking, rules: StoreRules, wanted: datetime, *, now: datetime) -> list[SlotChoice]:
    asked = SlotRequest.to_move(booking, wanted, by_staff=False)
    wish = Wish(
        rules.slug,
        asked.visit_type,
        asked.party_size,
        desk=asked.desk,
        is_booked=True,
        moved=asked.moved,
        language=asked.language,
    )
    return slot_choices(nearest_free(wish, wanted, now=now), rules)


def _why(booking: Booking, starts_at: datetime, *, now: datetime) -> Refusal:
    """Return why the visit cannot be moved to that time."""
    asked = SlotRequest.to_move(booking, starts_at, by_staff=False)
    return explain_slot(
        store=asked.store,
        visit_type=asked.visit_type,
        starts_at=starts_at,
        party_size=asked.party_size,
        now=now,
        desk=asked.desk,
        moved=booking,
    ).refusal


def _is_free(booking: Booking, starts_at: datetime, *, now: datetime) -> bool:
    asked = SlotRequest.to_move(booking, starts_at, by_staff=False)
    wanted = WantedSlot(
        asked.store,
        asked.visit_type,
        starts_at,
        asked.party_size,
        asked.desk,
        moved=asked.moved,
        language=asked.language,
    )
    return lookup(wanted=[wanted], now=now) == [True]
