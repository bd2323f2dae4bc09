"""Put changes of a store's set-up back: what they changed is given its former state, by the services that change it.

Nothing is put back that was changed again since, and visits that would lose their place are asked about as ever.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from booking.refusals import BookingRefused
from booking.reversals.fields import CannotPutBack, Fields, Why, Writing
from booking.reversals.parts import PARTS, Part
from booking.reversals.reasons import why_not_ever
from booking.store_setup.affected_visits import BookingsAffected, Then
from booking.store_setup.hours_changes import HoursChange, change_rules
from stores.locks import lock_store_alone
from stores.models import SetupChange, Store
from stores.services import BadValue, fields_in_trail, mark_put_back, newest_change


@dataclass(frozen=True, slots=True)
class Reversal:
    """A change that can be put back: what it was about, as it is now, and as it would be."""

    change: SetupChange
    part: Part
    thing: Any
    now: Fields
    wanted: Fields  # none: it is taken away


def changes_to_put_back(store: Store, number: int, *, with_all: bool) -> list[SetupChange]:
    """Return a line of a store's trail, newest first `with_all` that were saved with it; none for an unknown one."""
    change = SetupChange.objects.filter(store=store, pk=number).first()
    if change is None or not with_all:
        return [change] if change else []
    beside = SetupChange.objects.filter(store=store, what=change.what, at=change.at, user=change.user_id)
    return list(beside.order_by("-pk"))


@contextmanager
def held_for(change: SetupChange) -> Iterator[None]:
    """Hold the store alone, so that nobody else changes it meanwhile; for members only what their service locks."""
    with transaction.atomic():
        if change.what != "member":
            lock_store_alone(change.store_id)
        yield


def reversals_of(store: Store, changes: Sequence[SetupChange], *, now: datetime) -> list[Reversal]:
    """Return how changes of one part are put back. Call it within `held_for`. Raises CannotPutBack."""
    return [_reversal(store, change, now=now) for change in changes]


def _reversal(store: Store, change: SetupChange, *, now: datetime) -> Reversal:
    why = why_not_ever(change, store, now=now)
    if why is not None:
        raise CannotPutBack(why, change)
    part = PARTS[change.what]
    found = part.read(store, change, now)
    if found is None:
        raise CannotPutBack(Why.GONE, change)
    thing, fields = found
    fields = fields_in_trail(fields)
    differing = {name for name, value in change.after.items() if fields.get(name) != value}
    if differing or (fields and not change.after):
        raise CannotPutBack(Why.CHANGED, change, fields)
    return Reversal(change, part, thing, fields, {**fields, **change.before} if change.before else {})


@transaction.atomic
def put_back_changes(
    *, store: Store, reversals: Sequence[Reversal], then: Then, now: datetime, user: User
) -> HoursChange:
    """Put changes of one part back, all of them or none; return the visits that this touched.

    Call it within `held_for`. The lines that it adds to the trail say what they put back. Raises
    CannotPutBack, and BookingsAffected if `then` is None and visits lose their place.
    """
    newest, first = newest_change(store), reversals[0]
    try:
        touched = _write(store, reversals, then=then, now=now, user=user)
    except BookingsAffected:
        raise
    except BookingRefused:
        raise CannotPutBack(Why.OVER, first.change) from None
    except BadValue as bad:
        why = Why.LAST_ONE if bad.code == "last_one" else Why.NO_LONGER_VALID
        raise CannotPutBack(why, first.change) from None
    mark_put_back(store=store, user=user, after=newest, change_at=first.change.at)
    return touched


def _write(store: Store, reversals: Sequence[Reversal], *, then: Then, now: datetime, user: User) -> HoursChange:
    touched = HoursChange(())

    def edit(store: Store) -> None:
        nonlocal touched
        for one in reversals:
            writing = Writing(store, one.thing, one.wanted, one.change, user, now, then)
            touched = one.part.write(writing) or touched
            _check(store, one, now=now)

    if reversals[0].part.changes_rules:
        return change_rules(store_id=store.pk, edit=edit, then=then, now=now, user=user)
    edit(store)
    return touched


def _check(store: Store, reversal: Reversal, *, now: datetime) -> None:
    """Refuse a change whose fields did not come back, as its part does not know them all."""
    if not reversal.part.is_compared or not reversal.wanted:
        return
    store.refresh_from_db()
    known = SetupChange(store=store, what=reversal.change.what, after=reversal.change.before)
    known.pk, known.subject, known.before = reversal.change.pk, reversal.change.subject, reversal.change.after
    found = reversal.part.read(store, known, now)
    fields = fields_in_trail(found[1]) if found else {}
    if any(fields.get(name) != value for name, value in reversal.change.before.items()):
        raise CannotPutBack(Why.NO_LONGER_VALID, reversal.change)
