"""Which visits of a day are shown: all, those still to come, to phone, or touched by a change; from the address."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from booking.bookings.day_schedule import DaySchedule
from booking.models import Status
from booking.places.fit import is_shut


class Show(StrEnum):
    """The values of `show` in the address; "" shows all visits."""

    ALL = ""
    TO_COME = "to_come"
    TO_PHONE = "to_phone"
    TOUCHED = "touched"

    @classmethod
    def read(cls, text: str) -> "Show":
        """Return what an address asks for; all visits for a word that no link of ours has."""
        return cls(text) if text in set(cls) else cls.ALL


@dataclass(frozen=True, slots=True)
class Filter:
    """One link of the filter, with how many visits it shows."""

    show: Show
    words: str
    count: int


def references_by_filter(schedule: DaySchedule, to_phone: Iterable[str]) -> dict[Show, frozenset[str]]:
    """Return the visits that each filter shows, by their references; cancelled ones only where they are `to_phone`.

    A change touches a visit to come that was asked for another time, or whose time or desk is closed by now.
    """
    visits = [visit for visit in schedule.bookings if visit.status != Status.CANCELLED]
    coming = [visit for visit in visits if visit.status == Status.CONFIRMED]
    taking = {
        (slot.starts_at, slot.desk_id)
        for slot in schedule.slots
        if slot.desk and not is_shut(capacity=slot.capacity, closed=slot.closed)
    }
    return {
        Show.ALL: frozenset(visit.reference for visit in visits),
        Show.TO_COME: frozenset(visit.reference for visit in coming),
        Show.TO_PHONE: frozenset(to_phone),
        Show.TOUCHED: frozenset(
            visit.reference
            for visit in coming
            if visit.answer_until is not None or (visit.starts_at, visit.desk_id) not in taking
        ),
    }


def filters(found: Mapping[Show, frozenset[str]], shown: Show) -> list[Filter]:
    """Return the links to show: those with visits, and the one that is chosen; none where there is no choice."""
    words = {
        Show.ALL: _("All"),
        Show.TO_COME: _("Still to come"),
        Show.TO_PHONE: _("To phone"),
        Show.TOUCHED: _("Touched by a change"),
    }
    links = [Filter(show, words[show], len(found[show])) for show in Show if found[show] or show in (shown, Show.ALL)]
    has_choice = any(found[link.show] != found[Show.ALL] for link in links)
    return links if has_choice or shown else []
