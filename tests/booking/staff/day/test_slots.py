from collections.abc import Iterator

import pytest
import time_machine

from booking.models import Booking, Status
from notifications.models import OutboxMessage
from stores.models import Slot
from tests.booking.reading import page
from tests.booking.staff.staff_room import DAY, SHOP, TUESDAY, Room, make_room
from tests.factories import NOW, make_booking

pytestmark = pytest.mark.django_db

SLOTS = f"{DAY}slots/"
TEN = "2026-11-24T10:00:00+01:00"
QUARTER_PAST_TEN = "2026-11-24T10:15:00+01:00"
SLOT = {"date": "2026-11-24", "starts_at": TEN, "ends_at": QUARTER_PAST_TEN, "desk": ""}


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def room() -> Room:
    return make_room()


def test_closing_times_is_for_managers(room: Room) -> None:
    client = room.client(room.staff)

    assert client.get(SLOTS).status_code == 403
    assert client.post(SLOTS, SLOT | {"what": "close"}).status_code == 403
    assert SLOTS not in "".join(page(client.get(DAY)).links)


def test_the_day_links_a_closed_or_full_time_to_its_change(room: Room) -> None:
    client = room.client()
    client.post(SLOTS, SLOT | {"what": "close"})
    link = next(page(client.get(DAY, TUESDAY)).links_to("slots/?date=2026-11-24&starts_at=2026-11-24T10%3A00"))

    content = client.get(link).content.decode()

    assert f'<option value="{TEN}" selected>10:00</option>' in content


def test_closing_empty_times_is_done_at_once(room: Room) -> None:
    client = room.client()

    response = client.post(SLOTS, SLOT | {"what": "close"})

    assert (response.status_code, response["Location"]) == (303, f"{DAY}?date=2026-11-24&done=slots")
    assert Slot.objects.get().closed
    words = page(client.get(response["Location"])).words
    assert "The times have been changed." in words
    assert "10:00 Closed 10:15" in words


def test_opening_times_again(room: Room) -> None:
    client = room.client()
    client.post(SLOTS, SLOT | {"what": "close"})

    client.post(SLOTS, SLOT | {"what": "open"})

    assert not Slot.objects.get().closed


def test_another_number_of_places(room: Room) -> None:
    room.client().post(SLOTS, SLOT | {"what": "capacity", "capacity": "5"})

    assert Slot.objects.get().capacity == 5


def test_closing_times_with_visits_asks_first_and_changes_nothing(room: Room) -> None:
    booking = make_booking(room.store)

    response = room.client().post(SLOTS, SLOT | {"what": "close"})

    read = page(response)
    assert response.status_code == 409
    assert "Who is affected on Tuesday 24 November?" in read.words
    assert "1 visit no longer fits. Nothing has been changed yet." in read.words
    assert "Ada Test Tuesday 24 November, 10:00 · Visit · 1 person" in read.words
    assert not Slot.objects.filter(closed=True).exists()
    carried = read.forms[SLOTS]
    assert (carried["what"], carried["starts_at"], carried["date"]) == ("close", TEN, "2026-11-24")
    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED


@pytest.mark.parametrize(
    ("then", "status", "kind"),
    [("keep", "confirmed", ""), ("notify", "confirmed", "change"), ("cancel", "cancelled", "cancellation")],
)
def test_what_was_decided_about_them_happens(room: Room, then: str, status: str, kind: str) -> None:
    booking = make_booking(room.store)
    client = room.client()
    form = page(client.post(SLOTS, SLOT | {"what": "close"})).forms[SLOTS]

    response = client.post(SLOTS, {**form, "then": then})

    assert response.status_code == 303
    booking.refresh_from_db()
    assert booking.status == status
    assert Slot.objects.get().closed
    told = OutboxMessage.objects.filter(subject=booking.reference, kind__in=["change", "cancellation"])
    assert [message.kind for message in told] == ([kind] if kind else [])


def test_deciding_nothing_changes_nothing_and_says_so(room: Room) -> None:
    make_booking(room.store)
    client = room.client()
    form = page(client.post(SLOTS, SLOT | {"what": "close"})).forms[SLOTS]

    response = client.post(SLOTS, {**form, "then": "whatever"})

    assert response.status_code == 409
    assert "Say what is to happen with these visits." in page(response).words
    assert not Slot.objects.filter(closed=True).exists()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"what": ""}, "Say what is to change."),
        ({"what": "burn"}, "Say what is to change."),
        ({"what": "close", "starts_at": "2026-11-24T03:00:00+01:00"}, "Choose the time from which it holds."),
        ({"what": "close", "ends_at": ""}, "Choose the time until which it holds."),
        ({"what": "close", "starts_at": "2026-11-24T11:00:00+01:00"}, "This is before the beginning."),
        ({"what": "capacity"}, "Say how many places, as a number."),
        ({"what": "capacity", "capacity": "-1"}, "Say how many places, as a number."),
        ({"what": "capacity", "capacity": "99999999999"}, "There can be at most 1000 places."),
        ({"what": "close", "desk": "no-such"}, "There is no such desk."),
    ],
)
def test_what_cannot_be_changed_is_named(room: Room, typed: dict[str, str], sentence: str) -> None:
    response = room.client().post(SLOTS, SLOT | typed)

    assert response.status_code == 400
    assert sentence in page(response).words


def test_a_closed_day_has_no_times_to_change(room: Room) -> None:
    assert "The store is closed on this day." in page(room.client().get(SLOTS, {"date": "2026-11-29"})).words


def test_one_of_several_desks_can_be_closed() -> None:
    room = make_room(desks=("till", "window"))

    room.client().post(SLOTS, SLOT | {"what": "close", "desk": "window"})

    assert [(slot.desk.slug, slot.closed) for slot in Slot.objects.select_related("desk")] == [("window", True)]


def test_who_is_affected_is_counted_and_who_cannot_be_told_named_first(room: Room) -> None:
    make_booking(room.store)
    make_booking(room.store, phone="")

    words = page(room.client().post(SLOTS, SLOT | {"what": "close"})).words

    assert "2 visits no longer fit. Nothing has been changed yet. 2 people · 1 visit whose customer gets no" in words


def test_after_three_times_were_offered_the_day_says_to_how_many_until_when_and_whom_to_phone(room: Room) -> None:
    make_booking(room.store, name="Ada Test")
    make_booking(room.store, name="Bea Test", phone="+33549240011", email="")
    client = room.client()

    done = client.post(SLOTS, SLOT | {"what": "close", "asked": "1", "then": "offer"})

    day = client.get(done["Location"])
    words = page(day).words
    assert "1 customer was written to. They may choose another time until Tuesday 24 November, 09:00" in words
    assert "Please phone: Bea Test 05 49 24 00 11" in words
    assert "Bea" not in done["Location"]
    again = page(client.get(done["Location"])).words
    assert "1 customer was written to." not in again
    assert "Please phone: Bea Test" in again  # until somebody says that it is done
    client.post(f"{SHOP}visits/{Booking.objects.get(name='Bea Test').reference}/phoned/")
    assert "Please phone:" not in page(client.get(done["Location"])).words


def test_after_visits_stay_untold_the_day_says_nothing_of_messages(room: Room) -> None:
    make_booking(room.store)
    client = room.client()

    done = client.post(SLOTS, SLOT | {"what": "close", "asked": "1", "then": "keep"})

    assert "written to" not in page(client.get(done["Location"])).words


def test_a_change_of_hours_says_it_on_the_set_up(room: Room) -> None:
    make_booking(room.store)
    client = room.client()
    hours = {f"day_{weekday}": "15:00-19:00" for weekday in range(6)} | {"day_6": ""}

    done = client.post(f"{SHOP}setup/hours/", hours | {"asked": "1", "then": "cancel"})

    assert "1 customer was written to." in page(client.get(done["Location"])).words
