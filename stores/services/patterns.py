"""The pattern of a chain or a town: a store whose set-up the others follow, part by part, unless they changed theirs.

A store follows a part as long as it still has the values it took last, or nobody ever changed the part there. A change
at the store makes the part the store's own, and the pattern no longer touches it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from enum import StrEnum
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from stores.hours import WeeklyInterval
from stores.models import Desk, Organization, PatternTaken, Store, VisitType
from stores.services import (
    kind_rules_of,
    save_desk,
    save_messages,
    save_opening_hours,
    save_own_texts,
    save_policy,
    save_visit_type,
    save_waiting_room,
)
from stores.services.kind_rules import rules_as_json, rules_from_json

# Each part, and the names of its changes in the trail.
PARTS: Mapping[str, str] = {
    "visit_types": "visit_type",
    "rules": "rules",
    "messages": "messages",
    "opening_hours": "opening_hours",
    "waiting_room": "waiting_room",
    "languages": "desk",
}
_RULES = (
    *("slot_minutes", "capacity_counts", "minimum_notice_minutes", "booking_horizon_days"),
    *("change_until_minutes", "open_bookings_per_customer", "keep_days"),
)
_MESSAGES = ("reminder_days", "reminder_channel", "reminder_hours", "confirms_by_text", "own_texts")
_FIELDS = ("name", "slot_count", "max_party_size", "what_to_bring", "mode", "video_url")
Kind = Mapping[str, Any]  # a visit type: its _FIELDS, its own rules and slug, and whether it is in use


class PatternStatus(StrEnum):
    """How one part of a store relates to the pattern."""

    SAME = "same"
    BEHIND = "behind"  # it follows, but has not taken the latest version yet
    OWN = "own"


@dataclass(frozen=True, slots=True)
class StorePatternStatus:
    """How a store relates to the pattern, part by part."""

    store: Store
    parts: Mapping[str, PatternStatus]
    taken: Mapping[str, Any]  # what it took last, by part


def value_of(store: Store, part: str) -> Any:
    """Return one part of a store's set-up as plain values that JSON can hold."""
    if part == "visit_types":
        kinds = sorted(store.visit_types.all(), key=lambda kind: kind.position)
        return [
            {name: getattr(kind, name) for name in (*_FIELDS, "slug", "is_active")}
            | {"own": rules_as_json(kind_rules_of(kind))}
            for kind in kinds
        ]
    if part == "opening_hours":
        rows = [(row.weekday, f"{row.opens:%H:%M}", f"{row.closes:%H:%M}") for row in store.opening_hours.all()]
        return [list(row) for row in sorted(rows)]
    if part == "messages":
        hours = {name: getattr(store, name).strftime("%H:%M") for name in ("messages_from", "messages_until")}
        return {**{name: getattr(store, name) for name in _MESSAGES}, **hours}
    if part == "languages":
        return [[desk.name, desk.languages] for desk in _desks(store)]
    if part == "waiting_room":
        opening = store.bookings_open_at
        return {
            "has_waiting_room": store.has_waiting_room,
            "bookings_open_at": opening.astimezone(UTC).isoformat() if opening else None,
        }
    return {name: getattr(store, name) for name in _RULES}


def standings(organization: Organization, pattern: Store) -> list[StorePatternStatus]:
    """Return how each other store of an organization relates to the pattern, by name, with seven statements."""
    wanted = {part: value_of(pattern, part) for part in PARTS}
    stores = organization.stores.exclude(pk=pattern.pk).prefetch_related(
        "visit_types__hours", "visit_types__questions", "opening_hours", "desks"
    )
    taken = {(one.store_id, one.part): one.value for one in PatternTaken.objects.filter(organization=organization)}

    def standing(store: Store, part: str) -> PatternStatus:
        has, took = value_of(store, part), taken.get((store.pk, part))
        if _is_same(part, has, wanted[part], took, is_own=_is_own(store, part)):
            return PatternStatus.SAME
        follows = not _is_own(store, part) if took is None else _has(part, has, took)
        return PatternStatus.BEHIND if follows else PatternStatus.OWN

    return [
        StorePatternStatus(
            store,
            {part: standing(store, part) for part in PARTS},
            {part: taken[store.pk, part] for part in PARTS if (store.pk, part) in taken},
        )
        for store in stores.order_by("name", "pk")
    ]


@transaction.atomic
def choose_pattern(*, organization: Organization, store: Store) -> None:
    """Make a store of the organization its pattern."""
    Organization.objects.filter(pk=organization.pk).update(pattern_store=store)


@transaction.atomic
def note_taken(*, organization: Organization, store: Store, part: str, value: Any, now: datetime) -> None:
    """Store the values that a store took. It follows the next pattern only if it still has them."""
    PatternTaken.objects.update_or_create(
        organization=organization, store=store, part=part, defaults={"value": value, "taken_at": now}
    )


def give_part(*, store: Store, part: str, value: Any, taken: Any, user: User | None, now: datetime) -> None:
    """Write one part of a pattern into a store's set-up, as its own pages do; `taken` is what it took last.

    Raises BadValue.
    """
    if part == "visit_types":
        _give_visit_types(store, value, taken, user=user, now=now)
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
            reminder_channel=value["reminder_channel"],
            reminder_hours=value["reminder_hours"],
            confirms_by_text=value["confirms_by_text"],
            user=user,
            now=now,
        )
        save_own_texts(store=store, own_texts=value["own_texts"], user=user, now=now)
    elif part == "languages":
        _give_languages(store, value, user=user, now=now)
    elif part == "waiting_room":
        opening = value["bookings_open_at"]
        save_waiting_room(
            store=store,
            has_waiting_room=value["has_waiting_room"],
            bookings_open_at=datetime.fromisoformat(opening) if opening else None,
            user=user,
            now=now,
        )
    else:
        save_policy(store=store, **value, user=user, now=now)


def _give_visit_types(
    store: Store, value: Sequence[Kind], taken: Sequence[Kind] | None, *, user: User | None, now: datetime
) -> None:
    """Create, change, rename or deactivate each visit type of the pattern; the store's other types stay."""
    known: dict[str, VisitType] = {kind.slug: kind for kind in store.visit_types.all()}
    has = value_of(store, "visit_types")
    for slug, fields in visit_type_changes(has, value, taken, is_own=_is_own(store, "visit_types")):
        kind = known.get(slug)
        if fields is not None:
            own = rules_from_json(fields.pop("own"))
            save_visit_type(store=store, visit_type=kind, **fields, own=own, user=user, now=now)
        elif kind is not None:
            rest = {name: getattr(kind, name) for name in _FIELDS}
            save_visit_type(store=store, visit_type=kind, **rest, is_active=False, user=user, now=now)


def visit_type_changes(
    has: Sequence[Kind], wanted: Sequence[Kind], taken: Sequence[Kind] | None, *, is_own: bool
) -> list[tuple[str, dict[str, Any] | None]]:
    """Return the changes with which a store offers what the pattern does: slug and new fields of each type.

    A slug of "" creates a type, fields of None deactivate one; deactivations come last. A type is recognized by its
    name; if the pattern renamed or deactivated it, by the name under which the store took it. A store that has taken
    nothing yet, and whose members never changed anything, has the types of the import, with the same slugs as the
    pattern.
    """
    by_name = {kind["name"]: kind for kind in has}
    by_slug = {kind["slug"]: kind for kind in has} if taken is None and not is_own else {}
    took = {kind["slug"]: kind["name"] for kind in taken or () if kind.get("slug")}
    names = {kind["name"] for kind in wanted if kind["is_active"]}
    changes: list[tuple[str, dict[str, Any] | None]] = []
    met: set[str] = set()
    for kind in wanted:
        former = by_name.get(took.get(kind["slug"], "")) or by_slug.get(kind["slug"])
        if not kind["is_active"]:
            continue
        own = by_name.get(kind["name"]) or (former if former and former["name"] not in names else None)
        fields = _fields_of(kind)
        if own is not None:
            met.add(own["slug"])
        if own is None or not own["is_active"] or _fields_of(own) != fields:
            changes.append((own["slug"] if own else "", fields))
    gone = [by_name.get(kind["name"]) for kind in taken or () if kind.get("is_active", True)]
    gone += [by_slug.get(kind["slug"]) for kind in wanted if not kind["is_active"]]
    over = {kind["slug"] for kind in gone if kind and kind["is_active"]} - met
    return changes + [(slug, None) for slug in sorted(over)]


def _fields_of(kind: Kind) -> dict[str, Any]:
    """Return what a kind of visit is; one that was taken before kinds had own rules has none."""
    return {**{name: kind[name] for name in _FIELDS}, "own": kind.get("own", {})}


def _desks(store: Store) -> list[Desk]:
    """Return the desks in use, in their order."""
    return sorted((desk for desk in store.desks.all() if desk.is_active), key=lambda desk: desk.position)


def _give_languages(store: Store, value: Sequence[Sequence[str]], *, user: User | None, now: datetime) -> None:
    """Let the desks speak what the pattern's do; all else about them stays."""
    wanted = dict(language_changes(value_of(store, "languages"), value))
    for desk in _desks(store):
        if desk.name in wanted:
            save_desk(
                store=store,
                desk=desk,
                name=desk.name,
                capacity=desk.capacity,
                kept_back=desk.kept_back,
                weekly=[WeeklyInterval(row.weekday, row.opens, row.closes) for row in desk.hours.all()],
                languages=[language for language in wanted[desk.name].split(",") if language],
                user=user,
                now=now,
            )


def language_changes(has: Sequence[Sequence[str]], wanted: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    """Return the desks whose languages change, by name, with the new ones ("fr,ar").

    A desk is recognized by its name; where both stores have one desk alone, by that. Desks that the pattern does not
    have stay as they are.
    """
    known = {one[0]: one[1] for one in reversed(wanted)}
    if len(has) == len(wanted) == 1:
        known = {has[0][0]: wanted[0][1]}
    return [(name, known[name]) for name, languages in has if known.get(name, languages) != languages]


def _is_own(store: Store, part: str) -> bool:
    """Tell whether members of the store ever changed a part themselves."""
    if part == "languages":  # a desk is changed for many other reasons
        return any(desk.languages for desk in _desks(store))
    return PARTS[part] in store.changed_parts


def _is_same(part: str, has: Any, wanted: Any, taken: Any, *, is_own: bool) -> bool:
    """Tell whether a store already has everything of a part."""
    if part == "visit_types":
        return not visit_type_changes(has, wanted, taken, is_own=is_own)
    if part == "languages":
        return not language_changes(has, wanted)
    return bool(has == wanted)


def _has(part: str, has: Any, taken: Any) -> bool:
    """Tell whether a store still has what it took; it may have visit types and desks of its own besides."""
    if part == "languages":
        return not language_changes(has, taken)
    if part != "visit_types":
        return bool(has == taken)
    in_use = [_fields_of(kind) for kind in has if kind["is_active"]]
    return all(_fields_of(kind) in in_use for kind in taken if kind.get("is_active", True))
