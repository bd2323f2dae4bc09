"""The key of one booking: a link that becomes a short cookie, opens that booking alone, and ends."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from booking import limits
from booking.models import Booking, Status
from booking.tokens import manage_token
from stores.models import Store
from tests.booking.customer.manage.own_pages import OFFERED, link, own
from tests.booking.reading import page, without_csrf
from tests.factories import NOW, at, make_booking, make_store

pytestmark = pytest.mark.django_db
SUB_PAGES = ("", "booked/", "confirm/", "late/", *OFFERED)


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


# --- The key --------------------------------------------------------------------------------------


def test_link_swaps_its_token_for_a_short_cookie_and_leaves_the_address_bar(client: Client, booking: Booking) -> None:
    response = client.get(link(booking))

    assert response.status_code == 303
    assert response["Location"] == own(booking)
    cookie = response.cookies[f"booking-{booking.reference}"]
    assert cookie["path"] == "/"
    assert cookie["max-age"] == 1800
    assert cookie["httponly"] is True
    assert cookie["samesite"] == "Lax"
    assert manage_token(booking.reference) not in cookie.value
    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]
    assert "Tuesday 24 November, 10:00" in page(client.get(own(booking))).words


@pytest.mark.parametrize("path", SUB_PAGES)
def test_every_page_of_a_booking_is_kept_private(opened: Client, booking: Booking, path: str) -> None:
    response = opened.get(own(booking, path))

    assert response.status_code in (200, 303)
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "no-referrer"
    # What opened did so by a key, which no search engine holds; what leads there or did not open is none of theirs.
    assert ("X-Robots-Tag" in response) is (response.status_code != 200)


@pytest.mark.parametrize("method", ["get", "head", "post"])
@pytest.mark.parametrize("path", SUB_PAGES)
def test_without_the_key_every_page_is_the_same_404(client: Client, booking: Booking, method: str, path: str) -> None:
    addresses = [f"/b/{reference}/{path}" for reference in (booking.reference, "ABCD1234")]
    if method == "post":  # a reload of the answer must not send the form again
        answers = [client.post(address) for address in addresses]
        assert [(a.status_code, a.get("Location")) for a in answers] in (
            [(303, address) for address in addresses],
            [(405, None)] * 2,
        )
    answers = [getattr(client, method)(address, follow=True) for address in addresses]

    assert [answer.status_code for answer in answers] in ([404, 404], [405, 405])
    contents = [without_csrf(answer).replace(booking.reference.encode(), b"ABCD1234") for answer in answers]
    assert contents[0] == contents[1]
    assert Booking.objects.get().status == Status.CONFIRMED


@pytest.mark.parametrize("token", ["", "x", "\0", "é", "a" * 5000, manage_token("ABCD1234")])
def test_a_wrong_token_opens_nothing(client: Client, booking: Booking, token: str) -> None:
    response = client.get(own(booking), {"token": token})

    assert response.status_code == 404
    assert f"booking-{booking.reference}" not in response.cookies
    assert "Open your booking with its link" in page(response).words


@pytest.mark.parametrize("reference", ["x", "ABCD-12", "ÀÉ", "A" * 500, "ABCD123%00", "..%2f"])
def test_a_reference_that_is_none_is_not_found(client: Client, reference: str) -> None:
    assert client.get(f"/b/{reference}/", {"token": "x"}).status_code in (400, 404)


def test_wrong_tokens_are_counted(client: Client, booking: Booking, settings: Settings) -> None:
    settings.RATE_LIMITS = True
    limits._limiter().storage.reset()

    statuses = [client.get(own(booking), {"token": "wrong"}).status_code for _ in range(11)]
    limits._limiter().storage.reset()

    assert statuses == [404] * 10 + [429]


def test_reference_in_another_spelling_leads_to_its_own_address(client: Client, booking: Booking) -> None:
    spelled = f"{booking.reference[:4]}-{booking.reference[4:]}".lower()

    response = client.get(f"/b/{spelled}/", {"token": manage_token(booking.reference)}, follow=True)

    assert response.redirect_chain[-1][0] == own(booking)
    assert response.status_code == 200


def test_the_key_of_one_booking_opens_no_other(opened: Client, store: Store, booking: Booking) -> None:
    other = make_booking(store, starts_at=at(11), phone="+33612345605")
    opened.cookies[f"booking-{other.reference}"] = opened.cookies[f"booking-{booking.reference}"].value

    assert opened.get(own(booking)).status_code == 200
    assert opened.get(own(other)).status_code == 404


@pytest.mark.parametrize("prefix", ["/ar", "/simple", "/simple/uk"])
def test_the_key_opens_the_booking_however_it_is_read(opened: Client, booking: Booking, prefix: str) -> None:
    assert opened.get(prefix + own(booking)).status_code == 200


@pytest.mark.parametrize(
    ("locale", "is_simple", "browser", "prefix"),
    [
        ("en", False, "en", ""),
        ("fr", False, "en", "/fr"),
        ("fr", False, "fr-CA,fr;q=0.9", ""),
        ("ar", True, "en", "/simple/ar"),
        ("en", True, "en", "/simple"),
        ("xx", False, "en", ""),
    ],
)
def test_link_leads_to_the_pages_as_the_visit_was_booked(
    client: Client, booking: Booking, locale: str, is_simple: bool, browser: str, prefix: str
) -> None:
    Booking.objects.update(locale=locale, is_simple=is_simple)

    long = client.get(link(booking), headers={"accept-language": browser})
    short = client.get(f"/m/{booking.reference}/{manage_token(booking.reference)}", follow=True)

    assert long["Location"] == prefix + own(booking)
    assert short.status_code == 200


@pytest.mark.parametrize("prefix", ["/de", "/simple"])
def test_link_that_says_how_it_is_read_stays_so(client: Client, booking: Booking, prefix: str) -> None:
    Booking.objects.update(locale="fr")

    assert client.get(prefix + link(booking))["Location"] == prefix + own(booking)


def test_the_key_is_renewed_while_used_and_ends_after_half_an_hour(client: Client, booking: Booking) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        client.get(link(booking))
        clock.shift(29 * 60)
        within = client.get(own(booking))
        clock.shift(29 * 60)
        renewed = client.get(own(booking))
        clock.shift(31 * 60)
        after = client.get(own(booking))

    assert [within.status_code, renewed.status_code, after.status_code] == [200, 200, 404]


def test_short_link_leads_to_the_page(client: Client, booking: Booking) -> None:
    response = client.get(f"/m/{booking.reference}/{manage_token(booking.reference)}", follow=True)

    assert response.redirect_chain[-1][0] == own(booking)
    assert response.status_code == 200


@pytest.mark.parametrize("method", ["get", "head"])
def test_no_read_changes_anything(opened: Client, booking: Booking, method: str) -> None:
    before = Booking.objects.values().get()

    for path in (*SUB_PAGES, "change/?starts_at=2026-11-24T11:00:00%2B01:00"):
        getattr(opened, method)(own(booking, path))

    assert Booking.objects.values().get() == before
