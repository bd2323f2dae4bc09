"""All visits of a range as a file: for managers, bounded, nothing in it that was erased."""

import csv
from collections.abc import Iterator
from io import BytesIO, StringIO

import pytest
import time_machine
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries, Settings

from booking.models import Booking
from booking.staff.reports import visits_file
from tests.booking.reading import page
from tests.booking.staff.staff_room import SESSIONS_IN_DATABASE, SHOP, Room, fill_day, make_room, make_visit
from tests.factories import at

pytestmark = pytest.mark.django_db

CSV, XLSX = f"{SHOP}visits.csv", f"{SHOP}visits.xlsx"
RANGE = "?from=2026-11-20&to=2026-12-10"


@pytest.fixture(autouse=True)
def _a_week_later() -> Iterator[None]:
    with time_machine.travel(at(9, day=1, month=12), tick=False):
        yield


@pytest.fixture
def room() -> Room:
    return make_room()


def test_it_is_for_managers(room: Room) -> None:
    for file in (CSV, XLSX):
        assert room.client().get(file + RANGE).status_code == 200
        assert room.client(room.staff).get(file + RANGE).status_code == 403
        assert room.client(room.neighbor).get(file + RANGE).status_code == 404


def test_days_past_and_to_come_are_in_it_by_time(room: Room) -> None:
    fill_day(room.store, 3)
    make_visit(room.store, starts_at=at(10, day=8, month=12), name="Zora Testova")
    make_visit(room.store, starts_at=at(10, day=11, month=12), name="Not asked for")
    response = room.client().get(CSV + RANGE)
    rows = list(csv.DictReader(StringIO(response.content.decode("utf-8-sig"))))

    assert [(row["Day"], row["Name"]) for row in rows] == [
        ("2026-11-24", "Ada Test 0"),
        ("2026-11-24", "Ada Test 1"),
        ("2026-11-24", "Ada Test 2"),
        ("2026-12-08", "Zora Testova"),
    ]
    assert response["Content-Disposition"] == ('attachment; filename="corner-shop-niort-2026-11-20-2026-12-10.csv"')
    assert response["Cache-Control"] == "no-store, private"


def test_french_spreadsheets_get_their_semicolons(room: Room) -> None:
    fill_day(room.store, 1)
    text = room.client().get(f"/fr{CSV}{RANGE}").content.decode("utf-8-sig")

    assert text.splitlines()[0].startswith('"Jour";"De";"À";')


def test_excel_file_has_days_and_times_a_filter_and_wide_columns(room: Room) -> None:
    fill_day(room.store, 3)
    sheet = load_workbook(BytesIO(room.client().get(XLSX + RANGE).content)).active

    assert sheet is not None
    assert sheet.title == "2026-11-20 2026-12-10"
    assert sheet.auto_filter.ref == "A1:O4"
    assert sheet.freeze_panes == "A2"
    assert (sheet["A2"].value.date().isoformat(), f"{sheet['B2'].value:%H:%M}") == ("2026-11-24", "09:00")
    assert sheet.column_dimensions["F"].width > len("Ada Test 0")


@pytest.mark.parametrize("count", [1, 300])
def test_statements_do_not_grow_with_visits(
    room: Room, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    settings.SESSION_ENGINE = SESSIONS_IN_DATABASE
    client = room.client()
    fill_day(room.store, count)

    with django_assert_num_queries(3 + 3):
        client.get(CSV + RANGE)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("from=2026-12-10&to=2026-12-01", "The first day is after the last one."),
        ("from=2026-01-01&to=2027-01-02", "Please choose at most 366 days."),
    ],
)
def test_a_range_that_cannot_be_had_is_asked_for_again_as_it_was_typed(room: Room, query: str, words: str) -> None:
    response = room.client().get(f"{CSV}?{query}")
    shown = page(response)

    assert response.status_code == 400
    assert words in shown.text
    assert "#id_visits_from" in shown.links
    typed = dict(pair.split("=") for pair in query.split("&"))
    for name, day in typed.items():
        assert f'id="id_visits_{name}" name="{name}" value="{day}"' in " ".join(response.content.decode().split())


def test_too_many_visits_for_one_file_are_refused(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visits_file, "MOST_VISITS", 2)
    fill_day(room.store, 3)
    response = room.client().get(XLSX + RANGE)

    assert response.status_code == 400
    assert "too many visits for one file" in page(response).text


def test_people_who_were_forgotten_have_no_name_in_it(room: Room) -> None:
    booking = make_visit(room.store, starts_at=at(10, day=2, month=12), name="Zora Testova")
    Booking.objects.filter(pk=booking.pk).update(name="", phone="", email="", note="", erased_at=at(9))

    assert b"Zora" not in room.client().get(CSV + RANGE).content
