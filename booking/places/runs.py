"""Runs: the consecutive slots of one desk that a visit takes, by the rules alone."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from booking.places.slot_statements import SlotRow
from stores.hours import ONE_DAY
from stores.slots import DeskRule, SlotTime, StoreRules, VisitTypeRule, slots_by_desk, slots_within
from stores.visit_runs import VisitRun, kind_hours, visits_by_desk, with_buffers


@dataclass(frozen=True, slots=True)
class Run:
    """The time of a visit at one desk, and the consecutive slots that it takes there.

    The desk is also kept `minutes_before` and `minutes_after`.
    """

    desk: DeskRule
    starts_at: datetime
    ends_at: datetime
    slots: tuple[SlotTime, ...]
    minutes_before: int = 0
    minutes_after: int = 0

    @property
    def taken_from(self) -> datetime:
        """When the desk is taken for it."""
        return self.starts_at - timedelta(minutes=self.minutes_before)

    @property
    def taken_until(self) -> datetime:
        """When the desk is free again."""
        return self.ends_at + timedelta(minutes=self.minutes_after)

    @property
    def rows(self) -> list[SlotRow]:
        return [SlotRow(self.desk.id, slot.starts_at, slot.ends_at, self.desk.capacity) for slot in self.slots]


def run_at_desk(desk: DeskRule, visit: VisitRun, visit_type: VisitTypeRule) -> Run:
    """Return a visit that the rules allow as the run of its desk."""
    return Run(desk, *visit, visit_type.minutes_before, visit_type.minutes_after)


def runs_at(rules: StoreRules, visit_type: VisitTypeRule, starts_at: datetime) -> list[Run]:
    """Return the desks that could take this visit at this start, by the rules only."""
    day = starts_at.astimezone(rules.zone).date()
    by_desk = visits_by_desk(rules, visit_type, first_date=day, last_date=day, not_before=starts_at)
    firsts = ((desk, by_desk.get(desk.id, ())[:1]) for desk in rules.desks)
    return [run_at_desk(desk, run, visit_type) for desk, first in firsts for run in first if run.starts_at == starts_at]


def runs_now(rules: StoreRules, visit_type: VisitTypeRule, *, now: datetime) -> list[Run]:
    """Return the run of each desk that serves a visit begun in the present slot, cut short by closing time."""
    today = now.astimezone(rules.zone).date()
    days = {"first_date": today - ONE_DAY, "last_date": today + ONE_DAY}
    own, hours = rules.for_kind(visit_type), kind_hours(rules, visit_type, **days)
    by_desk = slots_by_desk(own, **days)
    found = []
    for desk in own.desks:
        slots = by_desk[desk.id] if hours is None else slots_within(by_desk[desk.id], hours)
        coming = [slot for slot in slots if slot.ends_at > now]
        if not coming or coming[0].starts_at > now:
            continue
        run = [coming[0]]
        for slot in coming[1 : visit_type.slot_count]:
            if slot.starts_at == run[-1].ends_at:
                run.append(slot)
        # Nobody prepares for somebody who is here already.
        begun = replace(visit_type, minutes_before=0)
        found.append(run_at_desk(desk, with_buffers(by_desk[desk.id], run, begun), begun))
    return found
