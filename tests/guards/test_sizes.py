"""No function is longer than 40 lines and no file longer than 300, so that each can be read at once."""

import ast
from collections.abc import Iterator
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent.parent
LONGEST_FUNCTION, LONGEST_FILE = 40, 300
# What may be longer. Files of tests still stand here: the list only gets shorter.
LONG_FILES = {
    "booking/settings.py",  # each variable is read once, in one file
    "tests/booking/api/public/test_kept_answers.py",
    "tests/booking/bookings/test_feedback.py",
    "tests/booking/bookings/test_life_model.py",
    "tests/booking/bookings/test_lifecycle.py",
    "tests/booking/calls/test_voice.py",
    "tests/booking/customer/book/test_detail_questions.py",
    "tests/booking/customer/book/test_waiting_room.py",
    "tests/booking/customer/manage/test_attendance.py",
    "tests/booking/customer/manage/test_page.py",
    "tests/booking/customer/test_chooser.py",
    "tests/booking/customer/test_lost_link.py",
    "tests/booking/places/test_rules_of_kinds.py",
    "tests/booking/staff/account/test_second_factor.py",
    "tests/booking/staff/arrivals/test_pairing.py",
    "tests/booking/staff/arrivals/test_steps.py",
    "tests/booking/staff/day/test_reschedule.py",
    "tests/booking/staff/day/test_schedule.py",
    "tests/booking/staff/organizations/test_pattern.py",
    "tests/booking/staff/setup/test_absences.py",
    "tests/booking/staff/setup/test_put_back.py",
    "tests/booking/store_setup/test_hours_changes_model.py",
    "tests/booking/store_setup/test_other_desks.py",
    "tests/booking/webhooks/test_sending.py",
    "tests/fake_twilio.py",
    "tests/free_time_changes.py",
    "tests/notifications/test_outbox.py",
    "tests/notifications/test_provider_erasure.py",
    "tests/notifications/test_tasks.py",
    "tests/notifications/test_views.py",
    "tests/servers.py",
    "tests/shop_life.py",
    "tests/stores/imports/test_geojson.py",
    "tests/stores/test_hours.py",
}
LONG_FUNCTIONS = {
    "tests/booking/api/public/test_kept_answers.py: change_setup",
    "tests/booking/api/staff/test_day.py: test_day_in_full",
    "tests/booking/api/test_day_text.py: _bookings",
    "tests/booking/formats/test_icalendar_files.py: test_booking_calendar_download",
    "tests/booking/messages/test_day_sheet.py: test_sheet_tells_everything_a_person_needs_and_carries_the_table",
    "tests/booking/places/test_rules_of_kinds.py: made",
    "tests/booking/staff/staff_room.py: fill_day",
    "tests/browser/arrivals/test_whole_day.py: test_a_hundred_and_twenty_people_arrive_once_each",
    "tests/factories.py: make_store",
    "tests/fake_twilio.py: do_GET",
    "tests/guards/test_forgetting.py: keep_something_everywhere",
}


def modules() -> Iterator[Path]:
    for top in ("booking", "stores", "notifications", "tests", "bench"):
        for path in sorted((BASE / top).rglob("*.py")):
            if not {"migrations", "node_modules"} & set(path.parts):
                yield path


def long_functions(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            if node.end_lineno - node.lineno >= LONGEST_FUNCTION:
                yield f"{path.relative_to(BASE)}: {node.name}"


def test_no_file_is_long() -> None:
    found = {str(path.relative_to(BASE)) for path in modules() if len(path.read_text().splitlines()) > LONGEST_FILE}

    assert found == LONG_FILES


def test_no_function_is_long() -> None:
    assert {name for path in modules() for name in long_functions(path)} == LONG_FUNCTIONS
