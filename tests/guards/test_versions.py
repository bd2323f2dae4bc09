"""Writers of what free times are made from: each is known, and raises a version in its transaction.

`tests/booking/places/test_versions.py` plays all of them before a process that keeps free times (decision 43).
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

MODELS = (
    "Slot|Hold|StoreDay|Desk|DeskAbsence|DeskHours|VisitType|VisitTypeHours|OpeningHours|SpecialHours|StoreClosing"
    "|Store"
)
ROWS = re.compile(
    rf"\b({MODELS})\b|\b(store|desk|visit_type|hold|slot|rows?)$"
    r"|\.(desks|visit_types|slots|holds|hours|absences|closings)\b"
)
TABLES = (
    "stores_(slot|storeday|desk|deskabsence|deskhours|visittype|visittypehours|visittype_desks|openinghours|specialhours|storeclosing|store)"
    "|booking_hold"
)
SQL = re.compile(rf"(INSERT INTO|UPDATE|DELETE FROM) ({TABLES})\b|\b(stores_slot) AS slot\b")
VERBS = {"save", "delete", "create", "update", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
_CALLER = "its callers raise the days last of all, as locks want it, or change the rules and raise hours_version"
_NEW_STORES = "makes stores, of which nothing is kept"
_NO_MATTER = "columns of the store that change no free time"
# How each writer raises the version.
KNOWN = {
    "booking/arrivals/door_code.py:renew_door": _NO_MATTER,
    "booking/bookings/lifecycle.py:_book_held": "raise_days",
    "booking/bookings/offered_place.py:book_for_waiting": "release_expired_holds raises the days after the commit",
    "booking/bookings/reminder_plans.py:follow_next": _NO_MATTER,
    "booking/operations/archives.py:_delete": "raise_days",
    "booking/operations/demo.py:_say_the_town": _NO_MATTER,
    "booking/operations/simulation/writer.py:_write": _NEW_STORES,
    "booking/places/claims.py:": "raise_days itself",
    "booking/places/claims.py:_give_back": _CALLER,
    "booking/places/claims.py:give_places_back": _CALLER,
    "booking/places/claims.py:store_hold": _CALLER,
    "booking/places/holds.py:": "its callers raise the days by the same statement",
    "booking/places/holds.py:_write": "raise_days",
    "booking/places/holds.py:extend_hold": "raise_days",
    "booking/places/slot_rows.py:lay_slots_anew": _CALLER,
    "booking/places/slot_rows.py:set_busy": _CALLER,
    "booking/places/slot_rows.py:set_slots": _CALLER,
    "booking/places/slot_statements.py:": _CALLER,
    "booking/store_setup/calendar_feed.py:_replace": _NO_MATTER,
    "booking/webhooks/administration.py:_list_in_store": _NO_MATTER,
    "booking/store_setup/calendar_feed.py:_replace_of_desk": "columns of the desk that change no free time",
    "booking/store_setup/taken_places.py:recount_places": _CALLER,
    "stores/imports/geojson.py:_create": _NEW_STORES,
    "stores/imports/geojson.py:_update": "hours_version in the same statement, with hours or a time zone",
    "stores/services/absences.py:add_absence": "raise_version",
    "stores/services/absences.py:forget_absences": "absences that ended long ago change no free time",
    "stores/services/absences.py:remove_absence": "raise_version",
    "stores/services/address.py:save_address": "hours_version in the same statement",
    "stores/services/closings.py:add_closing": "raise_version",
    "stores/services/closings.py:remove_closing": "raise_version",
    "stores/services/changes.py:_note_changed": _NO_MATTER,
    "stores/services/day_sheets.py:save_day_sheet": _NO_MATTER,
    "stores/services/first_steps.py:end_steps": _NO_MATTER,
    "stores/services/first_steps.py:note_step": _NO_MATTER,
    "stores/services/first_steps.py:show_steps_again": _NO_MATTER,
    "stores/services/hours.py:delete_special_hours": "raise_version",
    "stores/services/hours.py:replace_opening_hours": _CALLER,
    "stores/services/hours.py:save_special_hours": "raise_version",
    "stores/services/kind_rules.py:put_kind_parts": _CALLER,
    "stores/services/messages.py:save_messages": _NO_MATTER,
    "stores/services/messages.py:save_own_texts": _NO_MATTER,
    "stores/services/policy.py:_update": "raise_version for the rules of booking; other columns do not matter",
    "stores/services/policy.py:save_waiting_room": _NO_MATTER,
    "stores/services/texting.py:save_texting": _NO_MATTER,
    "stores/services/values.py:raise_version": "raise_version itself",
    "stores/services/visits.py:save_desk": "raise_version",
    "stores/services/visits.py:save_desk_choice": "raise_version",
    "stores/services/visits.py:_put_hours": _CALLER,
    "stores/services/visits.py:_save_with_rules": _CALLER,
}


def writers(path: Path) -> Iterator[str]:
    """Yield the name of each function that writes such rows, "" for statements of the module."""
    text = path.read_text()
    for node in ast.parse(text).body:
        name = node.name if isinstance(node, ast.FunctionDef) else ""
        for part in ast.walk(node):
            match part:
                case ast.Call(func=ast.Attribute(attr=verb, value=rows)):
                    is_write = verb in VERBS and bool(ROWS.search(ast.unparse(rows)))
                case ast.Constant(value=str(sql)):
                    is_write = bool(SQL.search(sql))
                case _:
                    continue
            if is_write:
                yield name


def test_each_writer_is_known_and_raises_a_version() -> None:
    root = Path(settings.BASE_DIR)
    paths = [path for app in ("booking", "stores", "notifications") for path in (root / app).rglob("*.py")]
    found = {
        f"{path.relative_to(root)}:{name}" for path in paths if "migrations" not in path.parts for name in writers(path)
    }
    assert found == set(KNOWN)


def test_guard_sees_each_kind_of_write(tmp_path: Path) -> None:
    written = tmp_path / "module.py"
    written.write_text(
        "TAKE = 'UPDATE stores_slot SET places_taken = 1'\n"
        "def a(): Slot.objects.filter(\n    closed=True\n).update(closed=False)\n"
        "def b(store): store.desks.all().delete()\n"
        "def c(hold): hold.save()\n"
        "def d(): Booking.objects.filter(pk=1).update(name='')\n"
        "def e(): return Slot.objects.filter(pk=1).first()\n"
    )
    assert list(writers(written)) == ["", "a", "b", "c"]
