"""The pattern of a chain or a town: one store whose set-up the others follow, part by part, unless they have their own.

A store follows a part as long as it has what it took last, or was never changed there. Whoever changes it at the store
makes it the store's own, and the pattern leaves it alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from stores.hours import WeeklyInterval
from stores.models import Organization, PatternTaken, SetupChange, Store, VisitType
from stores.services import save_messages, save_opening_hours, save_policy, save_visit_type

# Each part, and what the trail calls a change of it.
PARTS: Mapping[str, str] = {
    "visit_types": "visit_type",
    "rules": "rules",
    "messages": "messages",
    "opening_hours": "opening_hours",
}
_RULES = (
    *("slot_minutes", "capacity_counts", "minimum_notice_minutes", "booking_horizon_days"),
    *("change_until_minutes", "open_bookings_per_customer", "keep_days"),
)
_TYPE = ("name", "slot_count", "max_party_size", "what_to_bring", "mode", "video_url")


class Standing(StrEnum):
    """How a store stands to the pattern in one part."""

    SAME = "same"
    BEHIND = "behind"  # it follows, and has not taken the latest yet
    OWN = "own"


@dataclass(frozen=True, slots=True)
class StoreStanding:
    """How a store stands to the pattern, by part."""

    store: Store
    parts: Mapping[str, Standing]


def value_of(store: Store, part: str) -> Any:
    """Return one part of a store's set-up as plain values that JSON can hold."""
    if part == "visit_types":
        kinds = sorted((kind for kind in store.visit_types.all() if kind.is_active), key=lambda kind: kind.position)
        return [{name: getattr(kind, name) for name in _TYPE} for kind in kinds]
    if part == "opening_hours":
        rows = [(row.weekday, f"{row.opens:%H:%M}", f"{row.closes:%H:%M}") for row in store.opening_hours.all()]
        return [list(row) for row in sorted(rows)]
    if part == "messages":
        hours = {name: getattr(store, name).strftime("%H:%M") for name in ("messages_from", "messages_until")}
        return {"reminder_days": store.reminder_days, **hours, "sms_words": store.sms_words}
    return {name: getattr(store, name) for name in _RULES}


def standings(organization: Organization, pattern: Store) -> list[StoreStanding]:
    """Return how each of an organization's other stores stands to the pattern, by name, with five statements."""
    wanted = {part: value_of(pattern, part) for part in PARTS}
    stores = organization.stores.exclude(pk=pattern.pk).prefetch_related("visit_types", "opening_hours")
    taken = {(one.store_id, one.part): one.value for one in PatternTaken.objects.filter(organization=organization)}
    changed = set(
        SetupChange.objects.filter(store__organizations=organization, user__isnull=False, what__in=PARTS.values())
        .values_list("store_id", "what")
        .distinct()
    )

    def standing(store: Store, part: str) -> Standing:
        has = value_of(store, part)
        if _has(part, has, wanted[part]):
            return Standing.SAME
        if (store.pk, part) in taken:
            follows = _has(part, has, taken[store.pk, part])
        else:
            follows = (store.pk, PARTS[part]) not in changed
        return Standing.BEHIND if follows else Standing.OWN

    return [
        StoreStanding(store, {part: standing(store, part) for part in PARTS}) for store in stores.order_by("name", "pk")
    ]


@transaction.atomic
def choose_pattern(*, organization: Organization, store: Store) -> None:
    """Let a store of the organization be its pattern."""
    Organization.objects.filter(pk=organization.pk).update(pattern_store=store)


@transaction.atomic
def note_taken(*, organization: Organization, store: Store, part: str, value: Any, now: datetime) -> None:
    """Keep what a store took: what it has to have still for the next pattern to be taken as well."""
    PatternTaken.objects.update_or_create(
        organization=organization, store=store, part=part, defaults={"value": value, "taken_at": now}
    )


def give_part(*, store: Store, part: str, value: Any, user: User | None, now: datetime) -> None:
    """Write one part of a pattern into a store's set-up, as its own pages would. Raises BadValue."""
    if part == "visit_types":
        _give_visit_types(store, value, user=user, now=now)
    elif part == "opening_hours":
        weekly = [
            WeeklyInterval(day, time.fromisoformat(opens), time.fromisoformat(ends)) for day, opens, ends in value
        ]
        save_opening_hours(store=store, weekly=weekly, user=user, now=now)
    elif part == "messages":
        save_messages(
            store=store,
            reminder_days=[int(day) for day in value["reminder_days"].split(",") if day],
            messages_from=time.fromisoformat(value["messages_from"]),
            messages_until=time.fromisoformat(value["messages_until"]),
            sms_words=value["sms_words"],
            user=user,
            now=now,
        )
    else:
        save_policy(store=store, **value, user=user, now=now)


def _give_visit_types(store: Store, value: Sequence[Mapping[str, Any]], *, user: User | None, now: datetime) -> None:
    """Make or change each kind of visit, known by its name; a store's others stay as they are."""
    known: dict[str, VisitType] = {kind.name: kind for kind in store.visit_types.all()}
    for fields in value:
        kind = known.get(fields["name"])
        if kind is None or not kind.is_active or any(getattr(kind, name) != fields[name] for name in _TYPE):
            save_visit_type(store=store, visit_type=kind, **fields, user=user, now=now)


def _has(part: str, has: Any, wanted: Any) -> bool:
    """Tell whether a store has what is wanted; kinds of visit of its own may stand beside."""
    return all(kind in has for kind in wanted) if part == "visit_types" else has == wanted
