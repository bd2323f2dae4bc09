"""How many visits of one kind go on at the same time, over all desks, where a kind allows only so many.

Kinds without a largest number cost nothing here. The number is guarded by a lock of the kind, taken at the level of the
customer's lock and held until the transaction ends: whoever takes a place of it counts what was committed before.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q

from booking.models import Booking, Hold, Status
from booking.places.fit import Timed, most_together
from booking.places.places_left import BESIDE, RowsBeside, slot_rows
from stores.slots import VisitTypeRule

_LOCK = "SELECT pg_advisory_xact_lock(7043, CAST(mod(%s, 2147483647) AS integer))"
# No visit is longer: 96 slots of 480 minutes. Within it the index of a store's visits by their starts finds all.
LONGEST_VISIT = timedelta(days=32)
_HERE = "store_id = %s AND visit_type_id = %s AND starts_at < %s AND starts_at > %s AND ends_at > %s"
# The statement of `kind_visits`, to be read together with slots.
_BESIDE = f"""
SELECT {BESIDE} FROM booking_booking WHERE {_HERE} AND status <> %s AND id <> %s UNION ALL
SELECT {BESIDE} FROM booking_hold WHERE {_HERE} AND expires_at > %s AND public_id <> %s
   AND (kept_for_id IS NULL OR kept_for_id <> %s)
"""  # noqa: S608 -- columns alone


@dataclass(frozen=True, slots=True)
class KindVisits:
    """The times of visits of one kind, and of what is held for some; `most` may go on at once, None for any number."""

    most: int | None
    spans: tuple[tuple[datetime, datetime], ...] = ()

    def left(self, one: Timed) -> int | None:
        """Return how many more of them may go on with one; None for any number."""
        return None if self.most is None else max(0, self.most - most_together(self.spans, one))

    def have_room(self, one: Timed) -> bool:
        """Tell whether one more may take this time."""
        return self.left(one) != 0


def lock_kind(visit_type: VisitTypeRule) -> None:
    """Let those who take places of a kind with a largest number go one by one, until the transaction ends."""
    if visit_type.most_at_once is not None and connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_LOCK, [visit_type.id])


def kind_visits(
    store_id: int,
    visit_type: VisitTypeRule,
    *,
    first: datetime,
    last: datetime,
    now: datetime,
    moved_id: int | None = None,
    own_hold: str = "",
) -> KindVisits:
    """Return the visits of a kind that overlap a stretch of time; one statement, none without a largest number.

    `moved_id` is a booking that leaves its time, with what is kept for it; `own_hold` the public id of the asking
    customer's hold: they do not count.
    """
    if visit_type.most_at_once is None:
        return KindVisits(None)
    here = Q(store_id=store_id, visit_type_id=visit_type.id, starts_at__lt=last, ends_at__gt=first)
    here &= Q(starts_at__gt=first - LONGEST_VISIT)
    visits = Booking.objects.filter(here).exclude(status=Status.CANCELLED).order_by()
    holds = Hold.objects.filter(here, expires_at__gt=now).exclude(public_id=own_hold).order_by()
    if moved_id is not None:
        visits = visits.exclude(pk=moved_id)
        holds = holds.exclude(kept_for_id=moved_id)
    rows: Iterable[tuple[datetime, datetime]] = visits.values_list("starts_at", "ends_at").union(
        holds.values_list("starts_at", "ends_at"), all=True
    )
    return KindVisits(visit_type.most_at_once, tuple(rows))


def visits_of_kinds(
    kinds: Mapping[int, VisitTypeRule], *, first: datetime, last: datetime, now: datetime
) -> dict[int, KindVisits]:
    """Return what `kind_visits` does for one kind of each store, by the id of the store; one statement for all.

    No statement where no kind has a largest number.
    """
    limited = {store_id: kind.id for store_id, kind in kinds.items() if kind.most_at_once is not None}
    spans: dict[int, list[tuple[datetime, datetime]]] = {kind.id: [] for kind in kinds.values()}
    if limited:
        here = Q(store_id__in=limited, visit_type_id__in=limited.values(), starts_at__lt=last, ends_at__gt=first)
        here &= Q(starts_at__gt=first - LONGEST_VISIT)
        visits = Booking.objects.filter(here).exclude(status=Status.CANCELLED).order_by()
        holds = Hold.objects.filter(here, expires_at__gt=now).order_by()
        columns = ("visit_type_id", "starts_at", "ends_at")
        for kind_id, starts_at, ends_at in visits.values_list(*columns).union(holds.values_list(*columns), all=True):
            spans[kind_id].append((starts_at, ends_at))
    return {store_id: KindVisits(kind.most_at_once, tuple(spans[kind.id])) for store_id, kind in kinds.items()}


def slots_and_kind(
    store_id: int,
    visit_type: VisitTypeRule,
    *,
    first: datetime,
    last: datetime,
    now: datetime,
    moved_id: int | None = None,
    own_hold: str = "",
) -> tuple[Iterable[tuple[Any, ...]], KindVisits]:
    """Return the slot rows of a stretch of time as `slot_rows`, and what `kind_visits` does. One statement for both."""
    if visit_type.most_at_once is None:
        return slot_rows(store_id, first=first, last=last), KindVisits(None)
    adapt = connection.ops.adapt_datetimefield_value
    here = [store_id, visit_type.id, adapt(last), adapt(first - LONGEST_VISIT), adapt(first)]
    moved = moved_id or 0
    values = [*here, Status.CANCELLED.value, moved, *here, adapt(now), own_hold, moved]
    rows = [*slot_rows(store_id, first=first, last=last, beside=RowsBeside(_BESIDE, values))]
    spans = tuple((row[1], row[2]) for row in rows if not row[0])
    return [row for row in rows if row[0]], KindVisits(visit_type.most_at_once, spans)
