"""Days and weeks without a free time: the page leads on, and a closed day says so."""

from datetime import timedelta

import pytest
from django.test import Client

from stores.models import SpecialHours, Store, VisitType
from tests.booking.customer.book.chooser_page import NARROW, TUESDAY, fill, shown
from tests.booking.customer.book.way import BOOK
from tests.booking.reading import page
from tests.factories import NOW, at, make_booking, make_store

pytestmark = pytest.mark.django_db


def test_choose_a_closed_day_says_so_and_leads_on(client: Client, store: Store) -> None:
    found = shown(client, day="2026-11-29")

    assert "Sunday 29 November, Closed" in found.words
    assert "Look at later days" in found.words


def test_choose_counts_free_times_and_leads_to_full_days(client: Client) -> None:
    store = make_store(capacity=1, hours=NARROW)
    make_booking(store, starts_at=at(9))
    before = shown(client).words
    make_booking(store, starts_at=at(9, 15), phone="+33612345609")

    after = shown(client)
    full = shown(client, day=TUESDAY)

    assert "Tomorrow, Tuesday 24 November, 1 free time" in before
    assert "Tomorrow, Tuesday 24 November, Full" in after.words
    assert any("day=2026-11-24#day" in link for link in after.links)
    assert full.words.count("Tomorrow, Tuesday 24 November, Full") == 2
    assert "Next: Wednesday 25 November, 2 free times" in full.words
    wait = "/s/corner-shop-niort/wait/?visit_type=visit&party_size=1&from=2026-11-24&to=2026-11-24"
    assert full.links[wait] == "Join the waiting list for this day"
    assert client.get(wait).status_code == 200


def test_choose_without_a_free_time_leads_to_every_other_way(client: Client) -> None:
    make_store(hours=(), days=())
    make_store("near-niort", name="Near Shop", latitude=46.33)

    found = shown(client)

    assert "No time is free for now." in found.words
    assert "05 49 24 00 39" in found.links["tel:+33549240039"]
    assert "Near Shop 1.1 km away, free Monday 23 November, 11:45" in found.words
    assert "/s/corner-shop-niort/#hours" in found.links


def test_choose_a_week_without_a_free_time_leads_to_the_next(client: Client, store: Store) -> None:
    for day in range(7):
        SpecialHours.objects.create(store=store, date=NOW.date() + timedelta(days=7 + day))

    found = shown(client, **{"from": "2026-11-30"})

    assert "No time is free on these days." in found.words
    assert "Earliest: Monday 23 November" in found.words
    assert "Next: Monday 7 December, 32 free times" in found.words


def test_choose_skips_weeks_without_a_free_time(client: Client, store: Store) -> None:
    for day in range(9):
        SpecialHours.objects.create(store=store, date=NOW.date() + timedelta(days=day))

    found = shown(client)

    assert "Earliest: Wednesday 2 December, 09:00" in found.words
    assert "Monday 30 November, Closed" in found.words


def test_choose_a_week_of_full_days_shows_the_first_of_them(client: Client) -> None:
    store = make_store(capacity=1, hours=NARROW, days=(1, 2), minimum_notice_minutes=0)
    fill(store, 24, 25)

    found = shown(client, **{"from": "2026-11-23"})

    assert found.words.count("Tomorrow, Tuesday 24 November, Full") == 2
    assert "Next: Tuesday 1 December, 2 free times" in found.words


def test_choose_at_a_store_without_visits_leads_to_its_hours(client: Client, store: Store) -> None:
    VisitType.objects.filter(store=store).update(is_active=False)

    found = page(client.get(BOOK))

    assert "Visits cannot be booked here for now" in found.words
    assert "/s/corner-shop-niort/" in found.links
