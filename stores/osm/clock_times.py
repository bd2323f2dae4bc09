"""Times of day as people write them, read in pairs as intervals: 24 hours, or 12 with am and pm. Pure."""

import re
from dataclasses import dataclass

from stores.osm.hours_text import DATES, NotReadable

DAY = 24 * 60
HALF_DAY = 12 * 60
# Longer than the night of any bar: the author of 9:00-5:00 meant the afternoon.
LONGEST_NIGHT = 18 * 60
_EARLIEST_BARE_HOUR = 6
_YEARS = range(19 * 60, 21 * 60 + 1)  # 19:00-21:00, written 1900-2100
_MONTHS = range(1, 13)


@dataclass(frozen=True, slots=True)
class Clock:
    """One time as written. `minutes` since midnight follow from the digits, before am or pm is applied."""

    text: str
    minutes: int
    half: str  # "a" for am, "p" for pm, "" for neither
    is_bare: bool  # a number alone: "9", not "9h", "9am" or "9:00"
    is_short: bool  # "9:00" or "9", which people with a 12-hour clock write too; not "09:00", "9h" or "13:00"
    is_compact: bool
    sign: str

    @property
    def hour(self) -> int:
        return self.minutes // 60

    @property
    def as_is(self) -> int:
        """Minutes since midnight, with am or pm applied if the text has one."""
        return self.in_half(self.half) if self.half else self.minutes

    def in_half(self, half: str) -> int:
        """Return the minutes since midnight in one half of the day."""
        return self.minutes % HALF_DAY + (HALF_DAY if half == "p" else 0)


@dataclass(frozen=True, slots=True)
class Span:
    """An interval in minutes from midnight; an end on the next day is past 24:00."""

    opens: int
    closes: int
    text: str
    has_half: bool = False  # the text says am or pm
    is_short: bool = False  # both its times may be of a 12-hour clock

    @property
    def is_zero(self) -> bool:
        """Whether the text is 00:00-00:00."""
        return self.opens == self.closes == 0

    @property
    def is_long_night(self) -> bool:
        """Whether it ends on the next day, is longer than any night, and has no am or pm."""
        return not self.has_half and self.closes > DAY and self.closes - self.opens > LONGEST_NIGHT

    @property
    def is_short_night(self) -> bool:
        """Whether it ends on the next day, and both times may be of a 12-hour clock."""
        return self.is_short and self.closes > DAY

    def meets(self, other: "Span") -> bool:
        """Tell whether the two intervals overlap."""
        return self.opens < other.closes and other.opens < self.closes


def clock(token: re.Match[str]) -> Clock:
    """Return the time in a token. Raises NotReadable."""
    text, half = token[0].strip(), token["half"] or ""
    digits = token["compact"]
    hour, minute = (int(digits[:2]), int(digits[2:])) if digits else (int(token["hour"]), int(token["minute"] or 0))
    if hour > 48 or minute > 59 or (half and not 1 <= hour <= 12):
        raise NotReadable(f"{text} is no time of day")
    sign = (token["sign"] or "").strip()
    is_of_12 = not digits and 1 <= hour <= 12 and not (len(token["hour"]) > 1 and hour < 10)
    return Clock(
        text=text,
        minutes=hour * 60 + minute,
        half=half,
        is_bare=not (digits or token["minute"] or token["whole"] or half),
        is_short=is_of_12 and not half and not token["whole"] and sign in ("", ":", "."),
        is_compact=bool(digits),
        sign=sign,
    )


def span(start: Clock, end: Clock, *, may_be_bare: bool = False) -> Span:
    """Return the interval between two times; `may_be_bare` accepts bare numbers as times. Raises NotReadable."""
    said = f"{start.text}-{end.text}"
    if _are_dates(start, end):
        raise NotReadable(DATES)
    if start.half or end.half:
        return Span(*_by_halves(start, end), said, has_half=True)
    opens, closes = start.minutes, end.minutes
    is_guess = not may_be_bare and (start.is_bare or end.is_bare)
    if (
        opens >= DAY
        or closes > 2 * DAY
        or (is_guess and not _EARLIEST_BARE_HOUR * 60 <= opens < closes <= DAY)
        or ((start.is_compact or end.is_compact) and not _is_compact(start, end))
    ):
        raise unclear(said)
    if opens == closes == 0:
        return Span(0, 0, said)
    if closes == opens or closes - opens > DAY:
        raise unclear(said)
    return Span(opens, closes if closes > opens else closes + DAY, said, is_short=start.is_short and end.is_short)


def unclear(text: str) -> NotReadable:
    """Return the reason for a text that can mean two things."""
    return NotReadable(f"{text} is not clear")


def _are_dates(start: Clock, end: Clock) -> bool:
    """Tell whether the two are more likely dates: 14.05 - 04.09."""
    return all(one.sign == "." and one.minutes % 60 in _MONTHS and not one.half for one in (start, end))


def _is_compact(start: Clock, end: Clock) -> bool:
    """Tell whether digits without a separator are times: 0900-1730 is, 2019-2021 and 1234-1300 are not."""
    if start.is_bare or end.is_bare or any(one.minutes % 5 for one in (start, end)):
        return False
    return not (start.is_compact and end.is_compact and start.minutes in _YEARS and end.minutes in _YEARS)


def _by_halves(start: Clock, end: Clock) -> tuple[int, int]:
    """Return the interval if at least one end says am or pm; the other end gets the half that makes sense."""
    said = f"{start.text}-{end.text}"
    if not start.half and (start.hour > 12 or start.hour == 0):
        opens, closes = start.minutes, end.as_is
    elif not start.half:
        opens, closes = _start_without(start, end), end.as_is
    elif not end.half and (end.hour > 12 or end.hour == 0):
        opens, closes = start.as_is, end.minutes
    elif not end.half:
        # The end is in the same half of the day, or else in the other: 10am-11, 10am-5, 8pm-2.
        opens = start.as_is
        same, other = end.in_half(start.half), end.in_half("a" if start.half == "p" else "p")
        closes = same if same > opens else other
    else:
        opens, closes = start.as_is, end.as_is
    if opens >= DAY or closes > DAY or opens == closes:
        raise unclear(said)
    if closes < opens and end.half == "p":  # 9 pm - 12 pm: no store closes at noon of the next day
        raise unclear(said)
    return opens, closes if closes > opens else closes + DAY


def _start_without(start: Clock, end: Clock) -> int:
    """Return a start without am or pm: in 6-10:30pm it is in the evening, in 8-1:30pm in the morning."""
    closes = end.as_is
    same = start.in_half(end.half)
    if end.half == "a":
        if same < closes:
            return same
    elif same >= closes:
        return start.in_half("a")
    elif start.hour not in (9, 10, 11) and (start.is_short or start.is_bare or start.hour == 12):
        return same
    raise unclear(f"{start.text}-{end.text}")  # 11-2am, 10-11pm, 08:00-10:00pm
