"""Parts of the set-up that slots are made from: hours, single slots, desks, kinds of visit, rules."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from booking.reversals.fields import CannotPutBack, Fields, Why, Writing, name_now
from booking.store_setup.hours_changes import HoursChange
from booking.store_setup.slot_changes import put_slots_back, runs_from_exact, slots_in_trail
from stores.models import Desk, SetupChange, Store, VisitType
from stores.models.changes import EXACT
from stores.queries import rules_around
from stores.services import (
    POLICY_RANGES,
    KindRules,
    delete_special_hours,
    desk_in_trail,
    hours_in_text,
    rules_from_json,
    save_desk,
    save_opening_hours,
    save_policy,
    save_special_hours,
    save_visit_type,
    special_hours_in_trail,
    times_from_text,
    visit_type_in_trail,
    week_from_text,
    weekly_hours,
)

RULES = (*POLICY_RANGES, "capacity_counts")
_OWN_RULES = ("notice_minutes", "minutes_before", "minutes_after", "most_at_once")
_OF_KIND = ("name", "slot_count", "max_party_size", "what_to_bring", "mode", "video_url", "is_active")


def read_week(store: Store, _change: SetupChange, _now: datetime) -> tuple[Any, Fields]:
    """Return the week's opening hours."""
    return store, {"hours": hours_in_text(weekly_hours(store))}


def write_week(writing: Writing) -> None:
    """Replace the week's opening hours."""
    save_opening_hours(weekly=week_from_text(writing.wanted["hours"]), **writing.stamp)


def read_special_hours(store: Store, change: SetupChange, _now: datetime) -> tuple[Any, Fields]:
    """Return the hours of a date of its own; no fields where the weekday's hold."""
    day = date.fromisoformat(change.subject)
    return day, special_hours_in_trail(store, [day]).get(day, {})


def write_special_hours(writing: Writing) -> None:
    """Give a date hours of its own again, or those of its weekday."""
    if writing.wanted:
        times = times_from_text(writing.wanted["hours"])
        save_special_hours(dates=[writing.thing], intervals=times, **writing.stamp)
    else:
        delete_special_hours(date=writing.thing, **writing.stamp)


def read_slots(store: Store, change: SetupChange, now: datetime) -> tuple[Any, Fields] | None:
    """Return the state of the slots that a change was about; their counts as it left them, unless they differ."""
    runs = runs_from_exact(change.after[EXACT])
    found = slots_in_trail(rules_around(store.slug, min(now, *(run.from_at for run in runs))), runs)
    same = {EXACT: found[EXACT]} if found[EXACT] == change.after[EXACT] else found
    return runs, {**change.after, **same}


def write_slots(writing: Writing) -> HoursChange:
    """Give slots their former capacity and closing."""
    runs = runs_from_exact(writing.wanted[EXACT])
    return put_slots_back(store_id=writing.store.pk, runs=runs, then=writing.then, now=writing.now, user=writing.user)


def read_desk(store: Store, change: SetupChange, _now: datetime) -> tuple[Any, Fields] | None:
    """Return the desk that a change was about, whatever its name is now."""
    found = [
        (desk, desk_in_trail(desk))
        for desk in store.desks.filter(name=name_now(store, change, change.what, change.subject))
    ]
    return _only(found, change)


def write_desk(writing: Writing) -> None:
    """Give a desk its former fields; a new one is closed, as desks are never deleted."""
    desk: Desk = writing.thing
    wanted = writing.wanted or {**desk_in_trail(desk), "is_active": False}
    _check_name(writing, wanted, writing.store.desks.filter(is_active=True).exclude(pk=desk.pk))
    kinds = None
    if "visit_types" in writing.change.before:
        kinds = [_kind_named(writing, name) for name in wanted["visit_types"]]
    save_desk(
        desk=desk,
        **{name: wanted[name] for name in ("name", "capacity", "kept_back", "is_active")},
        weekly=week_from_text(wanted["hours"]),
        visit_types=kinds,
        languages=[one for one in wanted["languages"].split(",") if one],
        **writing.stamp,
    )


def read_visit_type(store: Store, change: SetupChange, _now: datetime) -> tuple[Any, Fields] | None:
    """Return the kind of visit that a change was about, whatever its name is now."""
    found = [
        (kind, visit_type_in_trail(kind))
        for kind in store.visit_types.filter(name=name_now(store, change, change.what, change.subject))
    ]
    return _only(found, change)


def write_visit_type(writing: Writing) -> None:
    """Give a kind of visit its former fields; a new one is taken out of use, as they are never deleted."""
    kind: VisitType = writing.thing
    wanted = writing.wanted or {**visit_type_in_trail(kind), "is_active": False}
    _check_name(writing, wanted, writing.store.visit_types.filter(is_active=True).exclude(pk=kind.pk))
    until = wanted["notice_until"]
    own = KindRules(
        **{name: wanted[name] for name in _OWN_RULES},
        notice_until=time.fromisoformat(str(until)) if until else None,
        weekly=tuple(week_from_text(wanted["hours"])),
        questions=rules_from_json({"questions": wanted[EXACT]}).questions,
    )
    fields = {name: wanted[name] for name in _OF_KIND}
    save_visit_type(visit_type=kind, own=own, **fields, **writing.stamp)


def write_rules(writing: Writing) -> None:
    """Give the store its former rules of booking."""
    save_policy(**{name: writing.wanted[name] for name in RULES}, **writing.stamp)


def _only(found: Sequence[tuple[Any, Fields]], change: SetupChange) -> tuple[Any, Fields] | None:
    """Return the one of several with the same name that is as the change left it; None if there is not one."""
    if len(found) > 1:
        found = [one for one in found if all(one[1].get(name) == value for name, value in change.after.items())]
    return found[0] if len(found) == 1 else None


def _check_name(writing: Writing, wanted: Fields, others: Any) -> None:
    names = {name.casefold() for name in others.values_list("name", flat=True)}
    if wanted["is_active"] and wanted["name"].casefold() in names:
        raise writing.refusal(Why.NAME_TAKEN)


def _kind_named(writing: Writing, name: str) -> VisitType:
    """Return the kind of visit that had this name then: one in use before one that is not, and none that took it."""
    named = writing.store.visit_types.filter(name=name).order_by("-is_active", "-pk")
    kind: VisitType | None = named.first()
    if kind is None or name_now(writing.store, writing.change, "visit_type", name) != name:
        raise CannotPutBack(Why.GONE, writing.change)
    return kind
