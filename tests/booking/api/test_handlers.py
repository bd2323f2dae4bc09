from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test import Client

from stores.models import Store
from tests.booking.api.calls import refusal_of


def test_host_that_is_not_ours_is_refused_in_json(store: Store) -> None:
    answer = Client(headers={"host": "elsewhere.example"}).get("/api/v1/stores")

    assert refusal_of(answer) == (400, "malformed")


def test_host_that_is_not_ours_gets_a_page(store: Store) -> None:
    answer = Client(headers={"host": "elsewhere.example"}).get("/nothing/")

    assert (answer.status_code, answer["Content-Type"]) == (400, "text/html; charset=utf-8")


@pytest.mark.parametrize(
    ("path", "content_type"), [("/api/v1/stores", "application/problem+json"), ("/s/a/", "text/html")]
)
def test_failure_of_ours_says_nothing_of_itself(store: Store, path: str, content_type: str) -> None:
    def fail(*_: Any) -> Any:
        raise DatabaseError("secret words")

    with connection.execute_wrapper(fail):
        answer = Client(raise_request_exception=False).get(path)

    assert answer.status_code == 500
    assert answer["Content-Type"].startswith(content_type)
    assert b"secret words" not in answer.content
