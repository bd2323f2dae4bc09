"""A week and four weeks at a glance: a line a day that leads to it, why it is closed, and how full it is."""

from collections.abc import Iterator
from datetime import date, time

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from booking.bookings.lifecycle import cancel_booking
from booking.who import Who
from stores.models import Slot, SpecialHours, StoreClosing
from tests.booking.reading import page
from tests.booking.staff.staff_room import DAY, SESSIONS_IN_DATABASE, SHOP, Room, fill_day, make_room
from tests.factories import NOW, at, make_booking

pytestmark = pytest.mark.django_db
WEEK, WEEKS = f"{SHOP}week/", f"{SHOP}weeks/"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def room() -> Room:
    return make_room()


@pytest.fixture
def client(room: Room) -> Client:
    return room.client(room.staff)


def test_a_line_a_day_tells_visits_people_and_free_places(room: Room, client: Client) -> None:
    make_booking(room.store, party_size=2)
    cancelled = make_booking(room.store, starts_at=at(11))
    cancel_booking(booking_id=cancelled.pk, who=Who.staff(None, NOW))

    read = page(client.get(WEEK))

    assert "Week, 23 – 29 November 2026" in read.words
    assert "Tuesday 24 November 1 2 62 2 of 64 Wednesday 25 November 0 0 64 0 of 64" in read.words
    assert "Sunday 29 November Closed Total 1 2" in read.words
    assert read.links[f"{DAY}?date=2026-11-24"] == "Tuesday 24\N{NO-BREAK SPACE}November"


def test_a_past_day_has_no_free_places_and_today_those_to_come(room: Room, clock: time_machine.Traveller) -> None:
    clock.move_to(at(18, 20, day=25))

    words = page(room.client().get(WEEK)).words

    assert "Tuesday 24 November 0 0 0 of 64 Wednesday 25 November 0 0 4 0 of 64" in words


def test_a_closed_day_says_why(room: Room, client: Client) -> None:
    desk = room.store.desks.get()
    for day in (date(2026, 12, 24), date(2026, 12, 25)):
        SpecialHours.objects.create(store=room.store, date=day)
    SpecialHours.objects.create(store=room.store, date=date(2026, 12, 26), opens=time(10), closes=time(11))
    room.store.opening_hours.filter(weekday=2).delete()
    room.store.opening_hours.filter(weekday=1, opens=time(14)).delete()
    Slot.objects.bulk_create(
        Slot(
            store=room.store,
            desk=desk,
            starts_at=at(9 + n // 4, n % 4 * 15, day=22, month=12),
            ends_at=at(9 + (n + 1) // 4, (n + 1) % 4 * 15, day=22, month=12),
            capacity=2,
            closed=True,
        )
        for n in range(12)
    )

    words = page(client.get(WEEK, {"from": "2026-12-24"})).words

    assert "Tuesday 22 December No time can be booked Wednesday 23 December Closed" in words
    assert "Thursday 24 December Closed on this date Friday 25 December Closed: Christmas Day" in words
    assert "Saturday 26 December Special hours 0 0 8 0 of 8" in words
    french = client.get(WEEK, {"from": "2026-12-24"}, headers={"Accept-Language": "fr"})
    assert "Fermé : Noël" in page(french).words


def test_days_of_closings_that_come_again_say_so(room: Room, client: Client) -> None:
    known = {"store": room.store, "first_date": date(2026, 11, 1)}
    StoreClosing.objects.create(**known, weekdays=2)
    StoreClosing.objects.create(**known, weekdays=8, nth=4)
    StoreClosing.objects.create(**known, weekdays=16, from_time=time(10))
    SpecialHours.objects.create(store=room.store, date=date(2026, 12, 22), opens=time(10), closes=time(11))

    words = page(client.get(WEEK)).words

    assert "Tuesday 24 November Closed, as every week Wednesday" in words
    assert "Thursday 26 November Closed, as every month Friday 27 November Closed from 10:00 0 0" in words
    assert "Tuesday 22 December Special hours" in page(client.get(WEEK, {"from": "2026-12-22"})).words


def test_four_weeks_have_their_sums(room: Room, client: Client) -> None:
    make_booking(room.store)
    make_booking(room.store, starts_at=at(10, day=10, month=12))

    words = page(client.get(WEEKS, {"from": "2026-11-26"})).words

    assert "Four weeks, 23 November – 20 December 2026" in words
    assert "23 – 29 November 1 1" in words
    assert "7 – 13 December 1 1" in words


def test_the_links_lead_to_weeks(client: Client) -> None:
    assert page(client.get(DAY, {"date": "2026-11-26"})).links[f"{WEEK}?from=2026-11-26"] == "Week"
    links = page(client.get(WEEK, {"from": "2026-12-03"})).links

    assert links[f"{WEEK}?from=2026-11-23"] == "Earlier"
    assert links[f"{WEEK}?from=2026-12-07"] == "Later"
    assert links[WEEK] == "This week"
    assert links[f"{WEEKS}?from=2026-11-30"] == "Four weeks"
    assert page(client.get(WEEKS)).links[f"{WEEKS}?from=2026-12-21"] == "Later"
    for link in links:
        if link.startswith("/"):
            assert client.get(link).status_code == 200, link


@pytest.mark.parametrize("path", [WEEK, WEEKS])
@pytest.mark.parametrize("text", ["nonsense", "2026-02-30", "9999-12-31"])
def test_a_day_that_does_not_exist_is_named(client: Client, path: str, text: str) -> None:
    response = client.get(path, {"from": text})

    assert response.status_code == 400
    assert page(response).links["#id_date"] == "This day does not exist. Please choose another one."


@pytest.mark.parametrize("path", [WEEK, WEEKS])
@pytest.mark.parametrize("day", ["2000-01-01", "2999-12-31"])
def test_the_first_and_the_last_week_can_be_shown(client: Client, path: str, day: str) -> None:
    assert client.get(path, {"from": day}).status_code == 200


@pytest.mark.parametrize("path", [WEEK, WEEKS])
@pytest.mark.parametrize("count", [1, 300])
def test_weeks_ask_six_questions_whatever_the_visits(
    room: Room, django_assert_num_queries: DjangoAssertNumQueries, settings: Settings, path: str, count: int
) -> None:
    settings.SESSION_ENGINE = SESSIONS_IN_DATABASE
    fill_day(room.store, count)
    SpecialHours.objects.create(store=room.store, date=date(2026, 11, 26))
    client = room.client()

    with django_assert_num_queries(6):  # session, user; membership; rules, visits, slots
        client.get(path)


@pytest.mark.parametrize("address", [WEEK, WEEKS])
@pytest.mark.parametrize("day", ["2000-01-01", "2999-12-31"])
def test_the_first_and_the_last_week_of_the_calendar_are_shown(client: Client, address: str, day: str) -> None:
    assert client.get(address, {"from": day}).status_code == 200


@pytest.mark.parametrize("text", ["garbage", "0001-01-01", "9999-12-31", "2026-02-30", "\x00", "2026-W10-1 "])
def test_days_that_do_not_exist_are_said_to_be_unknown(client: Client, text: str) -> None:
    assert client.get(WEEK, {"from": text}).status_code == 400


@pytest.mark.parametrize("url", [WEEK, WEEKS])
@pytest.mark.parametrize("day", ["2000-01-01", "2999-12-31"])
def test_links_lead_to_days_that_can_be_named_alone(client: Client, url: str, day: str) -> None:
    links = page(client.get(url, {"from": day})).links
    shown = [
        link for link in (*links, *page(client.get(DAY, {"date": day})).links) if "from=" in link or "date=" in link
    ]

    assert shown
    assert [link for link in shown if client.get(link).status_code != 200] == []
