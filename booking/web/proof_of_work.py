"""Proof of work: a small calculation on the customer's device before a booking, required only during a rush.

Most people notice nothing: the page's script calculates while they read. People without scripts wait a few seconds
instead. As many may pass this way in a minute as a busy store ever sees, so a crowd of machines gains nothing by
waiting. Challenges are not stored but signed, for one store and a limited time; the counters of the limits note that
each is used once.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from math import ceil

from django.core import signing

from booking import limits
from booking.limits import BUSY_CLIENT
from stores.queries import asks_proof_under_load

# Tries to hold a time or to book, per minute: the best hour of a crowded shop stays far below.
STORE_NORMAL = 20
ALL_NORMAL = 300
MINUTE = timedelta(minutes=1)

# A client that keeps trying at one store has to calculate more after each further such number of tries.
BUSY, AGAIN, HARDER, HARDEST = BUSY_CLIENT.amount, 10, 4, 16

NUMBERS = 50_000  # some 25,000 hashes: an instant on a laptop, a second or two on an old phone
VALID = timedelta(minutes=20)
WAIT = timedelta(seconds=15)
WAITED_A_MINUTE = 10  # how many may pass without a sum, per store

TOKEN_FIELD, NUMBER_FIELD = "proof_asked", "proof"
_TOKEN_LONGEST = 1000
_SIGNED_FOR = "booking.proof_of_work"  # so that other signatures of the key are not valid here


class Verdict(StrEnum):
    """The result of checking the proof that a form brought."""

    FINE = "fine"
    MISSING = "missing"  # missing, not ours, used before, or too old
    TOO_EARLY = "too early"  # no sum, and the wait was too short
    CROWDED = "crowded"  # waited long enough, but so did too many others


@dataclass(frozen=True, slots=True)
class Challenge:
    """A question to a device: which number, written after `salt`, gives this SHA-256? `token` identifies it to us."""

    token: str
    salt: str
    digest: str
    seconds_to_wait: int


def challenge_for(store: str, *, now: datetime, tries: int = 0) -> Challenge | None:
    """Return the challenge for a store's page; None if nothing is asked, as nearly always.

    `tries` is how often the client of the page has tried to book there today.
    """
    return new_challenge(store, now=now, tries=tries) if is_asked(store, now=now, tries=tries) else None


def new_challenge(store: str, *, now: datetime, tries: int = 0) -> Challenge:
    """Return a new challenge of a store."""
    salt, numbers = secrets.token_hex(16), _numbers(tries)
    asked = _Asked(salt, _digest(salt, secrets.randbelow(numbers)), store, int(now.timestamp()), numbers)
    return asked.shown(now=now)


def challenge_in(data: Mapping[str, str], store: str, *, now: datetime) -> Challenge | None:
    """Return the challenge that a form brought, to continue its wait; None if it is not the store's, or too old."""
    asked = _read(data, store, now=now)
    return asked.shown(now=now) if asked else None


def check(data: Mapping[str, str], store: str, *, now: datetime, tries: int = 0, has_waited: bool = False) -> Verdict:
    """Count a try to hold a time or to book at a store, and check the proof that a form brought, if required.

    Of somebody who has waited for as long in the waiting room (`has_waited`) a rush asks nothing more.
    """
    _count_try(store, now=now)
    if (has_waited and tries < BUSY) or not is_asked(store, now=now, tries=tries):
        return Verdict.FINE
    asked = _read(data, store, now=now)
    # A challenge from just before the last rise is still valid, one from a cheaper hour is not.
    if asked is None or asked.numbers * HARDER < _numbers(tries):
        return Verdict.MISSING
    if asked.is_solved_by(data.get(NUMBER_FIELD, "")):
        return Verdict.FINE if asked.is_first_use() else Verdict.MISSING
    if asked.seconds_to_wait(now=now):
        return Verdict.TOO_EARLY
    return _waited(asked, now=now)


def is_asked(store: str, *, now: datetime, tries: int = 0) -> bool:
    """Tell whether there is a rush (of one client, at the store or at all stores) and the store wants proof then."""
    busy = tries >= BUSY or _tries(store, now=now) > STORE_NORMAL or _tries("", now=now) > ALL_NORMAL
    return busy and asks_proof_under_load(store)


# --- How much goes on ------------------------------------------------------------------------------


def _count_try(store: str, *, now: datetime) -> None:
    for where in (store, ""):
        limits.count("tries", f"{where}/{_minute(now)}", seconds=180)


def _tries(store: str, *, now: datetime) -> int:
    """Return the tries of this minute or the one before, whichever has more: a rush does not end at :00."""
    return max(limits.counted("tries", f"{store}/{_minute(moment)}") for moment in (now, now - MINUTE))


def _minute(moment: datetime) -> int:
    return int(moment.timestamp()) // 60


# --- Challenges ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Asked:
    """A challenge as stored in its token."""

    salt: str
    digest: str
    store: str
    asked_at: int  # seconds since 1970
    numbers: int  # how many numbers there are to search

    def shown(self, *, now: datetime) -> Challenge:
        token = signing.dumps([self.salt, self.digest, self.store, self.asked_at, self.numbers], salt=_SIGNED_FOR)
        return Challenge(token, self.salt, self.digest, self.seconds_to_wait(now=now))

    def seconds_to_wait(self, *, now: datetime) -> int:
        until = datetime.fromtimestamp(self.asked_at, UTC) + WAIT
        return max(0, ceil((until - now).total_seconds()))

    def is_solved_by(self, number: str) -> bool:
        is_number = number.isascii() and number.isdigit() and len(number) <= len(str(NUMBERS * HARDEST))
        return is_number and hmac.compare_digest(_digest(self.salt, int(number)), self.digest)

    def is_first_use(self) -> bool:
        return limits.count("proof", self.salt, seconds=int((VALID + MINUTE).total_seconds())) <= 1


def _read(data: Mapping[str, str], store: str, *, now: datetime) -> _Asked | None:
    """Return the store's own challenge that a form brought, unless it is too old."""
    token = data.get(TOKEN_FIELD, "")
    if not token or len(token) > _TOKEN_LONGEST:
        return None
    try:
        asked = _Asked(*signing.loads(token, salt=_SIGNED_FOR))
    except (signing.BadSignature, UnicodeError, TypeError):  # the last error: a token of an earlier version
        return None
    asked_at = datetime.fromtimestamp(asked.asked_at, UTC)
    # A clock set back must not make a challenge good for longer.
    is_valid = asked.store == store and asked_at - MINUTE <= now < asked_at + VALID
    return asked if is_valid else None


def _numbers(tries: int) -> int:
    """Return how many numbers a device searches: more, the more often one client tries."""
    times = 1
    for _ in range(max(0, tries - BUSY) // AGAIN):
        times = min(HARDEST, times * HARDER)
    return NUMBERS * times


def _waited(asked: _Asked, *, now: datetime) -> Verdict:
    """Let people pass who waited instead: a limited number per minute, and each challenge once."""
    where = f"{asked.store}/{_minute(now)}"
    if limits.counted("waited", where) >= WAITED_A_MINUTE:
        return Verdict.CROWDED
    if not asked.is_first_use():
        return Verdict.MISSING
    limits.count("waited", where, seconds=180)
    return Verdict.FINE


def _digest(salt: str, number: int) -> str:
    return hashlib.sha256(f"{salt}{number}".encode()).hexdigest()
