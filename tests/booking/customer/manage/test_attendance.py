"""What a customer can tell the store from the booking's page: that they are late, and what is to be put right."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from booking.models import Booking, BookingEvent, Status
from booking.tokens import manage_token
from notifications.models import OutboxMessage
from stores.models import Desk, Store, VisitType
from tests.booking.reading import Page, page
from tests.factories import at, make_booking, make_store

pytestmark = pytest.mark.django_db

SOON = at(9, 30)  # half an hour before the visit


@pytest.fixture(autouse=True)
def _shortly_before() -> Iterator[None]:
    with time_machine.travel(SOON, tick=False):
        yield


@pytest.fixture
def store() -> Store:
    return make_store()


@pytest.fixture
def booking(store: Store) -> Booking:
    return make_booking(store, email="ada@example.org", note="Second floor")


@pytest.fixture
def opened(client: Client, booking: Booking) -> Client:
    """A browser that has followed the booking's link."""
    client.get(f"/b/{booking.reference}/", {"token": manage_token(booking.reference)})
    return client


def own(booking: Booking, path: str = "") -> str:
    return f"/b/{booking.reference}/{path}"


def shown(client: Client, address: str) -> Page:
    return page(client.get(address))


# --- Late -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["", "/simple", "/ar", "/simple/fr"])
def test_late_is_two_taps_from_the_visit(opened: Client, booking: Booking, prefix: str) -> None:
    asked = shown(opened, prefix + own(booking, "late/"))
    assert prefix + own(booking, "late/") in shown(opened, prefix + own(booking)).links
    assert [value for value in asked.offered if value] == ["5", "10", "15", "20", "30"]

    response = opened.post(prefix + own(booking, "late/"), {"minutes": "10"})

    assert (response.status_code, response["Location"]) == (303, prefix + own(booking) + "?done=late")
    booking.refresh_from_db()
    assert booking.late_minutes == 10


def test_late_is_said_on_the_page_and_can_be_taken_back(opened: Client, booking: Booking) -> None:
    said = page(opened.post(own(booking, "late/"), {"other": " 45 "}, follow=True))
    assert "Thank you. The store knows that you will be late." in said.words
    assert "About 45 minutes late" in said.words
    assert "0" in shown(opened, own(booking, "late/")).offered

    response = opened.post(own(booking, "late/"), {"minutes": "0"}, follow=True)

    assert "Thank you. The store expects you on time." in page(response).words
    assert "late" not in shown(opened, own(booking)).words.replace("I am late", "").replace("too late", "")
    booking.refresh_from_db()
    assert booking.late_minutes is None


@pytest.mark.parametrize(
    "typed",
    [{}, {"minutes": ""}, {"minutes": "61"}, {"other": "-5"}, {"other": "soon"}, {"other": "1e1"}, {"other": "٣"}],
)
def test_late_by_what_cannot_be_read_is_asked_again(opened: Client, booking: Booking, typed: dict[str, str]) -> None:
    response = opened.post(own(booking, "late/"), typed, follow=True)

    assert response.redirect_chain[0][1] == 303
    assert response.status_code == 400
    asked = page(response)
    assert asked.title.startswith("Error:")
    assert "Enter a number of minutes from 1 to 60." in asked.links["#id_other"]
    booking.refresh_from_db()
    assert booking.late_minutes is None


@pytest.mark.parametrize(("now", "status"), [(at(7, 59), 409), (at(10, 15), 409)])
def test_late_too_early_or_when_it_is_over(client: Client, booking: Booking, now: datetime, status: int) -> None:
    with time_machine.travel(now, tick=False):
        client.get(own(booking), {"token": manage_token(booking.reference)})

        assert own(booking, "late/") not in shown(client, own(booking)).links
        assert client.get(own(booking, "late/")).status_code == 303
        assert client.post(own(booking, "late/"), {"minutes": "5"}, follow=True).status_code == status


# --- Right, read, taken along ---------------------------------------------------------------------


def test_name_and_note_are_put_right_without_a_message(opened: Client, booking: Booking) -> None:
    sent = OutboxMessage.objects.count()
    form = shown(opened, own(booking, "details/")).forms[own(booking, "details/")]
    assert (form["name"], form["note"]) == ("Ada Test", "Second floor")

    response = opened.post(own(booking, "details/"), {**form, "name": "Ada Teste", "note": ""}, follow=True)

    assert "Your details are put right." in page(response).words
    booking.refresh_from_db()
    assert (booking.name, booking.note, booking.phone) == ("Ada Teste", "", "+33612345601")
    assert OutboxMessage.objects.count() == sent


@pytest.mark.parametrize(
    "typed", [{}, {"name": ""}, {"name": "…"}, {"name": "A" * 121}, {"name": "Ada", "note": "n" * 501}]
)
def test_details_that_cannot_be_kept_are_asked_again(opened: Client, booking: Booking, typed: dict[str, str]) -> None:
    sent = opened.post(own(booking, "details/"), typed)

    assert sent.status_code == 303
    for _reload in range(2):
        response = opened.get(sent["Location"])
        assert response.status_code == 400
        again = page(response)
        assert again.title.startswith("Error:")
        assert again.forms[own(booking, "details/")]["name"] == typed.get("name", "")
        assert again.forms[own(booking, "details/")]["note"] == typed.get("note", "")
    assert "Ada" not in sent["Location"]
    booking.refresh_from_db()
    assert booking.name == "Ada Test"


def test_what_was_typed_is_remembered_until_the_details_are_right(opened: Client, booking: Booking) -> None:
    wrong = opened.post(own(booking, "details/"), {"name": "", "note": "Third floor"})["Location"]
    assert shown(opened, own(booking, "details/")).forms[own(booking, "details/")]["note"] == "Second floor"

    opened.post(own(booking, "details/"), {"name": "Ada Teste", "note": "Third floor"})

    back = opened.get(wrong)
    form = page(back).forms[own(booking, "details/")]
    assert (back.status_code, form["name"], form["note"]) == (200, "Ada Teste", "Third floor")
    assert not [name for name, cookie in opened.cookies.items() if name.startswith("way-") and cookie.value]


def test_what_was_typed_for_one_visit_is_shown_for_no_other(opened: Client, store: Store, booking: Booking) -> None:
    other = make_booking(store, starts_at=at(11), phone="+33612345605", name="Bea Test")
    opened.get(own(other), {"token": manage_token(other.reference)})
    opened.post(own(booking, "details/"), {"name": "", "note": "Third floor"})

    form = shown(opened, own(other, "details/?why=again")).forms[own(other, "details/")]

    assert (form["name"], form["note"]) == ("Bea Test", "")


def test_all_that_is_kept_can_be_read_in_words(opened: Client, booking: Booking) -> None:
    Booking.objects.update(answers=[{"question": "Which bike?", "answer": "The red one"}], is_simple=True)
    opened.post(own(booking, "late/"), {"minutes": "20"})

    kept = shown(opened, own(booking, "kept/"))

    for said in (
        "Ada Test",
        "06 12 34 56 01",
        "ada@example.org",
        "Second floor",
        "Which bike? The red one",
        "English, in simple words",
        "About 20 minutes late",
        "booked, by you",
        "said “I am late”, by you",
        "confirmation, text message, to be sent",
        "It is erased by itself on Monday 22 February 2027.",
    ):
        assert said in kept.words
    assert own(booking, "data/") in kept.links
    assert own(booking, "erase/") in kept.links


def test_all_that_is_kept_takes_few_statements(
    opened: Client, booking: Booking, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(4):
        opened.get(own(booking, "kept/"))


# --- By phone, by video, for somebody else, at a chosen desk ---------------------------------------


@pytest.mark.parametrize("path", ["", "booked/", "kept/"])
@pytest.mark.parametrize("prefix", ["", "/simple"])
def test_visit_by_phone_says_which_number_rings(opened: Client, booking: Booking, prefix: str, path: str) -> None:
    VisitType.objects.update(mode="phone")

    seen = shown(opened, prefix + own(booking, path))

    assert "06 12 34 56 01" in seen.words.replace("\xa0", " ")
    assert "geo:" not in " ".join(seen.links)
    if not prefix:
        assert "The store will call you at 06 12 34 56 01." in seen.words.replace("\xa0", " ")


@pytest.mark.parametrize(
    ("now", "is_open"),
    [(at(9, 49), False), (at(9, 50), True), (at(10, 14), True), (at(10, 15), False)],
)
@pytest.mark.parametrize("prefix", ["", "/simple"])
def test_visit_by_video_opens_ten_minutes_before(
    client: Client, booking: Booking, prefix: str, now: datetime, is_open: bool
) -> None:
    VisitType.objects.update(mode="video", video_url="https://video.example/room")
    with time_machine.travel(now, tick=False):
        client.get(own(booking), {"token": manage_token(booking.reference)})
        seen = shown(client, prefix + own(booking))

    assert ("https://video.example/room" in seen.links) == is_open
    assert "10 minutes before" in seen.words or is_open


@pytest.mark.parametrize(("status", "is_open"), [(Status.IN_SERVICE, True), (Status.CANCELLED, False)])
def test_video_stays_open_while_the_visit_lasts(
    opened: Client, booking: Booking, status: Status, is_open: bool
) -> None:
    VisitType.objects.update(mode="video", video_url="https://video.example/room")
    Booking.objects.update(status=status)
    with time_machine.travel(at(10, 25), tick=False):
        opened.get(own(booking), {"token": manage_token(booking.reference)})

        assert ("https://video.example/room" in shown(opened, own(booking)).links) == is_open


def test_visit_in_the_store_shows_the_way(opened: Client, booking: Booking) -> None:
    assert list(shown(opened, own(booking)).links_to("geo:46.32,-0.46"))


@pytest.mark.parametrize("prefix", ["", "/simple"])
def test_visit_booked_for_somebody_else_names_whose_it_is(opened: Client, booking: Booking, prefix: str) -> None:
    Booking.objects.update(is_for_someone_else=True, name="Bo Test")

    seen = shown(opened, prefix + own(booking))

    assert ("Who comes: Bo Test" if prefix else "The visit of Bo Test") in seen.words
    assert "The visitor will come" in seen.words


def test_a_move_offers_the_times_of_the_chosen_desk_alone(client: Client) -> None:
    store = make_store(capacity=1, desks=("anna", "bo"), offers_desk_choice=True, change_until_minutes=0)
    booking = make_booking(store)
    Booking.objects.update(desk=Desk.objects.get(slug="anna"), desk_was_chosen=True)
    other = make_booking(store, starts_at=at(15), phone="+33612345605")
    Booking.objects.filter(pk=other.pk).update(desk=Desk.objects.get(slug="anna"))
    client.get(own(booking), {"token": manage_token(booking.reference)})

    seen = shown(client, own(booking, "change/?day=2026-11-24"))
    anna_is_full = client.get(own(booking, "change/"), {"starts_at": at(15).isoformat()})

    assert "With: Anna" in shown(client, own(booking)).words
    assert not list(seen.links_to("24T15%3A00"))
    assert list(seen.links_to("24T15%3A15"))
    assert anna_is_full.status_code == 409


def test_a_visit_whose_chosen_desk_serves_no_more_moves_to_another_desk(client: Client) -> None:
    store = make_store(desks=("anna", "bo"), change_until_minutes=0)
    booking = make_booking(store)
    Booking.objects.update(desk=Desk.objects.get(slug="anna"), desk_was_chosen=True)
    Desk.objects.filter(slug="anna").update(is_active=False)
    client.get(own(booking), {"token": manage_token(booking.reference)})

    shown = client.get(own(booking, "change/"))

    assert shown.status_code == 200
    assert "Choose a day and a time" in page(shown).words


# --- Scanners -------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_every_address_that_is_shown_changes_nothing(opened: Client, booking: Booking, method: str) -> None:
    """As a mail scanner would: every link of every page, of every page they lead to, whatever stands behind it."""
    Store.objects.update(change_until_minutes=0)
    before = (Booking.objects.values().get(), BookingEvent.objects.count(), OutboxMessage.objects.count())
    seen: set[str] = set()
    found = {own(booking), own(booking, "booked/"), own(booking, "confirm/"), own(booking, "late/?minutes=5")}
    while todo := {address.partition("#")[0] for address in found if own(booking) in address} - seen:
        for address in todo:
            seen.add(address)
            response = opened.get(address, follow=True)
            getattr(opened, method)(address)
            if len(seen) < 60 and response.headers["Content-Type"].startswith("text/html"):
                found |= set(page(response).links)

    assert {own(booking, path) for path in ("cancel/", "erase/", "change/", "details/", "kept/")} <= seen
    assert (Booking.objects.values().get(), BookingEvent.objects.count(), OutboxMessage.objects.count()) == before
