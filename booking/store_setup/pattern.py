"""Propagation of an organization's pattern to its stores; each store and part has its own transaction."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from booking.refusals import BookingRefused
from booking.store_setup.affected_visits import BookingsAffected
from booking.store_setup.hours_changes import change_rules
from booking.store_setup.queries import parties_without_desk
from stores.models import Organization, Store
from stores.services import BadValue
from stores.services.patterns import (
    PatternStatus,
    StorePatternStatus,
    choose_pattern,
    give_part,
    note_taken,
    standings,
    value_of,
)


class PropagationOutcome(StrEnum):
    """The outcome of the propagation of one part to one store."""

    TAKEN = "taken"
    SAME = "same"  # the store had it already
    KEPT = "kept"  # the store has its own
    AFFECTED = "affected"  # visits would lose their place: somebody at the store has to decide
    REFUSED = "refused"  # the store's set-up does not allow it


@dataclass(frozen=True, slots=True)
class PropagationResult:
    """The result for one part at one store."""

    store: Store
    part: str
    outcome: PropagationOutcome


def propagate_pattern(
    *,
    organization: Organization,
    pattern: Store,
    parts: Collection[str],
    over_own: bool,
    now: datetime,
    user: User,
) -> list[PropagationResult]:
    """Write these parts of the pattern to the stores that follow it, or to all stores with `over_own`.

    Visits are never changed: if some would no longer fit, the store keeps its present set-up.
    """
    choose_pattern(organization=organization, store=pattern)
    values = {part: value_of(pattern, part) for part in parts}
    found = []
    for standing in standings(organization, pattern):
        given: dict[str, PropagationOutcome] = {}
        # What is refused is tried once more after the other parts: one may ask for another, in either order.
        for part in (*parts, *parts):
            if given.get(part, PropagationOutcome.REFUSED) != PropagationOutcome.REFUSED:
                continue
            is_kept = standing.parts[part] == PatternStatus.OWN and not over_own
            given[part] = (
                PropagationOutcome.KEPT
                if is_kept
                else _give(organization, standing, part, values[part], now=now, user=user)
            )
        found += [PropagationResult(standing.store, part, outcome) for part, outcome in given.items()]
    return found


def _give(
    organization: Organization,
    standing: StorePatternStatus,
    part: str,
    value: Any,
    *,
    now: datetime,
    user: User,
) -> PropagationOutcome:
    store, is_same = standing.store, standing.parts[part] == PatternStatus.SAME
    try:
        with transaction.atomic():
            if not is_same:
                taken = standing.taken.get(part)
                give = partial(_give_to, part=part, value=value, taken=taken, user=user, now=now)
                change_rules(store_id=store.pk, edit=give, then=None, now=now, user=user)
            note_taken(organization=organization, store=store, part=part, value=value, now=now)
    except BookingsAffected:
        return PropagationOutcome.AFFECTED
    except (BookingRefused, BadValue):
        return PropagationOutcome.REFUSED
    return PropagationOutcome.SAME if is_same else PropagationOutcome.TAKEN


def _give_to(store: Store, *, part: str, value: object, taken: object, user: User, now: datetime) -> None:
    """Write one part into a store. Raises BadValue, also if customers could then choose a party that no desk takes."""
    before = parties_without_desk(store.pk)
    give_part(store=store, part=part, value=value, taken=taken, user=user, now=now)
    if not parties_without_desk(store.pk) <= before:
        raise BadValue("max_party_size", "above_capacity")
