"""Tickets that somebody else made, took from elsewhere, or kept too long open nothing."""

from datetime import timedelta

import pytest

from booking.waiting_room.door import Turn, let_in, standing_of, valid_ticket
from booking.waiting_room.tickets import LET_IN_LASTS, LONGEST, TicketKind, new_ticket, read_ticket
from booking.web.sealed_values import seal
from stores.queries import WaitingRoom
from tests.factories import NOW

pytestmark = pytest.mark.plain
SHOP, OTHER = "corner-shop-niort", "other-shop-niort"
ALWAYS = WaitingRoom(opens_at=None)


def let_in_ticket(store: str = SHOP) -> str:
    return new_ticket(TicketKind.WAITING, store, at=NOW, now=NOW).let_in(now=NOW).sealed


def test_a_ticket_is_read_as_it_was_made() -> None:
    ticket = new_ticket(TicketKind.DRAWN, SHOP, at=NOW + timedelta(hours=1), now=NOW, number=12)

    assert read_ticket(ticket.sealed, SHOP) == ticket
    assert len(ticket.sealed) < LONGEST


def test_a_ticket_tells_nothing_to_who_reads_the_address() -> None:
    assert SHOP not in let_in_ticket()
    assert let_in_ticket() != let_in_ticket()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "é" * 20,
        "\x00",
        let_in_ticket()[:-1],
        "A" + let_in_ticket(),
        let_in_ticket(OTHER),
        seal("another purpose", [TicketKind.LET_IN, SHOP, "id", 0, 4_000_000_000_000, 0]),
        seal("waiting room", {"store": SHOP}),
        seal("waiting room", [TicketKind.LET_IN, SHOP]),
        "x" * 100_000,
    ],
    ids=["none", "nonsense", "signs", "nought", "cut", "longer", "other", "purpose", "shape", "short", "huge"],
)
def test_what_is_no_ticket_of_the_store_opens_nothing(text: str) -> None:
    assert read_ticket(text, SHOP) is None
    assert valid_ticket(SHOP, ALWAYS, text, now=NOW) is None
    assert standing_of(SHOP, ALWAYS, text, now=NOW).turn is Turn.NONE


def test_a_changed_ticket_opens_nothing() -> None:
    sealed = let_in_ticket()

    for place in range(len(sealed) - 1):
        changed = sealed[:place] + ("A" if sealed[place] != "A" else "B") + sealed[place + 1 :]
        assert read_ticket(changed, SHOP) is None


def test_a_ticket_ends() -> None:
    sealed = let_in_ticket()

    assert valid_ticket(SHOP, ALWAYS, sealed, now=NOW + LET_IN_LASTS - timedelta(seconds=1)) is not None
    assert valid_ticket(SHOP, ALWAYS, sealed, now=NOW + LET_IN_LASTS) is None


def test_a_ticket_of_a_clock_that_was_ahead_is_not_good_for_longer() -> None:
    sealed = let_in_ticket()

    assert valid_ticket(SHOP, ALWAYS, sealed, now=NOW - timedelta(minutes=2)) is None


def test_who_was_let_in_is_not_while_bookings_are_not_open() -> None:
    closed = WaitingRoom(NOW + timedelta(minutes=5))

    assert valid_ticket(SHOP, closed, let_in_ticket(), now=NOW) is None


def test_a_ticket_that_lets_in_gives_no_other() -> None:
    standing = standing_of(SHOP, ALWAYS, let_in_ticket(), now=NOW)

    assert let_in(standing, now=NOW) is None


def test_a_turn_that_has_not_come_lets_nobody_in() -> None:
    sealed = new_ticket(TicketKind.WAITING, SHOP, at=NOW + timedelta(minutes=5), now=NOW).sealed

    assert let_in(standing_of(SHOP, ALWAYS, sealed, now=NOW), now=NOW) is None
