"""New visits that the API refuses because their time is full count for the store's unmet demand."""

import pytest
from django.test import Client

from booking.places import unmet_demand
from booking.places.unmet_demand import Look
from booking.tokens import manage_token
from tests.factories import at, make_booking, make_store, make_user

pytestmark = pytest.mark.django_db

WISH = {"store": "corner-shop-niort", "visit_type": "visit", "starts_at": at(10).isoformat(), "party_size": 1}
CUSTOMER = {"name": "Ada", "phone": "+33612345699", "email": "", "locale": "en"}


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    unmet_demand._of_this_process.take()


def counted() -> dict[Look, int]:
    return dict(unmet_demand._of_this_process.take())


def post(path: str, body: dict[str, object], **headers: str) -> str:
    answer = Client().post(f"/api/v1{path}", body, content_type="application/json", headers=headers)
    return str(answer.json().get("code", ""))


@pytest.mark.parametrize(("path", "more"), [("/holds", {}), ("/bookings", {"customer": CUSTOMER})])
def test_a_full_time_counts(path: str, more: dict[str, object]) -> None:
    make_booking(make_store(capacity=1))

    assert post(path, {**WISH, **more}) == "slot_full"

    assert counted() == {Look("corner-shop-niort", "visit", "", 1, starts_at=at(10)): 1}


def test_a_closed_time_does_not_count() -> None:
    make_store()

    assert post("/holds", {**WISH, "starts_at": at(8).isoformat()}) == "slot_closed"

    assert counted() == {}


def test_a_move_to_a_full_time_does_not_count() -> None:
    store = make_store(capacity=1)
    make_booking(store)
    moved = make_booking(store, starts_at=at(11), phone="+33612345602")

    code = post(
        f"/bookings/{moved.reference}/reschedule",
        {"starts_at": at(10).isoformat()},
        authorization=f"Bearer {manage_token(moved.reference)}",
    )

    assert code == "slot_full"
    assert counted() == {}


def test_a_try_of_staff_does_not_count() -> None:
    store = make_store(capacity=1)
    make_booking(store)
    client = Client()
    client.force_login(make_user("ada", store=store))

    answer = client.post(
        f"/api/v1/staff/stores/{store.slug}/bookings",
        {**{key: WISH[key] for key in ("visit_type", "starts_at", "party_size")}, "customer": CUSTOMER,
         "source": "phone"},
        content_type="application/json",
    )  # fmt: skip

    assert answer.json()["code"] == "slot_full"
    assert counted() == {}
