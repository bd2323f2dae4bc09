"""The course of a simulated visit: booked, perhaps cancelled or missed, else checked in, served and done. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

CANCELLED_SHARE = 0.08
NO_SHOW_SHARE = 0.05
FORGETTING_SHARE = 0.06  # more of those who booked days before do not come
_DAYS_TO_FORGET = timedelta(days=2)
_CHANGE_UNTIL = timedelta(minutes=120)  # a new store's: nobody cancels later
_EARLIEST, _LATEST = -25 * 60, 15 * 60  # seconds from the start at which people come


class CourseStep(NamedTuple):
    """One line of a visit's history; the words are those of EventKind, Actor and Status."""

    kind: str
    at: datetime
    actor: str
    from_status: str
    to_status: str


def draw_course(
    chance: Random, *, source: str, booked_at: datetime, starts_at: datetime, ends_at: datetime, now: datetime
) -> tuple[CourseStep, ...]:
    """Return what has happened to a visit by now, in the order of time; it was booked by then.

    A walk-in comes at `booked_at`: its history begins with the check-in, without the line of its booking.
    """
    course = _walk_in(chance, booked_at, starts_at, ends_at)
    if source != "walk_in":
        booker = "customer" if source in ("web", "api") else "staff"
        course = _booked(chance, booker, booked_at, starts_at, ends_at)
    return tuple(step for step in course if step.at <= now)


def _walk_in(chance: Random, came_at: datetime, starts_at: datetime, ends_at: datetime) -> Iterator[CourseStep]:
    yield CourseStep("checked_in", came_at, "staff", "confirmed", "checked_in")
    yield from _served(chance, came_at, starts_at, ends_at)


def _booked(
    chance: Random, booker: str, booked_at: datetime, starts_at: datetime, ends_at: datetime
) -> Iterator[CourseStep]:
    yield CourseStep("booked", booked_at, booker, "", "confirmed")
    time_to_cancel = (starts_at - _CHANGE_UNTIL - booked_at).total_seconds()
    if chance.random() < CANCELLED_SHARE and time_to_cancel > 0:
        cancelled_at = booked_at + timedelta(seconds=int(time_to_cancel * chance.random()))
        yield CourseStep("cancelled", cancelled_at, "customer", "confirmed", "cancelled")
        return
    has_time_to_forget = starts_at - booked_at > _DAYS_TO_FORGET
    if chance.random() < NO_SHOW_SHARE + (FORGETTING_SHARE if has_time_to_forget else 0):
        yield CourseStep("no_show", ends_at, "staff", "confirmed", "no_show")
        return
    seconds = max(_EARLIEST, min(_LATEST, int(chance.gauss(-240, 300))))
    came_at = max(booked_at, starts_at + timedelta(seconds=seconds))
    yield CourseStep("checked_in", came_at, "staff", "confirmed", "checked_in")
    yield from _served(chance, came_at, starts_at, ends_at)


def _served(chance: Random, came_at: datetime, starts_at: datetime, ends_at: datetime) -> Iterator[CourseStep]:
    started_at = max(came_at, starts_at) + timedelta(seconds=chance.randint(10, 360))
    yield CourseStep("started", started_at, "staff", "checked_in", "in_service")
    minutes = (ends_at - starts_at) * chance.uniform(0.5, 1.2)
    completed_at = started_at + timedelta(seconds=int(minutes.total_seconds()))
    yield CourseStep("completed", completed_at, "staff", "in_service", "completed")
