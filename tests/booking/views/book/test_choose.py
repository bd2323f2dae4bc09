from datetime import timedelta
from urllib.parse import quote

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from stores.models import SpecialHours, Store, VisitType
from tests.booking.views.book.way import BOOK
from tests.booking.views.reading import page
from tests.factories import NOW, at, make_booking, make_store

pytestmark = pytest.mark.django_db


def test_choose_opens_on_the_first_free_day_with_the_earliest_time_on_top(client: Client, store: Store) -> None:
    SpecialHours.objects.create(store=store, date=NOW.date())

    response = client.get(BOOK, {"visit_type": "visit"})

    assert response.status_code == 200
    text = response.content.decode()
    assert "Earliest: Tuesday 24 November, 09:00" in page(response).words
    assert "Today, Monday 23 November Closed" in page(response).words
    assert text.count("<details open>") == 1
    assert text.index("<details open>") < text.index("Tomorrow, Tuesday 24 November")
    assert "Sunday 29 November Closed" in page(response).words


def test_choose_shows_each_time_as_a_sentence_with_its_places(client: Client, store: Store) -> None:
    make_booking(store)

    shown = page(client.get(BOOK, {"visit_type": "visit"}))

    links = {" ".join(text.split()) for text in shown.links.values()}
    assert "Tuesday 24 November, 10:00, last place" in links
    assert "Tuesday 24 November, 10:15, 2 places left" in links


def test_choose_counts_free_times_and_names_full_days(client: Client) -> None:
    store = make_store(capacity=1, hours=((at(9).time(), at(9, 30).time()),))
    make_booking(store, starts_at=at(9))

    before = page(client.get(BOOK, {"visit_type": "visit"})).words
    make_booking(store, starts_at=at(9, 15), phone="+33612345609")
    after = page(client.get(BOOK, {"visit_type": "visit"})).words

    assert "Tomorrow, Tuesday 24 November 1 free time" in before
    assert "Tomorrow, Tuesday 24 November Full" in after


def test_choose_without_a_free_time_says_what_to_do(client: Client) -> None:
    make_store(hours=(), days=())

    shown = page(client.get(BOOK, {"visit_type": "visit"}))

    assert "No time is free for now." in shown.words
    assert "Or phone the store: 05 49 24 00 39" in shown.words


def test_choose_a_week_without_a_free_time_leads_to_the_next(client: Client, store: Store) -> None:
    for day in range(7):
        SpecialHours.objects.create(store=store, date=NOW.date() + timedelta(days=7 + day))

    shown = page(client.get(BOOK, {"visit_type": "visit", "from": "2026-11-30"}))

    assert "No time is free on these days." in shown.words
    assert "Earliest: Monday 23 November" in shown.words


def test_choose_skips_weeks_without_a_free_time(client: Client, store: Store) -> None:
    for day in range(9):
        SpecialHours.objects.create(store=store, date=NOW.date() + timedelta(days=day))

    shown = page(client.get(BOOK, {"visit_type": "visit"}))

    assert "Earliest: Wednesday 2 December, 09:00" in shown.words
    assert "Monday 30 November Closed" in shown.words


def test_choose_pages_through_weeks_up_to_the_horizon(client: Client, store: Store) -> None:
    address, seen = f"{BOOK}?visit_type=visit", []
    while address:
        shown = page(client.get(address))
        seen.append(address.rpartition("from=")[2])
        address = next((link for link, text in shown.links.items() if "Later days" in text), "")

    assert seen[1:] == ["2026-11-30", "2026-12-07", "2026-12-14", "2026-12-21"]


def test_choose_for_a_party_leaves_out_times_with_too_few_places(client: Client, store: Store) -> None:
    make_booking(store)

    alone = page(client.get(BOOK, {"visit_type": "visit", "party_size": "1"}))
    together = page(client.get(BOOK, {"visit_type": "visit", "party_size": "2"}))

    wanted = quote("2026-11-24T10:00:00+01:00", safe="")
    assert list(alone.links_to(wanted))
    assert not list(together.links_to(wanted))


def test_choose_at_a_store_without_visits_leads_to_its_hours(client: Client, store: Store) -> None:
    VisitType.objects.filter(store=store).update(is_active=False)

    shown = page(client.get(BOOK))

    assert "Visits cannot be booked here for now" in shown.words
    assert "/s/corner-shop-niort/" in shown.links


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ({"visit_type": "haircut"}, 404, "This store does not offer this kind of visit."),
        ({"visit_type": "a\0b"}, 404, "This store does not offer this kind of visit."),
        ({"party_size": "9"}, 409, "This is too many people for one visit."),
        ({"party_size": "9" * 5000}, 400, "Say how many people will come."),
        ({"party_size": "0"}, 400, "Say how many people will come."),
        ({"party_size": "-1"}, 400, "Say how many people will come."),
        ({"party_size": "²"}, 400, "Say how many people will come."),
        ({"from": "2027-02-30"}, 400, "This day does not exist."),
        ({"from": "tomorrow"}, 400, "This day does not exist."),
        ({"from": "0001-01-01"}, 400, "This day does not exist."),
        ({"from": "9999-12-31"}, 400, "This day does not exist."),
        ({"from": "\0"}, 400, "This day does not exist."),
    ],
)
def test_choose_with_bad_input_says_so_and_stays_usable(
    client: Client, store: Store, query: dict[str, str], status: int, words: str
) -> None:
    response = client.get(BOOK, query)

    assert response.status_code == status
    assert words in page(response).words
    assert page(response).title.startswith("Error:")
    assert list(page(response).links_to("starts_at="))


@pytest.mark.parametrize("day", ["2000-01-01", "2026-11-01", "2026-12-31", "2999-12-31"])
def test_choose_from_a_day_out_of_reach_shows_what_can_be_booked(client: Client, store: Store, day: str) -> None:
    response = client.get(BOOK, {"visit_type": "visit", "from": day})

    assert response.status_code == 200
    assert list(page(response).links_to("starts_at="))


@pytest.mark.parametrize("count", [1, 3])
def test_choose_asks_the_database_as_often_for_any_number_of_bookings(
    client: Client, store: Store, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for number in range(count):
        make_booking(store, starts_at=at(10, 15 * number), phone=f"+3361234560{number}")

    with django_assert_num_queries(5):  # rules, the store, and the three statements of availability
        client.get(BOOK, {"visit_type": "visit"})


def test_choose_tells_the_two_hours_of_a_clock_change_apart(client: Client) -> None:
    make_store(hours=((at(1).time(), at(4).time()),), days=(6,))

    with time_machine.travel(at(12, day=20, month=10), tick=False):
        shown = page(client.get(BOOK, {"visit_type": "visit"}))

    assert "Sunday 25 October, 02:00 (CEST), 2 places left" in shown.words
    assert "Sunday 25 October, 02:00 (CET), 2 places left" in shown.words
    assert "Sunday 25 October 16 free times" in shown.words


def test_choose_shows_the_stores_own_time_wherever_it_is(client: Client) -> None:
    make_store(time_zone="Australia/Lord_Howe", country="AU")

    shown = page(client.get(BOOK, {"visit_type": "visit"}))

    assert "Earliest: Tuesday 24 November, 09:00" in shown.words
    assert "All times are the store's own (Australia/Lord_Howe)." in shown.words
    assert next(shown.links_to("starts_at=")).endswith(quote("2026-11-24T09:00:00+11:00", safe=""))
