"""The worker's timetable, which is written into the queue's tables at each start."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django_q.models import Schedule, Task

MINUTELY = (
    ("offers", "booking.tasks.offer_places", 1),
    ("offers between", "booking.tasks.offer_places", 1),
    ("day sheets", "booking.tasks.mail_day_sheets", 5),
    ("notices", "booking.tasks.mail_booking_notices", 1),
    ("calendars", "booking.tasks.read_calendars", 1),
    ("nearly", "booking.tasks.tell_nearly", 1),
    ("holds", "booking.tasks.release_expired_holds", 5),
    ("provider", "booking.tasks.erase_at_provider", 1),
    ("plans", "booking.tasks.follow_plans", 1),
)
# The queue counts in whole minutes: two rows half a minute apart, so that nobody waits a minute for an offer.
LATER = {"offers between": timedelta(seconds=30)}
RESULTS_KEPT = timedelta(days=30)
NIGHTLY = (("forget", "booking.tasks.forget_old"),)


@transaction.atomic
def sync_schedules(*, now: datetime) -> None:
    """Make the queue's timetable equal to the one of this module."""
    names = [name for name, *_ in (*MINUTELY, *NIGHTLY)]
    Schedule.objects.exclude(name__in=names).delete()
    for name, function, minutes in MINUTELY:
        Schedule.objects.update_or_create(
            name=name,
            defaults={
                "func": function,
                "schedule_type": Schedule.MINUTES,
                "minutes": minutes,
                "repeats": -1,
                "next_run": now + LATER.get(name, timedelta()),
            },
        )
    for name, function in NIGHTLY:
        Schedule.objects.get_or_create(
            name=name,
            defaults={
                "func": function,
                "schedule_type": Schedule.DAILY,
                "repeats": -1,
                "next_run": _next_night(now),
            },
        )


def set_right(*, now: datetime) -> int:
    """Reschedule tasks that are more than one period away, as after a clock was set back; return how many.

    The queue's own scheduler goes there turn by turn, in one transaction. For years of minutes this takes a minute, and
    on SQLite nobody else can write meanwhile.
    """
    moved = 0
    for row in Schedule.objects.only("name", "schedule_type", "minutes", "next_run"):
        is_nightly = row.schedule_type == Schedule.DAILY
        turn = timedelta(days=1) if is_nightly else timedelta(minutes=row.minutes or 1)
        if abs(row.next_run - now) > turn:
            soon = now + LATER.get(row.name, timedelta())
            next_run = _next_night(now) if is_nightly and row.next_run > now else soon
            # Not by equality with the value read: SQLite compares texts, and other code writes them in another form.
            still_far = Q(next_run__lt=now - turn) | Q(next_run__gt=now + turn)
            moved += Schedule.objects.filter(still_far, pk=row.pk).update(next_run=next_run)
    return moved


def forget_results(*, now: datetime) -> int:
    """Delete what the queue noted about tasks that ended long ago; return how many. By itself it keeps failed ones."""
    deleted: int = Task.objects.filter(stopped__lt=now - RESULTS_KEPT).delete()[0]
    return deleted


def _next_night(now: datetime) -> datetime:
    night = now.replace(hour=2, minute=30, second=0, microsecond=0)
    return night if night > now else night + timedelta(days=1)
