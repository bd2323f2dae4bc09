"""Late reminders: when they may still be sent, by day and while they are useful. Pure."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from booking.sending_times import LEAST_BEFORE_VISIT, MessagePlan, is_quiet, next_morning

# A message due in the last minute of the evening may go a little later, if many are due at once.
LATE_AFTER = timedelta(minutes=10)


def is_late(*, due_at: datetime, now: datetime) -> bool:
    """Tell whether a message is so late that the time of day must be checked again."""
    return now - due_at > LATE_AFTER


def late_message_goes_at(*, now: datetime, starts_at: datetime, zone: ZoneInfo, plan: MessagePlan) -> datetime | None:
    """Return when a late message goes, in UTC: now, or at night when the store's sending hours begin.

    None if that is less than an hour before the visit: somebody has to phone.
    """
    goes_at = next_morning(now, zone=zone, plan=plan) if is_quiet(now, zone=zone, plan=plan) else now
    return goes_at.astimezone(UTC) if goes_at <= starts_at - LEAST_BEFORE_VISIT else None


def hours_before(offset: str) -> int:
    """Return about how many hours before the visit the reminder with this offset ("3d", "2h") goes."""
    return int(offset[:-1] or 0) * (24 if offset.endswith("d") else 1)
