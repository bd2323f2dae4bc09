from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from booking.models import Status
from stores.models import Role, StoreMembership
from tests.booking.staff.staff_room import DAY, SHOP, TUESDAY, Room, act_url, make_room
from tests.factories import NOW, make_booking

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def room() -> Room:
    return make_room()


def test_strangers_sign_in_first_and_come_back_to_the_day(client: Client, room: Room) -> None:
    response = client.get(DAY, TUESDAY)

    assert response.status_code == 302
    assert response["Location"] == "/staff/sign-in/?next=/staff/corner-shop-niort/day/%3Fdate%3D2026-11-24"


def test_strangers_who_send_something_come_back_to_a_page_that_can_be_shown(client: Client, room: Room) -> None:
    booking = make_booking(room.store)

    response = client.post(act_url(booking, "check-in"))

    assert response["Location"] == "/staff/sign-in/?next=/staff/corner-shop-niort/day/"


@pytest.mark.parametrize("path", ["day/", "day/book/", "day/slots/", "arrivals/", "setup/"])
def test_another_stores_pages_are_as_unknown_as_none(room: Room, path: str) -> None:
    client = room.client(room.neighbor)

    theirs, nobodys = client.get(f"{SHOP}{path}"), client.get(f"/staff/no-such-shop/{path}")

    assert (theirs.status_code, nobodys.status_code) == (404, 404)
    assert theirs.content == nobodys.content


@pytest.mark.parametrize("step", ["check-in", "start", "complete", "no-show", "undo", "cancel", "move"])
def test_another_stores_visits_are_as_unknown_as_none(room: Room, step: str) -> None:
    booking = make_booking(room.store)
    client = room.client(room.neighbor)

    under_their_name = client.post(act_url(booking, step))
    under_own_name = client.post(f"/staff/next-door-niort/visits/{booking.reference}/{step}/")

    assert (under_their_name.status_code, under_own_name.status_code) == (404, 404)
    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED


def test_a_member_of_both_stores_finds_a_visit_under_its_own_store_alone(room: Room) -> None:
    booking = make_booking(room.store)
    StoreMembership.objects.create(store=room.store, user=room.neighbor, role=Role.STAFF)
    client = room.client(room.neighbor)

    assert client.get(f"/staff/next-door-niort/visits/{booking.reference}/move/").status_code == 404
    assert client.get(act_url(booking, "move")).status_code == 200


def test_who_is_no_member_any_more_is_out_at_once(room: Room) -> None:
    client = room.client(room.staff)
    assert client.get(DAY).status_code == 200

    StoreMembership.objects.filter(user=room.staff).delete()

    assert client.get(DAY).status_code == 404


@pytest.mark.parametrize("name", ["check-in", "start", "complete", "no-show", "undo"])
def test_steps_take_a_post(room: Room, name: str) -> None:
    assert room.client().get(act_url(make_booking(room.store), name)).status_code == 405


def test_steps_need_their_token(room: Room) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(room.manager)

    assert client.post(act_url(make_booking(room.store), "cancel")).status_code == 403


JUNK = ["", "\0", "�" * 3, "<b>", "-1", "9" * 400, "2026-02-30", "9999-12-31T23:59:59+14:00", "٣", "💥" * 200]
FIELDS = [
    *("visit_type", "party_size", "date", "starts_at", "ends_at", "name", "phone", "email", "note", "source", "locale"),
    *(
        "key",
        "what",
        "desk",
        "capacity",
        "then",
        "asked",
        "times",
        "kept_back",
        "slot_count",
        "max_party_size",
        "notice",
    ),
    *("what_to_bring", "username", "role", "password", "page", "q", "changed", "was", "action_id", "squeeze_in"),
    *(f"day_{number}" for number in range(7)),
]
PATHS = [
    *("day/", "day/book/", "day/slots/", "arrivals/", "walk-ins/", "setup/", "setup/hours/", "setup/special-hours/"),
    *("setup/desks/new/", "setup/desks/main/", "setup/visit-types/new/", "setup/visit-types/visit/", "setup/rules/"),
    *("setup/notice/", "setup/members/", "visits/{0}/move/", "visits/{0}/cancel/", "visits/{0}/check-in/"),
]


@pytest.mark.parametrize("path", PATHS)
def test_nothing_that_is_sent_makes_a_page_fail(room: Room, path: str) -> None:
    url = SHOP + path.format(make_booking(room.store).reference)
    client = room.client()
    good = {"visit_type": "visit", "date": "2026-11-24", "starts_at": "2026-11-24T10:00:00+01:00"}

    for junk in JUNK:
        sent = dict.fromkeys(FIELDS, junk)
        assert client.get(url, sent).status_code < 500
        assert client.post(url, sent).status_code < 500
        for field in good:
            assert client.post(url, sent | good | {field: junk}).status_code < 500


@pytest.mark.parametrize(
    "path", [f"{SHOP}walk-ins/", f"{SHOP}queue/act/", "/staff/sign-out/", "/s/corner-shop-niort/book/hold/"]
)
def test_address_that_takes_forms_alone_says_so_and_where_to_go(path) -> None:
    client = make_room().client()

    answer = client.get(path)

    text = answer.content.decode()
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "This address shows no page" in text
    assert ('href="/staff/"' in text) is path.startswith("/staff/")


def test_staff_on_a_managers_page_are_told_whom_to_ask_not_to_sign_in() -> None:
    room = make_room()

    answer = room.client(room.staff).get(f"{SHOP}setup/")

    text = answer.content.decode()
    assert answer.status_code == 403
    assert "You are signed in as staff. This page is for managers of the store: please ask its manager." in text
    assert "To your stores" in text
    assert "Sign in with" not in text
