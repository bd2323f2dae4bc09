"""The way to a time in the simple version: each page asks one question, and its address says what was answered."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from stores.models import Store, VisitType
from tests.booking.customer.book.chooser_page import NARROW, TUESDAY, fill, times
from tests.booking.customer.book.way import BOOK
from tests.booking.reading import Page, page
from tests.factories import at, make_store

pytestmark = pytest.mark.django_db
SIMPLE = f"/simple{BOOK}"


def asked(client: Client, **query: str) -> Page:
    response = client.get(SIMPLE, query)
    assert response.status_code == 200
    return page(response)


def follow(client: Client, found: Page, words: str) -> Page:
    """Press the answer that says this."""
    link = next(link for link, text in found.links.items() if " ".join(text.split()) == words)
    return page(client.get(link))


def test_kind_day_part_and_time_are_asked_on_a_page_each(client: Client, store: Store) -> None:
    kind = asked(client)
    day = follow(client, kind, "Visit")
    part = follow(client, day, "Tomorrow, Tuesday 24 November")
    time = follow(client, part, "Morning, 09:00 – 11:45")

    titles = [one.title.partition(" – ")[0] for one in (kind, day, part, time)]
    assert titles == [
        "Why do you come?", "Which day do you come?", "Which part of the day?", "What time do you come?",
    ]  # fmt: skip
    assert [times(one) for one in (kind, day, part)] == [[], [], []]
    assert times(time)[0] == "09:00"
    assert times(time)[-1] == "11:45"
    assert "Tomorrow, Tuesday 24 November · Morning" in time.words


def test_each_page_leads_back_to_the_one_before(client: Client, store: Store) -> None:
    time = asked(client, visit_type="visit", day=TUESDAY, part="evening")

    part = follow(client, time, "Back")
    day = follow(client, part, "Back")

    assert part.title.startswith("Which part of the day?")
    assert day.title.startswith("Which day do you come?")
    assert "/simple/s/corner-shop-niort/" in day.links


def test_a_day_with_times_in_one_part_alone_is_not_asked_for_its_part(client: Client) -> None:
    make_store(hours=NARROW)

    found = asked(client, visit_type="visit", day=TUESDAY)

    assert found.title.startswith("What time do you come?")
    assert times(found) == ["09:00", "09:15"]


def test_a_store_with_one_kind_of_visit_asks_for_the_day_first(client: Client, store: Store) -> None:
    VisitType.objects.filter(slug="advice").delete()

    assert asked(client).title.startswith("Which day do you come?")


def test_people_and_desk_are_asked_on_wish_and_lead_to_the_days(client: Client) -> None:
    make_store(desks=("ada", "bea"), offers_desk_choice=True)
    days = asked(client, visit_type="visit")

    two = follow(client, asked(client, visit_type="visit", ask="people"), "2")
    ada = follow(client, asked(client, visit_type="visit", ask="desk", party_size="2"), "Ada")

    assert "1 person Change" in days.words
    assert "Anyone Change" in days.words
    assert "2 people Change" in two.words
    assert "2 people Change" in ada.words
    assert "Ada Change" in ada.words


def test_a_full_day_offers_the_waiting_list(client: Client) -> None:
    fill(make_store(hours=NARROW, capacity=1), 24)
    days = asked(client, visit_type="visit")

    found = follow(client, days, "Tomorrow, Tuesday 24 November, Full")

    assert "Full" in found.words
    assert "Join the waiting list for this day" in found.words
    assert times(found) == []


@pytest.mark.parametrize("query", [{"part": "nonsense"}, {"part": "\0"}, {"ask": "nonsense"}, {"part": ""}])
def test_an_answer_that_cannot_be_read_is_asked_again(client: Client, store: Store, query: dict[str, str]) -> None:
    found = asked(client, visit_type="visit", day=TUESDAY, **query)

    assert found.title.startswith("Which part of the day?")


def test_the_time_chosen_before_opens_its_part(client: Client, store: Store) -> None:
    found = asked(client, visit_type="visit", starts_at=at(15).isoformat())

    assert found.title.startswith("What time do you come?")
    assert times(found)[0] == "14:00"


@pytest.mark.parametrize("count", [1, 3])
def test_each_question_costs_as_little_as_the_whole_page(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    make_store(desks=("ada", "bea", "cleo")[:count], offers_desk_choice=True)

    for query in ({}, {"visit_type": "visit"}, {"visit_type": "visit", "day": TUESDAY, "part": "morning"}):
        with django_assert_num_queries(3):  # the store, holds that have run out, the slots of this week
            client.get(SIMPLE, query)
