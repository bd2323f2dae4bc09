from collections.abc import Iterator

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries

from booking.bookings.customer_visits import caller_record
from booking.models import Booking, Status
from booking.privacy import erase_customer
from booking.who import Who
from tests.booking.reading import page
from tests.booking.staff.day.test_caller import CALLER
from tests.booking.staff.staff_room import DAY, Room, make_room
from tests.factories import NOW, at, make_booking, make_store

pytestmark = pytest.mark.django_db

BOOK = f"{DAY}book/"
ASK = f"{BOOK}caller/"
PHONE, TYPED = "+33612345602", "06 12 34 56 02"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def room() -> Room:
    return make_room()


def test_a_number_known_here_shows_its_visits_latest_first(room: Room) -> None:
    make_booking(room.store, name="Ada Test", phone=PHONE)
    missed = make_booking(room.store, starts_at=at(11), name="Ada Test", phone=PHONE, visit_type="advice")
    missed.status = Status.NO_SHOW
    missed.save()

    words = page(room.client(room.staff).post(ASK, {"phone": TYPED})).words

    assert "Ada Test · 2 visits at this store, 1 not come to" in words
    assert words.index("11:00") < words.index("10:00")


@pytest.mark.parametrize("typed", ["", "06 12 34", "06 12 34 56 03", "not a number"])
def test_an_unknown_or_unfinished_number_shows_nothing(room: Room, typed: str) -> None:
    make_booking(room.store, phone=PHONE)

    response = room.client(room.staff).post(ASK, {"phone": typed})

    assert (response.status_code, page(response).words) == (200, "")


def test_other_stores_visits_and_erased_ones_are_not_known(room: Room) -> None:
    make_booking(make_store("third-door-niort", name="Third Door"), phone=PHONE)
    gone = make_booking(room.store, phone=PHONE)
    erase_customer(booking_id=gone.pk, who=Who.customer(NOW))

    assert page(room.client().post(ASK, {"phone": TYPED})).words == ""


def test_the_form_sent_back_shows_them_without_a_script(room: Room) -> None:
    make_booking(room.store, phone=PHONE)

    words = page(room.client().post(BOOK, {**CALLER, "show": "1"})).words

    assert "1 visit at this store" in words


@pytest.mark.parametrize("count", [1, 3])
def test_a_callers_visits_take_one_statement(
    room: Room, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(count):
        make_booking(room.store, starts_at=at(10, 15 * number), phone=f"+3361234561{number}")
    Booking.objects.update(phone=PHONE)

    with django_assert_num_queries(1):
        record = caller_record(store_id=room.store.pk, phone=PHONE)

    assert (record.count, record.latest[0].starts_at) == (count, at(10, 15 * (count - 1)))
