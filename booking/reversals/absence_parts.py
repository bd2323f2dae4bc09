"""Absences and closings, as they are put back: one that was added is removed, one that was removed comes again."""

from datetime import datetime
from typing import Any

from booking.reversals.fields import Fields, Why, Writing, name_now
from stores.models import DeskAbsence, SetupChange, Store
from stores.services import (
    absence_for_trail,
    absence_from_trail,
    absence_of,
    add_absence,
    add_closing,
    remove_absence,
    remove_closing,
)


def read_absence(store: Store, change: SetupChange, _now: datetime) -> tuple[Any, Fields] | None:
    """Return the id of the absence that a change was about, with its fields; no fields where it is not there."""
    told = change.after or change.before
    name = _desk_name(store, change)
    rows = DeskAbsence.objects.filter(desk__store=store, desk__name=name).order_by("-pk")
    for row in rows:
        fields = absence_for_trail(absence_of(row))
        if fields == told:
            return row.pk, fields
    return None, {}


def write_absence(writing: Writing) -> None:
    """Let a desk be away again, or be there again."""
    if not writing.wanted:
        remove_absence(absence_id=writing.thing, **writing.stamp)
        return
    name = _desk_name(writing.store, writing.change)
    desk = writing.store.desks.filter(name=name, is_active=True).first()
    if desk is None:
        raise writing.refusal(Why.GONE)
    add_absence(desk=desk, absence=absence_from_trail(writing.wanted), **writing.stamp)


def read_closing(store: Store, change: SetupChange, _now: datetime) -> tuple[Any, Fields] | None:
    """Return the id of the closing that a change was about, with its fields; no fields where it is not there."""
    told = change.after or change.before
    for row in store.closings.order_by("-pk"):
        fields = absence_for_trail(absence_of(row))
        if fields == told:
            return row.pk, fields
    return None, {}


def write_closing(writing: Writing) -> None:
    """Close the store again, or open it again."""
    if writing.wanted:
        add_closing(closing=absence_from_trail(writing.wanted), **writing.stamp)
    else:
        remove_closing(closing_id=writing.thing, **writing.stamp)


def _desk_name(store: Store, change: SetupChange) -> str:
    return name_now(store, change, "desk", change.subject)
