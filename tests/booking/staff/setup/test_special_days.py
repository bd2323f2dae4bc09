"""Several days at once on the page of special hours: from a first to a last day, and public holidays."""

from collections.abc import Iterator
from datetime import date, time, timedelta

import pytest
import time_machine

from booking.models import Booking, Status
from stores.models import SetupChange, SpecialHours
from tests.booking.reading import page
from tests.booking.staff.staff_room import SHOP, Room, make_room
from tests.factories import NOW, at, make_booking, make_user

pytestmark = pytest.mark.django_db

SETUP = f"{SHOP}setup/"
SPECIAL = f"{SETUP}special-hours/"
HOLIDAYS = f"{SPECIAL}holidays/"
VACATION = {"date": "2026-12-21", "last_date": "2027-01-03", "what": "closed", "times": ""}
CHRISTMAS, EASTER = "2026-12-25", "2027-03-29"


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room() -> Room:
    return make_room()


def closed_days() -> list[date]:
    return list(SpecialHours.objects.filter(opens=None).order_by("date").values_list("date", flat=True))


# --- From a first to a last day ---------------------------------------------------------------------


def test_a_vacation_is_closed_at_once(room: Room) -> None:
    client = room.client()

    response = client.post(SPECIAL, VACATION)

    assert (response.status_code, response["Location"]) == (303, f"{SETUP}?done=special-hours#special-hours")
    assert closed_days() == [date(2026, 12, 21) + timedelta(days=number) for number in range(14)]
    assert SetupChange.objects.filter(what="special_hours", username="manager").count() == 14


def test_several_days_have_the_same_other_hours(room: Room) -> None:
    room.client().post(SPECIAL, VACATION | {"last_date": "2026-12-22", "what": "open", "times": "9-12, 13-16"})

    assert list(SpecialHours.objects.order_by("date", "opens").values_list("date", "opens")) == [
        (date(2026, 12, day), time(hour)) for day in (21, 22) for hour in (9, 13)
    ]


@pytest.mark.parametrize(
    ("last_date", "sentence"),
    [
        ("2026-12-20", "The last day comes before the first one."),
        ("2027-02-21", "At most 62 days at once."),
        ("2027-02-30", "This day does not exist. Please choose another one."),
        ("9999-12-31", "This day does not exist. Please choose another one."),
        ("soon", "This day does not exist. Please choose another one."),
    ],
)
def test_a_last_day_that_cannot_be_is_named_and_nothing_typed_is_lost(
    room: Room, last_date: str, sentence: str
) -> None:
    response = room.client().post(SPECIAL, VACATION | {"last_date": last_date})

    read = page(response)
    assert response.status_code == 400
    assert read.links["#id_last_date"] == sentence
    assert (read.forms[""]["date"], read.forms[""]["last_date"]) == ("2026-12-21", last_date)
    assert not SpecialHours.objects.exists()


def test_62_days_are_closed_at_once(room: Room) -> None:
    assert room.client().post(SPECIAL, VACATION | {"last_date": "2027-02-20"}).status_code == 303
    assert SpecialHours.objects.count() == 62


def test_days_with_other_hours_of_their_own_are_named_before_they_are_replaced(room: Room) -> None:
    SpecialHours.objects.create(store=room.store, date=date(2026, 12, 24), opens=time(9), closes=time(12))
    SpecialHours.objects.create(store=room.store, date=date(2026, 12, 25))
    client = room.client()

    asked = client.post(SPECIAL, VACATION)

    assert asked.status_code == 400
    words = page(asked).words
    assert "Thursday 24 December: 09:00-12:00 Yes, replace these hours" in words
    assert SpecialHours.objects.count() == 2
    other = client.post(SPECIAL, VACATION | {"last_date": "2026-12-30", "replaces": "2026-12-21/2027-01-03"})
    assert other.status_code == 400  # a tick is of one range alone
    assert client.post(SPECIAL, VACATION | {"replaces": "2026-12-21/2027-01-03"}).status_code == 303
    assert len(closed_days()) == 14


def test_days_that_are_closed_already_ask_nothing(room: Room) -> None:
    SpecialHours.objects.create(store=room.store, date=date(2026, 12, 25))

    assert room.client().post(SPECIAL, VACATION).status_code == 303


def test_one_decision_is_made_about_all_visits_of_a_range(room: Room) -> None:
    for day in (24, 26):
        make_booking(room.store, starts_at=at(10, day=day), phone=f"+336123456{day}")
    client = room.client()

    asked = client.post(SPECIAL, VACATION | {"date": "2026-11-24", "last_date": "2026-11-28"})

    read = page(asked)
    assert asked.status_code == 409
    assert "Who is affected from Tuesday 24 November to Saturday 28 November?" in read.words
    assert "2 visits no longer fit." in read.words
    assert not SpecialHours.objects.exists()
    done = client.post(SPECIAL, {**read.forms[SPECIAL], "then": "cancel"})
    assert "2 customers were written to." in page(client.get(done["Location"])).words
    assert set(Booking.objects.values_list("status", flat=True)) == {Status.CANCELLED}
    assert len(closed_days()) == 5


def test_a_day_of_a_range_that_another_manager_changed_meanwhile_is_told(room: Room) -> None:
    other, client = room.client(make_user("mona", store=room.store)), room.client()
    was = page(client.get(SPECIAL)).forms[""]["was"]
    other.post(SPECIAL, {"date": "2026-12-24", "what": "open", "times": "9-12"})
    other.post(SPECIAL, {"date": "2026-12-23", "what": "closed"})

    refused = client.post(SPECIAL, VACATION | {"was": was})

    assert refused.status_code == 400
    told = "Wednesday 23 December: closed; Thursday 24 December: 09:00-12:00"
    assert f"Changed meanwhile by mona, to “{told}”." in page(refused).words
    assert SpecialHours.objects.count() == 2


# --- Public holidays --------------------------------------------------------------------------------


def test_all_public_holidays_are_ticked_and_closed_by_one_press(room: Room) -> None:
    client = room.client()
    shown = client.get(SPECIAL)
    ticked = shown.context["holidays_form"]["days_closed"].value()
    assert {CHRISTMAS, EASTER} <= {*ticked}
    assert shown.content.decode().count('name="days_closed"') == shown.content.decode().count("checked") - 1

    response = client.post(HOLIDAYS, {"was": page(shown).forms[HOLIDAYS]["was"], "days_closed": ticked})

    assert (response.status_code, response["Location"]) == (303, f"{SETUP}?done=special-hours#special-hours")
    assert [str(day) for day in closed_days()] == ticked
    assert "Public holidays to come" not in page(client.get(SPECIAL)).words


def test_one_public_holiday_is_closed_alone(room: Room) -> None:
    client = room.client()
    read = page(client.get(SPECIAL))
    assert {"form": "one-holiday", "name": "date", "value": CHRISTMAS, "class": "button button-quiet"} in read.buttons

    client.post(SPECIAL, {"was": read.forms[SPECIAL]["was"], "what": "closed", "date": CHRISTMAS})

    assert [str(day) for day in closed_days()] == [CHRISTMAS]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Tick at least one day."),
        ({"days_closed": ["2026-12-24"]}, "Not all of these days can be chosen any more."),
        ({"days_closed": [CHRISTMAS, "\x00"]}, "Not all of these days can be chosen any more."),
    ],
)
def test_ticks_that_cannot_be_kept_are_named(room: Room, typed: dict[str, list[str]], sentence: str) -> None:
    response = room.client().post(HOLIDAYS, typed)

    assert response.status_code == 400
    assert sentence in page(response).links["#id_days_closed_0"]
    assert not SpecialHours.objects.exists()


def test_closing_holidays_with_visits_asks_first_and_leads_back_to_the_page(room: Room) -> None:
    booking = make_booking(room.store, starts_at=at(10, day=25, month=12), now=at(9, day=20, month=12))
    client = room.client()

    asked = client.post(HOLIDAYS, {"days_closed": [CHRISTMAS, EASTER]})

    read = page(asked)
    assert asked.status_code == 409
    assert read.links[SPECIAL] == "Back, without a change Leave it as it is"
    assert "Who is affected on these public holidays?" in read.words
    assert asked.content.decode().count('name="days_closed"') == 2
    done = client.post(HOLIDAYS, {"days_closed": [CHRISTMAS, EASTER], "asked": "1", "then": "notify"})
    assert done.status_code == 303
    booking.refresh_from_db()
    assert (booking.status, len(closed_days())) == (Status.CONFIRMED, 2)


def test_a_holiday_that_another_manager_settled_meanwhile_is_unticked_and_told(room: Room) -> None:
    other, client = room.client(make_user("mona", store=room.store)), room.client()
    was = page(client.get(SPECIAL)).forms[HOLIDAYS]["was"]
    other.post(SPECIAL, {"date": CHRISTMAS, "what": "open", "times": "9-12"})

    refused = client.post(HOLIDAYS, {"was": was, "days_closed": [CHRISTMAS, EASTER]})

    assert refused.status_code == 400
    assert "Changed meanwhile by mona, to “09:00-12:00”." in page(refused).words
    assert refused.context["holidays_form"]["days_closed"].value() == [EASTER]
    assert SpecialHours.objects.count() == 1


def test_what_removing_a_day_asks_leads_back_to_the_page(room: Room) -> None:
    SpecialHours.objects.create(store=room.store, date=date(2026, 11, 29), opens=time(9), closes=time(12))
    make_booking(room.store, starts_at=at(10, day=29))

    asked = room.client().post(f"{SPECIAL}2026-11-29/delete/")

    assert page(asked).links[SPECIAL] == "Back, without a change Leave it as it is"
