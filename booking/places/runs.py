"""Runs: the consecutive slots of one desk that a visit takes, by the rules alone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from booking.places.slot_statements import SlotRow
from stores.slots import DeskRule, SlotTime, StoreRules, VisitTypeRule, run_of, slots_by_desk


@dataclass(frozen=True, slots=True)
class Run:
    """The consecutive slots of one desk that a visit takes."""

    desk: DeskRule
    slots: tuple[SlotTime, ...]

    @property
    def starts_at(self) -> datetime:
        return self.slots[0].starts_at

    @property
    def ends_at(self) -> datetime:
        return self.slots[-1].ends_at

    @property
    def rows(self) -> list[SlotRow]:
        return [SlotRow(self.desk.id, slot.starts_at, slot.ends_at, self.desk.capacity) for slot in self.slots]


def runs_at(rules: StoreRules, visit_type: VisitTypeRule, starts_at: datetime) -> list[Run]:
    """Return the desks that could take this visit at this start, by the rules only."""
    day = starts_at.astimezone(rules.zone).date()
    found = []
    by_desk = slots_by_desk(rules, first_date=day, last_date=day + timedelta(days=1))
    for desk in rules.desks:
        run = run_of(by_desk[desk.id], starts_at, visit_type.slot_count)
        if run is not None:
            found.append(Run(desk, run))
    return found
