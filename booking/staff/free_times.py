"""The free times of one day, for staff to choose from."""

from collections.abc import Iterable
from datetime import date, datetime

from booking.places.days_state import Wish
from booking.places.free_times import kept_availability
from booking.places.nearest_free import nearest_free
from booking.places.slot_wording import SlotChoice, slot_choices
from booking.refusals import UnknownVisitType
from booking.staff.access import StaffContext
from booking.web.forms import FormProblem
from stores.slots import StoreRules


def free_times(
    at: StaffContext, *, visit_type: str, party_size: int, day: date, desk: str = "", is_booked: bool = False
) -> tuple[StoreRules | None, list[SlotChoice]]:
    """Return a day's times that can take a party, kept back ones included; none for an unknown visit type.

    `desk` limits the times to one desk, `is_booked` means a visit that is to be moved.
    """
    wish = Wish(at.store.slug, visit_type, party_size, by_staff=True, desk=desk, is_booked=is_booked)
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
    is_booked: bool = False,
) -> list[SlotChoice]:
    """Return the free times nearest to one that cannot be booked."""
    wish = Wish(rules.slug, visit_type, party_size, by_staff=True, desk=desk, is_booked=is_booked)
    return slot_choices(nearest_free(wish, wanted, now=at.now), rules)


def error_of(field_id: str, problems: Iterable[FormProblem]) -> str:
    """Return the error of one field, to stand beside it; "" for none."""
    return " ".join(problem.text for problem in problems if problem.field_id == field_id)
