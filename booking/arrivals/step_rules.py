"""Rules of the steps of a visit on its day, and when a customer is overdue. Pure."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

NIGHT = timedelta(hours=6)  # between two instants of one evening, even across midnight
LATE_AFTER = timedelta(minutes=10)
DUE_SOON = timedelta(hours=1)
SELF_CHECK_IN_FROM = timedelta(minutes=30)
SELF_CHECK_IN_UNTIL = timedelta(minutes=30)


class VisitStep(NamedTuple):
    """A step of a visit: the states in which it may be taken, the state it leads to, the event it leaves behind."""

    allowed_from: frozenset[str]
    leads_to: str
    event: str


# In their order during a visit. The tablet's scripts get this table and have none of their own.
STEPS: dict[str, VisitStep] = {
    "check_in": VisitStep(frozenset({"confirmed"}), "checked_in", "checked_in"),
    "start": VisitStep(frozenset({"confirmed", "checked_in"}), "in_service", "started"),
    "complete": VisitStep(frozenset({"checked_in", "in_service"}), "completed", "completed"),
    "no_show": VisitStep(frozenset({"confirmed"}), "no_show", "no_show"),
}
UNDO = "undo"
ACTIONS = (*STEPS, UNDO)  # all actions that one tap does with a visit
# The groups of the arrivals screen, from top to bottom, and the group of each state; expected visits go by the clock.
GROUPS = ("late", "now", "waiting", "served", "later", "done")
GROUP_OF_STATUS = {
    "checked_in": "waiting",
    "in_service": "served",
    "completed": "done",
    "no_show": "done",
    "cancelled": "done",
}


def may_check_in_oneself(*, status: str, starts_at: datetime, ends_at: datetime, now: datetime) -> bool:
    """Tell whether an expected customer may check in at the door; a repetition while they wait changes nothing.

    They may from half an hour before the visit until its planned end, and at least until half an hour after its start.
    """
    is_time = starts_at - SELF_CHECK_IN_FROM <= now < max(ends_at, starts_at + SELF_CHECK_IN_UNTIL)
    return status in ("confirmed", "checked_in") and is_time


def may_step(*, step: str, status: str, starts_at: datetime, visit_date: date, today: date, at: datetime) -> bool:
    """Tell whether a visit in `status` may take this step at the instant `at`.

    `today` is the store's own day of that instant. A visit is checked in on its own day or, where its day ends or
    begins nearby, in the same night; served and completed then, or on the day after; a no-show from its start on.
    """
    if status not in STEPS[step].allowed_from:
        return False
    if step == "no_show":
        return at >= starts_at
    days_late = 0 if step == "check_in" else 1
    return visit_date <= today <= visit_date + timedelta(days=days_late) or is_same_night(at, starts_at)


def is_step_done(*, step: str, status: str) -> bool:
    """Tell whether the aim of a step is reached, by anybody: the visit is in its state or a later one."""
    reached, news = set[str](), {STEPS[step].leads_to}
    while news:
        reached |= news
        news = {later.leads_to for later in STEPS.values() if later.allowed_from & news} - reached
    return status in reached


def next_step(status: str) -> str:
    """Return the next step, for the one large button: the first that is allowed, or ""."""
    return next((name for name, step in STEPS.items() if status in step.allowed_from), "")


def is_step_offered(
    *,
    step: str,
    status: str,
    starts_at: datetime,
    late_minutes: int | None,
    visit_date: date,
    today: date,
    now: datetime,
) -> bool:
    """Tell whether a screen shows the button of a step: if it may be taken; no-show only for overdue visits."""
    may_take = may_step(step=step, status=status, starts_at=starts_at, visit_date=visit_date, today=today, at=now)
    is_awaited = step == "no_show" and not is_overdue(
        status=status, starts_at=starts_at, late_minutes=late_minutes, now=now
    )
    return may_take and not is_awaited


def arrival_group(*, status: str, starts_at: datetime, late_minutes: int | None, now: datetime) -> str:
    """Return the group of the arrivals screen in which a visit is shown."""
    if status != "confirmed":
        return GROUP_OF_STATUS[status]
    if is_overdue(status=status, starts_at=starts_at, late_minutes=late_minutes, now=now):
        return "late"
    return "now" if starts_at <= now + DUE_SOON else "later"


def is_overdue(*, status: str, starts_at: datetime, late_minutes: int | None, now: datetime) -> bool:
    """Tell whether a customer is overdue: ten minutes after the start, or later if they announced it."""
    grace = max(LATE_AFTER, timedelta(minutes=late_minutes or 0))
    return status == "confirmed" and now >= starts_at + grace


def is_same_night(one: datetime, other: datetime) -> bool:
    """Tell whether two instants are near enough to be in the same evening, even across midnight."""
    return abs(one - other) <= NIGHT
