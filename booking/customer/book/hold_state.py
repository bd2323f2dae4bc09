"""The hold of a booking in progress, and its remaining time in words."""

from dataclasses import replace
from math import ceil
from typing import Any

from booking import limits
from booking.customer.book.booking_step import BookingStep
from booking.customer.book.rush_gate import moment_first
from booking.customer.book.step_view import LedAway
from booking.places.holds import hold_other_places, hold_places
from booking.refusals import BookingRefused, Refusal
from booking.tokens import hold_token


def keep_place(step: BookingStep, *, to: str) -> BookingStep:
    """Hold the requested time instead of an earlier one; return the step with the hold.

    `to` is the step that follows the proof of work, where one is needed first; "" where it was done already. A visitor
    who has as many holds as allowed goes on without one: many people may share an address, and the time is usually
    still free when they book. Raises BookingRefused, LedAway.
    """
    if step.kept is not None:
        return step
    moment = moment_first(step, to=to) if to else None
    if moment is not None:
        raise LedAway(moment)
    asked = step.asked
    assert asked.starts_at is not None  # noqa: S101 -- asked only for a chosen time
    wish: dict[str, Any] = {
        "store": step.rules.slug,
        "visit_type": asked.visit_type.slug,
        "starts_at": asked.starts_at,
        "party_size": asked.party_size,
        "desk": asked.desk,
        "language": asked.language,
        "client": limits.client_digests(step.request),
        "now": step.now,
    }
    try:
        place = hold_other_places(instead_of=step.hold, **wish) if step.hold else hold_places(**wish)
    except limits.TooManyHolds:
        return step
    except LookupError as unknown:  # no longer offered since the page was shown
        raise BookingRefused(Refusal.SLOT_CLOSED) from unknown
    return replace(step, hold=hold_token(place.public_id))


NEARLY_OVER = 120  # seconds left from which a page offers to keep the place longer
_SAID_BETWEEN = ((90, 120), (30, 60))  # seconds left; a page asks each 30 seconds, so each is said once


def kept_words(step: BookingStep) -> dict[str, Any]:
    """Return what a page says about the held place: minutes, rounded up; a screen reader only hears when it is late."""
    place = step.kept
    seconds_left = (place.expires_at - step.now).total_seconds() if place else 0
    return {
        "kept": place,
        "minutes_left": ceil(seconds_left / 60),
        "is_nearly_over": seconds_left <= NEARLY_OVER,
        "is_said_now": any(after < seconds_left <= until for after, until in _SAID_BETWEEN),
        "was_kept": bool(step.hold) and step.kept_anywhere is None,
        "kept_url": step.url_of("book-kept", starts_at=step.local_start, hold=step.hold, form=step.way.key),
    }
