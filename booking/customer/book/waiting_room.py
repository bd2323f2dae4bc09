"""The page of the waiting room. It asks the database one thing, and renews itself without a script."""

from datetime import timedelta
from functools import partial
from math import ceil

from django.http import HttpRequest, HttpResponse

from booking.customer.book.booking_step import BookingStep
from booking.customer.book.step_view import with_booking_step
from booking.waiting_room.door import Standing, Turn, let_in, standing_of
from booking.waiting_room.tickets import LET_IN_LASTS, TURN_LASTS, RoomTicket
from booking.web.rendering import customer_page

SOONEST_SECONDS, LATEST_SECONDS = 15, 20  # between two looks at the page; each visitor has an interval of their own
_PREPARES = timedelta(seconds=5)


@partial(with_booking_step, may_wait=False)
def waiting_room(request: HttpRequest, step: BookingStep) -> HttpResponse:
    """Show a visitor where they stand; the form of one whose turn it is lets them in."""
    if step.room is None:
        return step.lead_on("book", ticket="")
    standing = standing_of(step.rules.slug, step.room, step.ticket, now=step.now)
    if standing.turn is Turn.NONE or standing.ticket is None:
        return step.lead_on("book")
    if request.method == "POST":
        ticket = let_in(standing, now=step.now)
        return _way_of(step, ticket) if ticket else step.lead_on("book-wait")
    is_live = "live" in request.GET
    seconds = _until_next_look(standing, _interval(standing.ticket), step)
    waits = standing.turn in (Turn.WAITS, Turn.OPENS_LATER)
    context = {
        **step.context(),
        "standing": standing,
        "turn": standing.turn.name.lower(),
        "waits": waits,
        "comes_in_until": standing.entry_at + TURN_LASTS if standing.entry_at else None,
        "minutes_of_turn": TURN_LASTS // timedelta(minutes=1),
        "minutes_to_book": LET_IN_LASTS // timedelta(minutes=1),
        "seconds": seconds,
        "is_live": is_live,
        "live_url": f"{_room_url(step)}&live=1",
        "poll_url": f"{_room_url(step)}&live=1&told={_told(standing)}",
        "is_news": is_live and request.GET.get("told", _told(standing)) != _told(standing),
        "again_url": step.url_of("book", starts_at=step.local_start, form=step.known_key, ticket=""),
    }
    response = customer_page(request, "book/waiting_room", context)
    if waits and not is_live:  # a page with a script asks by itself: a screen reader need not hear all of it anew
        response["Refresh"] = str(seconds)
    return response


def _way_of(step: BookingStep, ticket: RoomTicket) -> HttpResponse:
    """Redirect one who is let in to where they were: their details, or the choice of a time."""
    has_typed = step.known_key and step.typed and step.asked.starts_at is not None
    return step.lead_on("book-details" if has_typed else "book", ticket=ticket.sealed)


def _room_url(step: BookingStep) -> str:
    return step.url_of("book-wait", starts_at=step.local_start, form=step.known_key)


def _interval(ticket: RoomTicket) -> int:
    """Return after how many seconds a visitor's page looks again: always the same for one, different among many."""
    return SOONEST_SECONDS + sum(ticket.id.encode()) % (LATEST_SECONDS - SOONEST_SECONDS + 1)


def _until_next_look(standing: Standing, seconds: int, step: BookingStep) -> int:
    """Return after how many seconds to look again: sooner only for one whose turn comes before."""
    if standing.turn is not Turn.WAITS or standing.entry_at is None:
        return seconds
    left = ceil((standing.entry_at - step.now).total_seconds())
    return min(seconds, max(left, int(_PREPARES.total_seconds())))


def _told(standing: Standing) -> str:
    """Return what a screen reader has heard: it hears the next thing once that changes."""
    return f"{standing.turn.name.lower()}-{standing.minutes}"
