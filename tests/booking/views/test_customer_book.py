from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from booking import limits
from booking.models import Booking
from booking.services.bookings import cancel
from stores.models import SpecialHours, Store, VisitType
from tests.booking.views.reading import Page, page
from tests.factories import NOW, at, make_booking, make_store

pytestmark = pytest.mark.django_db

BOOK = "/s/corner-shop-niort/book/"
DETAILS = f"{BOOK}details/"
CHECK = f"{BOOK}check/"
CONFIRM = f"{BOOK}confirm/"
TYPED = {"name": "Ada Test", "phone": "06 12 34 56 02", "email": "", "note": "Second floor"}


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def store() -> Store:
    return make_store()


def details_url(starts_at: str = "2026-11-24T10:00:00+01:00", visit_type: str = "visit") -> str:
    return f"{DETAILS}?visit_type={visit_type}&party_size=1&starts_at={quote(starts_at)}"


def checked(client: Client, **typed: str) -> Page:
    """Go from the details to the check page."""
    form = page(client.get(details_url())).forms[CHECK]
    response = client.post(CHECK, {**form, **TYPED, **typed})
    assert response.status_code == 200
    return page(response)


# --- Choose ---------------------------------------------------------------------------------------


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


# --- Details --------------------------------------------------------------------------------------


def test_details_asks_four_things_and_says_why(client: Client, store: Store) -> None:
    response = client.get(details_url())

    text = response.content.decode()
    assert 'autocomplete="name"' in text
    assert 'autocomplete="tel"' in text
    assert 'autocomplete="email"' in text
    typed = {"name", "phone", "email", "note"}
    hidden = {"csrfmiddlewaretoken", "visit_type", "party_size", "starts_at", "idempotency_key"}
    assert set(page(response).forms[CHECK]) == typed | hidden
    assert "Tuesday 24 November, 10:00" in page(response).words
    assert "So that the store knows who is coming." in page(response).words


@pytest.mark.parametrize(
    ("starts_at", "status"),
    [
        ("2026-11-24T10:00:00", 400),  # whose clock?
        ("2027-02-30T10:00:00+01:00", 400),
        ("0001-01-01T00:00:00+01:00", 400),
        ("9999-12-31T23:59:59-12:00", 400),
        ("now", 400),
        ("\0", 400),
        ("2026-11-24T10:01:00+01:00", 409),  # no slot
        ("2026-11-24T13:00:00+01:00", 409),  # closed
        ("2026-11-22T10:00:00+01:00", 409),  # past
        ("2026-11-23T09:15:00+01:00", 409),  # too soon
        ("2027-03-28T02:30:00+01:00", 409),  # shown by no clock
        ("2999-12-31T10:00:00+01:00", 409),
    ],
)
def test_details_for_a_time_that_cannot_be_had_shows_times_instead(
    client: Client, store: Store, starts_at: str, status: int
) -> None:
    response = client.get(details_url(starts_at))

    assert response.status_code == status
    assert page(response).title.startswith("Error:")
    assert list(page(response).links_to("starts_at="))


def test_details_without_a_time_asks_for_one(client: Client, store: Store) -> None:
    assert "When would you like to come?" in page(client.get(DETAILS)).words


def test_details_for_a_full_time_offers_the_three_nearest(client: Client) -> None:
    store = make_store(capacity=1)
    make_booking(store)

    response = client.get(details_url())

    assert response.status_code == 409
    words = page(response).words
    assert "This time has just been taken." in words
    assert "The nearest free times Tuesday 24 November, 09:30, last place Tuesday 24 November, 09:45" in words


# --- Check ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "words", "field"),
    [
        ({"name": ""}, "Enter a name.", "id_name"),
        ({"name": "\0\x07"}, "Enter a name.", "id_name"),
        ({"name": "x" * 121}, "This is too long. Please shorten it.", "id_name"),
        ({"phone": ""}, "Enter a phone number or an e-mail address.", "id_phone"),
        ({"phone": "12"}, "Enter a phone number such as 06 12 34 56 78.", "id_phone"),
        ({"phone": "0899 70 00 00"}, "This number costs extra to reach.", "id_phone"),
        ({"phone": "1" * 5000}, "This is too long. Please shorten it.", "id_phone"),
        ({"email": "ada@"}, "Enter an e-mail address such as name@example.org.", "id_email"),
        ({"email": "ada@example.org\r\nBcc: x@example.org"}, "Enter an e-mail address", "id_email"),
        ({"note": "x" * 501}, "This is too long. Please shorten it.", "id_note"),
    ],
)
def test_check_refuses_bad_details_and_keeps_what_was_typed(
    client: Client, store: Store, typed: dict[str, str], words: str, field: str
) -> None:
    form = page(client.get(details_url())).forms[CHECK]
    sent = {**form, **TYPED, **typed}

    response = client.post(CHECK, sent)

    assert response.status_code == 400
    shown = page(response)
    assert shown.title.startswith("Error:")
    assert words in shown.links[f"#{field}"]
    assert field in shown.ids
    assert shown.forms[CHECK]["idempotency_key"] == form["idempotency_key"]
    for name in ("name", "phone", "email", "note"):
        # Parsers turn line ends into one character, and never show NUL.
        expected = sent[name].replace("\r\n", "\n").replace("\0", "")
        assert shown.forms[CHECK][name].replace("\r\n", "\n").replace("\0", "") == expected


def test_check_names_every_error_at_once(client: Client, store: Store) -> None:
    response = client.post(CHECK, page(client.get(details_url())).forms[CHECK])

    assert {"#id_name", "#id_phone"} <= set(page(response).links)


def test_check_shows_everything_and_books_nothing(client: Client, store: Store) -> None:
    shown = checked(client)

    assert "Tuesday 24 November, 10:00" in shown.words
    assert "Ada Test" in shown.words
    assert "06 12 34 56 02" in shown.words
    assert "Second floor" in shown.words
    assert Booking.objects.count() == 0


def test_check_says_when_a_number_cannot_be_texted(client: Client, store: Store) -> None:
    shown = checked(client, phone="05 49 24 00 39")

    assert "This number cannot receive text messages." in shown.words


def test_check_leads_back_with_all_that_was_typed(client: Client, store: Store) -> None:
    shown = checked(client)

    details = page(client.post(DETAILS, shown.forms[DETAILS]))

    assert {name: details.forms[CHECK][name] for name in TYPED} == TYPED
    assert details.forms[CHECK]["idempotency_key"] == shown.forms[CONFIRM]["idempotency_key"]


def test_another_time_is_chosen_without_typing_again(client: Client, store: Store) -> None:
    shown = checked(client)

    times = page(client.post(BOOK, shown.forms[DETAILS]))
    button = next(button for button in times.buttons if "24T11:00" in button.get("value", ""))
    again = page(client.post(CHECK, {**times.forms[CHECK], "starts_at": button["value"]}))

    assert "Tuesday 24 November, 11:00" in again.words
    assert again.forms[CONFIRM]["name"] == "Ada Test"
    assert not list(times.links_to("name="))


@pytest.mark.parametrize("path", [CHECK, CONFIRM])
def test_steps_that_need_details_lead_to_the_start_when_opened(client: Client, store: Store, path: str) -> None:
    response = client.get(path)

    assert response.status_code == 302
    assert response["Location"] == f"{BOOK}?visit_type=visit&party_size=1"


@pytest.mark.parametrize("path", [BOOK, DETAILS, CHECK, CONFIRM])
@pytest.mark.parametrize(
    "sent",
    [{}, {"starts_at": "\0"}, {"starts_at": "2026-11-24T10:00:00+01:00"}, {"visit_type": "x", "name": ["a", "b"]}],
)
def test_posts_with_parts_missing_are_never_a_failure_of_ours(
    client: Client, store: Store, path: str, sent: dict[str, Any]
) -> None:
    assert client.post(path, sent).status_code in (200, 400, 404, 409)
    assert Booking.objects.count() == 0


# --- Confirm --------------------------------------------------------------------------------------


def test_confirm_books_and_shows_it_at_its_own_address(client: Client, store: Store) -> None:
    response = client.post(CONFIRM, checked(client).forms[CONFIRM])

    booking = Booking.objects.get()
    assert response.status_code == 303
    assert response["Location"] == f"/b/{booking.reference}/booked/"
    assert (booking.name, booking.phone, booking.note) == ("Ada Test", "+33612345602", "Second floor")
    assert (booking.starts_at, booking.source, booking.locale) == (at(10), "web", "en")
    for _ in range(2):
        shown = page(client.get(response["Location"]))
        assert f"{booking.reference[:4]}-{booking.reference[4:]}" in shown.words
        assert "Tuesday 24 November, 10:00" in shown.words
        assert "1 Rue de la Gare, 79000 Niort" in shown.words
        assert "A text message is on its way to 06 12 34 56 02" in shown.words
        assert f"/b/{booking.reference}/calendar.ics" in shown.links


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"phone": "05 49 24 00 39"}, "This number cannot receive text messages."),
        ({"phone": "", "email": "ada@example.org"}, "An e-mail is on its way to ada@example.org"),
        ({"phone": "05 49 24 00 39"}, "Note the day, the time and the reference"),
    ],
)
def test_confirmed_says_which_message_comes(client: Client, store: Store, typed: dict[str, str], words: str) -> None:
    response = client.post(CONFIRM, checked(client, **typed).forms[CONFIRM], follow=True)

    assert words in page(response).words


def test_confirm_sent_twice_books_once_and_shows_the_same(client: Client, store: Store) -> None:
    form = checked(client).forms[CONFIRM]

    first, second = client.post(CONFIRM, form), client.post(CONFIRM, form)

    assert Booking.objects.count() == 1
    assert second["Location"] == first["Location"]


def test_an_old_form_sent_with_another_time_shows_what_it_booked(client: Client, store: Store) -> None:
    form = checked(client).forms[CONFIRM]
    client.post(CONFIRM, form)

    response = client.post(CONFIRM, {**form, "starts_at": "2026-11-24T11:00:00+01:00"}, follow=True)

    assert Booking.objects.get().starts_at == at(10)
    assert "This visit was booked already. You can change it here." in page(response).words


def test_two_forms_book_twice(client: Client, store: Store) -> None:
    client.post(CONFIRM, checked(client).forms[CONFIRM])
    client.post(CONFIRM, checked(client).forms[CONFIRM])

    assert Booking.objects.count() == 2


@pytest.mark.parametrize("key", ["", "x", "\0", "k" * 5000])
def test_confirm_with_a_key_that_is_not_ours_books(client: Client, store: Store, key: str) -> None:
    response = client.post(CONFIRM, {**checked(client).forms[CONFIRM], "idempotency_key": key})

    assert response.status_code == 303


def test_confirm_of_a_time_just_taken_keeps_everything_and_offers_three_times(client: Client) -> None:
    store = make_store(capacity=1)
    form = checked(client).forms[CONFIRM]
    make_booking(store)

    response = client.post(CONFIRM, form)

    assert response.status_code == 409
    shown = page(response)
    assert shown.title.startswith("Error:")
    assert "This time has just been taken. Please choose another one." in shown.words
    assert "Ada Test" in shown.words
    times = [button["value"] for button in shown.buttons if button.get("name") == "starts_at"]
    assert len(times) == 3
    again = page(client.post(CHECK, {**shown.forms[CHECK], "starts_at": times[0]}))
    assert client.post(CONFIRM, again.forms[CONFIRM]).status_code == 303
    assert Booking.objects.filter(name="Ada Test", source="web").count() == 1


def test_confirm_after_the_minimum_notice_says_so_with_other_times(client: Client, store: Store) -> None:
    form = checked(client).forms[CONFIRM]

    with time_machine.travel(at(9, 30), tick=False):
        response = client.post(CONFIRM, form)

    assert response.status_code == 409
    assert "This time is too close." in page(response).words
    assert [button for button in page(response).buttons if button.get("name") == "starts_at"]


def test_confirm_beyond_the_open_bookings_allowed_leads_to_the_phone(client: Client, store: Store) -> None:
    for minute in (15, 30):
        make_booking(store, starts_at=at(10, minute), phone="+33612345602")

    response = client.post(CONFIRM, checked(client).forms[CONFIRM])

    assert response.status_code == 409
    assert "You already have visits booked here." in page(response).words
    assert "Phone the store: 05 49 24 00 39" in page(response).words


def test_too_many_new_bookings_of_one_number_say_when_to_try_again(
    client: Client, store: Store, settings: Settings
) -> None:
    settings.RATE_LIMITS = True
    phone = "06 12 34 56 77"
    limits._limiter().storage.reset()
    for _ in range(3):
        client.post(CONFIRM, checked(client, phone=phone).forms[CONFIRM])
        for booking in Booking.objects.filter(status="confirmed"):
            cancel(booking_id=booking.pk, now=NOW, actor="staff")  # type: ignore[arg-type]

    response = client.post(CONFIRM, checked(client, phone=phone).forms[CONFIRM])
    limits._limiter().storage.reset()

    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0
    assert "Please try again tomorrow, or phone the store." in page(response).words
    assert Booking.objects.count() == 3


def test_nothing_typed_ever_stands_in_an_address(client: Client, store: Store) -> None:
    response = client.post(CONFIRM, checked(client, email="ada@example.org").forms[CONFIRM], follow=True)

    addresses = [*page(response).links, *(address for address, _ in response.redirect_chain)]
    assert not [address for address in addresses if "Ada" in address or "example.org" in address]


def test_text_of_any_script_is_kept_and_shown_as_typed(client: Client, store: Store) -> None:
    name = "Łukasz 日本 <b>O'Neil</b> & עברית"

    shown = page(client.post(CONFIRM, checked(client, name=name).forms[CONFIRM], follow=True))

    assert Booking.objects.get().name == name
    assert name in shown.words


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
