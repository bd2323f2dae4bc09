from collections.abc import Iterator
from datetime import date, time

import pytest
import time_machine

from booking.models import Status
from notifications.models import OutboxMessage
from stores.models import OpeningHours, SpecialHours
from tests.booking.reading import page
from tests.booking.staff.staff_room import DAY, SHOP, Room, make_room
from tests.factories import NOW, at, make_booking

pytestmark = pytest.mark.django_db

SETUP = f"{SHOP}setup/"
HOURS = f"{SETUP}hours/"
SPECIAL = f"{SETUP}special-hours/"
ALWAYS = {f"day_{number}": "09:00-12:00, 14:00-19:00" for number in range(6)} | {"day_6": ""}
AFTERNOONS = {f"day_{number}": "14:00-19:00" for number in range(6)}


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room() -> Room:
    return make_room()


# --- Hours ------------------------------------------------------------------------------------------


def test_hours_are_changed_and_bookable_at_once(room: Room) -> None:
    client = room.client()

    response = client.post(HOURS, ALWAYS | {"day_6": "10-13"})

    assert (response.status_code, response["Location"]) == (303, f"{SETUP}?done=hours#hours")
    sunday = OpeningHours.objects.get(store=room.store, weekday=6)
    assert (sunday.opens, sunday.closes) == (time(10), time(13))
    assert "Saved." in page(client.get(response["Location"])).words
    assert "10:00" in page(client.get(f"{SHOP}day/", {"date": "2026-11-29"})).words


def test_a_clock_of_12_hours_is_asked_about_and_not_kept_as_a_night(room: Room) -> None:
    client = room.client()

    asked = client.post(HOURS, ALWAYS | {"day_6": "9-5"})

    read = page(asked)
    assert asked.status_code == 400
    assert "Open all night, from 09:00 until 05:00 the next day?" in read.links["#id_day_6"]
    assert "Yes, open until 05:00 the next day" in read.words
    assert read.forms[""]["day_6"] == "9-5"
    assert not OpeningHours.objects.filter(store=room.store, weekday=6).exists()

    assert client.post(HOURS, ALWAYS | {"day_6": "9-5", "nights": "day_6 09:00-05:00"}).status_code == 303
    sunday = OpeningHours.objects.get(store=room.store, weekday=6)
    assert (sunday.opens, sunday.closes) == (time(9), time(5))


def test_a_night_that_was_ticked_goes_along_when_visits_are_asked_about(room: Room) -> None:
    make_booking(store=room.store, starts_at=at(9))
    client = room.client()
    typed = AFTERNOONS | {"day_6": "9-5", "nights": "day_6 09:00-05:00"}

    asked = client.post(HOURS, typed)

    assert asked.status_code == 409
    assert 'name="nights" value="day_6 09:00-05:00"' in asked.content.decode()
    assert client.post(HOURS, typed | {"then": "keep"}).status_code == 303


def test_hours_that_cannot_be_read_are_named_by_day_and_kept(room: Room) -> None:
    response = room.client().post(HOURS, ALWAYS | {"day_1": "9 til dark", "day_2": "9-12, 11-13"})

    read = page(response)
    assert response.status_code == 400
    assert read.links["#id_day_1"] == (
        "Tuesday: “9 til dark” could not be read. Write hours such as 09:00-12:30, 14:00-19:00."
    )
    assert read.links["#id_day_2"] == "Wednesday: Two of these times overlap."
    assert read.forms[""]["day_1"] == "9 til dark"
    assert OpeningHours.objects.filter(store=room.store).count() == 12


def test_hours_that_run_into_the_next_day_are_named(room: Room) -> None:
    response = room.client().post(HOURS, ALWAYS | {"day_0": "20:00-10:00"})

    assert response.status_code == 400
    assert "These hours run into those of the day after." in page(response).words


def test_hours_that_leave_visits_outside_ask_first(room: Room) -> None:
    booking = make_booking(room.store)
    client = room.client()

    response = client.post(HOURS, AFTERNOONS)

    read = page(response)
    assert response.status_code == 409
    assert "Who is affected by the new hours?" in read.words
    assert "Ada Test Tuesday 24 November, 10:00" in read.words
    assert read.forms[HOURS]["day_3"] == "14:00-19:00"
    assert OpeningHours.objects.filter(store=room.store, weekday=0).count() == 2

    done = client.post(HOURS, {**read.forms[HOURS], "then": "cancel"})

    assert done.status_code == 303
    booking.refresh_from_db()
    assert booking.status == Status.CANCELLED
    assert OpeningHours.objects.filter(store=room.store, weekday=0).count() == 1
    assert OutboxMessage.objects.filter(subject=booking.reference, kind="cancellation").count() == 1


# --- Special hours ----------------------------------------------------------------------------------


def test_a_closed_day_is_added_and_removed(room: Room) -> None:
    client = room.client()

    added = client.post(SPECIAL, {"date": "2026-12-25", "what": "closed", "times": "9-12"})

    assert added.status_code == 303
    assert list(SpecialHours.objects.values_list("date", "opens")) == [(date(2026, 12, 25), None)]
    read = page(client.get(SPECIAL))
    assert "Friday 25 December 2026 · closed all day" in read.words
    removed = client.post(f"{SPECIAL}2026-12-25/delete/")
    assert removed.status_code == 303
    assert not SpecialHours.objects.exists()


def test_a_day_with_other_hours_is_added(room: Room) -> None:
    room.client().post(SPECIAL, {"date": "2026-12-24", "what": "open", "times": "9-12, 13-16"})

    assert list(SpecialHours.objects.order_by("opens").values_list("opens", "closes")) == [
        (time(9), time(12)),
        (time(13), time(16)),
    ]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"date": "", "what": "closed"}, "Choose a day."),
        ({"date": "2027-02-30", "what": "closed"}, "This day does not exist. Please choose another one."),
        ({"date": "0001-01-01", "what": "closed"}, "This day does not exist. Please choose another one."),
        ({"date": "9999-12-31", "what": "closed"}, "This day does not exist. Please choose another one."),
        ({"date": "2026-12-24", "what": "maybe"}, "Say whether the store is open on this day."),
        ({"date": "2026-12-24", "what": "open", "times": ""}, "Enter the times at which the store is open."),
        ({"date": "2026-12-24", "what": "open", "times": "soon"}, "could not be read."),
    ],
)
def test_a_day_that_cannot_be_kept_is_named(room: Room, typed: dict[str, str], sentence: str) -> None:
    response = room.client().post(SPECIAL, typed)

    assert response.status_code == 400
    assert sentence in page(response).words
    assert not SpecialHours.objects.exists()


def test_closing_a_day_with_visits_asks_first(room: Room) -> None:
    booking = make_booking(room.store)
    client = room.client()
    form = page(client.post(SPECIAL, {"date": "2026-11-24", "what": "closed", "times": ""})).forms[SPECIAL]
    assert not SpecialHours.objects.exists()

    response = client.post(SPECIAL, {**form, "then": "notify"})

    assert response.status_code == 303
    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED
    assert OutboxMessage.objects.filter(subject=booking.reference, kind="change").count() == 1


def test_removing_a_day_with_visits_asks_first(room: Room) -> None:
    SpecialHours.objects.create(store=room.store, date=date(2026, 11, 29), opens=time(9), closes=time(12))
    make_booking(room.store, starts_at=at(10, day=29))
    client = room.client()
    url = f"{SPECIAL}2026-11-29/delete/"

    response = client.post(url)

    assert response.status_code == 409
    assert SpecialHours.objects.exists()
    assert client.post(url, {**page(response).forms[url], "then": "keep"}).status_code == 303
    assert not SpecialHours.objects.exists()


# --- Public holidays --------------------------------------------------------------------------------


def test_public_holidays_to_come_are_closed_by_one_tap(room: Room) -> None:
    client = room.client()
    assert "Friday 25 December 2026 · Christmas Day" in page(client.get(SPECIAL)).words

    client.post(SPECIAL, {"date": "2026-12-25", "what": "closed"})

    assert list(SpecialHours.objects.values_list("date", "opens")) == [(date(2026, 12, 25), None)]
    words = page(client.get(SPECIAL)).words
    assert "Friday 25 December 2026 · closed all day" in words
    assert "Christmas Day" not in words


def test_public_holidays_on_a_day_the_store_is_closed_anyway_are_not_proposed(room: Room) -> None:
    OpeningHours.objects.filter(store=room.store, weekday=4).delete()

    words = page(room.client().get(SPECIAL)).words

    assert "Christmas Day" not in words
    assert "Easter Monday" in words


def test_a_link_from_the_day_arrives_with_the_day_and_at_other_times(room: Room) -> None:
    client = room.client()
    (link,) = page(client.get(DAY, {"date": "2026-11-29"})).links_to("special-hours")

    response = client.get(link)

    form = page(response).forms[""]
    assert link.endswith("special-hours/?date=2026-11-29&what=open#add-day")
    assert (form["date"], form["what"]) == ("2026-11-29", "open")


def test_a_link_with_no_day_asks_for_one(room: Room) -> None:
    form = page(room.client().get(SPECIAL, {"date": "2026-02-30", "what": "ajar"})).forms[""]

    assert (form.get("date"), form["what"]) == ("", "closed")


# --- Copying ----------------------------------------------------------------------------------------


def test_hours_of_a_day_are_copied_to_others_and_shown_before_they_are_saved(room: Room) -> None:
    client = room.client()
    shown = page(client.get(HOURS)).forms[""]
    typed = shown | {"day_1": "10h-12h 14h-18h", "copy_from": "1", "copy_to": "tuesday_saturday", "copy": "1"}

    copied = client.post(HOURS, typed)

    read = page(copied)
    assert copied.status_code == 200
    assert "The hours are copied below, but not saved yet." in read.words
    assert [read.forms[""][f"day_{day}"] for day in range(7)] == [
        shown["day_0"],
        *["10h-12h 14h-18h"] * 5,
        shown["day_6"],
    ]
    assert read.forms[""]["was"] == shown["was"]
    assert OpeningHours.objects.get(store=room.store, weekday=1, opens__lt=time(12)).opens == time(9)

    saved = client.post(HOURS, {name: value for name, value in read.forms[""].items() if name != "copy"})

    assert saved.status_code == 303
    assert OpeningHours.objects.get(store=room.store, weekday=5, opens__lt=time(12)).opens == time(10)
    assert OpeningHours.objects.get(store=room.store, weekday=0, opens__lt=time(12)).opens == time(9)


@pytest.mark.parametrize(
    ("target", "filled"), [("all", "0123456"), ("monday_saturday", "012345"), ("monday_friday", "01234"), ("6", "36")]
)
def test_hours_may_be_copied_to_a_range_or_to_one_day(room: Room, target: str, filled: str) -> None:
    typed = {f"day_{day}": f"1{day}-20" for day in range(7)} | {"copy_from": "3", "copy_to": target, "copy": "1"}

    read = page(room.client().post(HOURS, typed))

    assert "".join(str(day) for day in range(7) if read.forms[""][f"day_{day}"] == "13-20") == filled


def test_what_others_change_while_hours_are_copied_is_told_at_saving(room: Room) -> None:
    client = room.client()
    shown = page(client.get(HOURS)).forms[""]
    copied = page(client.post(HOURS, shown | {"copy_from": "0", "copy_to": "6", "copy": "1"})).forms[""]
    client.post(HOURS, shown | {"day_2": "10:00-11:00"})

    asked = client.post(HOURS, {name: value for name, value in copied.items() if name != "copy"})

    assert asked.status_code == 400
    assert "Changed meanwhile" in page(asked).words


def test_a_day_that_does_not_exist_is_named_and_nothing_typed_is_lost(room: Room) -> None:
    asked = room.client().post(HOURS, {"day_0": "soon", "copy_from": "9", "copy_to": "all", "copy": "1"})

    read = page(asked)
    assert asked.status_code == 400
    assert read.links["#id_copy_from"] == "Choose one of these."
    assert read.forms[""]["day_0"] == "soon"
