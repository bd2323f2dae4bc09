from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections, transaction

from booking.api.idempotency import _fingerprint, _routes
from booking.models import Booking, IdempotentAnswer
from stores.models import Slot, Store
from tests.booking.api.calls import Api, refusal_of, request_to_book
from tests.factories import NOW, make_store

TWINS = 8


@pytest.fixture
def open_store(transactional_db: None) -> Store:
    return make_store(open_bookings_per_customer=100)


def at_once(call: Callable[[int], Any]) -> list[Any]:
    """Return what `call` answers in several threads that begin together."""
    start = Barrier(TWINS)

    def run(number: int) -> Any:
        try:
            start.wait()
            return call(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(TWINS) as pool:
        return list(pool.map(run, range(TWINS)))


def test_same_key_at_once_books_once(open_store: Store) -> None:
    answers = at_once(lambda _: Api().post("/bookings", request_to_book(), Idempotency_Key="twin"))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotent-Replayed" in answer for answer in answers) == TWINS - 1
    assert Booking.objects.count() == 1
    assert Slot.objects.get().places_taken == 1


def test_other_keys_at_once_never_take_one_place_too_many(open_store: Store) -> None:
    answers = at_once(lambda number: Api().post("/bookings", request_to_book(), Idempotency_Key=f"key-{number}"))

    assert sorted(answer.status_code for answer in answers) == [201] * 2 + [409] * (TWINS - 2)
    assert Slot.objects.get().places_taken == 2
    assert IdempotentAnswer.objects.count() == 4  # each by its body and by its network


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time: a twin waits in line")
def test_twin_that_takes_too_long_is_told_of(open_store: Store) -> None:
    api = Api()
    request = api.get("/stores").wsgi_request

    def twin() -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
        answer = api.post("/bookings", request_to_book(), Idempotency_Key="twin")
        connections.close_all()
        return answer

    request.method, request.path = "POST", "/api/v1/bookings"
    request.resolver_match.route = "api/v1/bookings"
    with transaction.atomic():
        fingerprint = _fingerprint(request_to_book())
        route = _routes(request, "", request_to_book(), fingerprint)[0]
        IdempotentAnswer.objects.create(route=route, key="twin", fingerprint=fingerprint, created_at=NOW)
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(twin).result()
        transaction.set_rollback(True)

    assert refusal_of(answer) == (409, "in_progress")
    assert answer["Retry-After"] == "1"
    assert Api().post("/bookings", request_to_book(), Idempotency_Key="twin").status_code == 201
