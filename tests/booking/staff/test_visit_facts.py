"""What is out of the ordinary about a visit stands wherever staff see it, and nowhere else is a word lost on it."""

from collections.abc import Iterator

import pytest
import time_machine

from booking.arrivals.steps import take_step
from booking.models import Booking
from booking.who import Who
from stores.models import BusyTime
from tests.booking.reading import page
from tests.booking.staff.staff_room import ARRIVALS, DAY, SHOP, TUESDAY, Room, make_room
from tests.factories import NOW, at, make_booking

pytestmark = pytest.mark.django_db

LINK = "https://video.example.org/room/4711"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def room() -> Room:
    return make_room()


@pytest.fixture
def booking(room: Room) -> Booking:
    return make_booking(room.store)


def told(booking: Booking, **fields: object) -> None:
    Booking.objects.filter(pk=booking.pk).update(**fields)


def places_of(booking: Booking) -> tuple[tuple[str, dict[str, str]], ...]:
    """Return every page of the visit's day that shows it."""
    visit = f"{SHOP}visits/{booking.reference}/"
    return (DAY, TUESDAY), (ARRIVALS, {}), (f"{visit}move/", {}), (f"{visit}cancel/", {})


def test_an_ordinary_visit_has_no_list(room: Room, booking: Booking) -> None:
    for path, query in places_of(booking):
        assert b'class="visit-facts"' not in room.client().get(path, query).content


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"late_minutes": 15}, "said: 15 min late"),
        ({"answer_until": at(20)}, "Was asked to choose another time"),
        ({"is_for_someone_else": True}, "Booked by someone else: phone and e-mail are not the visitor's."),
        ({"desk_was_chosen": True}, "Asked for Main"),
        ({"is_simple": True}, "Prefers simple words"),
        ({"locale": "de"}, "Reads Deutsch"),
        ({"answers": [{"question": "Which <bike>?", "answer": "Red & blue"}]}, "Which <bike>? Red & blue"),
    ],
)
def test_it_stands_on_every_page_of_the_visit(
    room: Room, booking: Booking, clock: time_machine.Traveller, fields: dict[str, object], sentence: str
) -> None:
    clock.move_to(at(8, 30))
    told(booking, **fields)

    for path, query in places_of(booking):
        assert sentence in page(room.client(room.staff).get(path, query)).words, path


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"late_minutes": 15}, {"said_late": "said: 15 min late"}),
        ({"answer_until": at(20)}, {"asked_to_move": "Was asked to choose another time"}),
        ({"is_for_someone_else": True}, {"facts": ["Booked by someone else"]}),
        ({"desk_was_chosen": True}, {"facts": ["Asked for Main"]}),
        ({"is_simple": True}, {"facts": ["Prefers simple words"]}),
        ({"locale": "de"}, {"facts": ["Reads Deutsch"]}),
        (
            {"answers": [{"question": "Which <bike>?", "answer": "Red & blue"}]},
            {"facts": ["Which <bike>? Red & blue"]},
        ),
    ],
)
def test_the_tablet_is_told_it_too(
    room: Room,
    booking: Booking,
    clock: time_machine.Traveller,
    fields: dict[str, object],
    words: dict[str, object],
) -> None:
    clock.move_to(at(8, 30))
    ordinary = {"said_late": "", "asked_to_move": "", "facts": []}
    told(booking, **fields)

    visit = room.client(room.staff).get(f"{ARRIVALS}data/").json()["visits"][0]

    assert {name: visit[name] for name in ordinary} == ordinary | words


BUSY = "By the calendar, Main is busy then"


def test_a_visit_at_a_busy_time_of_its_desk_is_marked_on_every_screen(
    room: Room, booking: Booking, clock: time_machine.Traveller
) -> None:
    clock.move_to(at(8, 30))
    beside = make_booking(room.store, starts_at=at(11), phone="+33612345602")
    BusyTime.objects.create(desk=booking.desk, starts_at=at(8), ends_at=at(9))
    BusyTime.objects.create(desk=booking.desk, starts_at=at(10, 5), ends_at=at(11))
    client = room.client(room.staff)

    visits = client.get(f"{ARRIVALS}data/").json()["visits"]

    assert {visit["reference"]: visit["facts"] for visit in visits} == {booking.reference: [BUSY], beside.reference: []}
    for path, query in (*places_of(booking), (f"{SHOP}visits/{booking.reference}/", {})):
        assert page(client.get(path, query)).words.count(BUSY) == 1, path
    assert BUSY not in page(client.get(f"{SHOP}visits/{beside.reference}/")).words


def test_who_is_served_is_not_said_to_come_at_a_busy_time(
    room: Room, booking: Booking, clock: time_machine.Traveller
) -> None:
    clock.move_to(at(10))
    BusyTime.objects.create(desk=booking.desk, starts_at=at(10), ends_at=at(11))
    take_step(booking_id=booking.pk, step="check_in", who=Who.staff(room.staff, at(10)))
    assert BUSY in page(room.client().get(DAY, TUESDAY)).words

    take_step(booking_id=booking.pk, step="start", who=Who.staff(room.staff, at(10)))

    assert BUSY not in page(room.client().get(DAY, TUESDAY)).words


@pytest.mark.parametrize(
    ("mode", "phone", "fact"),
    [
        ("video", "+33612345601", "By video"),
        ("phone", "+33612345601", "By phone"),
        ("phone", "", "By phone, but no number was left."),
    ],
)
def test_the_tablet_is_told_how_the_visit_takes_place(
    room: Room, booking: Booking, clock: time_machine.Traveller, mode: str, phone: str, fact: str
) -> None:
    clock.move_to(at(8, 30))
    room.store.visit_types.update(mode=mode)
    told(booking, phone=phone)

    assert room.client(room.staff).get(f"{ARRIVALS}data/").json()["visits"][0]["facts"] == [fact]


def test_who_is_here_need_not_choose_another_time_any_more(room: Room, booking: Booking) -> None:
    told(booking, answer_until=at(20))
    take_step(booking_id=booking.pk, step="check_in", who=Who.staff(room.staff, at(9, 58)))

    assert "Was asked to choose another time" not in page(room.client().get(DAY, TUESDAY)).words


@pytest.mark.parametrize(
    ("locale", "reader", "is_told"),
    [("en", "en", False), ("en", "fr", True), ("fr", "en", False), ("fr", "fr", False), ("uk", "fr", True)],
)
def test_a_language_of_the_reader_or_the_country_is_not_worth_a_word(
    room: Room, booking: Booking, locale: str, reader: str, is_told: bool
) -> None:
    told(booking, locale=locale)

    response = room.client().get(DAY, TUESDAY, headers={"Accept-Language": reader})

    assert (b'class="visit-facts"' in response.content) == is_told


def test_who_is_here_is_not_late_any_more(room: Room, booking: Booking) -> None:
    told(booking, late_minutes=15)
    take_step(booking_id=booking.pk, step="check_in", who=Who.staff(room.staff, at(9, 58)))

    assert "said: 15 min late" not in page(room.client().get(DAY, TUESDAY)).words


def test_a_visit_by_phone_says_what_to_ring(room: Room, booking: Booking, clock: time_machine.Traveller) -> None:
    clock.move_to(at(9, 55))
    room.store.visit_types.update(mode="phone")

    read = page(room.client().get(ARRIVALS))

    assert read.links["tel:+33612345601"] == "Phone 06 12 34 56 01"


def test_a_visit_by_phone_without_a_number_says_so(room: Room, booking: Booking) -> None:
    room.store.visit_types.update(mode="phone")
    told(booking, phone="")

    assert "By phone, but no number was left." in page(room.client().get(DAY, TUESDAY)).words


def test_a_visit_by_video_has_its_link(room: Room, booking: Booking) -> None:
    room.store.visit_types.update(mode="video", video_url=LINK)

    response = room.client().get(DAY, TUESDAY)

    assert page(response).links[LINK] == "Open the video call, new tab"
    assert b'rel="noopener noreferrer"' in response.content
