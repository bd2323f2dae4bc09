"""The first steps of a new store: which are done, and which comes next.

They belong to the store, so a second manager goes on where the first one stopped. A step is done once people changed
its part, or said that it is right as it is; all of them end with the last one, or when somebody ends them.
"""

from dataclasses import dataclass

from booking.models import Booking
from stores.models import Store
from stores.services import END
from stores.slots import StoreRules

# Each step, and the parts of the trail by which it is done.
PARTS_OF_STEPS = {
    "hours": {"opening_hours"},
    "places": {"desk"},
    "visits": {"visit_type"},
    "messages": {"contact", "messages"},
    "try": set[str](),
    "poster": {"sharing"},
}


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """How far a store is. `following` is the first step that is not done, "" once all are."""

    done: frozenset[str]
    missing: frozenset[str]  # without them nobody can book
    is_over: bool

    @property
    def following(self) -> str:
        """The first step that is not done; "" if there is none."""
        return next((step for step in PARTS_OF_STEPS if step not in self.done), "")


def first_steps(store: Store, rules: StoreRules) -> FirstSteps:
    """Return how far a store is in its first steps, with one statement at most; none where they are over."""
    has = {"hours": rules.weekly or any(rules.special.values()), "places": rules.desks, "visits": rules.visit_types}
    missing = frozenset(step for step, found in has.items() if not found)
    said, changed = set(store.steps_done), set(store.changed_parts)
    done = {step for step, parts in PARTS_OF_STEPS.items() if step in said or parts & changed} - missing
    is_over = END in said
    if not is_over and "try" not in done and Booking.objects.filter(store=store).exists():
        done.add("try")
    return FirstSteps(frozenset(done), missing, is_over or len(done) == len(PARTS_OF_STEPS))
