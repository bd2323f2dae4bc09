from collections.abc import Iterator
from datetime import date, time

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from stores.models import Desk, Role, SpecialHours, Store, StoreMembership, StoreQuestion, VisitType
from tests.booking.reading import page
from tests.booking.staff.staff_room import SESSIONS_IN_DATABASE, SHOP, Room, make_room
from tests.factories import NOW

pytestmark = pytest.mark.django_db

SETUP = f"{SHOP}setup/"
HOURS = f"{SETUP}hours/"
SPECIAL = f"{SETUP}special-hours/"
DESK = f"{SETUP}desks/main/"
NEW_DESK = f"{SETUP}desks/new/"
VISIT = f"{SETUP}visit-types/visit/"
NEW_VISIT = f"{SETUP}visit-types/new/"
RULES = f"{SETUP}rules/"
NOTICE = f"{SETUP}notice/"
FEED = f"{SETUP}feed/"
MEMBERS = f"{SETUP}members/"
REACH = [f"{SETUP}{name}/" for name in ("desk-choice", "questions", "contact", "sharing", "protection")]
PAGES = [SETUP, HOURS, SPECIAL, DESK, NEW_DESK, VISIT, NEW_VISIT, RULES, NOTICE, FEED, MEMBERS, *REACH]
SENT_TO = [*PAGES[1:], f"{SPECIAL}2026-12-25/delete/", f"{MEMBERS}remove/"]


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room() -> Room:
    return make_room()


def form_of(client: Client, url: str) -> dict[str, str]:
    """Return what the page's form would send if nothing were typed."""
    forms = page(client.get(url)).forms
    return forms[url] if url in forms else forms[""]


# --- Who may set up ---------------------------------------------------------------------------------


@pytest.mark.parametrize("url", PAGES)
def test_setting_up_is_for_managers(client: Client, room: Room, url: str) -> None:
    assert room.client().get(url).status_code == 200
    assert room.client(room.staff).get(url).status_code == 403
    assert room.client(room.neighbor).get(url).status_code == 404
    assert client.get(url)["Location"] == f"/staff/sign-in/?next={url}"


@pytest.mark.parametrize("url", SENT_TO)
def test_only_managers_change_anything(client: Client, room: Room, url: str) -> None:
    before = Store.objects.values().get(pk=room.store.pk)

    assert room.client(room.staff).post(url, {}).status_code == 403
    assert room.client(room.neighbor).post(url, {}).status_code == 404
    assert client.post(url, {}).status_code == 302
    assert Store.objects.values().get(pk=room.store.pk) == before


def test_the_page_for_those_who_may_not_says_whom_to_ask(room: Room) -> None:
    assert "ask its manager" in page(room.client(room.staff).get(SETUP)).words


@pytest.mark.parametrize("url", PAGES)
def test_every_form_can_be_sent_as_it_stands(room: Room, url: str) -> None:
    if url in (SETUP, SPECIAL, NEW_DESK, NEW_VISIT, MEMBERS, FEED):
        return
    client = room.client()

    response = client.post(url, form_of(client, url))

    assert response.status_code == 303


@pytest.mark.parametrize("url", [f"{SETUP}desks/none/", f"{SETUP}visit-types/none/", f"{SPECIAL}2026-02-30/delete/"])
def test_what_is_not_there_is_not_found(room: Room, url: str) -> None:
    method = room.client().post if "delete" in url else room.client().get

    assert method(url).status_code == 404


# --- The set-up at a glance -------------------------------------------------------------------------


def test_the_setup_shows_all_there_is(room: Room) -> None:
    room.store.desks.update(kept_back=1)
    SpecialHours.objects.create(store=room.store, date=date(2026, 12, 25))
    SpecialHours.objects.create(store=room.store, date=date(2026, 12, 24), opens=time(9), closes=time(16))
    SpecialHours.objects.create(store=room.store, date=date(2026, 1, 1))

    words = page(room.client().get(SETUP)).words

    assert "Monday 09:00-12:00, 14:00-19:00" in words
    assert "Sunday closed" in words
    assert "Thursday 24 December 09:00-16:00 Friday 25 December closed" in words
    assert "1 January" not in words
    assert "Main 2 places, 1 kept back" in words
    assert "Advice 2 times in a row · at most 2 people" in words
    assert "manager Manager staff Staff" in words


def test_the_setup_shows_what_customers_are_offered_besides(room: Room) -> None:
    room.store.visit_types.filter(slug="advice").update(mode="phone")
    StoreQuestion.objects.create(store=room.store, text="Which bike is it?", position=0)
    Store.objects.filter(pk=room.store.pk).update(
        offers_desk_choice=True,
        embed_origins="https://example.org http://localhost:3000",
        asks_proof_under_load=False,
        website="https://shop.example",
    )

    words = page(room.client().get(SETUP)).words

    assert "Advice 2 times in a row · at most 2 people · by phone" in words
    assert "Customers may choose who serves them." in words
    assert "Which bike is it? (optional)" in words
    assert "Phone 05 49 24 00 39 E-mail none Website https://shop.example" in words
    assert "Your times may stand on these sites: https://example.org http://localhost:3000" in words
    assert "No calculation is asked for, however much is booked." in words


@pytest.mark.parametrize("count", [1, 3])
def test_the_setup_asks_the_same_number_of_questions_whatever_there_is(
    room: Room, django_assert_num_queries: DjangoAssertNumQueries, settings: Settings, count: int
) -> None:
    settings.SESSION_ENGINE = SESSIONS_IN_DATABASE
    for number in range(count):
        SpecialHours.objects.create(store=room.store, date=date(2026, 12, 20 + number))
        Desk.objects.create(store=room.store, slug=f"desk-{number}", name="Desk", capacity=1)
        VisitType.objects.create(store=room.store, slug=f"type-{number}", name="Type")
        StoreQuestion.objects.create(store=room.store, text="Why?", position=number)
        StoreMembership.objects.create(
            store=room.store, user=User.objects.create_user(f"user-{number}"), role=Role.STAFF
        )
    client = room.client()

    with django_assert_num_queries(14):  # session, user; membership; the set-up's nine; what the sheet awaits; rules
        client.get(SETUP)


def test_kind_that_no_desk_serves_is_marked(room: Room) -> None:
    client, marked = room.client(), "No desk serves it"
    visit, advice = room.store.visit_types.order_by("position")
    assert marked not in page(client.get(SETUP)).words

    room.store.desks.get(slug="main").visit_types.set([visit])
    assert f"Advice 2 times in a row · at most 2 people {marked}" in page(client.get(SETUP)).words
    assert page(client.get(SETUP)).words.count(marked) == 1

    VisitType.objects.filter(pk=advice.pk).update(is_active=False)
    assert marked not in page(client.get(SETUP)).words
