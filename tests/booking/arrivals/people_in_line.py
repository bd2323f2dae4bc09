"""People who join a line and are served."""

import pytest

from booking.arrivals.line import join_line, serve_ticket
from booking.arrivals.line_state import line_of
from booking.arrivals.steps import take_step
from booking.models import Booking, Ticket
from booking.refusals import BookingRefused, Refusal
from booking.who import Who
from tests.factories import at, make_booking

NOW = at(10, 12)
TODAY = NOW.date()


def join(store, name="", **fields) -> Ticket:
    return join_line(store=store, **{"visit_type": "visit", "party_size": 1, "name": name, "now": NOW, **fields})


def serve(store, ticket, user, *, now=NOW, may_squeeze_in=False) -> Booking:
    return serve_ticket(store=store, ticket_id=ticket.pk, now=now, user=user, may_squeeze_in=may_squeeze_in)


def refusal_to(act, **arguments) -> Refusal:
    with pytest.raises(BookingRefused) as refused:
        act(**arguments)
    return refused.value.reason


def labels(store, now=NOW):
    return [turn.label for desk in line_of(store=store, now=now).desks for turn in desk.waiting]


def here(store, **fields) -> Booking:
    booking = make_booking(store, **fields)
    take_step(booking_id=booking.pk, step="check_in", who=Who.staff(None, NOW))
    return booking
