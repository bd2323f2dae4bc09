"""Programs with a key: they may do what the key is for, at its stores, until it ends."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from booking.accounts.api_keys import end_api_key, make_api_key, read_api_key
from booking.models import ApiKey, Booking
from stores.models import Organization, SetupChange, Store
from stores.services import BadValue
from tests.factories import NOW, at, make_booking, make_store, make_user

pytestmark = pytest.mark.django_db

BOTH = ("read:day", "write:bookings")
CALLER = {"name": "Ada Test", "phone": "+33612345607"}


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def store() -> Store:
    return make_store(capacity=4)


def key_for(store: Store, scopes: Sequence[str] = BOTH, organization: Organization | None = None) -> str:
    return make_api_key(
        store=store, organization=organization, name="Till", scopes=scopes, days=30, user=None, now=NOW
    )[1]  # fmt: skip


def ask(key: str, path: str, body: Any = None) -> Any:
    headers = {"Authorization": f"Bearer {key}"}
    if body is None:
        return Client().get(f"/api/v1/staff/{path}", headers=headers)
    return Client().post(f"/api/v1/staff/{path}", body, content_type="application/json", headers=headers)


def test_key_reads_the_day_and_notes_its_use(store: Store) -> None:
    make_booking(store)
    answer = ask(key_for(store), f"stores/{store.slug}/day?date=2026-11-24")

    assert answer.status_code == 200
    assert len(answer.json()["bookings"]) == 1
    assert ApiKey.objects.get().last_used_at == NOW


def test_key_books_moves_cancels_and_takes_steps(store: Store) -> None:
    key = key_for(store)
    wanted = {"visit_type": "visit", "starts_at": at(10).isoformat(), "party_size": 1, "customer": CALLER,
              "source": "phone"}  # fmt: skip
    booked = ask(key, f"stores/{store.slug}/bookings", wanted)
    assert booked.status_code == 201
    reference = booked.json()["reference"]

    assert ask(key, f"bookings/{reference}/reschedule", {"starts_at": at(11).isoformat()}).status_code == 200
    assert ask(key, f"bookings/{reference}/cancel", {}).json()["status"] == "cancelled"
    here = make_booking(store, starts_at=at(10, 15, day=23))
    assert ask(key, f"bookings/{here.reference}/check-in", {}).json()["status"] == "checked_in"


@pytest.mark.parametrize(
    ("scopes", "path", "body"),
    [
        (["write:bookings"], "stores/corner-shop-niort/day", None),
        (["read:day"], "stores/corner-shop-niort/bookings", {}),
        (["read:day"], "bookings/{reference}/cancel", {}),
        (BOTH, "stores/corner-shop-niort/walk-ins", {}),
        (BOTH, "stores/corner-shop-niort/feed", {}),
        (BOTH, "stores", None),
    ],
)
def test_key_without_the_scope_gets_403_and_is_in_the_trail(store: Store, scopes, path, body) -> None:
    booking = make_booking(store)
    key = key_for(store, scopes)
    before = SetupChange.objects.count()
    answers = [ask(key, path.format(reference=booking.reference), body) for _ in range(2)]

    assert [(one.status_code, one.json()["code"]) for one in answers] == [(403, "not_permitted")] * 2
    assert SetupChange.objects.count() == before + 1
    line = SetupChange.objects.order_by("-pk").first()
    assert line is not None
    assert (line.what, line.subject, line.store_id, line.username) == ("api_key", "Till", store.pk, "")
    assert Booking.objects.get().status == "confirmed"


def test_key_of_a_store_opens_no_other(store: Store) -> None:
    other = make_store("other-shop")
    booking = make_booking(other)
    key = key_for(store)

    assert ask(key, "stores/other-shop/day").status_code == 404
    assert ask(key, f"bookings/{booking.reference}/cancel", {}).status_code == 404
    assert ask(key, "bookings/nonsense/cancel", {}).status_code == 404


def test_key_of_an_organization_opens_its_stores_and_no_others(store: Store) -> None:
    chain = Organization.objects.create(slug="chain", name="Chain", kind="chain", created_at=NOW)
    second, stranger = make_store("second-shop"), make_store("other-shop")
    for one in (store, second):
        one.organizations.add(chain)
    key = key_for(store, organization=chain)

    codes = [ask(key, f"stores/{one.slug}/day").status_code for one in (store, second, stranger)]
    assert codes == [200, 200, 404]
    assert set(SetupChange.objects.values_list("store__slug", flat=True)) == {store.slug, second.slug}


def test_key_ends_by_age_and_by_hand(store: Store) -> None:
    key = key_for(store)
    user = make_user("ada", store=store)
    with time_machine.travel(NOW + timedelta(days=30), tick=False):
        assert ask(key, f"stores/{store.slug}/day").status_code == 401
    end_api_key(store=store, key_id=ApiKey.objects.get().pk, organizations=[], user=user, now=NOW)
    assert ask(key, f"stores/{store.slug}/day").status_code == 401


def test_key_is_kept_as_a_digest_alone(store: Store) -> None:
    key = key_for(store)
    kept = str(list(ApiKey.objects.values())) + str(list(SetupChange.objects.values()))

    assert key.startswith("carillon_")
    assert key.removeprefix("carillon_") not in kept
    assert read_api_key(key, now=NOW) == ApiKey.objects.get()
    assert read_api_key("carillon_x", now=NOW) is None


@pytest.mark.parametrize("scopes", [[], ["everything"]])
def test_key_for_nothing_is_not_made(store: Store, scopes) -> None:
    with pytest.raises(BadValue):
        key_for(store, scopes)


def test_wrong_keys_are_counted(store: Store, settings: Settings) -> None:
    settings.RATE_LIMITS = True
    codes = {ask(f"carillon_{number}", f"stores/{store.slug}/day").status_code for number in range(12)}

    assert codes == {401, 429}
