from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from booking.arrivals.steps import take_step
from booking.bookings.calendar_feeds import feed_of_store
from booking.bookings.corrections import Details, correct_details
from booking.bookings.customer_visits import Contact
from booking.bookings.lifecycle import cancel_booking
from booking.bookings.link_renewal import renew_link
from booking.links import visits_feed_url
from booking.models import Booking, Status
from booking.privacy import erase_customer, forget_old
from booking.store_setup.calendar_feed import end_desk_feed, end_feed, new_desk_feed, new_feed
from booking.tokens import feed_digest, manage_token
from booking.who import Who
from stores.models import Store, StoreDay
from tests.factories import NOW, make_store
from tests.visits import stored_booking

pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> Store:
    return make_store(name="Pharmacie du Port")


@pytest.fixture
def address(store: Store) -> str:
    return f"/calendars/{new_feed(store_id=store.pk, user=None, now=NOW)}.ics"


def coming_visit(store: Store, number: int = 0, *, days_ahead: int = 1, **fields: Any) -> Booking:
    """Return a visit so many days from today: the feed's window moves with the clock."""
    now = timezone.now().replace(microsecond=0)
    values = {"reference": f"K7Q29X{number:02d}", "starts_at": now + timedelta(days=days_ahead), "updated_at": now}
    return stored_booking(store, **(values | fields))


def test_feed_shows_visits_without_their_secrets(client: Client, store: Store, address: str) -> None:
    coming_visit(store)

    response = client.get(address)

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert response.headers["Cache-Control"] == "private, max-age=300"
    calendar = icalendar.Calendar.from_ical(response.content)
    assert [str(event["SUMMARY"]) for event in calendar.events] == ["Ada T. · Conseil · 2 personnes"]
    text = response.content.decode()
    for secret in ("Test", "12345678", "ada@example.org", "Rings", "token", manage_token("K7Q29X00")):
        assert secret not in text


def test_version_of_a_feed_never_comes_back_while_its_window_moves(store: Store, address: str) -> None:
    """At midnight in UTC a day leaves the sum of changes, and one change later the sum was the same again."""
    digest, before = feed_digest(address[len("/calendars/") : -len(".ics")]), datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    StoreDay.objects.create(store=store, date=date(2026, 10, 22), version=1)
    first = feed_of_store(digest, now=before)
    StoreDay.objects.create(store=store, date=date(2026, 11, 24), version=1)
    second = feed_of_store(digest, now=before + timedelta(hours=1))

    assert first is not None
    assert second is not None
    assert first.etag != second.etag


def test_feed_window_and_cancelled_visits(client: Client, store: Store, address: str) -> None:
    long_ago = timezone.now() - timedelta(days=31)
    coming_visit(store, 1, days_ahead=-6)
    coming_visit(store, 2, days_ahead=-9)
    coming_visit(store, 3, days_ahead=89)
    coming_visit(store, 4, days_ahead=91)
    coming_visit(store, 5, status=Status.CANCELLED, sequence=1)
    coming_visit(store, 6, status=Status.CANCELLED, sequence=1, updated_at=long_ago)

    calendar = icalendar.Calendar.from_ical(client.get(address).content)

    shown = [(str(event["URL"])[-9:-1], str(event["STATUS"])) for event in calendar.events]
    assert shown == [("K7Q29X01", "CONFIRMED"), ("K7Q29X05", "CANCELLED"), ("K7Q29X03", "CONFIRMED")]


def test_feed_unchanged_304_until_something_happens(client: Client, store: Store, address: str) -> None:
    booking = coming_visit(store)
    etag = client.get(address).headers["ETag"]

    unchanged = client.get(address, headers={"If-None-Match": etag})
    cancel_booking(booking_id=booking.pk, who=Who.customer(timezone.now()))
    changed = client.get(address, headers={"If-None-Match": etag})

    assert (unchanged.status_code, unchanged.content, unchanged.headers["ETag"]) == (304, b"", etag)
    assert unchanged.headers["Cache-Control"] == "private, max-age=300"
    assert (changed.status_code, changed.headers["ETag"] != etag) == (200, True)


def test_feed_unchanged_costs_one_statement(
    client: Client, store: Store, address: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    desk = store.desks.get()
    of_desk = f"/calendars/desk/{new_desk_feed(desk_id=desk.pk, user=None, now=NOW)}.ics"
    visit = coming_visit(store)
    of_customer = visits_feed_url(visit.reference, 0, contact="phone").removeprefix("http://127.0.0.1:8000")

    for path in (address, of_desk, of_customer):
        etag = client.get(path).headers["ETag"]
        with django_assert_num_queries(1):
            assert client.get(path, headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize(
    "change",
    [
        lambda visit: cancel_booking(booking_id=visit.pk, who=Who.customer(timezone.now())),
        lambda visit: take_step(booking_id=visit.pk, step="check_in", who=Who.staff(None, timezone.now())),
        lambda visit: correct_details(
            booking_id=visit.pk,
            number=0,
            details=Details("Bea Test", "", Contact(visit.phone, visit.email)),
            now=timezone.now(),
        ),
        lambda visit: erase_customer(booking_id=visit.pk, who=Who.customer(timezone.now())),
        lambda visit: renew_link(booking_id=visit.pk, number=0, now=timezone.now()),
        lambda visit: Store.objects.update(name="Another name"),
        lambda visit: Store.objects.update(email="other@example.org"),
        lambda visit: forget_old(now=timezone.now() + timedelta(days=200)),
    ],
    ids=["cancelled", "arrived", "corrected", "erased", "link", "name", "email", "forgotten"],
)
def test_feed_has_another_etag_whenever_its_bytes_are_others(
    client: Client, store: Store, address: str, change
) -> None:
    now = timezone.now().replace(microsecond=0)
    visit = coming_visit(store, starts_at=now + timedelta(minutes=5), updated_at=now - timedelta(hours=1))
    before = client.get(address)

    change(visit)

    after = client.get(address)
    assert before.content != after.content
    assert before.headers["ETag"] != after.headers["ETag"]


def test_feed_of_a_desk_shows_its_visits_alone(client: Client) -> None:
    store = make_store(desks=("front", "back"))
    front, back = store.desks.order_by("position")
    coming_visit(store, 1, desk=front)
    coming_visit(store, 2, desk=back)

    address = f"/calendars/desk/{new_desk_feed(desk_id=back.pk, user=None, now=NOW)}.ics"
    calendar = icalendar.Calendar.from_ical(client.get(address).content)

    assert [str(event["URL"])[-9:-1] for event in calendar.events] == ["K7Q29X02"]
    assert str(calendar["NAME"]) == "Back · Corner Shop"
    end_desk_feed(desk_id=back.pk, user=None, now=NOW)
    assert client.get(address).status_code == 404


def test_customers_feed_shows_their_visits_everywhere_until_they_make_a_new_link(client: Client, store: Store) -> None:
    visit = coming_visit(store, 1)
    coming_visit(
        make_store("other-shop", time_zone="Indian/Reunion"), 2, email="ADA@example.org", phone="", days_ahead=2
    )
    coming_visit(make_store("third-shop"), 3, phone="+33612345679", email="bea@example.org")
    coming_visit(make_store("fourth-shop"), 4, days_ahead=-8)
    by_phone, by_email = (
        visits_feed_url(visit.reference, 0, contact=contact).removeprefix("http://127.0.0.1:8000")
        for contact in ("phone", "email")
    )

    answer = client.get(by_email)

    calendar = icalendar.Calendar.from_ical(answer.content)
    shown = [str(event["URL"]) for event in calendar.events]
    assert [url[-9:-1] for url in shown] == ["K7Q29X01", "K7Q29X02"]
    assert len(calendar.timezones) == 2
    assert "token" not in answer.content.decode()
    assert len(icalendar.Calendar.from_ical(client.get(by_phone).content).events) == 1

    renew_link(booking_id=visit.pk, number=0, now=timezone.now())
    assert {client.get(path).status_code for path in (by_phone, by_email)} == {404}


def test_customers_feed_opens_by_its_own_token_alone_and_ends_with_the_erasure(client: Client, store: Store) -> None:
    visit = coming_visit(store, 1)
    path = visits_feed_url(visit.reference, 0, contact="phone").removeprefix("http://127.0.0.1:8000")
    token = path.rpartition("/")[2].removesuffix(".ics")
    wrong = ["x", "p", "e" + token[1:], manage_token(visit.reference), "é", "p" + "a" * 22]

    assert {client.get(path.replace(token, one)).status_code for one in wrong} == {404}

    assert client.get(path).status_code == 200
    erase_customer(booking_id=visit.pk, who=Who.customer(timezone.now()))
    assert client.get(path).status_code == 404


def test_feed_of_another_store_is_not_seen(client: Client, store: Store, address: str) -> None:
    coming_visit(make_store("other-shop-niort"))

    assert icalendar.Calendar.from_ical(client.get(address).content).events == []


@pytest.mark.parametrize("count", [1, 3])
def test_feed_reads_in_two_statements(
    client: Client,
    store: Store,
    address: str,
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(count):
        coming_visit(store, number)

    with django_assert_num_queries(2):
        client.get(address)


def test_feed_ended_or_replaced_is_gone_at_once(client: Client, store: Store, address: str) -> None:
    second = f"/calendars/{new_feed(store_id=store.pk, user=None, now=NOW)}.ics"
    replaced = client.get(address)
    end_feed(store_id=store.pk, user=None, now=NOW)
    ended = client.get(second)

    for response in (replaced, ended):
        assert (response.status_code, response.headers["Content-Type"]) == (404, "text/plain; charset=utf-8")
        assert response.headers["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("secret", ["x", "a" * 5000, "é"])
def test_feed_unknown_secret_404(client: Client, store: Store, secret: str) -> None:
    assert client.get(f"/calendars/{secret}.ics").status_code == 404


def test_feed_manage_token_opens_no_feed(client: Client, store: Store, address: str) -> None:
    coming_visit(store)

    assert client.get(f"/calendars/{manage_token('K7Q29X00')}.ics").status_code == 404


def test_feed_stored_digest_opens_no_feed(client: Client, store: Store, address: str) -> None:
    store.refresh_from_db()

    assert client.get(f"/calendars/{store.feed_digest}.ics").status_code == 404


def test_feed_only_reads(client: Client, address: str) -> None:
    assert client.head(address).status_code == 200
    assert client.head(address).content == b""
    assert [getattr(client, method)(address).status_code for method in ("post", "put", "delete")] == [405, 405, 405]
