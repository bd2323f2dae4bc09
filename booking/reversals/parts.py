"""How each part of the set-up is read as the trail stores it, and written by its own service.

A part of the trail is either in PARTS or, with a reason, in `reasons.WHY_NOT`: a guard test holds them together.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from booking.reversals import absence_parts as absences
from booking.reversals import settings_parts as settings
from booking.reversals import slot_parts as slots
from booking.reversals.fields import Fields, Writing
from booking.store_setup.hours_changes import HoursChange
from stores.models import SetupChange, Store


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the set-up.

    `read` returns the thing that a change was about, and its fields now: none of them where there is no such thing, and
    None where it can no longer be told which one it was. `write` gives it the wanted fields; no fields take it away.
    """

    read: Callable[[Store, SetupChange, datetime], tuple[Any, Fields] | None]
    write: Callable[[Writing], HoursChange | None]
    changes_rules: bool = False  # what slots are made from: visits may lose their place
    is_compared: bool = True  # with the wanted fields afterwards; not where somebody must agree, or what is over stays


def _of_store(*names: str) -> Callable[[Store, SetupChange, datetime], tuple[Any, Fields] | None]:
    """Return a reader of fields of the store's row."""

    def read(store: Store, _change: SetupChange, _now: datetime) -> tuple[Any, Fields]:
        return store, {name: getattr(store, name) for name in names}

    return read


PARTS: Mapping[str, Part] = {
    "opening_hours": Part(slots.read_week, slots.write_week, changes_rules=True),
    "special_hours": Part(slots.read_special_hours, slots.write_special_hours, changes_rules=True),
    "slots": Part(slots.read_slots, slots.write_slots, is_compared=False),
    "desk": Part(slots.read_desk, slots.write_desk, changes_rules=True),
    "closing": Part(absences.read_closing, absences.write_closing, changes_rules=True),
    "absence": Part(absences.read_absence, absences.write_absence, changes_rules=True),
    "visit_type": Part(slots.read_visit_type, slots.write_visit_type, changes_rules=True),
    "rules": Part(_of_store(*slots.RULES), slots.write_rules, changes_rules=True),
    "desk_choice": Part(_of_store("offers_desk_choice"), settings.write_desk_choice),
    "questions": Part(settings.read_questions, settings.write_questions),
    "notice": Part(_of_store("notice"), settings.write_notice),
    "address": Part(_of_store(*settings.ADDRESS), settings.write_address),
    "contact": Part(_of_store("phone", "email", "website", "wheelchair"), settings.write_contact),
    "sharing": Part(_of_store("embed_origins"), settings.write_sharing),
    "protection": Part(_of_store("asks_proof_under_load"), settings.write_protection),
    "waiting_room": Part(settings.read_waiting_room, settings.write_waiting_room),
    "line": Part(_of_store("line_shows"), settings.write_line),
    "feedback": Part(_of_store("feedback_when"), settings.write_feedback),
    "calls": Part(_of_store("keypad_phone"), settings.write_calls),
    "members": Part(_of_store("requires_second_factor"), settings.write_second_factor),
    "member": Part(settings.read_member, settings.write_member),
    "messages": Part(settings.read_messages, settings.write_messages),
    "texting": Part(settings.read_texting, settings.write_texting),
    "day_sheet": Part(settings.read_day_sheet, settings.write_day_sheet, is_compared=False),
}
