"""The door of the waiting room: which visitors go on to a booking at once, which wait, and whose turn it is.

One operation of the shared counters for each newcomer; none for those who wait, as their tickets tell the moment.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from math import ceil

from django.conf import settings

from booking import limits
from booking.limits.room_counters import ClosedDraw, close_draw, count_drawn, draw_number, last_entry, take_entry
from booking.tokens import keyed_digest
from booking.waiting_room.pace import LATEST, Pace, drawn_order
from booking.waiting_room.tickets import LET_IN_LASTS, TURN_LASTS, RoomTicket, TicketKind, new_ticket, read_ticket
from stores.bounded_cache import BoundedCache
from stores.queries import WaitingRoom, known_waiting_room

TIMES_LET_IN = 3  # for one ticket: Back, a reload, a second device
REQUESTS_LET_IN = 100  # with one ticket: far more than one person's way to a booking takes
_DRAW_KEPT = timedelta(days=1)
_CLOCKS_DIFFER = timedelta(minutes=1)

_closed_draws: BoundedCache[int, ClosedDraw] = BoundedCache(16)


class Turn(StrEnum):
    """What a ticket in the waiting room says to its owner."""

    OPENS_LATER = "opens later"  # bookings have not opened
    WAITS = "waits"
    COMES_IN = "comes in"
    USED = "used"  # the ticket has let in as often as one may
    OVER = "over"  # the turn was not taken in time
    NONE = "none"  # no ticket that is valid here


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a visitor with a ticket stands. `entry_at` is when their turn comes, or came."""

    turn: Turn
    ticket: RoomTicket | None = None
    entry_at: datetime | None = None
    count_before: int = 0
    minutes: int = 0  # until the turn, rounded up
    count_waiting: int = 0  # for the opening, all stores together
    draw: "DrawProof | None" = None


@dataclass(frozen=True, slots=True)
class DrawProof:
    """What lets anybody check a draw: the digest of its seed from the beginning, the seed itself once it is over."""

    number: int
    digest: str
    seed: str = ""
    drawn: int = 0
    place: int = 0


def valid_ticket(store: str, room: WaitingRoom, sent: str, *, now: datetime) -> RoomTicket | None:
    """Return the ticket that a request brought if it lets in, or if its owner waits or may come in; else None."""
    ticket = read_ticket(sent, store)
    return ticket if ticket is not None and _is_valid(ticket, room, now=now) else None


def admit(store: str, room: WaitingRoom, *, now: datetime, may_draw: bool = True) -> RoomTicket:
    """Return a new ticket for somebody who wants to book: one that lets in, or one to wait with.

    One operation of the counters. While they are away, everybody is let in once bookings are open. Before that, a
    ticket has no number if it may not draw, the counters are away, or the clock of another process is ahead and has
    closed the draw: its owner comes in after those who have one.
    """
    if room.opens_at is not None and now < room.opens_at:
        seconds = _seconds_kept(room.opens_at, now=now)
        number = draw_number(_draw_of(room.opens_at), seconds=seconds) if may_draw else None
        return new_ticket(TicketKind.DRAWN, store, at=room.opens_at, now=now, number=number or 0)
    entry_at = _next_entry(room, now=now)
    waiting = new_ticket(TicketKind.WAITING, store, at=entry_at, now=now)
    return waiting if entry_at > now else waiting.let_in(now=now)


def refuse_in_rush(store: str, *, now: datetime) -> None:
    """Let a program begin a booking, or tell it when to try again: it has no ticket, so it waits in no line.

    It takes an entry only if one is open. Raises RateLimited.
    """
    room = known_waiting_room(store, now=now)
    if room is None:
        return
    is_open = room.opens_at is None or room.opens_at <= now
    until = _next_entry(room, now=now, is_only_now=True) if is_open else room.opens_at
    if until is not None and until > now:
        raise limits.RateLimited(ceil((until - now).total_seconds()))


def standing_of(store: str, room: WaitingRoom, sent: str, *, now: datetime) -> Standing:
    """Return where the owner of a ticket stands. At most two reads of the counters, none while they wait in line."""
    ticket = read_ticket(sent, store)
    if ticket is None or not _is_for(ticket, room, now=now):
        return Standing(Turn.NONE)
    if ticket.kind is TicketKind.LET_IN:
        return Standing(Turn.NONE)
    if room.opens_at is not None and now < room.opens_at:
        proof = DrawProof(ticket.number, _digest(_seed(room.opens_at))) if ticket.number else None
        waiting = count_drawn(_draw_of(room.opens_at)) or 0
        return Standing(Turn.OPENS_LATER, ticket, room.opens_at, count_waiting=waiting, draw=proof)
    entry_at, proof = _entry_of(ticket, now=now)
    if now < entry_at:
        return Standing(
            Turn.WAITS,
            ticket,
            entry_at,
            count_before=_pace().count_before(entry_at, now=now),
            minutes=ceil((entry_at - now) / timedelta(minutes=1)),
            draw=proof,
        )
    if now >= entry_at + TURN_LASTS:
        return Standing(Turn.OVER, ticket, entry_at, draw=proof)
    is_used = limits.counted("let in", ticket.id) >= TIMES_LET_IN
    return Standing(Turn.USED if is_used else Turn.COMES_IN, ticket, entry_at, draw=proof)


def let_in(standing: Standing, *, now: datetime) -> RoomTicket | None:
    """Return the ticket that goes the way to a booking for one whose turn it is; None if theirs is used up."""
    ticket = standing.ticket
    if ticket is None or standing.turn is not Turn.COMES_IN:
        return None
    seconds = int((TURN_LASTS + LET_IN_LASTS).total_seconds())
    if limits.count("let in", ticket.id, seconds=seconds) > TIMES_LET_IN:
        return None
    return ticket.let_in(now=now)


@dataclass(frozen=True, slots=True)
class RoomCrowd:
    """How many people wait for their entry, all stores together, and how long somebody who comes now would."""

    count: int
    seconds: int


def room_crowd(*, now: datetime) -> RoomCrowd:
    """Return how full the waiting room is; empty while the counters are away. One read of the counters."""
    pace = _pace()
    last = last_entry(str(pace.per_minute)) or 0
    if last > pace.number_at(now + LATEST):  # a clock that was ahead gave it
        last = 0
    count = max(0, last - pace.number_at(now))
    return RoomCrowd(count, ceil(pace.time_of(count) / timedelta(seconds=1)))


def count_before_opening(room: WaitingRoom, *, now: datetime) -> int:
    """Return how many have drawn a number for a store's opening to come, at all stores that open then. One read."""
    return (count_drawn(_draw_of(room.opens_at)) or 0) if room.opens_at is not None and now < room.opens_at else 0


def _is_valid(ticket: RoomTicket, room: WaitingRoom, *, now: datetime) -> bool:
    """Tell whether a ticket still says something: it lets in, or its owner waits, or may come in."""
    if ticket.kind is TicketKind.LET_IN:
        seconds = int(LET_IN_LASTS.total_seconds())
        is_in_time = now < ticket.at <= now + LET_IN_LASTS + _CLOCKS_DIFFER and not room.is_closed(now)
        return is_in_time and limits.count("room requests", ticket.id, seconds=seconds) <= REQUESTS_LET_IN
    if not _is_for(ticket, room, now=now):
        return False
    if room.is_closed(now):
        return True
    entry_at, _ = _entry_of(ticket, now=now)
    if now < entry_at:
        return True
    return now < entry_at + TURN_LASTS and limits.counted("let in", ticket.id) < TIMES_LET_IN


def _is_for(ticket: RoomTicket, room: WaitingRoom, *, now: datetime) -> bool:
    """Tell whether a ticket belongs to the store's present opening: a manager may have set another one since.

    One without a number is over when bookings open: its owner comes as if just then.
    """
    if ticket.kind is TicketKind.DRAWN:
        return ticket.at == room.opens_at and (ticket.number > 0 or room.is_closed(now))
    return not room.is_closed(now)


def _entry_of(ticket: RoomTicket, *, now: datetime) -> tuple[datetime, DrawProof | None]:
    """Return when the entry of a ticket opens, and how a draw gave it. Bookings are open."""
    if ticket.kind is not TicketKind.DRAWN:
        return ticket.at, None
    closed = _closed_draw(ticket.at, now=now)
    if closed is None or ticket.number > closed.drawn:  # the counters are away, or were lost: they come in as they drew
        return ticket.at + _pace().time_of(ticket.number), None
    seed = _seed(ticket.at)
    place = _places(seed, closed.drawn)[ticket.number - 1]
    proof = DrawProof(ticket.number, _digest(seed), seed, closed.drawn, place)
    return closed.begins_at + _pace().time_of(place), proof


def _next_entry(room: WaitingRoom, *, now: datetime, is_only_now: bool = False) -> datetime:
    """Take the next entry and return when it opens; now while the counters are away.

    With `is_only_now` an entry that opens later is not taken. Bookings are open.
    """
    if room.opens_at is not None and now < room.opens_at + _DRAW_KEPT:
        _closed_draw(room.opens_at, now=now)  # those who came before the opening are before whoever comes now
    pace = _pace()
    open_now = pace.number_at(now)
    latest = pace.number_at(now + LATEST)
    number = take_entry(
        str(pace.per_minute), after=open_now - pace.burst, until=open_now if is_only_now else latest, latest=latest
    )
    return now if number is None or number <= open_now else pace.moment_of(number)


def _closed_draw(opens_at: datetime, *, now: datetime) -> ClosedDraw | None:
    """Return the result of a draw, ending it if nobody has; None while the counters are away."""
    key = int(opens_at.timestamp())
    closed = _closed_draws.get(key)
    if closed is None:
        pace = _pace()
        closed = close_draw(
            _draw_of(opens_at),
            str(pace.per_minute),
            per_minute=pace.per_minute,
            after=pace.number_at(now),
            latest=pace.number_at(now + LATEST),
            seconds=_seconds_kept(opens_at, now=now),
        )
        if closed is not None:
            _closed_draws.keep(key, closed)
    return closed


@lru_cache(maxsize=4)
def _places(seed: str, count: int) -> Sequence[int]:
    return drawn_order(seed, count)


def _pace() -> Pace:
    return Pace(settings.WAITING_ROOM_PER_MINUTE)


def _draw_of(opens_at: datetime) -> str:
    """Return the name of a draw: all stores whose bookings open at the same moment share one."""
    return str(int(opens_at.timestamp()))


def _seconds_kept(opens_at: datetime, *, now: datetime) -> int:
    return max(60, int((opens_at + _DRAW_KEPT - now).total_seconds()))


def _seed(opens_at: datetime) -> str:
    return keyed_digest("waiting room", _draw_of(opens_at))


def _digest(seed: str) -> str:
    return hashlib.sha256(seed.encode()).hexdigest()
