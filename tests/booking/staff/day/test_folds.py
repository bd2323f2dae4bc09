"""Hours that are over and long stretches without a visit are one line each; the address says which are open."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client

from booking.models import Booking, Status
from stores.models import Slot
from tests.booking.reading import Page, page
from tests.booking.staff.staff_room import DAY, TUESDAY, Room, make_room
from tests.factories import NOW, at, make_booking

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def room() -> Room:
    return make_room()


@pytest.fixture
def client(room: Room) -> Client:
    return room.client()


def folds_of(read: Page) -> dict[str, str]:
    """Return the words of the folds on a page, with the addresses to which they lead."""
    return {words: link for link, words in read.links.items() if " – " in words and link.startswith(DAY)}


def hidden_rows(client: Client, address: str = DAY, **query: str) -> int:
    return client.get(address, query).content.decode().count("is-folded")


def test_hours_that_are_over_are_one_line(room: Room, clock: time_machine.Traveller) -> None:
    served = make_booking(room.store, starts_at=at(9))
    make_booking(room.store, starts_at=at(9, 30), phone="+33612345602")
    make_booking(room.store, starts_at=at(14), phone="+33612345603")
    Booking.objects.filter(pk=served.pk).update(status=Status.COMPLETED)
    clock.move_to(at(11, 7))

    read = page(room.client().get(DAY))

    # The row that goes on, from 11:00, is still in sight.
    assert "09:00 – 11:00: over, 2 visits, 1 not ticked off" in folds_of(read)
    assert "14:00 1 of 2 taken Ada Test" in read.words


def test_whoever_is_in_the_shop_or_may_still_come_stays_in_sight(room: Room, clock: time_machine.Traveller) -> None:
    here = make_booking(room.store, starts_at=at(9, 30))
    Booking.objects.filter(pk=here.pk).update(status=Status.IN_SERVICE)
    make_booking(room.store, starts_at=at(10, 30), phone="+33612345602")
    late = make_booking(room.store, starts_at=at(9), phone="+33612345603")
    Booking.objects.filter(pk=late.pk).update(late_minutes=150)
    clock.move_to(at(11, 20))

    assert [words for words in folds_of(page(room.client().get(DAY))) if "over" in words] == [
        "09:45 – 10:30: over, 0 visits",
        "10:45 – 11:15: over, 0 visits",
    ]


def test_a_long_stretch_without_a_visit_is_one_line_that_books(room: Room, client: Client) -> None:
    make_booking(room.store, starts_at=at(10))
    make_booking(room.store, starts_at=at(16), phone="+33612345602")
    Slot.objects.create(
        store=room.store, desk=room.store.desks.get(), starts_at=at(10, 15), ends_at=at(10, 30), capacity=2, closed=True
    )

    read = page(client.get(DAY, TUESDAY))

    assert list(folds_of(read)) == [
        "09:00 – 10:00: 8 places left",
        "10:15 – 12:00: 12 places left",
        "14:00 – 16:00: 16 places left",
        "16:15 – 19:00: 22 places left",
    ]
    assert "10:00 1 of 2 taken Ada Test" in read.words
    book = f"{DAY}book/?date=2026-11-24&starts_at=2026-11-24T10%3A30%3A00%2B01%3A00"
    assert read.links[book].startswith("Book")
    assert client.get(book).status_code == 200


def test_a_stretch_that_is_closed_says_so(room: Room, client: Client) -> None:
    make_booking(room.store, starts_at=at(16))
    Slot.objects.bulk_create(
        Slot(
            store=room.store,
            desk=room.store.desks.get(),
            starts_at=at(9) + timedelta(minutes=15 * number),
            ends_at=at(9) + timedelta(minutes=15 * number + 15),
            capacity=2,
            closed=True,
        )
        for number in range(12)
    )

    assert "09:00 – 12:00: closed" in folds_of(page(client.get(DAY, TUESDAY)))


def test_a_short_stretch_and_a_day_without_a_visit_are_shown(room: Room, client: Client) -> None:
    assert folds_of(page(client.get(DAY, TUESDAY))) == {}
    make_booking(room.store, starts_at=at(9, 45))

    assert "09:00 – 09:45: 6 places left" not in folds_of(page(client.get(DAY, TUESDAY)))


def test_the_address_says_what_is_open(room: Room, client: Client) -> None:
    make_booking(room.store, starts_at=at(10))
    closed = hidden_rows(client, **TUESDAY)
    link = folds_of(page(client.get(DAY, TUESDAY)))["09:00 – 10:00: 8 places left"]

    assert parse_qs(urlsplit(link).query) == {"date": ["2026-11-24"], "open": ["0900"]}
    opened = client.get(link).content.decode()
    assert opened.count("is-folded") == closed - 4
    assert 'aria-expanded="true">09:00 – 10:00' in opened
    back = folds_of(page(client.get(link)))["09:00 – 10:00: 8 places left"]
    assert hidden_rows(client, back) == closed
    assert hidden_rows(client, **TUESDAY, open="all") == 0


def test_a_visit_that_was_just_changed_is_not_folded(room: Room, clock: time_machine.Traveller) -> None:
    done = make_booking(room.store, starts_at=at(9))
    Booking.objects.filter(pk=done.pk).update(status=Status.COMPLETED)
    clock.move_to(at(11, 20))
    client = room.client()
    assert hidden_rows(client) > 0

    for name in ("changed", "visit"):
        content = client.get(DAY, {name: done.reference}).content.decode()
        before = content[: content.index(f'id="visit-{done.reference}"')]
        assert "is-folded" not in before[before.rindex("<tr") :]


def test_yesterday_is_not_over_but_looked_at(room: Room, clock: time_machine.Traveller) -> None:
    make_booking(room.store, starts_at=at(9))
    clock.move_to(at(11, day=25))

    assert folds_of(page(room.client().get(DAY, TUESDAY))) == {}


def test_words_of_an_address_come_out_as_words(room: Room, client: Client) -> None:
    make_booking(room.store)

    content = client.get(DAY, {**TUESDAY, "open": '"><script>alert(1)</script>', "show": "<b>"}).content

    assert b"<script>alert(1)" not in content
    assert b"<b>&" not in content
