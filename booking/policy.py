"""Policy: what may be booked and changed, and when reminders are sent. Plain values in, plain values out."""

from datetime import date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from booking.refusals import Refusal
from booking.sending_times import wall_time
from stores.hours import day_start

HOLD_MINUTES = 5
HOLD_EXTENSIONS = 2
OFFER_KEPT = timedelta(minutes=30)
LEAST_OFFER = timedelta(minutes=5)
MOST_MISSED_OFFERS = 3
LATE_TOLD_FROM = timedelta(hours=2)
LATE_CHOICES = (5, 10, 15, 20, 30)
LONGEST_LATE = 60
VIDEO_OPENS = timedelta(minutes=10)


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
    days = 1 if now < wall_time(today, kind.notice_until, rules.zone) else 2
    return day_start(today + timedelta(days=days), rules.zone)


def notice_ends(*, starts_at: datetime, rules: BookingRules, kind: KindRules) -> datetime:
    """Return until when a customer may book a start."""
    if kind.notice_until is None:
        return starts_at - timedelta(minutes=_notice_minutes(rules, kind))
    day_before = starts_at.astimezone(rules.zone).date() - timedelta(days=1)
    return wall_time(day_before, kind.notice_until, rules.zone)


def first_start_changes_at(*, now: datetime, rules: BookingRules, kind: KindRules) -> datetime | None:
    """Return when the earliest start of a kind of visit jumps to another day; None where it moves with the clock."""
    if kind.notice_until is None:
        return None
    today = now.astimezone(rules.zone).date()
    ends = wall_time(today, kind.notice_until, rules.zone)
    return ends if now < ends else wall_time(today + timedelta(days=1), kind.notice_until, rules.zone)


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
