from datetime import date, time, timedelta

import pytest

from booking.views.chooser import chooser
from stores.queries import store_rules
from tests.factories import NOW, make_store

pytestmark = pytest.mark.django_db

TUESDAY = date(2026, 11, 24)
Hours = tuple[tuple[time, time], ...]


def parts_of_tuesday() -> dict[str, list[str]]:
    rules = store_rules("corner-shop-niort", from_date=TUESDAY - timedelta(days=2))
    assert rules is not None
    days = chooser(rules, rules.visit_types[0], party_size=1, from_date=TUESDAY, now=NOW).days
    return {part.name: [slot.time for slot in part.slots] for part in days[0].parts}


@pytest.mark.parametrize(
    ("hours", "morning_ends", "afternoon_begins"),
    [
        (((time(9), time(12, 30)), (time(13, 45), time(19))), "12:15", "13:45"),
        (((time(9), time(13)), (time(14), time(19))), "12:45", "14:00"),
        (((time(9), time(19)),), "11:45", "12:00"),
    ],
    ids=["break until 13:45", "break until 14:00", "no break"],
)
def test_afternoon_begins_after_the_break_at_noon(hours: Hours, morning_ends: str, afternoon_begins: str) -> None:
    make_store(hours=hours)

    parts = parts_of_tuesday()

    assert list(parts) == ["Morning", "Afternoon", "Evening"]
    assert parts["Morning"][-1] == morning_ends
    assert parts["Afternoon"][0] == afternoon_begins
    assert parts["Evening"][0] == "18:00"
