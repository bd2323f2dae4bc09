"""The visits that this browser has booked itself, shown before the customer types for one too many."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import ngettext

from booking.bookings.customer_visits import visits_among
from booking.customer.access import BOOKING_KEY
from booking.customer.book.booking_step import BookingStep
from stores.slots import StoreRules


def own_visits_words(request: HttpRequest, step: BookingStep) -> dict[str, Any]:
    """Return the upcoming visits booked by this browser, where they reach the limit of one person at this store.

    One statement; none for a browser that has booked nothing in the last half hour.
    """
    references = BOOKING_KEY.named_references(request)
    if len(references) < step.rules.open_bookings_per_customer:
        return {}
    found = visits_among(references, store_id=step.rules.id, now=step.now)
    visits = [visit for visit in found if BOOKING_KEY.is_held(request, visit)]
    if len(visits) < step.rules.open_bookings_per_customer:
        return {}
    return {"own_visits": visits, "share_sentence": share_is_used(step.rules)}


def share_is_used(rules: StoreRules) -> str:
    """Return the message for a customer who has reached the limit of upcoming visits at this store."""
    count = rules.open_bookings_per_customer
    return ngettext(
        "You already have {count} visit booked here: one person can have no more at a time. Change or cancel it first.",
        "You already have {count} visits booked here: one person can have no more at a time."
        " Change or cancel one of them first.",
        count,
    ).format(count=count)
