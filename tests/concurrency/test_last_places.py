"""Many customers at once over HTTP: the last places, one key sent twice, moves, cancellings and taps that cross."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import count
from zoneinfo import ZoneInfo

import pytest

from tests import servers
from tests.asking import Answer, booking_at, slot
from tests.servers import House
from tests.threads import at_once

pytestmark = pytest.mark.slow

CROWD = 200
numbers = count(1)
MakeStore = Callable[..., str]


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with servers.running() as made:
        yield made


@pytest.fixture
def make_store(house: House, request: pytest.FixtureRequest) -> MakeStore:
    """Make a store that never closes, another one for each test."""
    return partial(house.make_store, f"Shop {next(numbers)}")


def book(house: House, store: str, starts_at: str, *, party_size: int = 1, **headers: str) -> Answer:
    wish = booking_at(store, starts_at, number=next(numbers), party_size=party_size)
    return house.post("/api/v1/bookings", wish, **headers)


def book_all(house: House, store: str, starts: list[str]) -> list[Answer]:
    answers = at_once([partial(book, house, store, starts_at) for starts_at in starts])
    assert {answer.status for answer in answers} == {201}
    return answers


def act(house: House, booked: Answer, action: str, payload: object = None) -> Answer:
    reference, token = booked.json["reference"], booked.json["manage_token"]
    return house.post(f"/api/v1/bookings/{reference}/{action}", payload, Authorization=f"Bearer {token}")


def outcomes(answers: list[Answer]) -> Counter[tuple[int, str]]:
    return Counter((answer.status, answer.code) for answer in answers)


def places_taken(house: House, store: str) -> list[int]:
    sql = "SELECT places_taken FROM stores_slot JOIN stores_store ON stores_store.id = store_id"
    return [taken for (taken,) in house.rows(f"{sql} WHERE slug = '{store}' ORDER BY starts_at")]


@pytest.mark.parametrize("capacity", [1, 50])
def test_last_places_are_each_given_once(house: House, make_store: MakeStore, capacity: int) -> None:
    store = make_store(capacity=capacity)

    answers = at_once([partial(book, house, store, slot())] * CROWD)

    assert outcomes(answers) == {(201, ""): capacity, (409, "slot_full"): CROWD - capacity}
    assert places_taken(house, store) == [capacity]
    assert house.check_books() == "The books are right."


def test_last_places_are_given_to_parties_that_fit(house: House, make_store: MakeStore) -> None:
    store = make_store(capacity=50)
    sizes = [1 + number % 4 for number in range(CROWD)]

    answers = at_once([partial(book, house, store, slot(), party_size=size) for size in sizes])

    taken = sum(size for size, answer in zip(sizes, answers, strict=True) if answer.status == 201)
    refused = {size for size, answer in zip(sizes, answers, strict=True) if answer.status == 409}
    assert set(outcomes(answers)) == {(201, ""), (409, "slot_full")}
    assert places_taken(house, store) == [taken]
    assert taken <= 50 < taken + min(refused)
    assert house.check_books() == "The books are right."


def test_last_places_of_several_desks_are_given_to_parties_that_fit_and_nobody_is_told_to_wait(
    house: House, make_store: MakeStore
) -> None:
    store = make_store(capacity=10)
    for number, capacity in enumerate([10, 3, 1], start=1):
        add_desk(house, store, number, capacity)
    sizes = [1 + number % 4 for number in range(CROWD)]

    answers = at_once([partial(book, house, store, slot(), party_size=size) for size in sizes])

    refused = {size for size, answer in zip(sizes, answers, strict=True) if answer.status == 409}
    assert set(outcomes(answers)) == {(201, ""), (409, "slot_full")}
    left = sorted(map(int.__sub__, [1, 3, 10, 10], sorted(places_taken(house, store))))
    assert all(places < min(refused) for places in left)
    assert house.check_books() == "The books are right."


def test_same_key_at_once_books_once(house: House, make_store: MakeStore) -> None:
    store = make_store(capacity=50)
    wish = booking_at(store, slot(), number=next(numbers))

    answers = at_once([partial(house.post, "/api/v1/bookings", wish, Idempotency_Key="twins")] * 50)

    booked = [answer for answer in answers if answer.status == 201]
    assert set(outcomes(answers)) <= {(201, ""), (409, "in_progress")}
    assert len({answer.body for answer in booked}) == 1
    assert sum("idempotent-replayed" not in answer.headers for answer in booked) == 1
    assert places_taken(house, store) == [1]


def test_moves_that_cross_never_lock_each_other_out(house: House, make_store: MakeStore) -> None:
    store, here, there = make_store(capacity=41), slot(index=40), slot(index=44)
    booked = book_all(house, store, [here, there] * 40)  # one place is left in each

    answers = at_once([
        partial(act, house, booking, "reschedule", {"starts_at": there if number % 2 == 0 else here})
        for number, booking in enumerate(booked)
    ])  # fmt: skip

    assert set(outcomes(answers)) <= {(200, ""), (409, "slot_full")}
    assert outcomes(answers)[200, ""] >= 1
    assert sum(places_taken(house, store)) == 80
    assert max(places_taken(house, store)) <= 41
    assert house.check_books() == "The books are right."


def test_cancel_while_moved_leaves_no_place_taken(house: House, make_store: MakeStore) -> None:
    store, here, there = make_store(capacity=20), slot(index=40), slot(index=44)
    booked = book_all(house, store, [here] * 20)

    calls = [
        call
        for booking in booked
        for call in (
            partial(act, house, booking, "cancel"),
            partial(act, house, booking, "reschedule", {"starts_at": there}),
        )
    ]
    answers = at_once(calls)

    assert outcomes(answers[0::2]) == {(200, ""): 20}
    assert set(outcomes(answers[1::2])) <= {(200, ""), (409, "wrong_status")}
    assert set(places_taken(house, store)) == {0}
    assert house.check_books() == "The books are right."


def test_second_tap_at_once_is_told_that_the_visit_is_checked_in(house: House, make_store: MakeStore) -> None:
    zone = zone_where_it_is_noon()
    store = make_store(capacity=4, zone=zone)
    staff = {"Authorization": f"Token {staff_token(house, store)}"}
    start = slot(days=0, index=80, zone=zone)  # 20:00
    wish = {**booking_at(store, start, number=next(numbers)), "source": "desk"}
    booked = house.post(f"/api/v1/staff/stores/{store}/bookings", wish, **staff)

    taps = [partial(house.post, f"/api/v1/staff/bookings/{booked.json['reference']}/check-in", {}, **staff)] * 10
    answers = at_once(taps)

    assert outcomes(answers) == {(200, ""): 1, (409, "wrong_status"): 9}
    assert {answer.json["booking"]["status"] for answer in answers if answer.status == 409} == {"checked_in"}


def test_customer_cannot_have_more_open_bookings_by_asking_at_once(house: House, make_store: MakeStore) -> None:
    store, number = make_store(capacity=4), next(numbers)
    wishes = [booking_at(store, slot(index=40 + slot_number), number=number) for slot_number in range(20)]

    answers = at_once([partial(house.post, "/api/v1/bookings", wish) for wish in wishes])

    assert outcomes(answers) == {(201, ""): 2, (409, "too_many_open_bookings"): 18}
    assert sum(places_taken(house, store)) == 2


def test_holds_and_bookings_share_the_last_places(house: House, make_store: MakeStore) -> None:
    store = make_store(capacity=10)
    wish = {"store": store, "visit_type": "visit", "starts_at": slot(), "party_size": 1}

    answers = at_once([partial(house.post, "/api/v1/holds", wish), partial(book, house, store, slot())] * 20)

    assert outcomes(answers) == {(201, ""): 10, (409, "slot_full"): 30}
    assert places_taken(house, store) == [10]
    assert house.check_books() == "The books are right."


def add_desk(house: House, store: str, number: int, capacity: int) -> None:
    """Give a store one more desk, past all of Carillon's code."""
    house.execute(
        "INSERT INTO stores_desk (store_id, slug, name, capacity, kept_back, is_active, position) "
        f"SELECT id, 'desk-{number}', 'Desk {number}', {capacity}, 0, true, {number} "
        f"FROM stores_store WHERE slug = '{store}'"
    )


def zone_where_it_is_noon() -> str:
    """Return a zone where it is day now: a visit of today cannot be one of tomorrow while the test runs."""
    zones = ("Europe/Paris", "America/Los_Angeles", "Asia/Tokyo")
    return min(zones, key=lambda zone: abs(datetime.now(UTC).astimezone(ZoneInfo(zone)).hour - 12))


def staff_token(house: House, store: str) -> str:
    password = "correct horse battery staple"
    house.manage("add_staff", store, "ada", "--role", "staff", text=password)
    return str(house.post("/api/v1/staff/token", {"username": "ada", "password": password}).json["token"])
