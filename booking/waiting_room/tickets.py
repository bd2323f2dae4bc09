"""Tickets of the waiting room: sealed, for one store, valid for a limited time, carried in the address.

A DRAWN ticket has a number of a draw, a WAITING ticket the moment of its entry, and a LET_IN ticket is good for the way
to a booking.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from booking.web.sealed_values import seal, unseal

TURN_LASTS = timedelta(minutes=10)  # to come in once one's entry is open
LET_IN_LASTS = timedelta(minutes=10)  # for the whole way, from the choice of a time to the booking
LONGEST = 400  # characters of a ticket in an address
_SEALED_FOR = "waiting room"
_FIELDS = 6


class TicketKind(StrEnum):
    """What a ticket is good for."""

    DRAWN = "drawn"
    WAITING = "waiting"
    LET_IN = "let in"


@dataclass(frozen=True, slots=True)
class RoomTicket:
    """One visitor's ticket. `at` is when the draw closes, when the entry opens, or until when its owner is let in."""

    kind: TicketKind
    store: str
    id: str
    since: datetime
    at: datetime
    number: int = 0  # of the draw

    @property
    def sealed(self) -> str:
        """The ticket as it stands in an address."""
        held = [self.kind, self.store, self.id, _milliseconds(self.since), _milliseconds(self.at), self.number]
        return seal(_SEALED_FOR, held)

    @property
    def waited(self) -> timedelta:
        """How long somebody who is let in has waited before."""
        return self.at - LET_IN_LASTS - self.since

    def let_in(self, *, now: datetime) -> "RoomTicket":
        """Return the ticket with which its owner goes the way to a booking from now on."""
        return replace(self, kind=TicketKind.LET_IN, at=now + LET_IN_LASTS)


def new_ticket(kind: TicketKind, store: str, *, at: datetime, now: datetime, number: int = 0) -> RoomTicket:
    """Return a new ticket for a store."""
    return RoomTicket(kind, store, secrets.token_urlsafe(9), now, at, number)


def read_ticket(text: str, store: str) -> RoomTicket | None:
    """Return the store's own ticket that a text is; None for any other text."""
    held = unseal(_SEALED_FOR, text) if text and len(text) <= LONGEST else None
    if not isinstance(held, list) or len(held) != _FIELDS or held[1] != store:
        return None
    kind, _store, ticket_id, since, at, number = held
    return RoomTicket(TicketKind(kind), store, ticket_id, _moment(since), _moment(at), number)


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
