"""A store's working day: the hours that begin on one of its days, to their end, which may be past midnight. Pure.

Working days follow each other without a gap: each begins at midnight, or where the hours of the evening before end.
Their ends are moved to the next quarter of an hour, so that a screen which polls each quarter never shows one that is
over.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from stores.closings import openings_by_day
from stores.hours import ONE_DAY, Interval, day_start
from stores.slots import StoreRules

IN_SHOP = timedelta(hours=6)  # nobody is in the shop for longer: how far back people of the day before are searched
LINGER = timedelta(hours=3)  # the last of them may still be there so long after closing
SOON = timedelta(hours=1)  # where one day continues into the next, so much of the next is shown as well
QUARTER = timedelta(minutes=15)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class WorkingDay:
    """The working day of an instant, half-open, in UTC; `own_date` is the store's own day on which it began.

    Its screens show people who are due, or came, from `since` to `until`. Shortly after a working day began, people of
    the one before are still in the shop; and where it continues into the next, people already come for that one.
    `closes_at` is when its last hours end, None where the store is closed all day.
    """

    own_date: date
    begins_at: datetime
    ends_at: datetime
    since: datetime
    until: datetime
    closes_at: datetime | None

    @property
    def dates(self) -> tuple[date, date]:
        """The first and the last date, in any zone, on which people of this working day may be booked."""
        return self.own_date - ONE_DAY, self.own_date + ONE_DAY


def working_day(rules: StoreRules, *, now: datetime) -> WorkingDay:
    """Return the working day of an instant, by the rules that `rules_around` returns for it."""
    today = now.astimezone(rules.zone).date()
    day = today if now >= _turn(rules, today) else today - ONE_DAY
    begins_at, ends_at = _turn(rules, day), _turn(rules, day + ONE_DAY)
    closed_at = _closes_at(rules, day - ONE_DAY)
    is_lingering = closed_at is not None and now < quarter_after(closed_at + LINGER)
    following = _openings(rules, day + ONE_DAY)
    goes_over = bool(following) and following[0].starts_at < ends_at + SOON and _closes_at(rules, day) is not None
    return WorkingDay(
        own_date=day,
        begins_at=begins_at,
        ends_at=ends_at,
        since=begins_at - IN_SHOP if is_lingering else begins_at,
        until=ends_at + SOON if goes_over else ends_at,
        closes_at=_closes_at(rules, day),
    )


def opening_day(rules: StoreRules, moment: datetime) -> date:
    """Return the day to whose hours an instant belongs: in a night past midnight, the day on which it began.

    The rules need the special hours of two days before the instant's own date on.
    """
    own_date = moment.astimezone(rules.zone).date()
    return own_date if moment >= _begins_at(rules, own_date) else own_date - ONE_DAY


def day_bounds(rules: StoreRules, day: date) -> tuple[datetime, datetime]:
    """Return when the hours of a day begin and end, half-open, in UTC: an instant lies in those of one day.

    The rules need the special hours of two days before the day on.
    """
    return _begins_at(rules, day), _begins_at(rules, day + ONE_DAY)


def quarter_before(moment: datetime) -> datetime:
    """Return the start of the quarter of an hour that contains an instant."""
    return moment - (moment - _EPOCH) % QUARTER


def quarter_after(moment: datetime) -> datetime:
    """Return the first quarter of an hour that is not before an instant."""
    return moment + (_EPOCH - moment) % QUARTER


def _turn(rules: StoreRules, day: date) -> datetime:
    """Return when the working day of a day begins."""
    return quarter_after(_begins_at(rules, day))


def _begins_at(rules: StoreRules, day: date) -> datetime:
    """Return the midnight with which a day begins, or the later end of the evening before."""
    closed_at = _closes_at(rules, day - ONE_DAY)
    midnight = day_start(day, rules.zone)
    return midnight if closed_at is None else max(midnight, closed_at)


def _closes_at(rules: StoreRules, day: date) -> datetime | None:
    opened = _openings(rules, day)
    return opened[-1].ends_at if opened else None


def _openings(rules: StoreRules, day: date) -> list[Interval]:
    """Return the open intervals of the hours that begin on a day, cut where the hours of the next day begin."""
    return openings_by_day(rules, first_date=day, last_date=day).get(day, [])
