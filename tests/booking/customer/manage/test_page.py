from collections.abc import Iterator
from datetime import datetime, timedelta
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client

from booking.links import short_manage_url
from booking.models import Booking, Status
from booking.privacy import erase_customer
from booking.tokens import manage_token
from booking.who import Who
from stores.models import Store, VisitType
from tests.booking.customer.manage.own_pages import OFFERED, link, own
from tests.booking.reading import page, without_csrf
from tests.factories import NOW, at, make_booking, make_store

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def store() -> Store:
    return make_store()


@pytest.fixture
def booking(store: Store) -> Booking:
    return make_booking(store, email="ada@example.org", note="Second floor")


@pytest.fixture
def opened(client: Client, booking: Booking) -> Client:
    """A browser that has followed the booking's link."""
    client.get(link(booking))
    return client


# --- What can be done -----------------------------------------------------------------------------


def test_manage_shows_the_visit_and_what_can_be_done(opened: Client, booking: Booking) -> None:
    shown = page(opened.get(own(booking)))

    assert "Ada Test" in shown.words
    assert "1 Rue de la Gare, 79000 Niort" in shown.words
    assert "You can change the time here until Tuesday 24 November, 08:00." in shown.words
    assert {own(booking, path) for path in OFFERED} <= set(shown.links)


def test_rights_over_one_s_data_are_behind_one_link(opened: Client, booking: Booking) -> None:
    mine = page(opened.get(own(booking, "kept/")))

    assert {own(booking, path) for path in ("data/", "details/", "link/", "erase/")} <= set(mine.links)


def test_calendars_and_maps_of_others_are_links_alone_and_get_no_secret(opened: Client, booking: Booking) -> None:
    shown = page(opened.get(own(booking)))

    others = [url for url in shown.links if url.startswith("https://")]
    assert [urlsplit(url).netloc for url in others] == [
        "www.openstreetmap.org",
        "calendar.google.com",
        "outlook.live.com",
    ]
    assert [url for url in others if manage_token(booking.reference) in url or "Ada" in url] == []


def test_booked_page_says_the_time_and_the_reference_once(opened: Client, booking: Booking) -> None:
    words = page(opened.get(own(booking, "booked/"))).words

    assert words.count("Tuesday 24 November, 10:00") == 1
    assert words.count(f"{booking.reference[:4]}-{booking.reference[4:]}") == 1
    parts = ["1 Rue de la Gare, 79000 Niort", "Add to my calendar", "What happens next", "Your reference:"]
    places = [words.index(part) for part in parts]
    assert places == sorted(places)


@pytest.mark.parametrize("prefix", ["", "/simple"])
@pytest.mark.parametrize(("phone", "is_shown"), [("+33549240039", True), ("+33612345602", False)])
def test_customers_whom_no_message_reaches_get_their_link_to_keep(
    client: Client, store: Store, prefix: str, phone: str, is_shown: bool
) -> None:
    booking = make_booking(store, phone=phone)
    client.get(link(booking))

    shown = page(client.get(f"{prefix}{own(booking, 'booked/')}"))

    assert (short_manage_url(booking.reference) in shown.links) is is_shown


@pytest.mark.parametrize("prefix", ["", "/simple"])
def test_arrival_of_someone_else_is_said_of_them(opened: Client, booking: Booking, prefix: str) -> None:
    Booking.objects.update(status=Status.CHECKED_IN, is_for_someone_else=True)

    words = page(opened.get(prefix + own(booking))).words

    assert "You can sit down" not in words
    assert ("They call the person." if prefix else "The staff know that Ada Test is here") in words


@pytest.mark.parametrize("prefix", ["", "/simple"])
def test_will_you_come_is_asked_from_the_first_reminder_on(client: Client, store: Store, prefix: str) -> None:
    booking = make_booking(store, starts_at=at(10, day=27))
    asked = own(booking, "confirm/")

    def is_asked(now: datetime) -> bool:
        with time_machine.travel(now, tick=False):
            client.get(link(booking))
            return prefix + asked in page(client.get(prefix + own(booking))).forms

    reminder = at(10)  # three days before
    assert [is_asked(reminder - timedelta(minutes=1)), is_asked(reminder + timedelta(minutes=1))] == [False, True]
    assert is_asked(at(10, 1, day=27)) is False
    Booking.objects.update(late_minutes=10)
    assert is_asked(at(9, 30, day=27)) is False
    Booking.objects.update(late_minutes=None, attendance_confirmed=True)
    assert is_asked(at(9, 30, day=27)) is False


def test_who_gets_no_reminder_is_not_asked(client: Client, store: Store) -> None:
    booking = make_booking(store, phone="+33549240039")  # cannot be texted
    with time_machine.travel(at(9, 30), tick=False):
        client.get(link(booking))
        assert own(booking, "confirm/") not in page(client.get(own(booking))).forms


@pytest.mark.parametrize("prefix", ["", "/simple"])
@pytest.mark.parametrize(
    ("status", "missing"),
    [
        (Status.CANCELLED, ["calendar.ics", "details/", "change/", "cancel/"]),
        (Status.CHECKED_IN, ["calendar.ics", "change/", "cancel/"]),
    ],
)
def test_a_visit_that_is_none_any_more_offers_nothing_for_it(
    opened: Client, booking: Booking, prefix: str, status: Status, missing: list[str]
) -> None:
    Booking.objects.update(status=status)

    found = page(opened.get(prefix + own(booking)))

    assert {prefix + own(booking, path) for path in missing} & set(found.links) == set()
    assert [url for url in found.links if "openstreetmap" in url] == []
    assert ("You can sit down" in found.words) is (status == Status.CHECKED_IN)
    assert ("Book another visit" in found.words) is (status == Status.CANCELLED)


def test_i_will_come_is_noted(opened: Client, booking: Booking) -> None:
    response = opened.post(own(booking, "confirm/"), follow=True)

    assert Booking.objects.get().attendance_confirmed is True
    assert "Thank you. The store knows that you will come." in page(response).words


def test_change_moves_the_visit_after_one_question(opened: Client, booking: Booking) -> None:
    week = page(opened.get(own(booking, "change/")))
    times = page(opened.get(next(week.links_to("day=2026-11-24")).partition("#")[0]))
    address = next(times.links_to("24T11%3A00"))
    question = page(opened.get(address))

    response = opened.post(own(booking, "change/"), question.forms[own(booking, "change/")], follow=True)

    moved = Booking.objects.get()
    assert (moved.starts_at, moved.sequence, moved.reference) == (at(11), 1, booking.reference)
    assert "Your visit has been moved." in page(response).words


def test_change_to_the_same_time_changes_nothing(opened: Client, booking: Booking) -> None:
    response = opened.post(own(booking, "change/"), {"starts_at": at(10).isoformat()}, follow=True)

    assert Booking.objects.get().sequence == 0
    assert "has been moved" not in page(response).words


@pytest.mark.parametrize("method", ["get", "post"])
def test_change_to_a_full_time_keeps_the_old_one_and_offers_others(client: Client, method: str) -> None:
    store = make_store(capacity=1)
    booking = make_booking(store)
    make_booking(store, starts_at=at(11), phone="+33612345605")
    client.get(link(booking))

    response = getattr(client, method)(own(booking, "change/"), {"starts_at": at(11).isoformat()}, follow=True)

    assert response.status_code == 409
    assert "The nearest free times" in page(response).words
    booking.refresh_from_db()
    assert booking.starts_at == at(10)


@pytest.mark.parametrize(
    "query", [{"from": "2027-02-30"}, {"from": "9999-12-31"}, {"day": "today"}, {"starts_at": "soon"}]
)
def test_change_with_bad_input_says_so_and_stays_usable(
    opened: Client, booking: Booking, query: dict[str, str]
) -> None:
    response = opened.get(own(booking, "change/"), query)

    assert response.status_code == 400
    assert "could not be read" in page(response).words
    assert list(page(response).links_to("starts_at="))


@pytest.mark.parametrize("starts_at", ["", "soon", "\0", "9999-12-31T23:59:59-12:00", "2027-03-28T02:30:00+01:00"])
def test_change_posted_with_bad_input_changes_nothing(opened: Client, booking: Booking, starts_at: str) -> None:
    response = opened.post(own(booking, "change/"), {"starts_at": starts_at}, follow=True)

    assert response.redirect_chain[0][1] == 303
    assert response.status_code in (400, 409)
    assert Booking.objects.get().starts_at == at(10)


def test_change_too_late_leads_to_the_phone(client: Client, booking: Booking) -> None:
    with time_machine.travel(at(8, 30), tick=False):
        client.get(link(booking))
        response = client.get(own(booking, "change/"))
        posted = client.post(own(booking, "change/"), {"starts_at": at(15).isoformat()}, follow=True)

    assert [response.status_code, posted.status_code] == [409, 409]
    assert "It is too late to do this here. Please phone the store." in page(response).words
    assert "05 49 24 00 39" in page(response).links["tel:+33549240039"]
    assert Booking.objects.get().starts_at == at(10)


def test_visit_of_a_type_no_longer_offered_is_moved_within_it(opened: Client, booking: Booking) -> None:
    VisitType.objects.filter(slug="visit").update(is_active=False)

    response = opened.get(own(booking, "change/"))

    assert response.status_code == 200
    assert opened.get(own(booking, "change/"), {"starts_at": at(11).isoformat()}).status_code == 200
    assert opened.post(own(booking, "change/"), {"starts_at": at(11).isoformat()}).status_code == 303
    booking.refresh_from_db()
    assert (booking.starts_at, booking.visit_type.slug) == (at(11), "visit")


def test_cancel_asks_once_then_offers_to_book_again(opened: Client, booking: Booking) -> None:
    question = page(opened.get(own(booking, "cancel/")))

    response = opened.post(own(booking, "cancel/"), question.forms[own(booking, "cancel/")], follow=True)

    assert Booking.objects.get().status == Status.CANCELLED
    assert "Your visit is cancelled." in page(response).words
    assert "/s/corner-shop-niort/book/?visit_type=visit&party_size=1" in page(response).links
    assert opened.post(own(booking, "cancel/")).status_code == 303


def test_cancel_after_the_start_is_refused(client: Client, booking: Booking) -> None:
    with time_machine.travel(at(10, 5), tick=False):
        client.get(link(booking))
        asked, posted = client.get(own(booking, "cancel/")), client.post(own(booking, "cancel/"), follow=True)

    assert [asked.status_code, posted.status_code] == [409, 409]
    assert Booking.objects.get().status == Status.CONFIRMED


@pytest.mark.parametrize("path", ["change/", "confirm/"])
def test_a_cancelled_visit_can_only_be_booked_again(opened: Client, booking: Booking, path: str) -> None:
    opened.post(own(booking, "cancel/"))

    response = opened.post(own(booking, path), {"starts_at": at(15).isoformat()}, follow=True)

    assert response.status_code == 409
    assert "This cannot be done with the visit as it is now." in page(response).words
    assert "Book another visit" in page(response).words
    simply = page(opened.get(f"/simple{own(booking)}", {"why": "wrong_status"})).words
    assert "This is not possible for this visit" in simply


@pytest.mark.parametrize("status", [Status.CHECKED_IN, Status.IN_SERVICE, Status.COMPLETED, Status.NO_SHOW])
def test_a_visit_that_began_can_only_be_seen(opened: Client, booking: Booking, status: Status) -> None:
    Booking.objects.update(status=status)

    shown = page(opened.get(own(booking)))

    assert own(booking, "change/") not in shown.links
    assert own(booking, "cancel/") not in shown.links


def test_calendar_file_holds_the_customers_own_link(opened: Client, booking: Booking) -> None:
    response = opened.get(own(booking, "calendar.ics"))

    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert f'filename="{booking.store.slug}-2026-11-24.ics"' in response["Content-Disposition"]
    assert b"METHOD:PUBLISH" in response.content
    unfolded = response.content.replace(b"\r\n ", b"")
    assert manage_token(booking.reference).encode() in unfolded


def test_data_is_all_that_is_kept(opened: Client, booking: Booking) -> None:
    response = opened.get(own(booking, "data/"))

    assert response["Content-Type"] == "application/json"
    assert response.json()["customer"]["name"] == "Ada Test"
    assert response.json()["note"] == "Second floor"


def test_erase_asks_once_and_ends_the_link(opened: Client, booking: Booking) -> None:
    question = page(opened.get(own(booking, "erase/")))
    assert "Your visit on Tuesday 24 November, 10:00 is cancelled as well." in question.words

    response = opened.post(own(booking, "erase/"), question.forms[own(booking, "erase/")])

    assert (response.status_code, response["Location"]) == (303, "/s/corner-shop-niort/erased/")
    for _reload in range(2):
        said = opened.get(response["Location"])
        assert said.status_code == 200
        assert "What was kept about you is erased" in page(said).words
        assert "no-store" in said["Cache-Control"]
    assert Booking.objects.get().name == ""
    assert opened.get(own(booking)).status_code == 404
    assert opened.get(link(booking)).status_code == 404


def test_erase_pressed_twice_says_the_same_and_erases_once(opened: Client, booking: Booking) -> None:
    cookies = SimpleCookie(opened.cookies)
    first = opened.post(own(booking, "erase/"))
    erased_at = Booking.objects.get().erased_at
    opened.cookies = cookies  # the browser has sent the second press before it heard of the first

    with time_machine.travel(NOW + timedelta(seconds=1), tick=False):
        again = opened.post(own(booking, "erase/"))

    assert (again.status_code, again["Location"]) == (303, first["Location"])
    assert Booking.objects.get().erased_at == erased_at
    assert opened.get(own(booking)).status_code == 404


def test_what_was_typed_is_forgotten_with_the_rest(opened: Client, booking: Booking) -> None:
    opened.post(own(booking, "details/"), {"name": "", "note": "Third floor"})

    opened.post(own(booking, "erase/"))

    assert [name for name, cookie in opened.cookies.items() if cookie.value and name != "csrftoken"] == []


def test_page_of_what_is_erased_names_nobody_and_needs_a_store(client: Client, store: Store) -> None:
    assert client.get("/s/nowhere/erased/").status_code == 404
    assert client.get("/s/corner-shop-niort/erased/").status_code == 200
    assert client.post("/s/corner-shop-niort/erased/").status_code == 405


def test_an_erased_booking_answers_as_one_that_never_was(opened: Client, booking: Booking) -> None:
    erase_customer(booking_id=booking.pk, who=Who.staff(None, NOW))

    erased = opened.get(own(booking))
    unknown = opened.get("/b/ABCD1234/")

    assert [erased.status_code, unknown.status_code] == [404, 404]
    assert without_csrf(erased).replace(booking.reference.encode(), b"ABCD1234") == without_csrf(unknown)
