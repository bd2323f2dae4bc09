"""The day as a file: all that the day shows, for whoever may see it, and nothing in it that a spreadsheet runs."""

import csv
import re
from collections.abc import Iterator
from datetime import date, datetime, time
from io import BytesIO, StringIO
from typing import Any

import pytest
import time_machine
from django.test import Client
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries, Settings

from booking.bookings.lifecycle import cancel_booking
from booking.who import Who
from tests.booking.reading import page
from tests.booking.staff.staff_room import (
    DAY,
    SESSIONS_IN_DATABASE,
    SHOP,
    TUESDAY,
    Room,
    fill_day,
    make_room,
    make_visit,
)
from tests.factories import NOW, at

pytestmark = pytest.mark.django_db

CSV, XLSX = f"{SHOP}day/export.csv", f"{SHOP}day/export.xlsx"
FILES = pytest.mark.parametrize("url", [CSV, XLSX])


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room() -> Room:
    return make_room()


def read(response: Any) -> list[tuple[str, ...]]:
    """Return a file's rows, every cell as text."""
    if response["Content-Type"].startswith("text/csv"):
        return [tuple(row) for row in csv.reader(StringIO(response.content.decode("utf-8-sig")))]
    sheet = load_workbook(BytesIO(response.content)).active
    return [tuple(map(written, row)) for row in sheet.iter_rows(values_only=True)]


def written(cell: Any) -> str:
    """Return a cell of an Excel file as the CSV has it."""
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d}"
    return f"{cell:%H:%M}" if isinstance(cell, time) else "" if cell is None else str(cell)


@FILES
def test_whoever_works_there_may_take_it(room: Room, url: str) -> None:
    assert room.client(room.staff).get(url).status_code == 200
    assert room.client(room.neighbor).get(url).status_code == 404
    assert f"{url}?date=2026-11-24" in page(room.client(room.staff).get(DAY, TUESDAY)).links


@FILES
def test_every_visit_of_the_day_is_a_row(room: Room, url: str) -> None:
    visit = make_visit(room.store, name="Zoé Test", email="zoe@example.org", note="Second floor")
    gone = make_visit(room.store, phone="+33612345602")
    cancel_booking(booking_id=gone.pk, who=Who.customer(NOW))

    response = room.client().get(url, TUESDAY)
    head, first, second = read(response)

    assert response["Content-Disposition"].startswith('attachment; filename="corner-shop-niort-2026-11-24.')
    assert response["Cache-Control"] == "no-store, private"
    assert head[:8] == ("Day", "From", "To", "Desk", "Kind of visit", "Name", "People", "State")
    assert first[:8] == ("2026-11-24", "10:00", "10:15", "Main", "Visit", "Zoé Test", "1", "Booked")
    assert first[9:11] == ("zoe@example.org", "Second floor")
    assert first[-1] == visit.reference
    assert second[7] == "Cancelled"


def test_formulas_are_text_in_both(room: Room) -> None:
    note = '=HYPERLINK("http://example.org")'
    make_visit(room.store, note=note)
    client = room.client()

    row = read(client.get(CSV, TUESDAY))[1]
    sheet = load_workbook(BytesIO(client.get(XLSX, TUESDAY).content)).active

    assert row[8] == "06 12 34 56 01"
    assert row[10] == f"'{note}"
    assert (sheet["K2"].value, sheet["K2"].data_type) == (note, "s")
    assert (sheet["G2"].value, sheet["G2"].data_type) == (1, "n")


@FILES
@pytest.mark.parametrize("count", [1, 120])
def test_statements_do_not_grow_with_visits(
    room: Room, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries, url: str, count: int
) -> None:
    settings.SESSION_ENGINE = SESSIONS_IN_DATABASE
    client = room.client()
    fill_day(room.store, count)

    with django_assert_num_queries(3 + 3):
        assert len(read(client.get(url, TUESDAY))) == count + 1


@FILES
def test_it_is_todays_unless_another_day_is_asked_for(room: Room, url: str) -> None:
    assert f"{date(2026, 11, 23)}." in room.client().get(url)["Content-Disposition"]
    assert room.client().get(url, {"date": "2026-02-30"}).status_code == 400


def test_file_is_cut_as_its_readers_spreadsheet_cuts_it_and_runs_nothing(room: Room) -> None:
    make_visit(room.store, starts_at=at(10, day=23), name="Ada; =1+1;", note="ok;=cmd|'/C calc'!A0;")
    lines = {language: Client(headers={"accept-language": language}) for language in ("fr", "en")}
    for client in lines.values():
        client.force_login(room.staff)

    french, english = (client.get(CSV).content.decode("utf-8-sig") for client in lines.values())

    assert french.splitlines()[0].count('";"') > 5
    assert english.splitlines()[0].count('","') > 5
    assert '"Ada; \'=1+1;"' in french
    for text in (french, english):
        cells = [cell.strip().strip('"') for cell in re.split("[;,\t\r\n]", text)]
        assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))] == []


def test_an_excel_file_is_ready_to_be_read_and_filtered(room: Room) -> None:
    make_visit(room.store, note="x" * 90)

    sheet = load_workbook(BytesIO(room.client().get(XLSX, TUESDAY).content)).active

    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:O2")
    assert (sheet["A2"].is_date, sheet["A2"].value, sheet["B2"].value) == (True, datetime(2026, 11, 24), time(10))
    assert sheet["A1"].font.b
    assert sheet.column_dimensions["F"].width == pytest.approx(len("Ada Test") + 2, abs=1)
    assert sheet.column_dimensions["K"].width == pytest.approx(52, abs=1)


def test_a_number_from_abroad_is_never_a_formula(room: Room) -> None:
    make_visit(room.store, phone="+4930901820")

    row = read(room.client().get(CSV, TUESDAY))[1]

    assert row[8].startswith("'+49")


def test_a_french_reader_gets_semicolons_and_numbers_without_an_apostrophe(room: Room) -> None:
    make_visit(room.store)

    text = room.client().get(CSV, TUESDAY, headers={"accept-language": "fr"}).content.decode("utf-8-sig")

    assert text.count(";") == 2 * 14
    assert "'" not in text
