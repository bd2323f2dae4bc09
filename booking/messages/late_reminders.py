"""Late reminders: the times at which they may still go, by day, and while they are of use. Pure."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from booking.policy import MessagePlan, is_quiet

# What was due at the last minute of the evening may go a little after it, when much is due at once.
LATE_AFTER = timedelta(minutes=10)
LEAST_BEFORE_VISIT = timedelta(hours=1)


def is_late(*, due_at: datetime, now: datetime) -> bool:
    """Tell whether a message goes so long after its time that the hour of the day must be looked at anew."""
    return now - due_at > LATE_AFTER


def late_message_goes_at(*, now: datetime, starts_at: datetime, zone: ZoneInfo, plan: MessagePlan) -> datetime | None:
    """Return when a late message goes: now, or by night when the store's sending hours begin, in UTC.

    None where that is less than an hour before the visit: somebody has to phone.
    """
    goes_at = next_opening(now, zone=zone, plan=plan) if is_quiet(now, zone=zone, plan=plan) else now
    return goes_at.astimezone(UTC) if goes_at <= starts_at - LEAST_BEFORE_VISIT else None


def next_opening(now: datetime, *, zone: ZoneInfo, plan: MessagePlan) -> datetime:
    """Return when sending hours begin next, by the clock on the wall."""
    local = now.astimezone(zone)
    day = local.date() if local.time() < plan.earliest else local.date() + timedelta(days=1)
    return datetime.combine(day, plan.earliest, zone).astimezone(UTC)


def days_before(offset: str) -> int:
    """Return how many days before the visit the reminder with this offset ("3d") goes."""
    return int(offset.removesuffix("d") or 0)
