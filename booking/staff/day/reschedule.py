"""Rescheduling and cancelling by staff for a customer: each page asks for confirmation first."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from booking.bookings.lifecycle import cancel_booking
from booking.bookings.message_plan import message_channel, store_text_goes_at
from booking.bookings.rescheduling import reschedule
from booking.bookings.visit_facts import booking_facts
from booking.formatting import visit_type_name
from booking.models import Booking, Status
from booking.refusals import BookingRefused, Refusal, while_offered
from booking.staff.access import StaffContext, at_visit, staff_page
from booking.staff.free_times import error_of, free_times, nearest_times
from booking.staff.redirects import back_to_day
from booking.staff.refusal_wording import impossible_times, refusal_in_words, why_not_each, why_not_moved
from booking.staff.visit_facts import FactsAsHtml
from booking.staff.wording import badges, people_in_words, staff_sentence
from booking.web.forms import FormProblem
from booking.web.query_params import read_day, read_instant
from booking.who import Who
from stores.models import Desk

_ASKS_AND_DOES = ["GET", "HEAD", "POST"]


@require_http_methods(_ASKS_AND_DOES)
@at_visit()
def move(request: HttpRequest, at: StaffContext, booking: Booking) -> HttpResponseBase:
    """Choose another time for a visit, then reschedule it."""
    data = request.POST if request.method == "POST" else request.GET
    text = data.get("date", "")
    day = read_day(text) if text else max(booking.visit_date, at.today)
    if day is None:
        problem = FormProblem(_("This day does not exist. Please choose another one."), "id_date")
        return _choose(request, at, booking, booking.visit_date, problems=[problem], status=400)
    if booking.status != Status.CONFIRMED:
        return _refused(request, at, booking, BookingRefused(Refusal.WRONG_STATUS), day)
    desk = _known_desk(at, data.get("desk", ""))
    if request.method != "POST":
        to = read_instant(request.GET.get("to", ""))
        return _confirm(request, at, booking, to, desk) if to else _choose(request, at, booking, day)
    starts_at = read_instant(request.POST.get("starts_at", ""))
    if starts_at is None:
        problem = FormProblem(_("Choose a time."), "id_times")
        return _choose(request, at, booking, day, problems=[problem], status=400)
    try:
        with while_offered():
            moved = reschedule(
                booking_id=booking.pk,
                starts_at=starts_at,
                desk=desk.slug if desk else "",
                who=_who(request, at),
            )
    except BookingRefused as refused:
        return _refused(request, at, booking, refused, day, wanted=starts_at, desk=desk)
    return back_to_day(moved, done="moved")


@require_safe
@at_visit()
def places(request: HttpRequest, at: StaffContext, booking: Booking) -> HttpResponseBase:
    """Tell the day's page, while a visit is dragged, where on its own day it cannot go and why, as JSON.

    A page that shows a night past midnight names both dates as `day`. `otherwise` is the reason for all places that are
    not named: closed ones, and desks out of service.
    """
    if booking.status != Status.CONFIRMED:
        return JsonResponse({"places": [], "otherwise": staff_sentence(BookingRefused(Refusal.WRONG_STATUS))})
    named = [day for text in request.GET.getlist("day")[:2] if (day := read_day(text))]
    found = {
        place: words
        for day in dict.fromkeys(named or [booking.visit_date])
        for place, words in why_not_each(at, booking, day).items()
    }
    told = [
        {"starts_at": starts_at.astimezone(at.zone).isoformat(), "desk": desk, "why_not": words}
        for (starts_at, desk), words in found.items()
    ]
    return JsonResponse({"places": told, "otherwise": _("The store is closed at this time.")})


@require_http_methods(_ASKS_AND_DOES)
@at_visit()
def cancel(request: HttpRequest, at: StaffContext, booking: Booking) -> HttpResponseBase:
    """Ask for confirmation, then cancel a visit."""
    if booking.status == Status.CANCELLED:
        return back_to_day(booking)
    problems, status = [], 200
    if request.method == "POST":
        try:
            cancelled = cancel_booking(booking_id=booking.pk, who=_who(request, at))
            return back_to_day(cancelled, done="cancelled")
        except BookingRefused as refused:
            problems, status = [FormProblem(staff_sentence(refused))], 409
    return staff_page(
        request, at, "staff/day/cancel.html", {**visit_context(at, booking), "problems": problems}, status=status
    )


def _who(request: HttpRequest, at: StaffContext) -> Who:
    return Who.staff(at.user, at.now, may_wake="text_now" in request.POST)


def _known_desk(at: StaffContext, slug: str) -> Desk | None:
    return at.store.desks.filter(slug=slug).first() if slug else None


def _confirm(
    request: HttpRequest, at: StaffContext, booking: Booking, to: datetime, desk: Desk | None
) -> HttpResponseBase:
    """Ask for confirmation of a drop, and say what the customer will be told."""
    day = to.astimezone(at.zone).date()
    is_other_time = to != booking.starts_at
    is_other_desk = desk is not None and desk.pk != booking.desk_id
    if not is_other_time and not is_other_desk:
        return back_to_day(booking)
    _rules, times = free_times(
        at,
        visit_type=booking.visit_type.slug,
        party_size=booking.party_size,
        day=day,
        desk=desk.slug if desk else "",
        moved=booking,
    )
    wanted = to.astimezone(at.zone).isoformat()
    if wanted not in {choice.value for choice in times}:
        found = why_not_moved(at, booking, to, desk)
        return _refused(request, at, booking, BookingRefused(found.refusal), day, wanted=to, desk=desk)
    context = {
        **visit_context(at, booking),
        "date": day,
        "to": to,
        "to_value": wanted,
        "desk": desk,
        "from_desk_words": visit_type_name(booking.desk.name) if is_other_desk else "",
        "to_desk_words": visit_type_name(desk.name) if desk and is_other_desk else "",
        "is_told": is_other_time or booking.desk_was_chosen,
        "problems": [],
    }
    return staff_page(request, at, "staff/day/move_here.html", context)


def _refused(
    request: HttpRequest,
    at: StaffContext,
    booking: Booking,
    refused: BookingRefused,
    day: date,
    *,
    wanted: datetime | None = None,
    desk: Desk | None = None,
) -> HttpResponse:
    sentence = wanted and refusal_in_words(at, why_not_moved(at, booking, wanted, desk), refused)
    problems = [FormProblem(sentence or staff_sentence(refused), "id_times" if wanted else "")]
    return _choose(request, at, booking, day, problems=problems, wanted=wanted, status=409)


def _choose(
    request: HttpRequest,
    at: StaffContext,
    booking: Booking,
    day: date,
    *,
    problems: Sequence[FormProblem] = (),
    wanted: datetime | None = None,
    status: int = 200,
) -> HttpResponse:
    kind, size = booking.visit_type.slug, booking.party_size
    rules, times = free_times(at, visit_type=kind, party_size=size, day=day, moved=booking)
    near = (
        nearest_times(at, rules, visit_type=kind, party_size=size, wanted=wanted, moved=booking)
        if wanted and rules
        else []
    )
    context = {
        **visit_context(at, booking),
        "date": day,
        "times": times,
        "impossible": impossible_times(at, booking, day) if booking.status == Status.CONFIRMED else [],
        "nearest": near,
        "problems": [*problems],
        "times_error": error_of("id_times", problems),
    }
    return staff_page(request, at, "staff/day/move.html", context, status=status)


def visit_context(at: StaffContext, booking: Booking) -> dict[str, Any]:
    """Return what the pages about one visit show of it."""
    texts_at = store_text_goes_at(booking, now=at.now)
    facts, written = booking_facts(booking), FactsAsHtml(country=booking.store.country)
    return {
        "section": "day",
        "booking": booking,
        "said_late": written.said_late(facts),
        "told": written.facts(facts),
        "people": people_in_words(booking.party_size),
        "visit_type_words": visit_type_name(booking.visit_type.name),
        "badge": badges()[booking.status],
        "channel": message_channel(booking.phone, booking.email),
        "texts_at": texts_at if texts_at > at.now else None,
        "is_open": booking.status == Status.CONFIRMED,
    }
