from collections.abc import Iterator

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries, Settings

from booking.models import Booking, WaitingListEntry
from booking.privacy import erase_customer
from booking.waiting_list.entries import leave_waiting_list
from booking.who import Who
from stores.models import Store
from tests.booking.reading import page
from tests.booking.staff.day.test_caller import BOOK
from tests.booking.staff.staff_room import ARRIVALS, DAY, SESSIONS_IN_DATABASE, SHOP, Room, make_room, visit_url
from tests.factories import NOW, at, make_booking, make_store
from tests.waiters import make_waiting

pytestmark = pytest.mark.django_db

FIND = f"{SHOP}find/"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def room() -> Room:
    return make_room(capacity=20)


def test_the_day_and_arrivals_have_the_box(room: Room) -> None:
    client = room.client(room.staff)

    assert FIND in page(client.get(DAY)).forms
    assert FIND in [button.get("formaction") for button in page(client.get(ARRIVALS)).buttons]


def test_a_visit_of_an_unknown_day_is_two_presses_away(room: Room) -> None:
    visit = make_booking(room.store, starts_at=at(10, day=27), name="Awa N'Diaye")
    client = room.client(room.staff)

    found = page(client.get(FIND, {"q": "ndiaye"}))
    link = next(found.links_to("/visits/"))
    opened = page(client.get(link))

    assert link == visit_url(visit)
    assert "1 visit found" in found.words
    assert "To come" in found.words
    assert {f"{link}move/", f"{link}cancel/"} <= set(opened.links)


def test_a_person_is_booked_again_without_typing(room: Room) -> None:
    visit = make_booking(
        room.store, name="Ada Test", phone="+33612345602", email="ada@example.org", visit_type="advice", locale="fr"
    )
    client = room.client(room.staff)
    again = f"{BOOK}?from={visit.reference}"

    assert again in page(client.get(FIND, {"q": "5602"})).links
    assert again in page(client.get(visit_url(visit))).links
    form = page(client.get(again)).forms[BOOK]
    assert (form["name"], form["phone"], form["email"]) == ("Ada Test", "06 12 34 56 02", "ada@example.org")
    assert form["visit_type"] == "advice"


def test_nobody_of_another_store_or_erased_fills_the_form(room: Room) -> None:
    theirs = make_booking(Store.objects.get(slug="next-door-niort"), name="Zoe Other")
    gone = make_booking(room.store)
    erase_customer(booking_id=gone.pk, who=Who.customer(NOW))

    for reference in (theirs.reference, gone.reference, "nonsense", "\0"):
        response = room.client().get(BOOK, {"from": reference})
        assert (response.status_code, page(response).forms[BOOK]["name"]) == (200, "")


def test_the_form_takes_over_an_earlier_customer_and_loses_nothing(room: Room) -> None:
    visit = make_booking(room.store, name="Ada Test", phone="+33612345602", email="ada@example.org")
    typed = {"visit_type": "advice", "party_size": "3", "date": "2026-11-25", "phone": "06 12 34 56 02"}
    client = room.client(room.staff)

    shown = page(client.post(BOOK, typed | {"show": "1"}))
    filled = page(client.post(BOOK, typed | {"note": "By the stairs", "fill": visit.reference})).forms[BOOK]

    assert shown.offered[visit.reference] == "Take over the details of Ada Test"
    assert (filled["name"], filled["email"], filled["note"]) == ("Ada Test", "ada@example.org", "By the stairs")
    assert (filled["visit_type"], filled["party_size"], filled["date"]) == ("advice", "3", "2026-11-25")


def test_many_are_shown_on_wish(room: Room) -> None:
    visit = make_booking(room.store)
    more = [Booking.objects.get(pk=visit.pk) for _number in range(29)]
    for number, one in enumerate(more):
        one.pk, one.reference = None, f"AAAA00{number:02}"
    Booking.objects.bulk_create(more)
    client = room.client()

    first = page(client.get(FIND, {"q": "ada"}))
    link = next(first.links_to("more=1"))

    assert "30 visits found" in first.words
    assert len(set(first.links_to("/visits/"))) == 25
    assert len(set(page(client.get(link)).links_to("/visits/"))) == 30


def test_nobody_found_says_what_to_try(room: Room) -> None:
    words = page(room.client().get(FIND, {"q": "<b>nobody\0"})).words

    assert "Nobody fits. Try fewer letters of the name" in words
    assert "erased 90 days after the visit" in words


def test_only_people_of_the_store_find(room: Room) -> None:
    assert room.client(room.neighbor).get(FIND, {"q": "ada"}).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_six_statements(
    room: Room, count: int, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.SESSION_ENGINE = SESSIONS_IN_DATABASE
    for number in range(count):
        make_booking(room.store, phone=f"+3361234560{number}")
    client = room.client()

    with django_assert_num_queries(7):
        client.get(FIND, {"q": "ada"})


def test_somebody_who_waits_is_booked_without_typing(room: Room) -> None:
    entry = make_waiting(room.store, name="Bea Test", phone="+33612345603", party_size=2, locale="fr")
    client, book = room.client(room.staff), f"{BOOK}?waiting={entry.reference}"

    found = page(client.get(FIND, {"q": "bea"}))
    form = page(client.get(book)).forms[BOOK]

    assert found.links[book] == "Book for them, Bea Test"
    filled = {name: form[name].replace("\N{NO-BREAK SPACE}", " ") for name in ("name", "phone", "party_size")}
    assert filled == {"name": "Bea Test", "phone": "06 12 34 56 03", "party_size": "2"}
    assert any("waiting=" + entry.reference in link for link in page(client.get(f"{SHOP}waiting/")).links)


def test_somebody_whose_wait_ended_is_found_and_booked_again(room: Room) -> None:
    entry = make_waiting(room.store, name="Bea Test", phone="+33612345603")
    WaitingListEntry.objects.filter(pk=entry.pk).update(status="expired")
    client, book = room.client(room.staff), f"{BOOK}?waiting={entry.reference}"

    found = page(client.get(FIND, {"q": "5603"}))

    assert "No longer on the waiting list" in found.words
    assert found.links[book] == "Book again, Bea Test"
    assert page(client.get(book)).forms[BOOK]["name"] == "Bea Test"


def test_entry_of_another_store_or_an_erased_one_fills_nothing(room: Room) -> None:
    other = make_waiting(make_store("other-shop"), name="Bea Test")
    erased = make_waiting(room.store, name="Bea Test")
    leave_waiting_list(entry_id=erased.pk, now=NOW)
    client = room.client(room.staff)

    for reference in (other.reference, erased.reference, "nonsense", "\0"):
        assert page(client.get(BOOK, {"waiting": reference})).forms[BOOK]["name"] == ""
