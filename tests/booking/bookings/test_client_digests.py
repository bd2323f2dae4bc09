"""What one client may keep at once, and how long the books know who it was."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from booking.bookings.lifecycle import book_visit
from booking.customer_input import CustomerDetails
from booking.limits import ClientDigests, TooManyHolds
from booking.models import Booking, Hold, Source, WaitingListEntry
from booking.places.holds import hold_other_places, hold_places, release_hold
from booking.privacy import forget_old
from booking.tokens import hold_token
from booking.waiting_list.entries import join_waiting_list
from stores.models import Store
from tests.factories import NOW, make_store

pytestmark = pytest.mark.django_db
TEN = NOW + timedelta(days=1, hours=2)
QUARTER = timedelta(minutes=15)


@pytest.fixture(autouse=True)
def _limits_on(settings, tmp_path) -> None:
    settings.RATE_LIMITS, settings.DATA_DIR = True, tmp_path


@pytest.fixture
def store() -> Store:
    return make_store(capacity=20)


def client(narrow: int, home: int | None = None, site: int | None = None) -> ClientDigests:
    """Return the digests of a client; of an IPv4 address all three are the same."""
    home = narrow if home is None else home
    return ClientDigests(*(f"{number:032x}" for number in (narrow, home, home if site is None else site)))


def keep(store: Store, who: ClientDigests, *, now=NOW, **more: object) -> Hold:
    wish = {"store": store.slug, "visit_type": "visit", "starts_at": TEN, "party_size": 1}
    return hold_places(**wish, client=who, now=now, **more)  # type: ignore[arg-type]


def kept_by(store: Store, clients: list[ClientDigests], tries: int) -> int:
    """Return how many of so many tries of each client were let in."""
    let_in = 0
    for who in clients:
        for _ in range(tries):
            try:
                keep(store, who)
                let_in += 1
            except TooManyHolds:
                break
    return let_in


def test_a_client_keeps_three_times_at_a_store_and_six_in_all(store: Store) -> None:
    others = [make_store(f"shop-{number}", capacity=20) for number in range(2)]

    kept = [kept_by(one, [client(1)], 10) for one in (store, *others)]

    assert kept == [3, 3, 0]
    assert kept_by(store, [client(2)], 10) == 3


def test_a_home_s_many_networks_keep_twice_as_many_as_one(store: Store) -> None:
    assert kept_by(store, [client(number, home=1000) for number in range(1, 20)], 10) == 6


def test_a_provider_s_many_homes_keep_five_times_as_many_as_one(store: Store) -> None:
    clients = [client(number, home=1000 + number, site=5000) for number in range(1, 20)]

    assert kept_by(store, clients, 10) == 15


def test_it_is_said_when_the_first_of_them_runs_out(store: Store) -> None:
    for minutes in range(3):
        keep(store, client(1), now=NOW + timedelta(minutes=minutes))

    with pytest.raises(TooManyHolds) as limited:
        keep(store, client(1), now=NOW + timedelta(minutes=3))

    assert limited.value.retry_after_seconds == 120
    keep(store, client(1), now=NOW + timedelta(minutes=5))


def test_what_is_given_back_counts_no_more(store: Store) -> None:
    held = [keep(store, client(1)) for _ in range(3)]
    release_hold(token=hold_token(held[0].public_id), now=NOW)

    keep(store, client(1))


def test_another_time_instead_is_no_fourth(store: Store) -> None:
    held = [keep(store, client(1)) for _ in range(3)]

    wish = {"store": store.slug, "visit_type": "visit", "starts_at": TEN + QUARTER, "party_size": 1}
    hold_other_places(instead_of=hold_token(held[0].public_id), **wish, client=client(1), now=NOW)  # type: ignore[arg-type]

    assert Hold.objects.count() == 3


def test_lifted_limits_lift_this_as_well(store: Store, settings: Settings) -> None:
    settings.RATE_LIMITS = False

    assert kept_by(store, [client(1)], 10) == 10


# --- Known for two days -----------------------------------------------------------------------------


def book_one(store: Store, who: ClientDigests, *, now=NOW) -> Booking:
    return book_visit(
        store=store.slug,
        visit_type="visit",
        starts_at=TEN,
        party_size=1,
        customer=CustomerDetails(name="Ada", email="ada@example.org"),
        note="",
        source=Source.WEB,
        client=who,
        now=now,
    )


def test_books_know_a_client_s_home_for_two_days(store: Store) -> None:
    booking = book_one(store, client(1, home=2, site=3))
    entry = join_waiting_list(
        store=store.slug,
        visit_type="visit",
        from_date=TEN.date(),
        to_date=TEN.date(),
        party_size=1,
        customer=CustomerDetails(name="Eve", email="eve@example.org"),
        source=Source.WEB,
        client=client(1, home=2, site=3),
        now=NOW,
    )
    assert booking.client_digest == entry.client_digest == f"{2:032x}"

    forget_old(now=NOW + timedelta(hours=48))
    assert Booking.objects.get().client_digest
    forget_old(now=NOW + timedelta(hours=48, seconds=1))

    assert Booking.objects.get().client_digest == ""
    assert WaitingListEntry.objects.get().client_digest == ""
