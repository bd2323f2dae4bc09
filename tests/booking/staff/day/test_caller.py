from collections.abc import Iterator

import pytest
import time_machine

from booking.bookings.lifecycle import book_visit
from booking.customer_input import CustomerDetails
from booking.models import Booking, Source
from tests.booking.reading import page
from tests.booking.staff.staff_room import DAY, TUESDAY, Room, make_room
from tests.factories import NOW, at, make_booking

pytestmark = pytest.mark.django_db

BOOK = f"{DAY}book/"
TEN = "2026-11-24T10:00:00+01:00"
CALLER = {
    "visit_type": "visit",
    "party_size": "2",
    "date": "2026-11-24",
    "starts_at": TEN,
    "name": "Ada Test",
    "phone": "06 12 34 56 02",
    "email": "",
    "note": "Second floor",
    "source": "phone",
    "locale": "fr",
    "key": "0b7a7a52-31b5-4f6e-9f0e-6f8f0c6a9d11",
}


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def room() -> Room:
    return make_room()


def test_a_press_on_a_free_time_of_the_day_books_there(room: Room) -> None:
    client = room.client(room.staff)
    make_booking(room.store, starts_at=at(10, 15), party_size=2, source=Source.DESK)

    day = page(client.get(DAY, TUESDAY))
    link = next(day.links_to("starts_at=2026-11-24T10%3A00"))
    form = page(client.get(link)).forms[BOOK]

    assert link.startswith(BOOK)
    assert (form["date"], form["starts_at"]) == ("2026-11-24", TEN)
    assert not [*day.links_to("starts_at=2026-11-24T10%3A15")], "it is full"


def test_a_press_on_a_desks_free_time_books_at_this_desk() -> None:
    room = make_room(desks=("main", "window"))
    client = room.client(room.staff)

    links = [*page(client.get(DAY, TUESDAY)).links_to("starts_at=2026-11-24T10%3A00")]

    assert [link.partition("desk=")[2] for link in links] == ["main", "window"]
    assert '<option value="window" selected>' in client.get(links[1]).content.decode()


def test_a_time_that_is_over_cannot_be_pressed(room: Room) -> None:
    day = page(room.client(room.staff).get(DAY))

    assert not [*day.links_to("starts_at=2026-11-23T09%3A00")]
    assert [*day.links_to("starts_at=2026-11-23T09%3A15")]


def test_booking_for_a_caller_on_one_page(room: Room) -> None:
    client = room.client(room.staff)
    form = page(client.get(BOOK, TUESDAY)).forms[BOOK]

    response = client.post(BOOK, {**CALLER, "key": form["key"]})

    booking = Booking.objects.get()
    assert response.status_code == 303
    assert (booking.starts_at, booking.party_size, booking.name, booking.phone, booking.note) == (
        at(10),
        2,
        "Ada Test",
        "+33612345602",
        "Second floor",
    )
    assert (booking.source, booking.locale) == ("phone", "fr")
    assert "Just booked" in page(client.get(response["Location"])).words


def test_a_double_click_books_once(room: Room) -> None:
    client = room.client()

    first, second = client.post(BOOK, CALLER), client.post(BOOK, CALLER)

    assert first["Location"] == second["Location"]
    assert Booking.objects.count() == 1


def test_the_same_form_for_another_caller_is_another_booking(room: Room) -> None:
    client = room.client()
    client.post(BOOK, CALLER | {"party_size": "1"})

    client.post(BOOK, CALLER | {"party_size": "1", "name": "Eve Test"})

    assert sorted(Booking.objects.values_list("name", flat=True)) == ["Ada Test", "Eve Test"]


def test_the_key_of_one_store_is_nothing_to_another(room: Room) -> None:
    room.client().post(BOOK, CALLER)

    response = room.client(room.neighbor).post("/staff/next-door-niort/day/book/", CALLER)

    assert response["Location"].startswith("/staff/next-door-niort/day/")
    assert Booking.objects.count() == 2


def test_a_caller_needs_neither_phone_nor_mail_nor_notice(room: Room, clock: time_machine.Traveller) -> None:
    clock.move_to(at(9, 58))

    response = room.client().post(BOOK, CALLER | {"phone": "", "source": "desk"})

    assert response.status_code == 303
    assert Booking.objects.get().source == "desk"


def test_showing_the_times_of_another_kind_keeps_what_was_typed(room: Room) -> None:
    response = room.client().post(
        BOOK, CALLER | {"show": "1", "visit_type": "advice", "date": "2026-11-25", "name": "", "party_size": "2"}
    )

    form = page(response).forms[BOOK]
    assert response.status_code == 200
    assert "Error:" not in page(response).words
    assert (form["visit_type"], form["date"], form["phone"], form["note"]) == (
        "advice",
        "2026-11-25",
        "06 12 34 56 02",
        "Second floor",
    )
    assert "2026-11-25T11:30:00+01:00" in response.content.decode()
    assert "2026-11-25T11:45:00+01:00" not in response.content.decode()
    assert not Booking.objects.exists()


def test_a_full_time_is_refused_with_others_nearby_and_nothing_is_lost(room: Room) -> None:
    make_booking(room.store, party_size=2, phone="+33612345699")

    response = room.client().post(BOOK, CALLER)

    read = page(response)
    assert response.status_code == 409
    assert "This time has just been taken. Please choose another one." in read.words
    assert "The nearest free times Tuesday 24 November, 09:30, 2 places left" in read.words
    assert (read.forms[BOOK]["name"], read.forms[BOOK]["phone"]) == ("Ada Test", "06 12 34 56 02")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", " ", "Enter a name."),
        ("phone", "123", "Enter a phone number such as 06 12 34 56 78."),
        ("phone", "08 99 70 12 34", "This number costs extra to reach. Enter an ordinary phone number."),
        ("email", "ada@", "Enter an e-mail address such as name@example.org."),
        ("party_size", "many", "Say how many people come, as a number."),
        ("party_size", "0", "Say how many people come, as a number."),
        ("party_size", "٢٠٠٠", "This is more people than one visit of this kind may have."),
        ("visit_type", "haircut", "This store does not offer this kind of visit."),
        ("source", "web", "Say how they asked."),
        ("starts_at", "noon", "Choose a time."),
        ("starts_at", "", "Choose a time."),
        ("note", "x" * 600, "This is too long. Please shorten it."),
    ],
)
def test_what_cannot_be_read_is_named_and_kept(room: Room, field: str, value: str, sentence: str) -> None:
    response = room.client().post(BOOK, CALLER | {field: value})

    read = page(response)
    assert response.status_code == 400
    assert sentence in read.words
    assert read.title.startswith("Error:")
    assert all(link[1:] in read.ids for link in read.links if link.startswith("#"))
    assert not Booking.objects.exists()


def test_more_people_than_a_visit_may_have_are_refused(room: Room) -> None:
    response = room.client().post(BOOK, CALLER | {"party_size": "9"})

    assert response.status_code == 409
    assert "This is more people than one visit of this kind may have." in page(response).words


def test_a_store_without_visits_says_so(room: Room) -> None:
    room.store.visit_types.update(is_active=False)

    response = room.client().get(BOOK)

    assert response.status_code == 200
    assert "This store offers no visits at present." in page(response).words
    assert room.client().post(BOOK, CALLER).status_code == 400


def test_a_time_that_is_over_is_refused(room: Room, clock: time_machine.Traveller) -> None:
    clock.move_to(at(11))

    response = room.client().post(BOOK, CALLER)

    assert response.status_code == 409
    assert "This time is over. Please choose a later one." in page(response).words


# --- For whom, by whom, in which words ---------------------------------------------------------------


def test_a_caller_may_book_for_someone_else_in_simple_words_of_their_language(room: Room) -> None:
    room.client().post(BOOK, CALLER | {"is_for_someone_else": "on", "is_simple": "on", "locale": "uk"})

    booking = Booking.objects.get()
    assert (booking.is_for_someone_else, booking.is_simple, booking.locale) == (True, True, "uk")


def test_one_desk_is_never_asked_for(room: Room) -> None:
    client = room.client()
    assert "Who serves them" not in page(client.get(BOOK)).words

    client.post(BOOK, CALLER)

    assert not Booking.objects.get().desk_was_chosen


def test_a_caller_may_choose_who_serves_them_whatever_the_website_offers() -> None:
    room = make_room(desks=("till", "window"))

    response = room.client().post(BOOK, CALLER | {"desk": "window"})

    booking = Booking.objects.get()
    assert response.status_code == 303
    assert (booking.desk.slug, booking.desk_was_chosen) == ("window", True)


def test_the_times_shown_are_those_of_the_chosen_desk() -> None:
    room = make_room(desks=("till", "window"))
    book_visit(
        store=room.store.slug,
        visit_type="visit",
        starts_at=at(10),
        party_size=2,
        customer=CustomerDetails(name="Eve Test"),
        note="",
        source=Source.DESK,
        now=NOW,
        desk="window",
    )
    client = room.client()

    assert TEN in client.post(BOOK, CALLER | {"show": "1"}).content.decode()
    assert TEN not in client.post(BOOK, CALLER | {"show": "1", "desk": "window"}).content.decode()
    taken = client.post(BOOK, CALLER | {"desk": "window"})
    assert taken.status_code == 409
    assert "The nearest free times Tuesday 24 November, 09:30, 2 places left" in page(taken).words


def test_a_desk_that_takes_no_visits_is_named(room: Room) -> None:
    response = room.client().post(BOOK, CALLER | {"desk": "none"})

    assert response.status_code == 400
    assert "This person or desk takes no visits now. Please choose again." in page(response).words
    assert not Booking.objects.exists()
