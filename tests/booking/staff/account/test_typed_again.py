"""A session ends while somebody types: it is all there after the sign-in, and done by one press."""

from collections.abc import Iterator
from hashlib import sha256

import pytest
import time_machine
from django.test import Client

from booking.models import Booking
from booking.staff.typed_forms import COOKIE_SECONDS
from stores.models import StoreMembership
from tests.booking.reading import page
from tests.booking.staff.day.test_caller import BOOK, CALLER
from tests.booking.staff.staff_room import DAY, SHOP, Room, make_room
from tests.factories import NOW, PASSWORD

pytestmark = pytest.mark.django_db

TYPED = f"{SHOP}typed/"
SIGN_IN = "/staff/sign-in/"
HOURS = f"{SHOP}setup/hours/"
MEMBERS = f"{SHOP}setup/members/"
# Each form with text that staff have, and something typed into it.
FORMS = {
    BOOK: {"name": "Ada Test", "note": "Second floor"},
    f"{SHOP}waiting/join/": {"name": "Ada Test", "phone": "06 12 34 56 02"},
    f"{SHOP}walk-ins/": {"name": "Ada", "party_size": "2"},
    f"{SHOP}day/slots/": {"what": "capacity", "capacity": "7"},
    HOURS: {"day_0": "10-12"},
    f"{SHOP}setup/special-hours/": {"date": "2026-12-24", "times": "10-12"},
    f"{SHOP}setup/desks/new/": {"name": "Window"},
    f"{SHOP}setup/desks/main/": {"name": "Window"},
    f"{SHOP}setup/visit-types/new/": {"name": "Repair"},
    f"{SHOP}setup/visit-types/visit/": {"what_to_bring": "A pen"},
    f"{SHOP}setup/questions/": {"text_0": "Which bike?"},
    f"{SHOP}setup/rules/": {"keep_days": "40"},
    f"{SHOP}setup/notice/": {"notice": "Closed for stocktaking."},
    f"{SHOP}setup/contact/": {"email": "shop@shop.example"},
    f"{SHOP}setup/sharing/": {"embed_origins": "https://shop.example"},
    f"{SHOP}setup/day-sheet/": {"email": "shop@shop.example"},
    f"{SHOP}setup/messages/": {"words_fr": "Apportez le vélo."},
    f"{SHOP}setup/devices/": {"name": "Counter"},
    MEMBERS: {"username": "eve", "role": "staff"},
}


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def room() -> Room:
    return make_room()


def sign_in(client: Client, name: str, wanted: str) -> str:
    response = client.post(SIGN_IN, {"username": name, "password": PASSWORD, "next": wanted})
    return response["Location"]


@pytest.mark.parametrize("url", FORMS)
def test_what_was_typed_into_any_form_is_there_after_the_sign_in(client: Client, room: Room, url: str) -> None:
    typed = FORMS[url]

    led = client.post(url, typed)

    assert led["Location"] == f"{SIGN_IN}?next={TYPED}"
    shown = page(client.get(sign_in(client, "manager", TYPED)))
    form = shown.forms[url]
    form.pop("csrfmiddlewaretoken", None)
    assert form == typed
    assert "date" not in typed or "Thursday 24 December 2026" in shown.words
    assert "Nothing was sent or saved yet." in shown.words


def test_a_caller_typed_before_is_booked_by_one_press(client: Client, room: Room) -> None:
    client.post(BOOK, CALLER)
    form = page(client.get(sign_in(client, "staff", TYPED))).forms[BOOK]
    assert Booking.objects.count() == 0

    first, second = client.post(BOOK, form), client.post(BOOK, form)

    assert (first.status_code, first["Location"]) == (303, second["Location"])
    assert (Booking.objects.get().name, Booking.objects.get().note) == ("Ada Test", "Second floor")


def test_several_values_of_one_field_stay_several(client: Client, room: Room) -> None:
    url = f"{SHOP}setup/messages/"
    client.post(url, {"reminder_days": ["7", "2"], "messages_from": "9", "messages_until": "19"})

    answer = client.get(sign_in(client, "manager", TYPED)).content.decode()

    assert answer.count('name="reminder_days"') == 2


def test_it_is_for_members_of_that_store_alone(client: Client, room: Room) -> None:
    client.post(BOOK, CALLER)

    sign_in(client, "neighbor", TYPED)

    assert client.get(TYPED).status_code == 404
    there = client.get("/staff/next-door-niort/typed/")
    assert there["Location"] == "/staff/next-door-niort/day/"


def test_the_browser_cannot_read_it_and_keeps_it_a_quarter_of_an_hour(client: Client, room: Room) -> None:
    response = client.post(BOOK, CALLER)

    cookie = response.cookies["typed"]
    assert "Ada" not in cookie.value
    assert (cookie["max-age"], cookie["httponly"], cookie["samesite"]) == (COOKIE_SECONDS, True, "Lax")
    assert "Ada" not in response["Location"]


def test_no_password_is_kept(client: Client, room: Room) -> None:
    client.post(MEMBERS, {"username": "eve", "role": "staff", "password": "a long pass phrase"})

    form = page(client.get(sign_in(client, "manager", TYPED))).forms[MEMBERS]

    assert "password" not in form
    assert StoreMembership.objects.filter(user__username="eve").count() == 0


def test_what_no_cookie_can_hold_leads_to_the_form(client: Client, room: Room) -> None:
    noise = " ".join(sha256(bytes([number])).hexdigest() for number in range(200))

    response = client.post(BOOK, {"note": noise})

    assert response["Location"] == f"{SIGN_IN}?next={BOOK}"
    assert "typed" not in response.cookies


def test_signing_out_forgets_it(client: Client, room: Room) -> None:
    client.post(BOOK, CALLER)
    sign_in(client, "staff", TYPED)

    client.post("/staff/sign-out/")

    assert client.cookies["typed"].value == ""


@pytest.mark.parametrize("cookie", ["", "nonsense", "\xff"])
def test_without_anything_kept_the_page_leads_to_the_day(room: Room, cookie: str) -> None:
    client = room.client()
    client.cookies["typed"] = cookie

    assert client.get(TYPED)["Location"] == DAY
