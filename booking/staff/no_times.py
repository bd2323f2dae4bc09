"""Reasons, in words for staff, why a day has no free time for a visit, and the first free time."""

from dataclasses import replace
from datetime import date, timedelta

from django.utils.translation import gettext as _

from booking.formatting import day_in_words, visit_type_name
from booking.places.availability import ask_by_rules
from booking.places.closed_slots import all_are_shut
from booking.places.runs import run_at_desk
from booking.places.slot_wording import SlotChoice, slot_choices
from booking.policy import last_bookable_date
from booking.staff.access import StaffContext
from stores.slots import StoreRules, VisitTypeRule, slots_by_desk
from stores.visit_runs import visits_by_desk

DAYS_LOOKED_AT = 62


def no_times(
    at: StaffContext, rules: StoreRules, *, day: date, visit_type: str, party_size: int, desk: str, language: str
) -> tuple[str, list[SlotChoice]]:
    """Return why no time of a day is free, and the first free one: from that day on, else of all."""
    kind = rules.visit_type(visit_type)
    if kind is None:
        return "", []
    own = rules.chosen(desk, language)
    last = last_bookable_date(now=at.now, zone=rules.zone, rules=rules)
    why_none = _why(at, own, kind, day=day, last=last, party_size=party_size)
    for first in sorted({max(day, at.today), at.today}, reverse=True):
        until = min(last, first + timedelta(days=DAYS_LOOKED_AT - 1))
        if first > until:
            continue
        asked = ask_by_rules(
            own, kind, from_date=first, to_date=until, party_size=party_size, now=at.now, by_staff=True
        )
        free = [slot for one in asked.answer().days for slot in one.slots][:1]
        if free:
            return why_none, slot_choices(free, rules)
    return why_none, []


def _why(at: StaffContext, rules: StoreRules, kind: VisitTypeRule, *, day: date, last: date, party_size: int) -> str:
    if party_size > kind.max_party_size:
        return _("This is more people than one visit of this kind may have.")
    if day < at.today:
        return _("This day is over.")
    if day > last:
        return _("This day is too far ahead: visits can be booked up to {day}.").format(day=day_in_words(last))
    asked = ask_by_rules(rules, kind, from_date=day, to_date=day, party_size=party_size, now=at.now, by_staff=True)
    runs = [
        run_at_desk(desk, run, kind)
        for desk_id, found in asked.runs_by_desk().items()
        for run in found
        if (desk := rules.desk(desk_id)) is not None
    ]
    if not runs:
        return _no_runs(rules, kind, day=day)
    if all_are_shut(rules, runs, from_web=False):
        return _("All times of this day are closed.")
    return _("Every time of this day is taken.")


def _begins_on(day: date, rules: StoreRules, kind: VisitTypeRule) -> bool:
    return any(visits_by_desk(rules, kind, first_date=day, last_date=day).values())


def _no_runs(rules: StoreRules, kind: VisitTypeRule, *, day: date) -> str:
    """Return why visits of this type no longer begin on a day."""
    own = rules.for_kind(kind)
    if not own.desks and rules.desks:
        return _("No desk serves this kind of visit.")
    by_desk = slots_by_desk(own, first_date=day, last_date=day)
    if not _begins_on(day, own, kind) and _begins_on(day, own, replace(kind, weekly=())):
        return _("This kind of visit does not take place on this day.")
    if any(len(slots) >= kind.slot_count for slots in by_desk.values()):
        return _("No more times on this day.")
    if any(by_desk.values()):
        return _("The hours of this day are too short for this visit.")
    there = replace(own, desks=tuple(replace(desk, absences=()) for desk in own.desks))
    if any(slots_by_desk(there, first_date=day, last_date=day).values()):
        if len(own.desks) == 1:
            return _("{desk} is away on this day.").format(desk=visit_type_name(own.desks[0].name))
        return _("Everybody who serves this is away on this day.")
    if len(own.desks) == 1 and own.desks[0].weekly:
        return _("{desk} does not serve on this day.").format(desk=visit_type_name(own.desks[0].name))
    return _("The store is closed on this day.")
