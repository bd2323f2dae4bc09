"""When messages about visits are sent, and at which hours not. Plain values in, plain values out."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

EARLIEST_MESSAGE = time(8)
LATEST_MESSAGE = time(20)
REMINDER_DAYS = (3, 1)
REMINDERS_APART = timedelta(hours=6)
FEEDBACK_AFTER = timedelta(hours=2)
FEEDBACK_OF_USE = timedelta(days=3)
FEEDBACK_APART = timedelta(days=30)  # between two questions to one contact, over all stores
LEAST_BEFORE_VISIT = timedelta(hours=1)  # a text that comes later than this before the visit is of little use


@dataclass(frozen=True, slots=True)
class MessagePlan:
    """When a store sends messages: reminders so many days before, and the hours in which texts wake nobody.

    `reminder_hours` before the visit goes one more; 0 for none.
    """

    reminder_days: tuple[int, ...] = REMINDER_DAYS
    earliest: time = EARLIEST_MESSAGE
    latest: time = LATEST_MESSAGE
    reminder_hours: int = 0


STANDARD_PLAN = MessagePlan()
PLAN_FIELDS = ("reminder_days", "messages_from", "messages_until", "reminder_hours")


class MessageRules(Protocol):
    """A store's rules of messages: each of PLAN_FIELDS."""

    @property
    def reminder_days(self) -> str: ...
    @property
    def messages_from(self) -> time: ...
    @property
    def messages_until(self) -> time: ...
    @property
    def reminder_hours(self) -> int: ...


def plan_of(rules: MessageRules) -> MessagePlan:
    """Return a store's plan; its days are stored as "3,1", no days as ""."""
    days = tuple(int(day) for day in rules.reminder_days.split(",") if day)
    return MessagePlan(days, rules.messages_from, rules.messages_until, rules.reminder_hours)


def moved_into_sending_hours(
    moment: datetime, *, zone: ZoneInfo, starts_at: datetime, plan: MessagePlan = STANDARD_PLAN
) -> datetime:
    """Return when a reminder meant for `moment` is sent, within the store's sending hours (08:00-20:00), in UTC.

    Later than 20:00: at 20:00 that day. Earlier than 08:00: at 08:00 if the visit is then still an hour away, else at
    20:00 the evening before.
    """
    local = moment.astimezone(zone)
    if local.time() > plan.latest:
        return wall_time(local.date(), plan.latest, zone)
    if local.time() < plan.earliest:
        morning = wall_time(local.date(), plan.earliest, zone)
        if morning <= starts_at - timedelta(hours=1):
            return morning
        return wall_time(local.date() - timedelta(days=1), plan.latest, zone)
    return moment.astimezone(UTC)


def reminder_times(
    *,
    starts_at: datetime,
    zone: ZoneInfo,
    now: datetime,
    plan: MessagePlan = STANDARD_PLAN,
    told_at: datetime | None = None,
) -> dict[str, datetime]:
    """Return when each reminder is sent, in UTC, by its offset ("3d", "1d", "2h").

    The same wall-clock time that many days before, moved into sending hours. Reminders whose time has passed are left
    out. Of two that are less than 6 hours apart only the later one stays, as it is nearer to the visit. The one some
    hours before goes to nobody who was told of the visit less than 6 hours earlier: `told_at`, by default now.
    """
    local = starts_at.astimezone(zone)
    wanted = {f"{days}d": wall_time(local.date() - timedelta(days=days), local.time(), zone)
              for days in sorted(plan.reminder_days)}  # fmt: skip
    if plan.reminder_hours:
        wanted = {f"{plan.reminder_hours}h": starts_at - timedelta(hours=plan.reminder_hours), **wanted}
    times: dict[str, datetime] = {}
    for offset, moment in wanted.items():
        due_at = moved_into_sending_hours(moment, zone=zone, starts_at=starts_at, plan=plan)
        is_apart = all(abs(other - due_at) >= REMINDERS_APART for other in times.values())
        is_news = offset.endswith("d") or due_at - (told_at or now) >= REMINDERS_APART
        if due_at > now and is_apart and is_news:
            times[offset] = due_at
    return times


def wall_time(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return a wall-clock time as an instant; in a gap, as zoneinfo reads it (an hour later on the new clock)."""
    return datetime.combine(day, at.replace(fold=0), zone).astimezone(UTC)


def feedback_goes_at(
    completed_at: datetime, *, now: datetime, in_the_morning: bool, zone: ZoneInfo, plan: MessagePlan = STANDARD_PLAN
) -> datetime | None:
    """Return when a customer is asked after a visit, in UTC: two hours after it, or the next morning; never at night.

    None if the visit is over for so long that the question comes too late, as with a tap of a tablet that was offline.
    """
    goes_at = completed_at + FEEDBACK_AFTER
    if in_the_morning:
        goes_at = next_morning(goes_at, zone=zone, plan=plan)
    goes_at = max(goes_at, now)
    if is_quiet(goes_at, zone=zone, plan=plan):
        goes_at = next_morning(goes_at, zone=zone, plan=plan)
    return goes_at.astimezone(UTC) if goes_at < completed_at + FEEDBACK_OF_USE else None


def is_quiet(moment: datetime, *, zone: ZoneInfo, plan: MessagePlan = STANDARD_PLAN) -> bool:
    """Tell whether it is night for text messages: before 08:00 and from 20:00 on."""
    return not plan.earliest <= moment.astimezone(zone).time() < plan.latest


def text_goes_at(now: datetime, *, not_after: datetime, zone: ZoneInfo, plan: MessagePlan = STANDARD_PLAN) -> datetime:
    """Return when a text that the store causes goes, in UTC: now; at night when its sending hours begin.

    It goes now, at night too, if it would come less than an hour before `not_after`: the visit, or the last moment to
    answer.
    """
    if not is_quiet(now, zone=zone, plan=plan):
        return now
    morning = next_morning(now, zone=zone, plan=plan)
    return morning if morning <= not_after - LEAST_BEFORE_VISIT else now


def text_valid_until(
    now: datetime, *, starts_at: datetime, zone: ZoneInfo, plan: MessagePlan = STANDARD_PLAN
) -> datetime:
    """Return until when a text about a visit may still arrive, if its provider is slow: the end of sending hours.

    It has an hour at least. One that goes at night may arrive until the visit, and none arrives after its start.
    """
    if is_quiet(now, zone=zone, plan=plan):
        return starts_at
    evening = wall_time(now.astimezone(zone).date(), plan.latest, zone)
    return min(starts_at, max(evening, now + timedelta(hours=1)))


def next_morning(now: datetime, *, zone: ZoneInfo, plan: MessagePlan = STANDARD_PLAN) -> datetime:
    """Return when sending hours begin next, in UTC."""
    local = now.astimezone(zone)
    day = local.date() if local.time() < plan.earliest else local.date() + timedelta(days=1)
    return wall_time(day, plan.earliest, zone)


def may_be_offered(
    *, last_offered_at: datetime | None, now: datetime, zone: ZoneInfo, plan: MessagePlan = STANDARD_PLAN
) -> bool:
    """Tell whether a customer may be offered a place at this hour: at night only once, as they may be asleep."""
    if last_offered_at is None or not is_quiet(now, zone=zone, plan=plan):
        return True
    local = now.astimezone(zone)
    evening = local.date() - timedelta(days=0 if local.time() >= plan.latest else 1)
    return last_offered_at < wall_time(evening, plan.latest, zone)


def missed_offers_after(
    *, missed_offers: int, offered_at: datetime, zone: ZoneInfo, plan: MessagePlan = STANDARD_PLAN
) -> int:
    """Return how many offers the customer has missed, now that one expired; one made at night does not count."""
    return missed_offers + (not is_quiet(offered_at, zone=zone, plan=plan))
