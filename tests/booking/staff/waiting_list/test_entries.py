from datetime import datetime

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from booking.bookings.lifecycle import cancel_booking
from booking.models import Booking, Hold, WaitingListEntry
from booking.waiting_list.offers import offer_places
from booking.who import Who
from stores.models import Desk, Role, Store
from tests.booking.reading import page
from tests.booking.staff.staff_room import SESSIONS_IN_DATABASE
from tests.factories import at, make_store, make_user
from tests.waiters import make_waiting

LIST = "/staff/corner-shop-niort/waiting/"
JOIN = f"{LIST}join/"


@pytest.fixture
def staff(store: Store) -> Client:
    client = Client()
    client.force_login(make_user("staff", store=store, role=Role.STAFF))
    return client


def filled(staff: Client, **typed: str) -> dict[str, str]:
    return {**page(staff.get(JOIN)).forms[JOIN], "name": "Dora Test", "phone": "06 12 34 56 09", **typed}


def test_empty_list_says_how_it_fills(staff: Client) -> None:
    assert "Nobody waits." in page(staff.get(LIST)).words


def test_list_shows_who_waits_in_their_order(staff: Client, offered: WaitingListEntry) -> None:
    make_waiting(offered.store, name="Cleo Test", phone="+33549240039")

    words = page(staff.get(LIST)).words.replace("\N{NO-BREAK SPACE}", " ")

    assert words.index("1 Bea Test Place offered") < words.index("2 Cleo Test No messages: please phone")
    assert "Tuesday 24 November, 10:00, kept until 09:30" in words
    assert "06 12 34 56 07 · bea@example.org · since Monday 23 November, 09:00 · 1 offer so far" in words


@pytest.mark.parametrize(
    ("email", "now", "says_so"),
    [
        ("", at(5, 18), True),
        ("bea@example.org", at(5, 18), False),
        ("", at(8, 1), False),
        ("", at(22, day=23), True),
    ],
)
def test_place_offered_at_night_to_a_phone_alone_says_that_no_text_goes(
    staff: Client, full: Booking, clock: time_machine.Traveller, email: str, now: datetime, says_so: bool
) -> None:
    make_waiting(full.store, phone="+33612345607", email=email)
    clock.move_to(now)
    cancel_booking(booking_id=full.pk, who=Who.customer(now))
    assert offer_places(store_id=full.store_id, now=now) == 1
    staff.force_login(User.objects.get(username="staff"))

    words = page(staff.get(LIST)).words

    assert "Place offered" in words
    assert ("no text at night, texts again from 08:00" in words) is says_so


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_the_same_however_many_wait(staff: Client, store: Store, settings: Settings, count: int) -> None:
    settings.SESSION_ENGINE = SESSIONS_IN_DATABASE
    for _ in range(count):
        make_waiting(store, phone="+33549240039" if not count else None)

    with CaptureQueriesContext(connection) as queries:
        staff.get(LIST)

    assert len(queries) == 4  # session, user, membership, list


def test_taking_somebody_off_gives_their_place_on(staff: Client, offered: WaitingListEntry) -> None:
    response = staff.post(f"{LIST}{offered.reference}/leave/")

    assert (response.status_code, response["Location"]) == (303, LIST)
    offered.refresh_from_db()
    assert (offered.status, offered.name) == ("left", "")
    assert not Hold.objects.exists()
    assert staff.get(f"{LIST}{offered.reference}/leave/").status_code == 405


def test_nobody_of_another_store_is_taken_off(staff: Client) -> None:
    entry = make_waiting(make_store("other-shop"))

    assert staff.post(f"{LIST}{entry.reference}/leave/").status_code == 404
    entry.refresh_from_db()
    assert entry.status == "waiting"


def test_caller_joins_once(staff: Client, full: Booking) -> None:
    form = filled(staff)

    for _ in range(2):
        response = staff.post(JOIN, form)
        assert (response.status_code, response["Location"]) == (303, LIST)

    entry = WaitingListEntry.objects.get()
    assert (entry.name, entry.phone, entry.source) == ("Dora Test", "+33612345609", "phone")


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [
        ({"name": ""}, 400, "Enter a name."),
        ({"phone": ""}, 400, "Enter a phone number or an e-mail address."),
        ({"to": "2026-11-01"}, 400, "The last day must not be before the first."),
        ({"visit_type": "nope"}, 400, "This store does not offer this kind of visit."),
        ({"party_size": "9"}, 409, "This is too many people for one visit."),
        ({"from": "2026-11-29", "to": "2026-11-29"}, 409, "The store takes no visits on these days."),
    ],
)
def test_what_cannot_be_is_told(staff: Client, store: Store, typed: dict[str, str], status: int, words: str) -> None:
    response = staff.post(JOIN, filled(staff, **typed))

    assert response.status_code == status
    assert words in page(response).words
    assert not WaitingListEntry.objects.exists()


def test_caller_with_a_landline_is_phoned(staff: Client, full: Booking) -> None:
    staff.post(JOIN, filled(staff, phone="05 49 24 00 39"))

    assert "Dora Test No messages: please phone" in page(staff.get(LIST)).words


def test_the_wished_language_goes_with_the_entry_where_desks_speak_some(
    staff: Client, store: Store, full: Booking
) -> None:
    assert "id_language" not in page(staff.get(JOIN)).ids
    Desk.objects.filter(store=store).update(languages="fr,ar")

    staff.post(JOIN, filled(staff, language="ar"))

    assert WaitingListEntry.objects.get().language == "ar"
    shown = page(staff.get(LIST))
    assert "asks to speak العربية" in shown.words
    book = next(link for link in shown.links if "day/book/" in link)
    assert '<option value="ar" selected>' in staff.get(book).content.decode()


def test_a_language_that_nobody_speaks_for_this_kind_is_named(staff: Client, store: Store, full: Booking) -> None:
    advice = store.visit_types.get(slug="advice")
    desk = Desk.objects.create(store=store, slug="second", name="Second", capacity=1, position=5, languages="uk")
    desk.visit_types.add(advice)

    answer = staff.post(JOIN, filled(staff, language="uk"))

    assert answer.status_code == 400
    shown = page(answer)
    assert "Nobody speaks this language there." in shown.links["#id_language"]
    assert shown.forms[JOIN]["name"] == "Dora Test"
    assert not WaitingListEntry.objects.exists()


def test_day_leads_to_the_list(staff: Client) -> None:
    assert LIST in page(staff.get("/staff/corner-shop-niort/day/")).links
