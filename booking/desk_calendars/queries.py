"""Queries of what desks' calendars say: how fresh they are, and which visits they contradict."""

from dataclasses import dataclass
from datetime import datetime

from booking.desk_calendars.followed_calendars import times_end_at
from booking.models import Booking, Status
from booking.models.busy_visits import AT_BUSY_TIME
from stores.models import BusyTime, Desk, DeskCalendar, Store

MOST_LISTED = 50


@dataclass(frozen=True, slots=True)
class CalendarState:
    """What is known of the calendar that a desk follows."""

    host: str
    read_at: datetime | None
    tried_at: datetime | None
    problem: str  # a reason of CalendarTrouble, "" for none
    next_at: datetime
    times_end_at: datetime  # if it cannot be read again
    busy_count: int  # busy times still to come


def calendar_state(desk: Desk, *, now: datetime) -> CalendarState | None:
    """Return the state of a desk's calendar, None where it follows none; two statements."""
    calendar = DeskCalendar.objects.filter(desk=desk).first()
    if calendar is None:
        return None
    return CalendarState(
        host=calendar.host,
        read_at=calendar.read_at,
        tried_at=calendar.tried_at,
        problem=calendar.problem,
        next_at=calendar.next_at,
        times_end_at=times_end_at(calendar),
        busy_count=BusyTime.objects.filter(desk=desk, ends_at__gt=now).count(),
    )


def visits_at_busy_times(store: Store, *, now: datetime, desk: Desk | None = None) -> list[Booking]:
    """Return the visits to come that overlap a busy time of their desk, the next one first; one statement."""
    visits = Booking.objects.filter(AT_BUSY_TIME, store=store, status=Status.CONFIRMED, ends_at__gt=now)
    if desk is not None:
        visits = visits.filter(desk=desk)
    return list(visits.select_related("desk", "visit_type").order_by("starts_at", "pk")[:MOST_LISTED])
