"""The pages of closings: closed again and again by one form, decided about, shown, taken back and put back."""

from datetime import date, time

import pytest
import time_machine

from booking.models import Booking, Status
from stores.models import OpeningHours, SetupChange, StoreClosing
from tests.booking.reading import page
from tests.booking.staff.staff_room import DAY, SHOP, Room, make_room
from tests.factories import NOW, at, make_booking, make_store

pytestmark = pytest.mark.django_db

SPECIAL = f"{SHOP}setup/special-hours/"
FORM = f"{SHOP}setup/closings/"
SETUP = f"{SHOP}setup/"
WEEKLY = {"repeats": "weekly", "first_date": "2026-11-24", "weekdays": ["1"], "from_time": "14:00", "until_time": ""}
FIRST_MONDAY = {"repeats": "monthly", "first_date": "2026-11-24", "weekdays": ["0"], "nth": "1"}


@pytest.fixture
def room() -> Room:
    return make_room(capacity=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (WEEKLY, "every week on Tuesday, from 14:00, from Tuesday 24 November on"),
        (WEEKLY | {"until_time": "18:00", "last_date": "2026-12-31"},
         "every week on Tuesday, 14:00–18:00, from Tuesday 24 November on, until Thursday 31 December"),
        (FIRST_MONDAY, "every month: first Monday, from Tuesday 24 November on"),
    ],
)  # fmt: skip
def test_closing_is_said_as_it_was_typed(room: Room, typed: dict[str, object], words: str) -> None:
    client = room.client()
    done = client.post(FORM, typed)

    assert done["Location"] == f"{SETUP}?done=special-hours#special-hours"
    for address in (done["Location"], SPECIAL):
        assert words in page(client.get(address)).words
    assert "Put back" in page(client.get(done["Location"])).words


def test_form_asks_how_it_comes_again_and_not_for_once(room: Room) -> None:
    client = room.client()
    assert FORM in page(client.get(SPECIAL)).links
    read = page(client.get(f"{FORM}?date=2026-12-07"))
    assert "Every week" in read.words
    assert "Once" not in read.words
    assert "Without a last day, it is this one day." not in read.words
    assert 'value="2026-12-07"' in client.get(f"{FORM}?date=2026-12-07").content.decode()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"first_date": ""}, "Choose a day."),
        ({"weekdays": []}, "Tick at least one day."),
        ({"last_date": "2026-11-23"}, "It ends before it begins."),
        ({"weekdays": ["0"], "last_date": "2026-11-26"}, "No such day comes between these two."),
        ({"from_time": "tea"}, "Enter a time such as 14:00."),
        ({"repeats": "once"}, "Say how often."),
        ({"repeats": ""}, "Say how often."),
    ],
)
def test_what_cannot_be_is_refused_and_stays_typed(room: Room, typed: dict[str, object], sentence: str) -> None:
    refused = room.client().post(FORM, {**WEEKLY, "until_time": "17:30", **typed})
    assert refused.status_code == 400
    assert sentence in page(refused).words
    assert 'value="17:30"' in refused.content.decode()
    assert not StoreClosing.objects.exists()


def test_visits_are_decided_about_all_at_once_or_each(room: Room) -> None:
    client = room.client()
    visits = [
        make_booking(room.store, starts_at=at(hour, day=day, month=month), phone=f"+33612345{hour}{month % 10}")
        for hour, day, month in ((15, 24, 11), (16, 1, 12))
    ]
    asked = client.post(FORM, WEEKLY)
    assert asked.status_code == 409
    assert "Who is affected while the store is closed?" in page(asked).words
    assert not StoreClosing.objects.exists()

    own = {f"then-{visits[0].reference}": "keep"}
    done = client.post(FORM, {**WEEKLY, "asked": "1", "then": "cancel", **own})

    assert done.status_code == 303
    assert [Booking.objects.get(pk=visit.pk).status for visit in visits] == [Status.CONFIRMED, Status.CANCELLED]
    assert "1 customer was written to." in page(client.get(done["Location"])).words


def test_day_says_that_it_is_closed_and_opens_again_by_one_press(room: Room) -> None:
    client = room.client()
    client.post(FORM, WEEKLY)
    read = page(client.get(f"{DAY}?date=2026-11-24"))
    assert "The store is closed: every week on Tuesday, from 14:00, from Tuesday 24 November on" in read.words
    assert "The store is closed:" not in page(client.get(f"{DAY}?date=2026-11-25")).words
    assert "The store is closed:" in page(room.client(room.staff).get(f"{DAY}?date=2026-11-24")).words

    client.post(f"{FORM}{StoreClosing.objects.get().pk}/remove/")

    assert not StoreClosing.objects.exists()
    assert "The store is closed:" not in page(client.get(f"{DAY}?date=2026-11-24")).words


def test_a_day_closed_as_each_month_can_be_opened_by_special_hours(room: Room) -> None:
    client = room.client()
    client.post(FORM, FIRST_MONDAY)
    read = page(client.get(f"{DAY}?date=2026-12-07"))
    assert "The store is closed on this day." in read.words
    assert "Open it on this day" in read.words

    client.post(SPECIAL, {"date": "2026-12-07", "what": "open", "times": "9:00-12:00", "was": "{}"})

    assert "The store is closed" not in page(client.get(f"{DAY}?date=2026-12-07")).words


def test_closing_is_taken_back_and_put_back(room: Room, clock) -> None:
    client = room.client()
    client.post(FORM, FIRST_MONDAY | {"nth": "5", "from_time": "14:00"})
    known = StoreClosing.objects.get()
    clock.shift(60)

    done = client.post(f"{FORM}{known.pk}/remove/")
    assert client.post(f"{FORM}{known.pk}/remove/").status_code == 303
    assert "Put back" in page(client.get(done["Location"])).words
    line = SetupChange.objects.filter(what="closing").order_by("-pk")[0]
    client.post(f"{SHOP}setup/changes/{line.pk}/put-back/")

    again = StoreClosing.objects.get()
    fields = ("first_date", "last_date", "from_time", "until_time", "weekdays", "nth")
    assert [getattr(again, name) for name in fields] == [getattr(known, name) for name in fields]


def test_the_same_closing_pressed_twice_is_one(room: Room) -> None:
    client = room.client()
    for _press in range(2):
        assert client.post(FORM, WEEKLY).status_code == 303
    assert StoreClosing.objects.count() == 1
    assert SetupChange.objects.filter(what="closing").count() == 1


def test_only_closings_of_the_store_are_found(room: Room) -> None:
    row = StoreClosing.objects.create(store=make_store("far-shop"), first_date=date(2026, 11, 24), weekdays=1)
    assert room.client().post(f"{FORM}{row.pk}/remove/").status_code == 303
    assert StoreClosing.objects.count() == 1


def test_why_leads_to_the_closings(room: Room) -> None:
    client = room.client()
    client.post(FORM, WEEKLY)
    read = page(client.get(f"{SHOP}setup/why/?at=2026-11-24T15:00"))
    assert "The store is regularly closed then." in read.words
    assert SPECIAL in read.links


def test_night_of_a_bar_is_closed_to_its_end(room: Room) -> None:
    OpeningHours.objects.filter(store=room.store).delete()
    OpeningHours.objects.create(store=room.store, weekday=1, opens=time(20), closes=time(2))
    client = room.client()
    visit = make_booking(room.store, starts_at=at(0, 30, day=25))

    asked = client.post(FORM, WEEKLY | {"from_time": "", "until_time": "01:00"})

    assert visit.name in page(asked).words
    client.post(FORM, WEEKLY | {"from_time": "", "until_time": "01:00", "asked": "1", "then": "keep"})
    shown = page(client.get(f"{DAY}?date=2026-11-24")).words
    assert "The store is closed: every week on Tuesday, until 01:00" in shown
