"""The hold of a booking in progress: made here, with the time that it lasts."""

from dataclasses import replace
from math import ceil
from typing import Any

from booking import limits
from booking.customer.book.booking_step import BookingStep, LedAway
from booking.customer.book.rush_gate import moment_first
from booking.places.holds import hold_other_places, hold_places
from booking.refusals import BookingRefused, Refusal
from booking.tokens import hold_token


def keep_place(step: BookingStep, *, to: str) -> BookingStep:
    """Keep the time asked for, instead of one kept before; return the step with it.

    `to` is the step that is gone on with after a moment, where one is asked for first, "" where it was asked already.
    Whoever keeps as many times as they may goes on without: many people may share an address, and the time is most
    often free still when they book. Raises BookingRefused, LedAway.
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
        "client": limits.client_digests(step.request),
        "now": step.now,
    }
    try:
        place = hold_other_places(instead_of=step.hold, **wish) if step.hold else hold_places(**wish)
    except limits.TooManyHolds:
        return step
    except LookupError as unknown:  # offered no longer since the page was shown
        raise BookingRefused(Refusal.SLOT_CLOSED) from unknown
    return replace(step, hold=hold_token(place.public_id))


def kept_words(step: BookingStep) -> dict[str, Any]:
    """Return what a page says about the place kept: whole minutes, begun ones counted."""
    place = step.kept
    seconds_left = (place.expires_at - step.now).total_seconds() if place else 0
    return {
        "kept": place,
        "minutes_left": ceil(seconds_left / 60),
        "was_kept": bool(step.hold) and step.kept_anywhere is None,
        "kept_url": step.url_of("book-kept", starts_at=step.local_start, hold=step.hold, form=step.way.key),
    }
