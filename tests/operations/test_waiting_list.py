"""A place that came free is offered, by everything as it really runs: rung for, and by the sweep alone."""

from collections.abc import Iterator

import pytest

from tests import servers
from tests.asking import Answer, booking_at, phone, slot
from tests.servers import House, wait_until

pytestmark = pytest.mark.slow

PATIENCE_SECONDS = 300  # on a machine that runs much else; how often is swept stands in the timetable


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with servers.running() as made:
        yield made


def full_and_waiting(house: House, name: str) -> tuple[Answer, Answer]:
    """Return who has a shop's only place, and who waits for it; neither can be asleep: they have an address."""
    store, starts_at = house.make_store(name, capacity=1), slot()
    booked = house.post("/api/v1/bookings", booking_at(store, starts_at, number=len(name)))
    day = starts_at[:10]
    customer = {"name": "Bea Test", "phone": phone(500 + len(name)), "email": "bea@example.org"}
    wish = {"store": store, "visit_type": "visit", "from": day, "to": day, "party_size": 1, "customer": customer}
    joined = house.post("/api/v1/waiting-list", wish)
    assert (booked.status, joined.status) == (201, 201), joined.body
    return booked, joined


def shown(house: House, joined: Answer) -> Answer:
    token = joined.json["manage_token"]
    return house.get(f"/api/v1/waiting-list/{joined.json['reference']}", Authorization=f"Bearer {token}")


def wait_until_offered(house: House, joined: Answer) -> None:
    wait_until(
        lambda: shown(house, joined).json["status"] == "offered", seconds=PATIENCE_SECONDS, what="offered to who waits"
    )


def test_place_that_is_cancelled_is_offered_and_told_at_once(house: House) -> None:
    booked, joined = full_and_waiting(house, "Rung Shop")

    token = booked.json["manage_token"]
    house.post(f"/api/v1/bookings/{booked.json['reference']}/cancel", None, Authorization=f"Bearer {token}")

    wait_until_offered(house, joined)
    offer = shown(house, joined).json["offer"]
    assert offer["starts_at"] == booked.json["starts_at"]
    subject = f"wait-{joined.json['reference']}"
    rows = f"SELECT state FROM notifications_outboxmessage WHERE subject = '{subject}' AND channel = 'email'"
    wait_until(lambda: house.rows(rows) == [("sent",)], seconds=PATIENCE_SECONDS, what="told of it")
    assert house.check_books() == "The books are right."


def test_place_that_nobody_rings_for_is_offered_by_the_sweep(house: House) -> None:
    booked, joined = full_and_waiting(house, "Silent Shop")

    # Freed past all of Carillon's code: only the sweep can find it.
    reference = booked.json["reference"]
    house.execute(f"UPDATE booking_booking SET status = 'cancelled' WHERE reference = '{reference}'")
    house.execute(
        "UPDATE stores_slot SET places_taken = 0, places_taken_web = 0 WHERE store_id ="
        " (SELECT id FROM stores_store WHERE slug = 'silent-shop-niort')"
    )

    wait_until_offered(house, joined)
