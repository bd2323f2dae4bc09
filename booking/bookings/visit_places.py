"""Places of a visit: taken with a run of slots, given back when it is cancelled or moved."""

from datetime import date

from booking.models import Booking
from booking.models.partial_rows import known
from booking.places.claims import give_places_back
from booking.places.runs import Run
from booking.policy import places_needed
from stores.models import Desk
from stores.slots import StoreRules


def release_places(booking: Booking) -> set[date]:
    """Give back a booking's places, and those kept for it as other times, in the caller's transaction.

    Returns the days that changed, for the caller to raise last.
    """
    holds = []
    if booking.answer_until is not None:
        holds = list(booking.kept_times.order_by("pk"))
        booking.answer_until = None
    return give_places_back(booking.store, [booking], holds=holds)


def take_run(booking: Booking, rules: StoreRules, run: Run, *, from_web: bool) -> None:
    """Set the desk, the times and the places of a booking; the caller has taken the places and saves the booking."""
    booking.desk = known(Desk, id=run.desk.id, slug=run.desk.slug, name=run.desk.name)
    booking.starts_at, booking.ends_at = run.starts_at, run.ends_at
    booking.minutes_before, booking.minutes_after = run.minutes_before, run.minutes_after
    booking.visit_date = run.starts_at.astimezone(rules.zone).date()
    booking.takes_web_places = from_web
    booking.places = places_needed(party_size=booking.party_size, counts_people=rules.counts_people)
