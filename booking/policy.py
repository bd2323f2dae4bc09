"""Policy: what may be booked and changed, and when reminders are sent. Plain values in, plain values out."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from booking.refusals import Refusal
from stores.hours import day_start

HOLD_MINUTES = 5
HOLD_EXTENSIONS = 2
EARLIEST_MESSAGE = time(8)
LATEST_MESSAGE = time(20)
REMINDER_DAYS = (3, 1)
REMINDERS_APART = timedelta(hours=6)
OFFER_KEPT = timedelta(minutes=30)
LEAST_OFFER = timedelta(minutes=5)
MOST_MISSED_OFFERS = 3
LATE_TOLD_FROM = timedelta(hours=2)
LATE_CHOICES = (5, 10, 15, 20, 30)
LONGEST_LATE = 60
VIDEO_OPENS = timedelta(minutes=10)
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


class BookingRules(Protocol):
    """A store's rules of booking."""

    @property
    def minimum_notice_minutes(self) -> int: ...
    @property
    def booking_horizon_days(self) -> int: ...
    @property
    def zone(self) -> ZoneInfo: ...


class KindRules(Protocol):
    """The rules of a kind of visit that differ from the store's, None where they do not."""

    @property
    def notice_minutes(self) -> int | None: ...
    @property
    def notice_until(self) -> time | None: ...


def places_needed(*, party_size: int, counts_people: bool) -> int:
    """Return how many places of a slot a party takes."""
    return party_size if counts_people else 1


def refusal_to_book(
    *,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
    zone: ZoneInfo,
    rules: BookingRules,
    kind: KindRules,
    party_size: int,
    max_party_size: int,
    by_staff: bool,
) -> Refusal | None:
    """Return why this start may not be booked now, whether or not there are places.

    Staff need no minimum notice: they may book any visit that has not ended yet.
    """
    if party_size > max_party_size:
        return Refusal.PARTY_TOO_LARGE
    if by_staff:
        if ends_at <= now:
            return Refusal.TOO_LATE
    elif starts_at < first_bookable_start(now=now, rules=rules, kind=kind):
        return Refusal.TOO_SOON
    if starts_at.astimezone(zone).date() > last_bookable_date(now=now, zone=zone, rules=rules):
        return Refusal.TOO_FAR_AHEAD
    return None


def first_bookable_start(*, now: datetime, rules: BookingRules, kind: KindRules) -> datetime:
    """Return the earliest start of a kind of visit that a customer may book.

    Where it is booked until a time of the day before, that is the beginning of tomorrow, and later the day after.
    """
    if kind.notice_until is None:
        return now + timedelta(minutes=_notice_minutes(rules, kind))
    today = now.astimezone(rules.zone).date()
    days = 1 if now < _wall_time(today, kind.notice_until, rules.zone) else 2
    return day_start(today + timedelta(days=days), rules.zone)


def notice_ends(*, starts_at: datetime, rules: BookingRules, kind: KindRules) -> datetime:
    """Return until when a customer may book a start."""
    if kind.notice_until is None:
        return starts_at - timedelta(minutes=_notice_minutes(rules, kind))
    day_before = starts_at.astimezone(rules.zone).date() - timedelta(days=1)
    return _wall_time(day_before, kind.notice_until, rules.zone)


def first_start_changes_at(*, now: datetime, rules: BookingRules, kind: KindRules) -> datetime | None:
    """Return when the earliest start of a kind of visit jumps to another day; None where it moves with the clock."""
    if kind.notice_until is None:
        return None
    today = now.astimezone(rules.zone).date()
    ends = _wall_time(today, kind.notice_until, rules.zone)
    return ends if now < ends else _wall_time(today + timedelta(days=1), kind.notice_until, rules.zone)


def _notice_minutes(rules: BookingRules, kind: KindRules) -> int:
    return rules.minimum_notice_minutes if kind.notice_minutes is None else kind.notice_minutes


def last_bookable_date(*, now: datetime, zone: ZoneInfo, rules: BookingRules) -> date:
    """Return the last of the store's days that may be booked."""
    return now.astimezone(zone).date() + timedelta(days=rules.booking_horizon_days)


def may_change(
    *, status: str, starts_at: datetime, now: datetime, change_until_minutes: int, answer_until: datetime | None = None
) -> bool:
    """Tell whether the customer may still move the visit; also late, while the store asks for another time."""
    is_asked = answer_until is not None and now < answer_until
    return status == "confirmed" and (is_asked or now <= starts_at - timedelta(minutes=change_until_minutes))


def may_cancel(*, status: str, starts_at: datetime, now: datetime) -> bool:
    """Tell whether the customer may still cancel: until the start, as late notice is better than none."""
    return status == "confirmed" and now < starts_at


def may_say_late(*, status: str, starts_at: datetime, ends_at: datetime, now: datetime) -> bool:
    """Tell whether customers may say how late they will be: from two hours before the start until the end."""
    return status == "confirmed" and starts_at - LATE_TOLD_FROM <= now < ends_at


def is_video_open(*, status: str, starts_at: datetime, ends_at: datetime, now: datetime) -> bool:
    """Tell whether the link of a video visit is shown: from shortly before the start until the end."""
    if status == "in_service":
        return True
    return status in ("confirmed", "checked_in") and starts_at - VIDEO_OPENS <= now < ends_at


# --- Reminders ----------------------------------------------------------------------------------


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
        return _wall_time(local.date(), plan.latest, zone)
    if local.time() < plan.earliest:
        morning = _wall_time(local.date(), plan.earliest, zone)
        if morning <= starts_at - timedelta(hours=1):
            return morning
        return _wall_time(local.date() - timedelta(days=1), plan.latest, zone)
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
    wanted = {f"{days}d": _wall_time(local.date() - timedelta(days=days), local.time(), zone)
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


def _wall_time(day: date, at: time, zone: ZoneInfo) -> datetime:
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


# --- Waiting list -------------------------------------------------------------------------------


def refusal_to_wait(
    *,
    from_date: date,
    to_date: date,
    now: datetime,
    zone: ZoneInfo,
    rules: BookingRules,
    kind: KindRules,
    party_size: int,
    max_party_size: int,
) -> Refusal | None:
    """Return why customers may not wait for a place on these days.

    The days may include past ones, as long as one is left on which a visit could still be booked.
    """
    if party_size > max_party_size:
        return Refusal.PARTY_TOO_LARGE
    if to_date < first_bookable_start(now=now, rules=rules, kind=kind).astimezone(zone).date():
        return Refusal.TOO_SOON
    if max(from_date, to_date) > last_bookable_date(now=now, zone=zone, rules=rules):
        return Refusal.TOO_FAR_AHEAD
    return None


def offer_until(*, starts_at: datetime, now: datetime, rules: BookingRules, kind: KindRules) -> datetime | None:
    """Return until when a freed place is kept for a waiting customer; None where its start is too near for an offer.

    Half an hour, or less where the minimum notice ends sooner, but at least the five minutes of any hold. Those may
    extend a little past the notice, as a customer's own hold may, but never past the start.
    """
    if starts_at - now < LEAST_OFFER:
        return None
    until = notice_ends(starts_at=starts_at, rules=rules, kind=kind)
    return max(min(now + OFFER_KEPT, until), now + LEAST_OFFER)


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
    evening = _wall_time(now.astimezone(zone).date(), plan.latest, zone)
    return min(starts_at, max(evening, now + timedelta(hours=1)))


def next_morning(now: datetime, *, zone: ZoneInfo, plan: MessagePlan = STANDARD_PLAN) -> datetime:
    """Return when sending hours begin next, in UTC."""
    local = now.astimezone(zone)
    day = local.date() if local.time() < plan.earliest else local.date() + timedelta(days=1)
    return _wall_time(day, plan.earliest, zone)


def may_be_offered(
    *, last_offered_at: datetime | None, now: datetime, zone: ZoneInfo, plan: MessagePlan = STANDARD_PLAN
) -> bool:
    """Tell whether a customer may be offered a place at this hour: at night only once, as they may be asleep."""
    if last_offered_at is None or not is_quiet(now, zone=zone, plan=plan):
        return True
    local = now.astimezone(zone)
    evening = local.date() - timedelta(days=0 if local.time() >= plan.latest else 1)
    return last_offered_at < _wall_time(evening, plan.latest, zone)


def missed_offers_after(
    *, missed_offers: int, offered_at: datetime, zone: ZoneInfo, plan: MessagePlan = STANDARD_PLAN
) -> int:
    """Return how many offers the customer has missed, now that one expired; one made at night does not count."""
    return missed_offers + (not is_quiet(offered_at, zone=zone, plan=plan))
