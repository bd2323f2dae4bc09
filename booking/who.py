"""The author of a change: a kind of person, an account, and an instant."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from django.contrib.auth.models import User

from booking.models import Actor


@dataclass(frozen=True, slots=True)
class Who:
    """The author of a change: a kind of person, the account of staff where it is known, and the instant (UTC).

    `may_wake`: texts about the change go at once, at night too, as staff asked for it.
    """

    actor: Actor
    user: User | None
    now: datetime
    may_wake: bool = False

    @classmethod
    def customer(cls, now: datetime) -> Self:
        """Return the author for a customer, who has no account."""
        return cls(Actor.CUSTOMER, None, now)

    @classmethod
    def staff(cls, user: User | None, now: datetime, *, may_wake: bool = False) -> Self:
        """Return the author for a member of staff; without a `user` where no one person decided, as for an import."""
        return cls(Actor.STAFF, user, now, may_wake)

    @classmethod
    def system(cls, now: datetime) -> Self:
        """Return the author for Carillon itself, for work that is due."""
        return cls(Actor.SYSTEM, None, now)
