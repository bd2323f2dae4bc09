"""What the parts of the set-up share when they are put back: fields as the trail stores them, and refusals."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.contrib.auth.models import User

from booking.store_setup.affected_visits import Then
from stores.models import SetupChange, Store

Fields = Mapping[str, Any]
"""Fields of a part of the set-up, with their values as the trail stores them."""


class Why(StrEnum):
    """Why a change is not put back."""

    GONE = "gone"  # what it changed, or what was in it, is there no longer
    CHANGED = "changed"  # again, since
    OVER = "over"  # the day, or the times
    INEXACT = "inexact"  # the trail says what was there in words alone
    NO_LONGER_VALID = "no_longer_valid"  # its service refuses the former values today
    NAME_TAKEN = "name_taken"
    LAST_ONE = "last_one"  # of the desks or kinds of visit in use
    LAST_MANAGER = "last_manager"
    OWN_ROLE = "own_role"
    OWN_SECOND_FACTOR = "own_second_factor"  # whoever asks others for one needs one
    TOO_MANY = "too_many"  # addresses written to today


def name_now(store: Store, change: SetupChange, what: str, name: str) -> str:
    """Return the present name of a part that had a name when a change was made: later lines tell of other names."""
    for later in SetupChange.objects.filter(store=store, what=what, pk__gt=change.pk).order_by("pk"):
        if later.before.get("name") == name:
            name = later.after.get("name", name)
    return name


class CannotPutBack(Exception):
    """A change that is not put back; nothing has changed. `now` are the fields of its part, where it says them."""

    def __init__(self, why: Why, change: SetupChange, now: Fields | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.change = change
        self.now = now


@dataclass(frozen=True, slots=True)
class Writing:
    """What a part is to be written with: the wanted fields, none to take it away; `then` decides about visits."""

    store: Store
    thing: Any
    wanted: Fields
    change: SetupChange
    user: User
    now: datetime
    then: Then = None

    @property
    def stamp(self) -> dict[str, Any]:
        """The arguments that every service takes."""
        return {"store": self.store, "user": self.user, "now": self.now}

    def refusal(self, why: Why) -> CannotPutBack:
        """Return the refusal to be raised."""
        return CannotPutBack(why, self.change)
