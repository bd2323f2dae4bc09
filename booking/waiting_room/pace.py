"""The pace of the waiting room: numbered entries at equal distances of time, and the order that a draw gives.

Entry number n opens n minutes divided by the pace after the beginning of 1970, so a number says when its owner comes
in, and no process has to look after the line. Whoever takes numbers in order therefore lets in no more people a
minute than the pace, and at most the burst besides after a quiet time.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_MINUTE = 60_000  # milliseconds
_BEGIN = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
BURSTS_A_MINUTE = 6
LATEST = timedelta(days=7)  # no line is longer: an entry beyond was given by a clock that was wrong


@dataclass(frozen=True, slots=True)
class Pace:
    """How many people come in each minute."""

    per_minute: int

    @property
    def burst(self) -> int:
        """How many entries are left over from a quiet time, at most."""
        return max(1, self.per_minute // BURSTS_A_MINUTE)

    def number_at(self, moment: datetime) -> int:
        """Return the number of the last entry that has opened at a moment."""
        return (moment - _BEGIN) // _MILLISECOND * self.per_minute // _MINUTE

    def moment_of(self, number: int) -> datetime:
        """Return when an entry opens, to the millisecond."""
        return _BEGIN + self.time_of(number)

    def time_of(self, count: int) -> timedelta:
        """Return how long it takes until so many people have come in, to the millisecond."""
        return -(-count * _MINUTE // self.per_minute) * _MILLISECOND

    def count_before(self, opens_at: datetime, *, now: datetime) -> int:
        """Return how many entries open before the one that opens at `opens_at`, from now on."""
        return max(0, self.number_at(opens_at) - self.number_at(now) - 1)


def drawn_order(seed: str, count: int) -> list[int]:
    """Return the places, from 1 on, of the numbers 1 to `count`: `drawn_order(seed, count)[number - 1]`.

    The numbers stand in the order of the SHA-256 of "seed:number". So whoever knows the seed can check every place.
    """
    order = sorted(range(1, count + 1), key=lambda number: hashlib.sha256(f"{seed}:{number}".encode()).digest())
    places = [0] * count
    for place, number in enumerate(order, 1):
        places[number - 1] = place
    return places
