"""The steps of a visit on its day: which may be taken when, and when somebody is awaited in vain. Pure."""

from datetime import date, datetime, timedelta

NIGHT = timedelta(hours=6)  # between two instants of one evening, whatever midnight lies between
LATE_AFTER = timedelta(minutes=10)
SELF_CHECK_IN_FROM = timedelta(minutes=30)
SELF_CHECK_IN_UNTIL = timedelta(minutes=30)

STEPS: dict[str, tuple[frozenset[str], str]] = {
    "check_in": (frozenset({"confirmed"}), "checked_in"),
    "start": (frozenset({"confirmed", "checked_in"}), "in_service"),
    "complete": (frozenset({"checked_in", "in_service"}), "completed"),
    "no_show": (frozenset({"confirmed"}), "no_show"),
}


def may_check_in_oneself(*, status: str, starts_at: datetime, ends_at: datetime, now: datetime) -> bool:
    """Tell whether somebody expected may say at the door that they are here; again while they wait changes nothing.

    From half an hour before the visit, until it would be over and half an hour after its start at least.
    """
    is_time = starts_at - SELF_CHECK_IN_FROM <= now < max(ends_at, starts_at + SELF_CHECK_IN_UNTIL)
    return status in ("confirmed", "checked_in") and is_time


def may_step(*, step: str, status: str, starts_at: datetime, visit_date: date, today: date, at: datetime) -> bool:
    """Tell whether a visit in `status` may take this step at the instant `at`.

    `today` is the store's own day of that instant. A visit is checked in on its own day or, where its day ends or
    begins nearby, in the same night; served and completed then, or on the day after; a no-show from its start on.
    """
    allowed_from, _ = STEPS[step]
    if status not in allowed_from:
        return False
    if step == "no_show":
        return at >= starts_at
    days_late = 0 if step == "check_in" else 1
    return visit_date <= today <= visit_date + timedelta(days=days_late) or is_same_night(at, starts_at)


def is_overdue(*, status: str, starts_at: datetime, late_minutes: int | None, now: datetime) -> bool:
    """Tell whether somebody is awaited in vain: ten minutes after the start, later where they said so."""
    grace = max(LATE_AFTER, timedelta(minutes=late_minutes or 0))
    return status == "confirmed" and now >= starts_at + grace


def is_same_night(one: datetime, other: datetime) -> bool:
    """Tell whether two instants are near enough for one and the same evening, whatever midnight lies between."""
    return abs(one - other) <= NIGHT
