"""A bar's night is one page: it belongs to the day on which it began, in the list, the files and the links."""

from collections.abc import Iterator
from datetime import time
from urllib.parse import urlencode

import pytest
import time_machine
from django.test import Client

from booking.models import Booking
from tests.booking.reading import page
from tests.booking.staff.staff_room import ARRIVALS, DAY, SHOP, TUESDAY, Room, make_room, visit_url
from tests.factories import NOW, at, make_booking

pytestmark = pytest.mark.django_db
WEDNESDAY = {"date": "2026-11-25"}


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def room() -> Room:
    return make_room(hours=((time(20), time(2)),), days=tuple(range(7)))


@pytest.fixture
def client(room: Room) -> Client:
    return room.client()


def visits_of(room: Room) -> dict[str, Booking]:
    """Return visits of the night before Tuesday's, of Tuesday's before and after midnight, and of the night after."""
    starts = {
        "Monday Test": at(1, 30),
        "Before Test": at(21),
        "After Test": at(0, 30, day=25),
        "Wednesday Test": at(20, day=25),
    }
    return {
        name: make_booking(room.store, name=name, starts_at=start, phone=f"+3361234570{number}")
        for number, (name, start) in enumerate(starts.items())
    }


def names_in(text: str) -> list[str]:
    return [name for name in ("Monday Test", "Before Test", "After Test", "Wednesday Test") if name in text]


def test_a_night_is_one_page(room: Room, client: Client) -> None:
    visits_of(room)

    read = page(client.get(DAY, TUESDAY)).words

    assert names_in(read) == ["Before Test", "After Test"]
    assert read.index("20:00 0 of 2 taken") < read.index("23:45 0 of 2 taken 00:00 0 of 2 taken")
    assert "2 visits, 2 people" in read
    assert "2 still to come" in read
    assert "02:00 0 of 2 taken" not in read


def test_the_nights_files_hold_the_same_visits(room: Room, client: Client) -> None:
    visits_of(room)

    lines = client.get(f"{DAY}export.csv", TUESDAY).content.decode("utf-8-sig").splitlines()

    assert [line.replace('"', "").split(",")[:2] for line in lines[1:]] == [
        ["2026-11-24", "21:00"],
        ["2026-11-25", "00:30"],
    ]


def test_past_midnight_the_night_still_goes_on(room: Room, clock: time_machine.Traveller) -> None:
    visits_of(room)
    clock.move_to(at(0, 20, day=25))
    client = room.client()

    read, csv = page(client.get(DAY)).words, client.get(f"{DAY}export.csv")

    assert "Who is coming today, Tuesday 24 November?" in read
    assert "00:15 0 of 2 taken Now, 00:20 00:30 1 of 2 taken After Test" in read
    assert csv["Content-Disposition"] == 'attachment; filename="corner-shop-niort-2026-11-24.csv"'
    assert names_in(page(client.get(ARRIVALS)).words) == names_in(read)
    assert "Who is coming on Wednesday 25 November 2026?" in page(client.get(DAY, WEDNESDAY)).words


def test_at_two_the_next_day_begins(room: Room, clock: time_machine.Traveller) -> None:
    clock.move_to(at(2, 0, day=25))

    assert "Who is coming today, Wednesday 25 November?" in page(room.client().get(DAY)).words


def test_a_visit_after_midnight_is_found_on_its_night(room: Room, client: Client) -> None:
    late = visits_of(room)["After Test"]
    link = next(link for link in page(client.get(visit_url(late))).links if link.startswith(f"{DAY}?"))

    response = client.get(link.partition("#")[0])

    assert response.status_code == 303
    assert response["Location"] == f"{DAY}?{urlencode({**TUESDAY, 'visit': late.reference})}"
    assert "After Test" in page(client.get(response["Location"])).words
    for date in ("2026-11-24", "2026-11-25", "2026-11-26"):
        assert client.get(f"{DAY}?date={date}&visit=00000000").status_code == 200
    assert client.get(f"{DAY}?date=2026-11-26&visit={late.reference}").status_code == 200


def test_a_step_leads_back_to_the_night(room: Room, clock: time_machine.Traveller) -> None:
    late = visits_of(room)["After Test"]
    clock.move_to(at(0, 31, day=25))

    response = room.client().post(f"{visit_url(late)}check-in/", {"page": "day"}, follow=True)

    assert response.redirect_chain[-1][0].startswith(f"{DAY}?date=2026-11-24&changed={late.reference}")
    assert "is-changed" in response.content.decode()


def test_a_free_place_after_midnight_is_booked_on_its_own_date(client: Client) -> None:
    links = page(client.get(DAY, TUESDAY)).links
    (link,) = (link for link in links if "T00%3A30" in link)

    assert link.startswith(f"{DAY}book/?date=2026-11-25&")
    assert "checked" in client.get(link).content.decode().partition('value="2026-11-25T00:30:00+01:00"')[2][:40]


def test_times_after_midnight_can_be_closed_with_their_night(client: Client) -> None:
    read = page(client.get(f"{DAY}slots/", TUESDAY)).words

    assert read.index("23:45") < read.index("00:00") < read.index("01:45")
    assert "of Tuesday 24 November" in read or "Tuesday 24 November" in read


def test_a_pulled_visit_is_told_about_both_dates(room: Room, client: Client) -> None:
    visit = visits_of(room)["Before Test"]
    make_booking(room.store, starts_at=at(1, day=25), party_size=2)

    told = client.get(f"{visit_url(visit)}move/places/", {"day": ["2026-11-24", "2026-11-25", "nonsense"]}).json()

    words = {place["starts_at"]: place["why_not"] for place in told["places"]}
    assert words["2026-11-24T22:00:00+01:00"] == words["2026-11-25T00:15:00+01:00"] == ""
    assert words["2026-11-25T01:00:00+01:00"] == "0 places are free at this time, 1 is needed."


def test_the_week_counts_by_nights(room: Room, client: Client) -> None:
    visits_of(room)

    words = page(client.get(f"{SHOP}week/", {"from": "2026-11-24"})).words

    assert "Monday 23 November 1 1 47 1 of 48 Tuesday 24 November 2 2 46 2 of 48" in words
