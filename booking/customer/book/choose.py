"""The page on which a customer chooses a day and a time."""

from collections.abc import Iterable
from functools import partial

from django.http import HttpRequest, HttpResponse

from booking.customer.alternatives import WaysOn, other_ways
from booking.customer.book.booking_step import BookingStep
from booking.customer.book.step_view import with_booking_step
from booking.customer.book.unmet_demand import note_nothing_free
from booking.customer.chooser import chooser
from booking.tokens import read_hold_token
from booking.web.forms import FormProblem
from booking.web.rendering import customer_page


@partial(with_booking_step, is_choice=True)
def book(request: HttpRequest, step: BookingStep) -> HttpResponse:
    """Show the choice of a day and time. A form is remembered; a redirect then leads to the page's address."""
    if request.method == "POST":
        return step.lead_to_times()
    return choose_page(request, step)


def choose_page(
    request: HttpRequest,
    step: BookingStep,
    *,
    problems: Iterable[FormProblem] = (),
    ways_on: WaysOn | None = None,
    status: int | None = None,
) -> HttpResponse:
    """Show the times to choose from, with any problem on top and its alternatives in `ways_on`."""
    asked = step.asked
    chosen_day = asked.starts_at.astimezone(step.rules.zone).date() if asked.starts_at else None
    shown = chooser(
        step.rules,
        asked.visit_type,
        party_size=asked.party_size,
        from_date=asked.from_date or chosen_day,
        day=asked.day,
        desk=asked.desk,
        now=step.now,
        own_hold=read_hold_token(step.hold) or "",
        own_start=step.kept_start,
    )
    if ways_on is None:
        note_nothing_free(request, step, shown)
    if ways_on is None and shown.is_empty:
        ways_on = other_ways(step.store, asked, first=shown.days[0].date, last=shown.days[-1].date, now=step.now)
    has_desk_choice = step.rules.offers_desk_choice and len(step.rules.desks) > 1
    has_types = len(step.rules.visit_types) > 1
    context = {
        **step.context([*asked.problems, *problems]),
        "form_key": step.known_key,
        "chooser": shown,
        "ways_on": ways_on,
        "alternatives": ways_on.nearest if ways_on else [],
        "visit_types": step.store.visit_types,
        "sizes": range(1, asked.visit_type.max_party_size + 1),
        "has_desk_choice": has_desk_choice,
        "has_wish": has_types or has_desk_choice or asked.visit_type.max_party_size > 1,
        "is_wish_open": bool(asked.problems)
        or (has_types and "visit_type" not in request.GET)
        or (has_desk_choice and "desk" not in request.GET),
    }
    return customer_page(request, "book/choose", context, status=status or asked.status)
