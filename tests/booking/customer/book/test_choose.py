"""The choice of a time: the week and the day shown, the times on offer, in the store's own time."""

from itertools import pairwise

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from stores.models import SpecialHours, Store, StoreQuestion, VisitType
from tests.booking.customer.book.chooser_page import TUESDAY, shown, times
from tests.booking.customer.book.way import BOOK, CONFIRM, DETAILS, HOLD, TYPED, filled
from tests.booking.reading import markup, page
from tests.factories import NOW, at, make_booking, make_store

pytestmark = pytest.mark.django_db
TEN = "2026-11-24T10:00:00+01:00"


# --- The week and the day shown -------------------------------------------------------------------


def test_choose_opens_on_the_first_free_day_with_its_times(client: Client, store: Store) -> None:
    SpecialHours.objects.create(store=store, date=NOW.date())

    found = shown(client)

    assert "Today, Monday 23 November, Closed" in found.words
    assert "Tomorrow, Tuesday 24 November, 32 free times Morning" in found.words
    assert "Sunday 29 November, Closed" in found.words
    assert times(found)[0] == "09:00"
    assert [words for words in times(found)[1:] if "November" in words] == []  # the heading has said it


def test_choose_shows_a_week_with_the_free_times_of_each_day_and_a_link_to_each(client: Client, store: Store) -> None:
    found = shown(client)

    days = {link: " ".join(words.split()) for link, words in found.links.items() if "day=" in link}
    assert "23 – 29 November" in found.words
    assert days[f"{BOOK}?visit_type=visit&party_size=1&day=2026-11-25#day"].endswith(
        "Wednesday 25 November, 32 free times"
    )
    assert len([link for link in days if "#day" in link]) == 6  # Sunday is closed


def test_choose_shows_the_very_day_that_was_asked_for(client: Client, store: Store) -> None:
    found = shown(client, day="2026-11-26")

    assert "Thursday 26 November, 32 free times Morning" in found.words
    assert times(found)[0] == "09:00"
    assert "Next: Friday 27 November, 32 free times" in found.words


def test_choose_says_only_what_is_scarce(client: Client, store: Store) -> None:
    make_booking(store)

    found = shown(client, day=TUESDAY)

    assert "10:00, last place" in times(found)
    assert "10:15" in times(found)
    assert "places left" not in found.words


@pytest.mark.parametrize("from_date", ["", "2026-11-30"])
def test_choose_offers_the_first_free_time_of_all_in_later_weeks(client: Client, store: Store, from_date: str) -> None:
    found = shown(client, **{"from": from_date} if from_date else {})

    assert ("Earliest: Today, Monday 23 November" in found.words or "Earliest: Monday 23 November" in found.words) is (
        bool(from_date)
    )


def test_choose_shows_the_notice_of_the_store_beneath_the_times(client: Client) -> None:
    make_store(notice="Please ring twice.")

    found = shown(client)

    assert found.words.index("Morning") < found.words.index("Please ring twice.")


def test_choose_pages_through_weeks_up_to_the_horizon_and_back(client: Client, store: Store) -> None:
    address, seen = f"{BOOK}?visit_type=visit", []
    while address:
        found = page(client.get(address.partition("#")[0]))
        seen.append((address.rpartition("from=")[2].removesuffix("#day"), found))
        address = next((link for link, text in found.links.items() if "Later days" in text), "")

    weeks = [first for first, _ in seen][1:]
    assert weeks == ["2026-11-30", "2026-12-07", "2026-12-14", "2026-12-21"]
    for (before, _), (_, after) in pairwise(seen[1:]):
        assert any(f"from={before}" in link for link, text in after.links.items() if "Earlier days" in text)


@pytest.mark.parametrize("day", ["2000-01-01", "2026-11-01", "2026-12-31", "2999-12-31"])
@pytest.mark.parametrize("name", ["from", "day"])
def test_choose_a_day_out_of_reach_shows_what_can_be_booked(client: Client, store: Store, name: str, day: str) -> None:
    assert len(times(shown(client, **{name: day}))) > 1


# --- The wish -------------------------------------------------------------------------------------


def test_choose_for_a_party_leaves_out_times_with_too_few_places(client: Client, store: Store) -> None:
    make_booking(store)

    alone, together = (shown(client, day=TUESDAY, party_size=size) for size in ("1", "2"))

    assert TEN in alone.offered
    assert TEN not in together.offered
    assert together.forms[HOLD]["party_size"] == "2"


def test_choose_tells_visits_by_phone_and_by_video_apart(client: Client, store: Store) -> None:
    VisitType.objects.filter(slug="advice").update(mode="video")
    VisitType.objects.create(store=store, slug="call", name="A call", mode="phone", position=2)

    found = shown(client)

    assert "Visit, 15 min" in found.words
    assert "Advice by video, 30 min" in found.words
    assert "A call by phone, 15 min" in found.words


@pytest.mark.parametrize(("count", "is_row"), [(2, True), (3, True), (4, False)])
def test_choose_offers_a_few_kinds_of_visit_in_a_row_and_many_in_a_form(
    client: Client, store: Store, count: int, is_row: bool
) -> None:
    for number in range(3, count + 1):
        VisitType.objects.create(store=store, slug=f"kind-{number}", name=f"Kind {number}", position=number)
    VisitType.objects.filter(store=store, slug="advice").update(max_party_size=1)

    found = page(client.get(BOOK, {"visit_type": "visit", "party_size": "2"}))

    in_row = [link for link, words in found.links.items() if " min" in words]
    assert (len(in_row) == count) is is_row
    assert (f"{BOOK}?visit_type=advice&party_size=1" in in_row) is is_row  # as many people as may come for it
    assert ("What is your visit for? Visit, 15 minutes" in found.words) is not is_row
    assert times(found)  # of the first kind, whatever is asked


def test_choose_asks_whom_to_see_only_where_the_store_offers_it(client: Client) -> None:
    make_store(desks=("ada", "bea"), offers_desk_choice=True)
    make_store("coach-niort", desks=("ada", "bea"))
    make_store("alone-niort", desks=("ada",), offers_desk_choice=True)

    offered, not_offered, alone = (
        page(client.get(f"/s/{slug}/book/?visit_type=visit")).words
        for slug in ("corner-shop-niort", "coach-niort", "alone-niort")
    )

    assert "Who would you like to see? Anyone Ada Bea" in offered
    assert "Who would you like to see?" not in not_offered
    assert "Who would you like to see?" not in alone


def test_choose_whom_to_see_shows_the_times_of_this_one(client: Client) -> None:
    taken = make_booking(make_store(desks=("ada", "bea"), offers_desk_choice=True), party_size=2).desk.slug
    other = {"ada": "bea", "bea": "ada"}[taken]

    anyone, full, free = (shown(client, day=TUESDAY, desk=desk) for desk in ("", taken, other))

    assert "10:00" in times(anyone)
    assert TEN not in full.offered
    assert "10:00" in times(free)
    assert free.forms[HOLD]["desk"] == other
    assert all(f"desk={other}" in link for link in free.links if "day=" in link and link.startswith(BOOK))
    assert f"2 people · {other.title()}" in page(client.get(BOOK, {"desk": other, "party_size": "2"})).words


# --- Going on -------------------------------------------------------------------------------------


def test_choose_has_one_form_that_keeps_a_time(client: Client, store: Store) -> None:
    found = shown(client)

    assert found.forms[HOLD] == {"visit_type": "visit", "party_size": "1"}
    response = client.post(HOLD, {**found.forms[HOLD], "starts_at": TEN})
    assert response["Location"].startswith(f"{DETAILS}?visit_type=visit&party_size=1&starts_at=2026-11-24T10")


def test_choose_another_time_opens_on_the_day_chosen_before_and_loses_nothing(client: Client, store: Store) -> None:
    typed = filled(client)

    found = page(client.post(BOOK, typed, follow=True))

    assert "Tomorrow, Tuesday 24 November" in found.words
    key = typed["idempotency_key"]
    other_day = f"{BOOK}?visit_type=visit&party_size=1&form={key}&day=2026-11-26#day"
    next_page = page(client.get(next(link for link in found.links if link == other_day)))
    assert "Thursday 26 November, 32 free times Morning" in next_page.words
    sent = {**next_page.forms[HOLD], "starts_at": "2026-11-26T10:00:00+01:00"}
    again = page(client.post(HOLD, sent, follow=True)).forms[CONFIRM]
    assert {name: again[name] for name in TYPED} == TYPED
    assert again["idempotency_key"] == key


def test_choose_updated_in_place_moves_the_focus_to_the_day_or_says_what_came_of_a_wish(
    client: Client, store: Store
) -> None:
    first = markup(client.get(BOOK))
    day = markup(client.get(BOOK, headers={"HX-Request": "true"}))
    wish = markup(client.get(BOOK, headers={"HX-Request": "true", "HX-Trigger": "wish"}))

    assert "autofocus" not in first
    assert '<h3 id="day" tabindex="-1" autofocus>' in day
    assert "autofocus" not in wish
    assert 'role="status"></p>' in day
    assert 'role="status">Today, Monday 23\xa0November: ' in wish


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
        ({"day": "\0"}, 400, "This day does not exist."),
        ({"day": "2027-02-30"}, 400, "This day does not exist."),
    ],
)
def test_choose_with_bad_input_says_so_and_stays_usable(
    client: Client, store: Store, query: dict[str, str], status: int, words: str
) -> None:
    response = client.get(BOOK, query)

    assert response.status_code == status
    assert words in page(response).words
    assert page(response).title.startswith("Error:")
    assert times(page(response))


# --- What it costs --------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_choose_asks_the_database_as_often_for_any_number_of_desks_and_bookings(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    store = make_store(desks=("ada", "bea", "cleo")[:count], offers_desk_choice=True)
    StoreQuestion.objects.create(store=store, text="Which floor?", kind="text", position=0)
    for number in range(count):
        make_booking(store, starts_at=at(10, 15 * number), phone=f"+3361234560{number}")

    with django_assert_num_queries(3):  # the store, holds that have run out, the slots of this week
        client.get(BOOK, {"visit_type": "visit"})
    with django_assert_num_queries(4):  # and the slots of another week
        client.get(BOOK, {"visit_type": "visit", "from": "2026-12-07"})


# --- Clocks ---------------------------------------------------------------------------------------


def test_choose_tells_the_two_hours_of_a_clock_change_apart(client: Client) -> None:
    make_store(hours=((at(1).time(), at(4).time()),), days=(6,))

    with time_machine.travel(at(12, day=20, month=10), tick=False):
        found = shown(client)

    assert "02:00 (CEST)" in times(found)
    assert "02:00 (CET)" in times(found)
    assert "Sunday 25 October, 16 free times" in found.words


def test_choose_shows_the_stores_own_time_wherever_it_is(client: Client) -> None:
    make_store(time_zone="Australia/Lord_Howe", country="AU")

    found = shown(client)

    assert "Tuesday 24 November, 32 free times Morning 09:00" in found.words
    assert "All times are the store's own (Australia/Lord_Howe)." in found.words
    assert next(value for value in found.offered if value) == "2026-11-24T09:00:00+11:00"
