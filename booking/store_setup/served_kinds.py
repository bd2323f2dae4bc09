"""Which kinds of visit a desk serves, and what the other desks could take over from it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from booking.store_setup.queries import active_visit_types, largest_capacities, served_kinds
from stores.models import CapacityCounts, Desk, Store, VisitType


@dataclass(frozen=True, slots=True)
class ServedKinds:
    """The kinds of visit of a store beside one of its desks.

    `offered` may be ticked; `served` are the ids of those that are, none for all. `elsewhere` has for each kind in use
    the places of the largest other desk that serves it, 0 for none.
    """

    offered: tuple[VisitType, ...] = ()
    served: frozenset[int] = frozenset()
    elsewhere: Mapping[VisitType, int] = field(default_factory=dict)
    counts_people: bool = False
    is_new: bool = True
    is_last: bool = False  # no other desk is in use

    @property
    def is_choice(self) -> bool:
        """Whether there is anything to choose."""
        return len(self.offered) > 1 or bool(self.served)

    def lost_by(self, ticked: Collection[int], *, is_active: bool) -> Iterator[tuple[VisitType, int]]:
        """Yield the kinds in use that the desk would serve no longer, each with the places elsewhere."""
        for kind, elsewhere in self.elsewhere.items():
            was_served = not self.served or kind.pk in self.served
            is_served = is_active and (not ticked or kind.pk in ticked)
            if was_served and not is_served:
                yield kind, elsewhere


NO_KINDS = ServedKinds()


def kinds_beside(store: Store, desk: Desk | None) -> ServedKinds:
    """Return the kinds of visit beside a desk, None for a new one."""
    kinds = active_visit_types(store)
    if desk is None:
        return ServedKinds(kinds)
    served = served_kinds(desk)
    resting = store.visit_types.filter(pk__in=served, is_active=False).order_by("position", "pk") if served else ()
    return ServedKinds(
        (*kinds, *resting),
        frozenset(served),
        largest_capacities(store, without=desk) if desk.is_active else {},
        store.capacity_counts == CapacityCounts.PEOPLE,
        is_new=False,
        is_last=not store.desks.filter(is_active=True).exclude(pk=desk.pk).exists(),
    )
