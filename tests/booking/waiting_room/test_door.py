"""The door of the waiting room, from outside: nobody is lost or doubled, and no minute lets in too many."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
import redis
from django.test import override_settings
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from booking import limits
from booking.limits.room_counters import take_entry
from booking.waiting_room.door import Turn, admit, let_in, standing_of, valid_ticket
from booking.waiting_room.pace import LATEST, Pace, drawn_order
from booking.waiting_room.tickets import LET_IN_LASTS, TURN_LASTS, RoomTicket, TicketKind
from stores.bounded_cache import forget_kept
from stores.queries import WaitingRoom
from tests.factories import NOW
from tests.postgres import free_port
from tests.redis_server import running_redis

pytestmark = pytest.mark.plain
SHOP = "corner-shop-niort"
ALWAYS = WaitingRoom(opens_at=None)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _counted_apart(settings, tmp_path) -> Iterator[None]:
    settings.REDIS_URL, settings.DATA_DIR, settings.RATE_LIMITS = "", tmp_path, True
    limits._limiter.cache_clear()
    yield
    limits._limiter.cache_clear()


@dataclass(frozen=True)
class Came:
    """Somebody who came, and what they got."""

    at: datetime
    ticket: RoomTicket

    def entry_at(self, room: WaitingRoom) -> datetime:
        """Return when they may come in, as their page says."""
        if self.ticket.kind is TicketKind.LET_IN:
            return self.at
        after = max(self.at, room.opens_at or self.at)
        entry_at = standing_of(SHOP, room, self.ticket.sealed, now=after).entry_at
        assert entry_at is not None
        return entry_at


def come(room: WaitingRoom, offsets: list[int], *, begin: datetime = NOW) -> list[Came]:
    """Let people come so many milliseconds after the beginning, the earliest first."""
    times = [begin + timedelta(milliseconds=offset) for offset in sorted(offsets)]
    return [Came(at, admit(SHOP, room, now=at)) for at in times]


def from_nought() -> None:
    limits._limiter().storage.reset()
    forget_kept()


CROWD = st.lists(st.integers(0, 240_000), min_size=1, max_size=60)
OPENINGS = st.none() | st.integers(0, 200_000)


@how(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(pace=st.integers(1, 120), offsets=CROWD, opens=OPENINGS)
def test_nobody_is_lost_or_doubled_and_order_is_kept(pace: int, offsets: list[int], opens: int | None) -> None:
    from_nought()
    room = WaitingRoom(None if opens is None else NOW + timedelta(milliseconds=opens))
    with override_settings(WAITING_ROOM_PER_MINUTE=pace):
        people = come(room, offsets)
        entries = [one.entry_at(room) for one in people]

        # Each entry is one person's, and comes; nobody is let in while bookings are not open.
        waiting = [entry for one, entry in zip(people, entries, strict=True) if one.ticket.kind != TicketKind.LET_IN]
        assert len(set(waiting)) == len(waiting)
        for one, entry in zip(people, entries, strict=True):
            if one.ticket.kind != TicketKind.LET_IN:
                assert standing_of(SHOP, room, one.ticket.sealed, now=entry).turn is Turn.COMES_IN
            assert room.opens_at is None or entry >= room.opens_at

        # No minute lets in more than the pace, and what a quiet time has left over.
        most = pace + Pace(pace).burst + 1
        ordered = sorted(entries)
        assert all(later - first >= MINUTE for first, later in zip(ordered, ordered[most:], strict=False))

        # Those who came before the opening come first, as they were drawn; then whoever came first.
        drawn = [(one.ticket.number, entry) for one, entry in zip(people, entries, strict=True) if one.ticket.number]
        places = drawn_order(_seed_of(people, room), len(drawn))
        assert [number for number, _ in sorted(drawn, key=lambda item: item[1])] == sorted(
            (number for number, _ in drawn), key=lambda number: places[number - 1]
        )
        later = [entry for one, entry in zip(people, entries, strict=True) if not one.ticket.number]
        assert all(first <= second for first, second in pairwise(later))
        assert not drawn or not later or max(entry for _, entry in drawn) <= later[0]


def _seed_of(people: list[Came], room: WaitingRoom) -> str:
    """Return the seed as the page of somebody who was drawn tells it once bookings are open; "" if nobody was."""
    drawn = [one for one in people if one.ticket.number]
    if not drawn or room.opens_at is None:
        return ""
    proof = standing_of(SHOP, room, drawn[0].ticket.sealed, now=room.opens_at).draw
    assert proof is not None
    return proof.seed


def test_whoever_looks_first_after_the_opening_cannot_change_the_draw(settings) -> None:
    settings.WAITING_ROOM_PER_MINUTE = 60
    room = WaitingRoom(NOW + MINUTE)
    people = come(room, [0, 1, 2, 3, 4, 5, 6, 7])

    first_look = [one.entry_at(room) for one in people]
    forget_kept()  # as another process, which looks later
    second_look = [standing_of(SHOP, room, one.ticket.sealed, now=NOW + MINUTE + 5 * SECOND).entry_at for one in people]

    assert first_look == second_look
    assert sorted(first_look) == [NOW + MINUTE + number * SECOND for number in range(1, 9)]


def test_a_number_cannot_be_drawn_once_bookings_are_open(settings) -> None:
    """A process whose clock is behind finds the draw closed: its visitors come in after the others."""
    settings.WAITING_ROOM_PER_MINUTE = 60
    room = WaitingRoom(NOW + MINUTE)
    come(room, [0, 1])
    admit(SHOP, room, now=NOW + MINUTE)

    late = admit(SHOP, room, now=NOW + MINUTE - SECOND)

    assert (late.kind, late.number, late.at) == (TicketKind.DRAWN, 0, room.opens_at)
    assert standing_of(SHOP, room, late.sealed, now=NOW + MINUTE - SECOND).turn is Turn.OPENS_LATER
    assert standing_of(SHOP, room, late.sealed, now=NOW + MINUTE).turn is Turn.NONE
    assert valid_ticket(SHOP, room, late.sealed, now=NOW + MINUTE) is None


def test_a_quiet_time_leaves_no_more_than_the_burst(settings) -> None:
    settings.WAITING_ROOM_PER_MINUTE = 60

    people = come(ALWAYS, [0] * 12, begin=NOW + timedelta(hours=5))

    assert [one.ticket.kind for one in people] == [TicketKind.LET_IN] * 10 + [TicketKind.WAITING] * 2
    assert [one.ticket.at - one.at for one in people[10:]] == [SECOND, 2 * SECOND]


def test_an_entry_that_a_wrong_clock_gave_keeps_nobody_waiting(settings) -> None:
    settings.WAITING_ROOM_PER_MINUTE = 60
    admit(SHOP, ALWAYS, now=NOW + LATEST + timedelta(days=1))

    assert admit(SHOP, ALWAYS, now=NOW).kind is TicketKind.LET_IN


def test_who_comes_in_has_ten_minutes_and_may_do_so_three_times(settings) -> None:
    settings.WAITING_ROOM_PER_MINUTE = 6
    waiting = come(ALWAYS, [0, 0])[1].ticket
    now = waiting.at
    standing = standing_of(SHOP, ALWAYS, waiting.sealed, now=now)

    tickets = [let_in(standing, now=now) for _ in range(4)]

    assert [ticket is not None for ticket in tickets] == [True, True, True, False]
    assert tickets[0] is not None
    sealed = tickets[0].sealed
    assert valid_ticket(SHOP, ALWAYS, sealed, now=now + LET_IN_LASTS - SECOND) is not None
    assert valid_ticket(SHOP, ALWAYS, sealed, now=now + LET_IN_LASTS) is None
    assert standing_of(SHOP, ALWAYS, waiting.sealed, now=now).turn is Turn.USED


def test_a_turn_is_over_after_ten_minutes(settings) -> None:
    settings.WAITING_ROOM_PER_MINUTE = 6
    waiting = come(ALWAYS, [0, 0])[1].ticket

    assert standing_of(SHOP, ALWAYS, waiting.sealed, now=waiting.at + TURN_LASTS - SECOND).turn is Turn.COMES_IN
    assert standing_of(SHOP, ALWAYS, waiting.sealed, now=waiting.at + TURN_LASTS).turn is Turn.OVER


def test_a_ticket_is_of_no_use_to_a_crowd(settings) -> None:
    settings.WAITING_ROOM_PER_MINUTE = 60
    sealed = admit(SHOP, ALWAYS, now=NOW).sealed

    used = [valid_ticket(SHOP, ALWAYS, sealed, now=NOW) is not None for _ in range(102)]

    assert used == [True] * 100 + [False] * 2


def test_another_opening_draws_anew(settings) -> None:
    room, moved = WaitingRoom(NOW + MINUTE), WaitingRoom(NOW + 2 * MINUTE)
    sealed = admit(SHOP, room, now=NOW).sealed

    assert valid_ticket(SHOP, room, sealed, now=NOW) is not None
    assert valid_ticket(SHOP, moved, sealed, now=NOW) is None
    assert standing_of(SHOP, moved, sealed, now=NOW).turn is Turn.NONE


def test_while_the_counters_are_away_nobody_waits_but_for_the_opening(tmp_path) -> None:
    (tmp_path / "limits.sqlite3").mkdir()
    limits._limiter.cache_clear()

    assert admit(SHOP, ALWAYS, now=NOW).kind is TicketKind.LET_IN
    early = admit(SHOP, WaitingRoom(NOW + MINUTE), now=NOW)
    assert (early.kind, early.number, early.at) == (TicketKind.DRAWN, 0, NOW + MINUTE)


def test_counters_that_were_lost_let_people_in_as_they_drew(settings) -> None:
    settings.WAITING_ROOM_PER_MINUTE = 60
    room = WaitingRoom(NOW + MINUTE)
    people = come(room, [0, 1, 2])
    from_nought()

    assert [one.entry_at(room) for one in people] == [NOW + MINUTE + number * SECOND for number in (1, 2, 3)]


def test_redis_counts_as_the_file_does(settings) -> None:
    settings.WAITING_ROOM_PER_MINUTE = 30
    room, port = WaitingRoom(NOW + MINUTE), free_port()
    offsets = [0, 10, 20, 70_000, 70_001, 70_002, 90_000, *range(91_000, 91_020)]
    latest = Pace(30).number_at(NOW + LATEST)

    def entries() -> list[object]:
        found: list[object] = [one.entry_at(room) for one in come(room, offsets)]
        now = Pace(30).number_at(NOW)
        found += [take_entry("30", after=now, until=until, latest=latest) for until in (now, latest, latest)]
        return found

    in_file = entries()
    with running_redis(port), redis.Redis(port=port) as client:
        settings.REDIS_URL = f"redis://127.0.0.1:{port}/0"
        limits._limiter.cache_clear()
        forget_kept()
        in_redis = entries()
        ends = [client.ttl(key) for key in client.scan_iter()]

    assert in_redis == in_file
    assert all(end > 0 for end in ends)
