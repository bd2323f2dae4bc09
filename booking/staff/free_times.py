"""The free times of one day, for staff to choose from."""

from collections.abc import Iterable
from datetime import date, datetime

from booking.models import Booking
from booking.places.days_state import Wish
from booking.places.free_times import kept_availability
from booking.places.moved_visits import moved_visit
from booking.places.nearest_free import nearest_free
from booking.places.slot_wording import SlotChoice, slot_choices
from booking.refusals import UnknownVisitType
from booking.staff.access import StaffContext
from booking.web.forms import FormProblem
from stores.slots import StoreRules


def free_times(
    at: StaffContext,
    *,
    visit_type: str,
    party_size: int,
    day: date,
    desk: str = "",
    language: str = "",
    moved: Booking | None = None,
) -> tuple[StoreRules | None, list[SlotChoice]]:
    """Return a day's times that can take a party, kept back ones included; none for an unknown visit type.

    `desk` limits the times to one desk, `moved` is a visit that is to move: what it takes is free for it.
    """
    wish = _wish(at.store.slug, visit_type, party_size, desk=desk, language=language, moved=moved)
    try:
        answer = kept_availability(wish, day, day, now=at.now)
    except UnknownVisitType:
        return None, []
    return answer.rules, slot_choices(answer.days[0].slots, answer.rules)


def nearest_times(
    at: StaffContext,
    rules: StoreRules,
    *,
    visit_type: str,
    party_size: int,
    wanted: datetime,
    desk: str = "",
    language: str = "",
    moved: Booking | None = None,
) -> list[SlotChoice]:
    """Return the free times nearest to one that cannot be booked."""
    wish = _wish(rules.slug, visit_type, party_size, desk=desk, language=language, moved=moved)
    return slot_choices(nearest_free(wish, wanted, now=at.now), rules)


def _wish(store: str, visit_type: str, party_size: int, *, desk: str, language: str, moved: Booking | None) -> Wish:
    leaving, language = (moved_visit(moved), moved.language) if moved else (None, language)
    return Wish(
        store, visit_type, party_size, by_staff=True, desk=desk, is_booked=bool(moved), moved=leaving, language=language
    )


def error_of(field_id: str, problems: Iterable[FormProblem]) -> str:
    """Return the error of one field, to stand beside it; "" for none."""
    return " ".join(problem.text for problem in problems if problem.field_id == field_id)
