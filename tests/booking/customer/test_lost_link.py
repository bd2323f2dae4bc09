from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from booking import limits
from booking.bookings.corrections import Details, correct_details
from booking.bookings.customer_visits import Contact
from booking.links import visits_feed_url
from booking.message_kinds import Kind
from booking.messages.compose import compose
from booking.models import Booking
from booking.privacy import erase_customer
from booking.tokens import manage_token, visits_token
from booking.who import Who
from notifications.content import Email, Skip, Sms
from notifications.gsm7 import fits_one_segment
from notifications.models import Channel, OutboxMessage, State
from tests.booking.reading import page
from tests.factories import NOW, at, make_booking, make_store

pytestmark = pytest.mark.django_db

SAID = "If visits are booked with this number or address, a message is on its way."


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def booking() -> Booking:
    return make_booking(make_store(), email="Ada@example.org")


@pytest.fixture
def counted(settings: Settings) -> Iterator[None]:
    settings.RATE_LIMITS = True
    limits._limiter().storage.reset()
    yield
    limits._limiter().storage.reset()


def ask(client: Client, contact: str, **fields: str) -> Any:
    return client.post("/my-visits/", {"contact": contact, **fields})


def lists() -> list[OutboxMessage]:
    return list(OutboxMessage.objects.filter(kind=Kind.VISITS_LIST).order_by("pk"))


# --- Asking ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("contact", "channel"),
    [
        ("06 12 34 56 01", Channel.SMS),
        ("+33 6 12 34 56 01", Channel.SMS),
        (" ada@EXAMPLE.org ", Channel.EMAIL),
    ],
)
def test_a_list_is_sent_to_who_booked(client: Client, booking: Booking, contact: str, channel: Channel) -> None:
    response = ask(client, contact)

    assert (response.status_code, response["Location"]) == (303, "/my-visits/asked/")
    (message,) = lists()
    assert (message.subject, message.channel, message.account) == (booking.reference, channel, "corner-shop-niort")
    assert SAID in page(client.get("/my-visits/asked/")).words


@pytest.mark.parametrize("contact", ["06 12 34 56 99", "nobody@example.org"])
def test_strangers_see_and_do_the_same(
    client: Client, booking: Booking, contact: str, django_assert_num_queries: Any
) -> None:
    known, unknown = ask(client, "ada@example.org"), None
    with django_assert_num_queries(4):  # savepoints and the like: as many as for somebody known
        unknown = ask(client, contact)

    assert (unknown.status_code, unknown["Location"], unknown.content) == (
        known.status_code,
        known["Location"],
        known.content,
    )
    assert dict(unknown.headers) == dict(known.headers)
    assert [message.subject == booking.reference for message in lists()] == [True, False]
    assert isinstance(compose(lists()[1], now=NOW), Skip)


def test_known_ones_take_as_many_statements_as_strangers(
    client: Client, booking: Booking, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(4):
        ask(client, "06 12 34 56 01")


def test_nothing_is_stored_of_what_was_typed(client: Client, booking: Booking) -> None:
    ask(client, "06 12 34 56 99")
    ask(client, "ada@example.org")

    stored = str(list(OutboxMessage.objects.values()))
    assert "123456" not in stored
    assert "ada@" not in stored.lower()


@pytest.mark.parametrize("contact", ["", " ", "me", "a@b", "12", "\0", "0" * 5000, "é" * 300 + "@x.org"])
def test_what_cannot_be_read_is_asked_for_again(client: Client, contact: str) -> None:
    sent = ask(client, contact, country="CH")

    assert (sent.status_code, sent["Location"]) == (303, "/my-visits/?why=again&country=CH")
    for _reload in range(2):
        response = client.get(sent["Location"])
        shown = page(response)
        assert response.status_code == 400
        assert shown.title.startswith("Error:")
        assert shown.forms["/my-visits/"]["country"] == "CH"
        assert shown.forms["/my-visits/"]["contact"] == contact
    assert lists() == []


def test_number_shown_as_an_example_is_not_torn_over_two_lines(client: Client) -> None:
    response = client.get(ask(client, "12")["Location"])

    assert (
        "06\N{NO-BREAK SPACE}12\N{NO-BREAK SPACE}34\N{NO-BREAK SPACE}56\N{NO-BREAK SPACE}78"
        in response.content.decode()
    )


def test_what_was_typed_is_forgotten_once_it_could_be_read(client: Client, booking: Booking) -> None:
    again = ask(client, "me")["Location"]
    ask(client, "ada@example.org")

    assert page(client.get("/my-visits/")).forms["/my-visits/"]["contact"] == ""
    assert page(client.get(again)).forms["/my-visits/"]["contact"] == ""


def test_a_number_is_read_as_people_of_the_store_dial_it(client: Client) -> None:
    booking = make_booking(make_store(country="CH"), phone="+41791234567")

    ask(client, "079 123 45 67", country="CH")

    assert [message.subject for message in lists()] == [booking.reference]


def test_asking_twice_in_a_minute_sends_one_message(client: Client, booking: Booking) -> None:
    ask(client, "ada@example.org")
    ask(client, "ada@example.org")
    assert len(lists()) == 1

    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        ask(client, "ada@example.org")
    assert len(lists()) == 2


@pytest.mark.usefixtures("counted")
@pytest.mark.parametrize("contact", ["ada@example.org", "nobody@example.org"])
def test_three_lists_a_day_for_one_contact(client: Client, booking: Booking, contact: str) -> None:
    sent = [ask(client, spelled) for spelled in (contact, contact.upper(), contact, contact)]

    assert [answer.status_code for answer in sent] == [303] * 4
    assert [client.get(answer["Location"]).status_code for answer in sent] == [200, 200, 200, 429]


def test_the_form_is_open_to_all_and_sets_no_cookie(client: Client) -> None:
    response = client.get("/my-visits/")

    assert "/my-visits/" in page(response).forms
    assert not response.cookies
    assert Client(enforce_csrf_checks=True).post("/my-visits/", {"contact": "ada@example.org"}).status_code == 303


@pytest.mark.parametrize("path", ["/", "/s/corner-shop-niort/", "/b/ABCD1234/", "/simple/b/ABCD1234/"])
def test_customers_pages_lead_to_it(client: Client, booking: Booking, path: str) -> None:
    assert list(page(client.get(path)).links_to("/my-visits/"))


# --- What is sent ---------------------------------------------------------------------------------


def test_text_is_one_segment_with_the_store_and_a_link(client: Client, booking: Booking) -> None:
    ask(client, "06 12 34 56 01")

    content = compose(lists()[0], now=NOW)

    assert isinstance(content, Sms)
    assert content.to == "+33612345601"
    assert fits_one_segment(content.body)
    assert content.body.startswith("Corner Shop: ")  # a sender that the customer has met
    assert f"/v/{booking.reference}/p" in content.body
    assert compose(lists()[0], now=NOW + timedelta(minutes=3)) == content


def test_email_lists_all_visits_with_their_links(client: Client, booking: Booking) -> None:
    other = make_booking(make_store("other", name="Other Shop"), starts_at=at(9), email="ada@example.org", phone="")
    make_booking(make_store("third"), phone="+33612345677", email="bo@example.org")
    ask(client, "ada@example.org")

    content = compose(lists()[0], now=NOW)

    assert isinstance(content, Email)
    assert content.to == "ada@example.org"
    for text in (content.text, content.html):
        assert text.index(manage_token(other.reference)) < text.index(manage_token(booking.reference))
        assert "Other Shop" in text
        assert "Tuesday 24\xa0November, 10:00" in text
        assert "Ada Test" not in text
    assert content.text.count("http") == 2


def test_number_that_cannot_be_texted_is_answered_by_email(client: Client) -> None:
    booking = make_booking(make_store(), phone="+33549240038", email="ada@example.org")
    ask(client, "05 49 24 00 38")

    assert compose(lists()[0], now=NOW) == Skip("not_textable", instead=Channel.EMAIL)
    assert lists()[0].subject == booking.reference


@pytest.mark.parametrize("contact", ["ada@example.org", "06 12 34 56 01"])
def test_nothing_is_sent_about_what_is_over_cancelled_or_erased(client: Client, booking: Booking, contact: str) -> None:
    ask(client, contact)
    message = lists()[0]

    assert compose(message, now=at(10, 15)) == Skip("no_visits")
    Booking.objects.update(status="cancelled")
    assert compose(message, now=NOW) == Skip("no_visits")
    Booking.objects.update(status="confirmed")
    erase_customer(booking_id=booking.pk, who=Who.customer(NOW))
    message.refresh_from_db()
    assert (compose(message, now=NOW), message.state) == (Skip("no_visits"), State.SKIPPED)


# --- The list -------------------------------------------------------------------------------------


def link_of(booking: Booking, contact: str = "phone", hours: int = 24) -> str:
    hour = int((NOW + timedelta(hours=hours)).timestamp() // 3600)
    return f"/v/{booking.reference}/{visits_token(booking.reference, contact=contact, hour=hour)}"


def test_link_leaves_the_address_bar_and_lists_every_visit_of_the_number(client: Client, booking: Booking) -> None:
    other = make_booking(make_store("other", name="Other Shop"), starts_at=at(9), email="bo@example.org")
    make_booking(make_store("third", name="Third Shop"), phone="+33612345677", email="ada@example.org")

    response = client.get(link_of(booking))
    shown = page(client.get("/v/"))

    assert (response.status_code, response["Location"]) == (303, "/v/")
    assert response["Referrer-Policy"] == "no-referrer"
    assert response.cookies["visits"]["httponly"] is True
    for visit in (booking, other):
        assert list(shown.links_to(f"/b/{visit.reference}/?token={manage_token(visit.reference)}"))
    assert "Third Shop" not in shown.words
    assert "Ada Test" not in shown.words
    feed = visits_feed_url(booking.reference, 0, contact="phone")
    (followed,) = shown.links_to(feed.replace("http://", "webcal://"))
    assert followed is not None
    assert client.get(feed.removeprefix("http://127.0.0.1:8000")).content.count(b"BEGIN:VEVENT") == 2


def test_list_of_a_contact_is_closed_once_the_visit_has_another(client: Client, booking: Booking) -> None:
    """Or whoever corrects the phone of their own visit to a stranger's would read the stranger's visits."""
    stranger = make_booking(make_store("other", name="Other Shop"), phone="+33612345677")
    client.get(link_of(booking))
    details = Details(booking.name, "", Contact(stranger.phone, ""))
    correct_details(booking_id=booking.pk, number=0, details=details, now=NOW)

    open_still, opened_again = client.get("/v/"), client.get(link_of(booking))

    assert (open_still.status_code, opened_again.status_code) == (404, 404)
    assert "Other Shop" not in page(open_still).words
    feed = visits_feed_url(booking.reference, 0, contact="phone")
    assert client.get(feed.removeprefix("http://127.0.0.1:8000")).status_code == 404


def test_link_is_read_as_the_visit_was_booked(client: Client, booking: Booking) -> None:
    Booking.objects.update(locale="ar", is_simple=True)

    assert client.get(link_of(booking))["Location"] == "/simple/ar/v/"


def test_link_counts_for_a_day(client: Client, booking: Booking) -> None:
    opened = client.get(link_of(booking, hours=0))

    assert opened.status_code == 404
    assert "visits" not in opened.cookies
    assert "Ask for a new one here." in page(opened).words


def test_the_list_closes_with_its_link(client: Client, booking: Booking) -> None:
    client.get(link_of(booking, hours=1))

    assert client.get("/v/").status_code == 200
    with time_machine.travel(NOW + timedelta(minutes=31), tick=False):
        assert client.get("/v/").status_code == 404


@pytest.mark.usefixtures("counted")
def test_wrong_tokens_open_nothing_and_are_counted(client: Client, booking: Booking) -> None:
    good = link_of(booking)
    wrong = [good + "x", good.replace("/p", "/e"), good.replace("/p", "/q"), f"/v/{booking.reference}/p-", "/v/x/y"]

    assert [client.get(address).status_code for address in wrong] == [404] * 5
    assert [client.get(good + "x").status_code for _ in range(6)] == [404] * 5 + [429]


def test_an_erased_visit_opens_no_list(client: Client, booking: Booking) -> None:
    client.get(link_of(booking))
    erase_customer(booking_id=booking.pk, who=Who.customer(NOW))

    assert client.get("/v/").status_code == 404
    assert client.get(link_of(booking)).status_code == 404


@pytest.mark.parametrize("cookie", ["", "x", "a b c:1:2"])
def test_without_the_key_there_is_no_list(client: Client, cookie: str) -> None:
    client.cookies["visits"] = cookie

    assert client.get("/v/").status_code == 404
