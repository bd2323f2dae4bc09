"""How many visits of one kind go on at the same time, over all desks, where a kind allows only so many.

Kinds without a largest number cost nothing here. The number is guarded by a lock of the kind, taken at the level of the
customer's lock and held until the transaction ends: whoever takes a place of it counts what was committed before.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q

from booking.models import Booking, Hold, Status
from booking.places.fit import Timed, most_together
from stores.slots import VisitTypeRule

_LOCK = "SELECT pg_advisory_xact_lock(7043, CAST(mod(%s, 2147483647) AS integer))"


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
    visit_type: VisitTypeRule,
    *,
    first: datetime,
    last: datetime,
    now: datetime,
    moved: Booking | None = None,
    own_hold: str = "",
) -> KindVisits:
    """Return the visits of a kind that overlap a stretch of time; one statement, none without a largest number.

    `moved` is a visit that leaves its time, `own_hold` the public id of the asking customer's hold: they do not count.
    """
    if visit_type.most_at_once is None:
        return KindVisits(None)
    here = Q(visit_type_id=visit_type.id, starts_at__lt=last, ends_at__gt=first)
    visits = Booking.objects.filter(here).exclude(status=Status.CANCELLED).order_by()
    if moved is not None and moved.pk is not None:
        visits = visits.exclude(pk=moved.pk)
    holds = Hold.objects.filter(here, expires_at__gt=now).exclude(public_id=own_hold).order_by()
    rows: Iterable[tuple[datetime, datetime]] = visits.values_list("starts_at", "ends_at").union(
        holds.values_list("starts_at", "ends_at"), all=True
    )
    return KindVisits(visit_type.most_at_once, tuple(rows))
