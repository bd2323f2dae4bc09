"""Look-ups of single starts: whether each of them can be booked now. Nothing here writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from booking.places.availability import availability
from booking.places.moved_visits import MovedVisit
from stores.hours import ONE_DAY


@dataclass(frozen=True, slots=True)
class WantedSlot:
    """One start to look up; `store` and `visit_type` are slugs."""

    store: str
    visit_type: str
    starts_at: datetime
    party_size: int
    desk: str = ""
    moved: MovedVisit | None = None
    language: str = ""


def lookup(*, wanted: Sequence[WantedSlot], now: datetime) -> list[bool]:
    """Tell for each wanted start whether it can be booked now; False for unknown stores and types."""
    free: dict[tuple[object, ...], frozenset[datetime]] = {}
    answers = []
    for want in wanted:
        # The store's own day may be the one before or after the day in UTC.
        first = want.starts_at.date() - ONE_DAY
        key = (want.store, want.visit_type, want.party_size, want.desk, want.language, want.moved, first)
        if key not in free:
            free[key] = _free_starts(want, first, now=now)
        answers.append(want.starts_at in free[key])
    return answers


def _free_starts(want: WantedSlot, first: date, *, now: datetime) -> frozenset[datetime]:
    try:
        answer = availability(
            store=want.store,
            visit_type=want.visit_type,
            from_date=first,
            to_date=first + 2 * ONE_DAY,
            party_size=want.party_size,
            now=now,
            desk=want.desk,
            is_booked=want.moved is not None,
            language=want.language,
            moved=want.moved,
        )
    except LookupError:
        return frozenset()
    return frozenset(slot.starts_at for day in answer.days for slot in day.slots)
