"""The waiting room on the way to a booking: it leads there and back, and never stands before what was begun."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client

from booking import limits
from booking.models import Booking, Hold
from booking.waiting_room.door import TIMES_LET_IN
from booking.web.proof_of_work import STORE_NORMAL, check
from stores.models import Store
from tests.booking.customer.book.way import BOOK, CHOSEN, CONFIRM, DAY, DETAILS, HOLD, TEN, TYPED, booked, filled
from tests.booking.reading import Page, page
from tests.factories import NOW, make_booking, make_store

pytestmark = pytest.mark.django_db
WAIT = f"{BOOK}wait/"
MINUTE = timedelta(minutes=1)
JSON = "application/json"


@pytest.fixture(autouse=True)
def _counted_apart(settings, tmp_path) -> Iterator[None]:
    settings.RATE_LIMITS, settings.REDIS_URL, settings.DATA_DIR = True, "", tmp_path
    settings.WAITING_ROOM_PER_MINUTE = 6  # one visitor each ten seconds, and none to spare
    limits._limiter.cache_clear()
    yield
    limits._limiter.cache_clear()


@pytest.fixture
def store() -> Store:
    return make_store(has_waiting_room=True)


@pytest.fixture
def crowd(store: Store) -> None:
    """Somebody takes the entry of this moment, so that whoever comes next waits."""
    assert Client().get(BOOK).status_code == 200


def arrive(client: Client, url: str = BOOK, query: dict[str, str] | None = None) -> str:
    """Come to the way; return the address of the waiting room."""
    response = client.get(url, query or DAY)
    assert response.status_code == 303
    assert response["Location"].startswith(f"{WAIT}?")
    return str(response["Location"])


def at(moment: timedelta) -> time_machine.travel:
    return time_machine.travel(NOW + moment, tick=False)


def let_in(client: Client, room_url: str) -> Page:
    """Press the button of one whose turn it is; return the page that comes."""
    response = client.post(WAIT, page(client.get(room_url)).forms[WAIT], follow=True)
    assert response.status_code == 200
    return page(response)


def test_a_store_without_a_waiting_room_lets_everybody_in(client: Client) -> None:
    make_store()

    statuses = {client.get(BOOK, DAY).status_code for _ in range(20)}

    assert statuses == {200}
    assert "ticket" not in client.get(BOOK, DAY).content.decode()


def test_on_an_ordinary_day_nobody_sees_the_waiting_room(client: Client, store: Store) -> None:
    reference = booked(client)

    assert Booking.objects.get().reference == reference


def test_whoever_comes_in_a_rush_is_told_honestly(client: Client, store: Store, crowd: None) -> None:
    arrive(Client())
    url = arrive(client)

    response = client.get(url)

    shown = page(response)
    assert response.status_code == 200
    assert shown.title == "Many people want to book right now – Corner Shop"
    assert "1 person is before you. It takes less than a minute." in shown.words
    assert "This page renews itself. Leave it open, and nothing is lost." in shown.words
    assert "Phone the store: 05 49 24 00 39" in shown.words.replace("\N{NO-BREAK SPACE}", " ")
    assert 15 <= int(response["Refresh"]) <= 20
    assert response["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    assert not response.cookies


def test_minutes_are_told_when_there_are_many(client: Client, store: Store, crowd: None) -> None:
    for _ in range(14):
        arrive(Client())

    assert "14 people are before you. It takes about 3 minutes." in page(client.get(arrive(client))).words


def test_the_page_is_the_same_place_however_often_it_is_opened(client: Client, store: Store, crowd: None) -> None:
    url = arrive(client)
    ticket = parse_qs(urlsplit(url).query)["ticket"][0]

    again = client.get(BOOK, {**DAY, "ticket": ticket})

    assert parse_qs(urlsplit(again["Location"]).query)["ticket"] == [ticket]


def test_a_look_at_the_page_asks_the_database_one_thing(
    client: Client, store: Store, crowd: None, django_assert_num_queries
) -> None:
    url = arrive(client)

    with django_assert_num_queries(1):
        client.get(url)


def test_whose_turn_it_is_goes_on_and_books(client: Client, store: Store, crowd: None) -> None:
    url = arrive(client)
    with at(timedelta(seconds=10)):
        response = client.get(url)
        assert page(response).title == "It is your turn – Corner Shop"
        assert "You can come in until 09:10. Then you have 10 minutes to book." in page(response).words
        assert "Refresh" not in response

        times = let_in(client, url)
        arrive(Client())  # others still wait
        assert times.title == "When would you like to come? – Corner Shop"
        form = {**times.forms[HOLD], "starts_at": TEN}
        details = page(client.post(HOLD, form, follow=True))
        response = client.post(CONFIRM, {**details.forms[CONFIRM], **TYPED})

    assert response["Location"].endswith("/booked/")
    assert Booking.objects.get().name == TYPED["name"]


def test_days_and_kinds_are_looked_at_with_the_same_ticket(client: Client, store: Store, crowd: None) -> None:
    url = arrive(client)
    with at(timedelta(seconds=10)):
        times = let_in(client, url)
        other_days = [link for link in times.links if "day=" in link]

        statuses = {client.get(link).status_code for link in other_days}

    assert other_days
    assert statuses == {200}
    assert "ticket" in times.forms[f"{BOOK}#day"]


def test_a_part_of_a_page_leads_the_whole_page_to_the_waiting_room(client: Client, store: Store, crowd: None) -> None:
    response = client.get(BOOK, DAY, headers={"HX-Request": "true"})

    assert response.status_code == 200
    assert response["HX-Redirect"].startswith(WAIT)


def test_a_tap_on_a_time_waits_and_comes_back_to_that_time(client: Client, store: Store, crowd: None) -> None:
    response = client.post(HOLD, CHOSEN)
    assert response["Location"].startswith(WAIT)
    assert Hold.objects.count() == 0

    with at(timedelta(seconds=10)):
        times = let_in(client, response["Location"])

    assert times.offered[TEN]


def test_who_has_a_place_does_not_wait(client: Client, store: Store) -> None:
    form = filled(client)
    for _ in range(3):
        Client().get(BOOK)

    with at(timedelta(minutes=4)):
        response = client.post(CONFIRM, {name: value for name, value in form.items() if name != "ticket"})

    assert response["Location"].endswith("/booked/")


def test_who_typed_too_long_loses_nothing(client: Client, store: Store) -> None:
    form = filled(client)
    with at(timedelta(minutes=11)):
        Client().get(BOOK)
        response = client.post(CONFIRM, form)
        assert response["Location"].startswith(WAIT)
    with at(timedelta(minutes=12)):
        details = let_in(client, response["Location"])
        assert details.forms[CONFIRM]["name"] == TYPED["name"]
        assert client.post(CONFIRM, details.forms[CONFIRM])["Location"].endswith("/booked/")


def test_a_form_sent_again_after_it_has_booked_does_not_wait(client: Client, store: Store) -> None:
    form = filled(client)
    first = client.post(CONFIRM, form)
    with at(timedelta(minutes=11)):
        Client().get(BOOK)
        again = client.post(CONFIRM, form)

    assert again["Location"] == first["Location"]


def test_a_visit_that_is_booked_is_managed_without_waiting(client: Client, store: Store) -> None:
    reference = booked(client)
    for _ in range(3):
        Client().get(BOOK)

    paths = ("", "change/", "cancel/", "late/")

    assert {client.get(f"/b/{reference}/{path}", follow=True).status_code for path in paths} == {200}
    assert client.post(f"/b/{reference}/cancel/", follow=True).status_code == 200
    assert Booking.objects.get().status == "cancelled"


def test_before_the_opening_everybody_waits_and_chance_decides(client: Client, store: Store) -> None:
    Store.objects.update(bookings_open_at=NOW + MINUTE)
    people = [Client() for _ in range(5)]
    urls = [arrive(one) for one in people]

    early = client.get(urls[0])
    assert page(early).title == "Bookings are not open yet – Corner Shop"
    assert "They open: Monday 23 November, 09:01" in page(early).words.replace("\N{NO-BREAK SPACE}", " ")
    assert "So far 5 people wait." in page(early).words
    assert "Your number: 1" in page(early).words
    with at(MINUTE):
        late = arrive(Client())
        places = [page(client.get(url)).words for url in urls]
        assert page(client.get(late)).words.count("5 people are before you.") == 1

    assert sorted(f"your place: {place} of 5" for place in range(1, 6)) == sorted(
        next(words[at_ : at_ + len("your place: 1 of 5")] for at_ in [words.index("your place:")]) for words in places
    )


def test_the_seed_is_told_once_bookings_are_open(client: Client, store: Store) -> None:
    Store.objects.update(bookings_open_at=NOW + MINUTE)
    url = arrive(client)
    digest = client.get(url).context["standing"].draw.digest

    with at(MINUTE):
        proof = client.get(url).context["standing"].draw

    assert (proof.digest, proof.place, proof.drawn) == (digest, 1, 1)
    assert proof.seed in client.get(url).content.decode() or proof.seed


def test_a_hundred_tabs_are_no_hundred_chances(client: Client, store: Store) -> None:
    Store.objects.update(bookings_open_at=NOW + MINUTE)
    for _ in range(limits.DRAWS.amount):
        assert "Your number:" in page(client.get(arrive(Client()))).words
    url = arrive(client)

    assert "you come in after the others" in page(client.get(url)).words
    assert "Your number:" in page(Client(REMOTE_ADDR="192.0.2.7").get(arrive(Client(REMOTE_ADDR="192.0.2.7")))).words
    with at(MINUTE):
        response = client.get(url, follow=True)

    assert "11 people are before you." in page(response).words


def test_who_keeps_no_cookies_waits_and_books(store: Store, crowd: None) -> None:
    url = arrive(Client())
    with at(timedelta(seconds=10)):
        led = Client().post(WAIT, page(Client().get(url)).forms[WAIT])
        times = page(Client().get(led["Location"]))
        led = Client().post(HOLD, {**times.forms[HOLD], "starts_at": TEN})
        details = page(Client().get(led["Location"]))
        arrive(Client())  # others still wait

        response = Client().post(CONFIRM, {**details.forms[CONFIRM], **TYPED})

    assert response["Location"].endswith("/booked/")


def test_an_opening_that_is_taken_back_lets_people_in(client: Client, store: Store) -> None:
    Store.objects.update(bookings_open_at=NOW + MINUTE)
    url = arrive(client)
    Store.objects.update(bookings_open_at=None)

    assert client.get(url, follow=True).status_code == 200
    assert client.get(url, follow=True).redirect_chain[0][0].startswith(f"{BOOK}?")


def test_a_waiting_room_that_is_switched_off_is_empty(client: Client, store: Store, crowd: None) -> None:
    url = arrive(client)
    Store.objects.update(has_waiting_room=False)

    response = client.get(url, follow=True)

    assert response.status_code == 200
    assert page(response).title.startswith("When would you like to come?")
    assert "ticket" not in response.redirect_chain[0][0]


def test_a_turn_that_was_missed_is_told(client: Client, store: Store, crowd: None) -> None:
    url = arrive(client)

    with at(timedelta(minutes=11)):
        shown = page(client.get(url))

    assert shown.title == "Your turn is over – Corner Shop"
    assert "You could come in until 09:10." in shown.words
    assert "ticket" not in next(shown.links_to(f"{BOOK}?"))


def test_a_ticket_lets_in_a_few_times_and_no_crowd(client: Client, store: Store, crowd: None) -> None:
    url = arrive(client)
    with at(timedelta(seconds=10)):
        form = page(client.get(url)).forms[WAIT]
        led = [Client().post(WAIT, form)["Location"] for _ in range(TIMES_LET_IN + 2)]

        assert [one.startswith(WAIT) for one in led] == [False] * TIMES_LET_IN + [True, True]
        assert page(client.get(url)).title == "This turn has been used – Corner Shop"


def test_the_ticket_of_another_store_is_none(client: Client, store: Store, crowd: None) -> None:
    make_store("other-shop-niort", name="Other shop", has_waiting_room=True)
    url = arrive(client)
    query = parse_qs(urlsplit(url).query)

    response = client.get(f"/s/other-shop-niort/book/wait/?ticket={query['ticket'][0]}")

    assert response["Location"].startswith("/s/other-shop-niort/book/")
    assert client.get(response["Location"])["Location"] != url


@pytest.mark.parametrize("ticket", ["", "x", "A" * 300, "%00", "é"])
def test_a_forged_ticket_waits_like_everybody(client: Client, store: Store, crowd: None, ticket: str) -> None:
    assert client.get(f"{BOOK}?ticket={ticket}").status_code == 303
    assert client.get(f"{WAIT}?ticket={ticket}").status_code == 303
    assert client.post(HOLD, {**CHOSEN, "ticket": ticket})["Location"].startswith(WAIT)


def test_one_client_cannot_take_all_entries(client: Client, store: Store) -> None:
    amount = limits.WAYS_AT_STORE.amount
    for _ in range(amount):
        assert client.get(BOOK).status_code in (200, 303)

    refused = client.get(BOOK)

    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    assert Client(REMOTE_ADDR="192.0.2.7").get(BOOK).status_code == 303


def test_who_has_waited_is_not_asked_to_wait_again_before_booking(client: Client, store: Store, crowd: None) -> None:
    arrive(Client())
    url = arrive(client)
    for _ in range(STORE_NORMAL + 1):
        check({}, store.slug, now=NOW + timedelta(seconds=20))

    with at(timedelta(seconds=20)):
        times = let_in(client, url)
        details = page(client.post(HOLD, {**times.forms[HOLD], "starts_at": TEN}, follow=True))
        assert "proof_asked" not in details.forms[CONFIRM]
        assert client.post(CONFIRM, {**details.forms[CONFIRM], **TYPED})["Location"].endswith("/booked/")


def test_who_did_not_wait_is_asked_for_the_proof_as_ever(client: Client, store: Store) -> None:
    form = filled(client)
    for _ in range(STORE_NORMAL + 1):
        check({}, store.slug, now=NOW)

    assert client.post(CONFIRM, form, follow=True).status_code == 428


def test_with_a_script_the_page_is_told_once_and_asks_for_its_news(client: Client, store: Store, crowd: None) -> None:
    url = arrive(client)

    live = client.get(f"{url}&live=1")
    with at(timedelta(seconds=10)):
        told = client.get(live.context["poll_url"])
        told_again = client.get(told.context["poll_url"])

    assert "Refresh" not in live
    assert "data-hx-trigger" in live.content.decode()
    assert page(told).words.count("It is your turn") == 3  # title, heading, and what a screen reader hears
    assert page(told_again).words.count("It is your turn") == 2


@pytest.mark.parametrize(
    ("home", "words"),
    [
        ("/simple/en", "You need to do nothing."),
        ("/fr", "Cette page se met à jour toute seule."),
        ("/simple/de", "Sie müssen nichts tun."),
        ("/es", "Esta página se actualiza sola."),
        ("/ar", "تُحدَّث هذه الصفحة تلقائيًا."),
        ("/uk", "Ця сторінка оновлюється сама."),
    ],
)
def test_the_waiting_room_speaks_to_its_reader(
    client: Client, store: Store, crowd: None, home: str, words: str
) -> None:
    response = client.get(f"{home}{BOOK}", follow=True)

    assert words in page(response).words
    assert response.redirect_chain[0][0].startswith(f"{home}{WAIT}")


def test_staff_book_for_callers_without_waiting(store: Store, crowd: None) -> None:
    make_booking(store)

    assert Client().get(f"{DETAILS}?starts_at={TEN}").status_code == 303
    assert Client().get(f"/staff/{store.slug}/day/").status_code == 302  # the sign-in, not the waiting room
