"""The page of what happened: for managers, of days there were, without a name on it."""

import csv
from collections.abc import Iterator
from io import StringIO

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries, Settings

from booking.models import Booking, Status
from booking.staff.reports.sections import PARTS
from tests.booking.reading import page
from tests.booking.staff.staff_room import DAY, SESSIONS_IN_DATABASE, SHOP, Room, fill_day, make_room, make_visit
from tests.factories import at

pytestmark = pytest.mark.django_db

NUMBERS = f"{SHOP}numbers/"
THIS_WEEK = f"{NUMBERS}?from=2026-11-30&to=2026-12-01"


@pytest.fixture(autouse=True)
def _a_week_later() -> Iterator[None]:
    with time_machine.travel(at(9, day=1, month=12), tick=False):
        yield


@pytest.fixture
def room() -> Room:
    return make_room()


def test_it_is_for_managers(room: Room) -> None:
    assert room.client().get(NUMBERS).status_code == 200
    assert room.client(room.staff).get(NUMBERS).status_code == 403
    assert room.client(room.neighbor).get(NUMBERS).status_code == 404
    assert NUMBERS in page(room.client().get(DAY)).links  # in the navigation
    assert NUMBERS not in page(room.client(room.staff).get(DAY)).links


def test_four_weeks_up_to_today_are_shown_at_first(room: Room) -> None:
    shown = page(room.client().get(NUMBERS))

    assert shown.forms[NUMBERS] == {"from": "2026-11-04", "to": "2026-12-01"}
    assert "From Wednesday 4\xa0November 2026 to Tuesday 1\xa0December 2026." in shown.text


@pytest.mark.parametrize("count", [1, 200])
def test_statements_do_not_grow_with_visits(
    room: Room, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    settings.SESSION_ENGINE = SESSIONS_IN_DATABASE
    client = room.client()
    fill_day(room.store, count)

    with django_assert_num_queries(3 + 1 + 6 + 3):
        client.get(NUMBERS)
    with django_assert_num_queries(3 + 1 + 6 + 6 + 3):
        client.get(THIS_WEEK)


def test_what_is_drawn_stands_in_the_table_beside(room: Room) -> None:
    fill_day(room.store, 60)
    Booking.objects.filter(status=Status.COMPLETED).update(checked_in_at=at(9, 5), started_at=at(9, 17))

    response = room.client().get(NUMBERS)
    shown = page(response)

    assert response.content.count(b'role="img"') == len((*PARTS, "ahead"))
    assert "30 came, 10 did not come, 10 cancelled." in shown.text
    assert "25 % did not come: 10 of 40." in shown.text
    assert "Half waited at most 12 min, 9 of 10 at most 12 min." in shown.text
    assert "120 text messages were sent." in shown.text
    assert len(shown.ids) == len(set(shown.ids))


def test_nobodys_name_is_on_it(room: Room) -> None:
    make_visit(room.store, starts_at=at(10, day=2, month=12), name="Zora Testova", email="zora@example.org")
    Booking.objects.update(visit_date="2026-11-24")
    client = room.client()
    said = client.get(NUMBERS).content + b"".join(client.get(f"{NUMBERS}{part}.csv").content for part in PARTS)

    assert b"1" in said
    for told in (b"Zora", b"zora@", b"612345601", Booking.objects.get().reference.encode()):
        assert told not in said


@pytest.mark.parametrize(
    ("query", "words", "shown"),
    [
        ("from=nonsense", "The first day does not exist.", ("2026-11-04", "2026-12-01")),
        ("to=2026-02-30", "The last day does not exist.", ("2026-11-04", "2026-12-01")),
        ("from=2026-11-20&to=2026-11-19", "The first day is after the last one.", ("2026-11-20", "2026-11-19")),
        ("to=2026-12-02", "This day is still to come.", ("2026-11-05", "2026-12-02")),
        ("from=2024-01-01", "Please choose at most 800 days.", ("2024-01-01", "2026-12-01")),
    ],
)
@pytest.mark.parametrize("file", ["", "visits.csv"])
def test_days_that_make_no_range_are_asked_for_again(
    room: Room, query: str, words: str, shown: tuple[str, str], file: str
) -> None:
    response = room.client().get(f"{NUMBERS}{file}?{query}")

    assert response.status_code == 400
    assert words in page(response).text
    assert page(response).forms[NUMBERS] == {"from": shown[0], "to": shown[1]}


def test_a_range_stands_beside_the_same_time_before(room: Room) -> None:
    fill_day(room.store, 60)  # on Tuesday 24 November
    shown = page(room.client().get(THIS_WEEK))

    assert "30 November – 1 December 2026 beside 23 – 24 November 2026." in shown.text.replace("\xa0", " ")
    rows = list(csv.reader(StringIO(_csv(room, f"comparison.csv{THIS_WEEK.removeprefix(NUMBERS)}"))))
    assert rows[:3] == [
        ["", "Now", "Before", "Difference"],
        ["Came", "0", "30", "−30"],
        ["Cancelled", "0", "10", "−10"],
    ]
    assert rows[3] == ["Did not come, in %", "–", "25", "–"]


def test_a_time_before_the_store_was_there_is_not_compared(room: Room) -> None:
    assert "Beside the time before" not in page(room.client().get(NUMBERS)).text
    assert room.client().get(f"{NUMBERS}comparison.csv").status_code == 404


def test_places_count_from_the_stores_first_day_on(room: Room) -> None:
    """The store is there since Monday 23 November; in the four weeks are no more places than since then."""
    both = [_csv(room, f"places.csv?from={first}&to=2026-12-01") for first in ("2026-11-04", "2026-11-23")]

    assert both[0] == both[1]


def test_weeks_to_come_are_there(room: Room) -> None:
    make_visit(room.store, starts_at=at(10, day=2, month=12))
    make_visit(room.store, starts_at=at(10, day=8, month=12))
    rows = list(csv.reader(StringIO(_csv(room, "ahead.csv"))))

    assert [[cell.replace("\xa0", " ") for cell in row[:4]] for row in rows[1:3]] == [
        ["1 – 6 December 2026", "1", "1", "1"],
        ["7 – 13 December 2026", "1", "1", "1"],
    ]
    assert len(rows) == 1 + 4


def _csv(room: Room, file: str) -> str:
    return room.client().get(f"{NUMBERS}{file}").content.decode("utf-8-sig")


def test_eight_hundred_days_are_shown(room: Room) -> None:
    assert room.client().get(f"{NUMBERS}?from=2024-09-23").status_code == 200


@pytest.mark.parametrize("part", PARTS)
def test_each_table_can_be_had_as_a_file(room: Room, part: str) -> None:
    fill_day(room.store, 12)
    Booking.objects.update(checked_in_at=at(9, 5), started_at=at(9, 17))
    client = room.client()
    response = client.get(f"{NUMBERS}{part}.csv?from=2026-11-20&to=2026-11-25")
    rows = list(csv.reader(StringIO(response.content.decode("utf-8-sig"))))

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == (
        f'attachment; filename="corner-shop-niort-{part}-2026-11-20-2026-11-25.csv"'
    )
    assert response["Cache-Control"] == "no-store, private"
    assert len(rows) > 1
    assert len({len(row) for row in rows}) == 1
    assert f"{NUMBERS}{part}.csv?from=2026-11-04&to=2026-12-01" in page(client.get(NUMBERS)).links


def test_there_is_no_other_file(room: Room) -> None:
    assert room.client().get(f"{NUMBERS}names.csv").status_code == 404


def test_it_speaks_french(room: Room) -> None:
    assert room.client().get(f"/fr{NUMBERS}").status_code == 200
