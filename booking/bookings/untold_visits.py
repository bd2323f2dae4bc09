"""Visits to come of which some message did not arrive: whether somebody should phone, staff's wording decides."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any, NamedTuple

from django.db import connection

from booking.bookings.day_rows import read_bookings_of
from booking.bookings.day_schedule import DaySchedule
from booking.models.moment_texts import Moments
from notifications.outbox import Delivery
from notifications.trouble import NOT_ARRIVED
from stores.hours import ONE_DAY, day_start
from stores.queries import rules_around

_UNTOLD = f"""
SELECT booking.reference, booking.visit_date, CAST(booking.phoned_at AS TEXT),
  told.kind, told.channel, told.state, told.reason, CAST(told.updated_at AS TEXT), told.sequence, told."offset",
  told.is_limited
FROM booking_booking booking
JOIN notifications_outboxmessage told ON told.subject = booking.reference
WHERE booking.reference IN (SELECT subject FROM notifications_outboxmessage WHERE account = %s AND {NOT_ARRIVED})
  AND booking.store_id = %s AND booking.starts_at > %s AND booking.status IN ('confirmed', 'cancelled')
  AND NOT (told.state = 'skipped' AND told.reason = 'no_email')
ORDER BY booking.starts_at, booking.id, told.due_at, told.id
"""  # noqa: S608 -- words of the code


class UntoldVisit(NamedTuple):
    """A visit to come, and what became of all its messages, oldest first."""

    reference: str
    visit_date: date
    phoned_at: datetime | None
    deliveries: Sequence[Delivery]


def untold_visits(*, store_id: int, slug: str, now: datetime) -> list[UntoldVisit]:
    """Return the visits to come of which a message did not arrive, by time, cancelled ones too; one statement."""
    moments: Mapping[str | None, Any] = Moments()
    with connection.cursor() as cursor:
        cursor.execute(_UNTOLD, [slug, store_id, connection.ops.adapt_datetimefield_value(now)])
        rows = cursor.fetchall()
    found = []
    for (reference, day, phoned_at), told in groupby(rows, key=lambda row: row[:3]):
        deliveries = [
            Delivery(kind, channel, state, reason, moments[at], sequence, offset, is_limited)
            for *_booking, kind, channel, state, reason, at, sequence, offset, is_limited in told
        ]
        visit_date = day if isinstance(day, date) else date.fromisoformat(day)
        found.append(UntoldVisit(reference, visit_date, moments[phoned_at], deliveries))
    return found


def untold_schedule(visits: Sequence[UntoldVisit], *, store: str, now: datetime) -> DaySchedule:
    """Return these visits by time as a schedule of their own, without slots; two statements, one for no visit."""
    rules = rules_around(store, now)
    today = now.astimezone(rules.zone).date()
    return DaySchedule(
        rules=rules,
        date=today,
        now=now,
        slots=(),
        bookings=read_bookings_of(rules, [visit.reference for visit in visits]) if visits else (),
        totals={},
        deliveries={visit.reference: visit.deliveries for visit in visits},
        begins_at=day_start(today, rules.zone),
        ends_at=day_start(today + ONE_DAY, rules.zone),
    )
