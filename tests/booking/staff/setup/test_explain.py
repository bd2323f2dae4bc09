"""Staff ask why nobody can book a time, and read which rule closed it; managers are led to where it is changed."""

from collections.abc import Iterator

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries, Settings

from stores.models import Desk, Slot, VisitType
from tests.booking.reading import page
from tests.booking.staff.staff_room import DAY, SESSIONS_IN_DATABASE, SHOP, Room, make_room, make_visit
from tests.factories import NOW, at

pytestmark = pytest.mark.django_db

WHY, SETUP = f"{SHOP}setup/why/", f"{SHOP}setup/"


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room() -> Room:
    return make_room(capacity=1)


def test_whoever_works_there_may_ask(room: Room) -> None:
    assert page(room.client(room.staff).get(WHY)).title.startswith("Why can nobody book a time?")
    assert room.client(room.neighbor).get(WHY).status_code == 404
    assert WHY in page(room.client(room.staff).get(DAY)).links


@pytest.mark.parametrize(
    ("wanted", "words", "leads_to"),
    [
        ("at=2026-11-24T09:00", "This time can be booked on the website.", ""),
        ("at=2026-11-24T10:00", "It is full at 10:00: 0 places are left, 1 is needed.", f"{SETUP}desks/main/"),
        ("at=2026-11-24T13:00", "The store is not open then.", f"{SETUP}hours/"),
        ("at=2026-11-24T09:05", "there is one every 15 minutes from the opening on.", f"{SETUP}rules/"),
        ("at=2026-11-24T11:45&visit_type=advice", "longer than the time left", f"{SETUP}hours/"),
        ("at=2026-11-24T16:00", "The time at 16:00 was closed by hand.", f"{SHOP}day/slots/?date=2026-11-24"),
        ("at=2026-11-24T09:00&party_size=2", "more people than one visit", f"{SETUP}visit-types/visit/"),
        ("at=2026-11-23T09:00", "from Monday 23\xa0November, 10:00 on.", f"{SETUP}rules/"),
        ("at=2027-01-04T09:00", "customers may book up to Monday 21\xa0December.", f"{SETUP}rules/"),
        ("at=2026-11-24T13:00%2B01:00", "The store is not open then.", f"{SETUP}hours/"),
    ],
)
def test_the_rule_that_closed_it_is_told(room: Room, wanted: str, words: str, leads_to: str) -> None:
    make_visit(room.store)
    gone = make_visit(room.store, starts_at=at(16), phone="+33612345602")
    Slot.objects.filter(starts_at=gone.starts_at).update(closed=True)

    for_manager = page(room.client().get(f"{WHY}?{wanted}"))
    for_staff = page(room.client(room.staff).get(f"{WHY}?{wanted}"))

    assert words in for_manager.text
    assert words in for_staff.text
    assert not leads_to or leads_to in for_manager.links
    assert not any(link.startswith(SETUP) and link != WHY for link in for_staff.links)


def test_visits_and_desks_that_are_off_are_named(room: Room) -> None:
    VisitType.objects.filter(slug="advice").update(is_active=False)
    asked = f"{WHY}?at=2026-11-24T09:00&visit_type="

    off = page(room.client().get(f"{asked}advice"))
    Desk.objects.update(is_active=False)
    without = page(room.client().get(f"{asked}visit"))

    assert "This kind of visit is not in use." in off.text
    assert "No desk is in use." in without.text
    assert f"{SETUP}desks/new/" in without.links


@pytest.mark.parametrize(
    "query", ["at=yesterday", "at=0001-01-01T00:00", "at=2026-11-24T09:00&party_size=0", "visit_type=nothing"]
)
def test_what_cannot_be_read_is_asked_for_again(room: Room, query: str) -> None:
    assert room.client().get(f"{WHY}?{query}").status_code == 400


def test_nine_statements_answer(
    room: Room, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.SESSION_ENGINE = SESSIONS_IN_DATABASE
    client = room.client()

    with django_assert_num_queries(3 + 1 + 5):
        client.get(f"{WHY}?at=2026-11-24T09:00")
