"""A tablet at the counter: paired, taken over, left alone, taken out of service."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from booking.models import (
    PIN_ERRORS,
    PIN_UNLOCKS,
    TABLET_ERRORS,
    TABLET_PAUSE,
    Booking,
    BookingEvent,
    Device,
    PinTries,
    StaffPin,
    Status,
)
from tests.booking.staff.staff_room import ARRIVALS, SHOP, Room, make_room
from tests.devices import PIN, make_pin, make_tablet
from tests.factories import at, make_booking

pytestmark = pytest.mark.django_db
DEVICES, UNLOCK, PAIR = f"{SHOP}setup/devices/", f"{SHOP}unlock/", "/staff/pair/"
DATA, ACTIONS = f"{ARRIVALS}data/", f"{ARRIVALS}actions/"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(at(10, 7), tick=False) as clock:
        yield clock


@pytest.fixture
def room() -> Room:
    return make_room()


@pytest.fixture
def visit(room) -> Booking:
    return make_booking(room.store, name="Ada Mary Test", note="Rings twice")


def shown_code(room: Room) -> str:
    page = room.client().post(DEVICES, {"name": "Entrance"}).content.decode()
    return re.findall(r'big-code">([0-9A-Z-]{9})<', page)[0]


def tap(step: str, booking: Booking) -> dict:
    return {
        "action_id": str(uuid4()),
        "step": step,
        "happened_at": at(10, 7).isoformat(),
        "reference": booking.reference,
    }


# --- Pairing ----------------------------------------------------------------------------------------


def test_tablet_is_paired_taken_over_and_checks_somebody_in(room: Room, visit: Booking) -> None:
    make_pin(room.staff)
    tablet = Client()

    paired = tablet.post(PAIR, {"code": shown_code(room).lower()})
    assert (paired.status_code, paired["Location"]) == (302, UNLOCK)
    taken = tablet.post(UNLOCK, {"username": "staff", "pin": PIN})
    assert (taken.status_code, taken["Location"]) == (302, ARRIVALS)
    tablet.post(f"{SHOP}visits/{visit.reference}/check-in/", {"page": "arrivals"})

    visit.refresh_from_db()
    assert visit.status == Status.CHECKED_IN
    assert BookingEvent.objects.latest("pk").user == room.staff


def test_cookie_is_no_scripts_and_no_other_sites(room: Room) -> None:
    cookie = Client().post(PAIR, {"code": shown_code(room)}).cookies[settings.DEVICE_COOKIE_NAME]

    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")


@pytest.mark.parametrize("code", ["", "ABC", "00000000", "00000000\0"])
def test_wrong_code_pairs_nothing_and_says_so(room: Room, code) -> None:
    shown_code(room)

    answer = Client().post(PAIR, {"code": code})

    assert answer.status_code == 400
    assert settings.DEVICE_COOKIE_NAME not in answer.cookies
    assert not Device.objects.exists()


def test_codes_are_not_guessed_for_long(room: Room, settings: Settings) -> None:
    settings.RATE_LIMITS = True
    code, client = shown_code(room), Client(REMOTE_ADDR="192.0.2.77")
    for _ in range(10):
        assert client.post(PAIR, {"code": "00000000"}).status_code == 400

    assert client.post(PAIR, {"code": code}).status_code == 429


def test_tablet_is_left_from_the_head_of_each_of_its_screens(room: Room, visit: Booking) -> None:
    tablet = make_tablet(room.store, acting=room.staff)

    for address in (ARRIVALS, f"{SHOP}queue/"):
        head = tablet.get(address).content.decode().partition("<main")[0]
        assert f'href="{UNLOCK}"' in head
        assert "Leave the tablet" in head
    assert "Leave the tablet" not in room.client(room.staff).get(ARRIVALS).content.decode()


# --- Taking it over -----------------------------------------------------------------------------------


def test_wrong_pin_keeps_who_was_chosen_and_the_fifth_says_it_is_locked(room: Room, clock) -> None:
    make_pin(room.staff)
    tablet = make_tablet(room.store)

    pages = []
    for _ in range(PIN_ERRORS):
        pages.append(tablet.post(UNLOCK, {"username": "staff", "pin": "1357"}).content.decode())
        clock.shift(TABLET_PAUSE)

    assert all('value="staff"' in page and "checked" in page for page in pages)
    assert "This PIN is wrong" in pages[0]
    assert "locked" in pages[-1]
    assert "1357" not in pages[0]


def test_manager_sees_it_locked_and_unlocks_it(room: Room) -> None:
    make_pin(room.staff, errors=PIN_ERRORS)

    assert "PIN locked" in room.client().get(DEVICES).content.decode()
    done = room.client().post(f"{DEVICES}unlock/", {"username": "staff"})

    assert done["Location"] == f"{DEVICES}?done=unlocked"
    assert PinTries.objects.get().errors == 0


def test_unlocked_for_the_third_time_it_is_void_and_the_page_says_so(room: Room) -> None:
    make_pin(room.staff, errors=PIN_ERRORS, unlocks=PIN_UNLOCKS - 1)

    done = room.client().post(f"{DEVICES}unlock/", {"username": "staff"}, follow=True)

    assert "It is void now" in done.content.decode()
    assert not StaffPin.objects.exists()


def test_tablet_that_pauses_says_for_how_long(room: Room) -> None:
    make_pin(room.staff)
    tablet = make_tablet(room.store)

    answers = [tablet.post(UNLOCK, {"username": "staff", "pin": "1357"}) for _ in range(TABLET_ERRORS + 1)]

    assert [answer.status_code for answer in answers] == [400] * TABLET_ERRORS + [429]
    assert answers[-1]["Retry-After"] == "30"
    assert "Wait half a minute" in answers[-1].content.decode()


def test_nobody_with_a_pin_is_told_how_to_get_one(room: Room) -> None:
    page = make_tablet(room.store).get(UNLOCK).content.decode()

    assert "Nobody here has a PIN yet" in page


def test_tablet_that_is_left_asks_for_a_pin_again(room: Room, visit: Booking) -> None:
    tablet = make_tablet(room.store, acting=room.staff)

    tablet.post(UNLOCK, {"what": "leave"})

    assert tablet.get(ARRIVALS)["Location"] == UNLOCK


def test_manager_on_a_tablet_squeezes_nobody_in(room: Room) -> None:
    tablet = make_tablet(room.store, acting=room.manager)
    walk_in = {"visit_type": "visit", "party_size": "1", "name": "", "squeeze_in": "on"}

    assert tablet.post(f"{SHOP}walk-ins/", walk_in).status_code in (400, 403)
    assert tablet.get(DATA).json()["is_manager"] is False


# --- Names ------------------------------------------------------------------------------------------


def test_names_are_not_even_sent_after_fifteen_minutes_without_a_tap(room: Room, visit: Booking, clock) -> None:
    tablet = make_tablet(room.store, acting=room.staff)
    first = tablet.get(DATA)
    assert (first.json()["names_hidden"], first.json()["hides_after_minutes"]) == (False, 15)

    clock.move_to(at(10, 22))
    later = tablet.get(DATA, headers={"If-None-Match": first["ETag"]})

    day = later.json()
    assert (later.status_code, day["names_hidden"], day["unlock_url"]) == (200, True, UNLOCK)
    assert (day["visits"][0]["name"], day["visits"][0]["find"], day["visits"][0]["digits"]) == ("", [], "")
    assert "Ada" not in later.content.decode()
    assert "Rings" not in later.content.decode()
    assert tablet.get(ARRIVALS)["Location"] == UNLOCK


def test_taps_keep_names_shown_and_hidden_ones_come_back_by_pin_alone(room: Room, visit: Booking, clock) -> None:
    make_pin(room.staff)
    tablet = make_tablet(room.store, acting=room.staff)
    clock.move_to(at(10, 20))
    tablet.post(
        ACTIONS, {"actions": [{**tap("check_in", visit), "happened_at": at(10, 20).isoformat()}]}, "application/json"
    )
    clock.move_to(at(10, 34))
    assert tablet.get(DATA).json()["names_hidden"] is False

    clock.move_to(at(10, 40))
    sent = tablet.post(
        ACTIONS, {"actions": [{**tap("start", visit), "happened_at": at(10, 40).isoformat()}]}, "application/json"
    )
    assert sent.json()["results"][0]["visit"]["name"] == ""
    assert tablet.get(DATA).json()["names_hidden"] is True

    tablet.post(UNLOCK, {"username": "staff", "pin": PIN})
    assert tablet.get(DATA).json()["visits"][0]["name"] == "Ada T."


def test_names_stay_on_the_screen_of_who_signed_in(room: Room, visit: Booking, clock) -> None:
    client = room.client(room.staff)
    clock.move_to(at(12, 0))

    day = client.get(DATA).json()

    assert (day["names_hidden"], "hides_after_minutes" in day) == (False, False)


# --- Ending -----------------------------------------------------------------------------------------


def test_revoked_tablet_is_refused_by_its_next_request(room: Room, visit: Booking) -> None:
    tablet = make_tablet(room.store, acting=room.staff)
    assert tablet.get(DATA).status_code == 200

    room.client().post(f"{DEVICES}revoke/", {"device": str(Device.objects.get().pk)})

    assert tablet.get(DATA).status_code == 403
    assert tablet.post(ACTIONS, {"actions": [tap("check_in", visit)]}, "application/json").status_code == 403
    assert "Entrance" not in room.client().get(DEVICES).content.decode()


@pytest.mark.parametrize("device", ["", "0", "nine", "9" * 40, "\0", "٣"])
def test_what_names_no_tablet_is_not_found(room: Room, device) -> None:
    assert room.client().post(f"{DEVICES}revoke/", {"device": device}).status_code == 404


def test_who_left_the_store_acts_no_more(room: Room, visit: Booking) -> None:
    tablet = make_tablet(room.store, acting=room.staff)

    room.staff.memberships.all().delete()

    assert tablet.get(DATA)["Location"] == UNLOCK


def test_unchanged_day_of_a_tablet_costs_two_statements(
    room: Room, visit: Booking, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    tablet = make_tablet(room.store, acting=room.staff)
    etag = tablet.get(DATA)["ETag"]

    with django_assert_num_queries(2):
        assert tablet.get(DATA, headers={"If-None-Match": etag}).status_code == 304


def test_last_seen_is_shown_to_ten_minutes(room: Room, visit: Booking, clock) -> None:
    tablet = make_tablet(room.store, acting=room.staff)
    clock.move_to(at(10, 7) + timedelta(minutes=11))

    tablet.get(DATA)

    assert Device.objects.get().last_seen_at == at(10, 18)


# --- One's own PIN ------------------------------------------------------------------------------------


def test_own_pin_needs_the_password(room: Room) -> None:
    room.staff.set_password("a long password here")
    room.staff.save()
    client = room.client(room.staff)

    wrong = client.post("/staff/account/pin/", {"pin": "258036", "current": "no"})
    right = client.post("/staff/account/pin/", {"pin": "258036", "current": "a long password here"})

    assert (wrong.status_code, right["Location"]) == (400, "/staff/account/pin/?done=set")
    assert "258036" not in wrong.content.decode()
    assert StaffPin.objects.get().user == room.staff


@pytest.mark.parametrize(
    "pin", ["", "123", "2580", "25803", "123456", "987654", "000000", "123456789", "12ab", "１２５８"]
)
def test_easy_pins_and_what_is_none_are_refused(room: Room, pin) -> None:
    room.staff.set_password("a long password here")
    room.staff.save()

    answer = room.client(room.staff).post("/staff/account/pin/", {"pin": pin, "current": "a long password here"})

    assert answer.status_code == 400
    assert not StaffPin.objects.exists()


def test_own_pin_is_removed(room: Room) -> None:
    make_pin(room.staff)

    room.client(room.staff).post("/staff/account/pin/", {"what": "remove"})

    assert not StaffPin.objects.exists()
