import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.urls import get_resolver
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from openapi_spec_validator import validate

from booking.api.reference import _schema, schema
from tests.booking.api.calls import Api

# The calls of the contract.
CALLS = """
GET /stores
GET /stores/{store}
GET /stores/{store}/availability
POST /availability/lookup
POST /holds
DELETE /holds/{token}
POST /holds/{token}/extend
POST /bookings
GET /bookings/{reference}
POST /bookings/{reference}/reschedule
POST /bookings/{reference}/cancel
POST /bookings/{reference}/confirm
GET /bookings/{reference}/calendar.ics
GET /bookings/{reference}/data
POST /bookings/{reference}/erase
POST /waiting-list
GET /waiting-list/{reference}
DELETE /waiting-list/{reference}
POST /staff/token
DELETE /staff/token
GET /staff/stores
GET /staff/stores/{store}/day
POST /staff/stores/{store}/bookings
POST /staff/stores/{store}/walk-ins
PUT /staff/stores/{store}/opening-hours
POST /staff/stores/{store}/special-hours
DELETE /staff/stores/{store}/special-hours/{date}
PATCH /staff/stores/{store}/slots
POST /staff/stores/{store}/feed
DELETE /staff/stores/{store}/feed
POST /staff/bookings/{reference}/check-in
POST /staff/bookings/{reference}/start
POST /staff/bookings/{reference}/complete
POST /staff/bookings/{reference}/no-show
POST /staff/bookings/{reference}/undo
POST /staff/bookings/{reference}/cancel
POST /staff/bookings/{reference}/reschedule
""".strip().splitlines()


def test_description_is_valid_openapi(api: Api) -> None:
    answer = api.get("/schema")

    assert answer.json()["openapi"] == "3.1.0"
    validate(answer.json())


def test_description_is_made_without_a_warning() -> None:
    SchemaGenerator().get_schema(request=None, public=True)

    assert not GENERATOR_STATS


def test_description_is_made_once_for_all_who_ask_at_once() -> None:
    _schema.cache_clear()

    with ThreadPoolExecutor(4) as pool:
        assert len({id(one) for one in pool.map(lambda _: schema(), range(4))}) == 1


def test_description_holds_every_call_and_no_other() -> None:
    described = [
        f"{method.upper()} {path.removeprefix('/api/v1')}"
        for path, methods in schema()["paths"].items()
        for method in methods
    ]

    assert sorted(described) == sorted(CALLS)


def test_every_post_of_the_public_honours_keys() -> None:
    for path, methods in schema()["paths"].items():
        if "post" in methods and "/staff/" not in path:
            assert "Idempotency-Key" in [one["name"] for one in methods["post"]["parameters"]], path


# What programs with a key may call, besides people.
FOR_PROGRAMS = (
    *("/day", "{store}/bookings", "/check-in", "/start", "/complete", "/no-show", "/undo"),
    *("/cancel", "/reschedule"),
)


def test_every_call_says_who_may_make_it() -> None:
    for path, methods in schema()["paths"].items():
        for method, operation in methods.items():
            names = {name for one in operation.get("security", ()) for name in one}
            if "/staff/" in path:
                of_people = {"staffToken", "cookieAuth"} if (path, method) != ("/api/v1/staff/token", "post") else set()
                assert names == (of_people | {"apiKey"} if path.endswith(FOR_PROGRAMS) else of_people)
            elif "{reference}" in path:
                assert names == {"manageToken"}
            else:
                assert names == set()


@pytest.mark.django_db
def test_page_shows_every_call_and_asks_no_other_host(api: Api) -> None:
    page = api.get("/docs", Accept="text/html")

    text = page.content.decode()
    assert page["Content-Type"] == "text/html; charset=utf-8"
    for call in CALLS:
        method, path = call.split()
        assert f"{method} /api/v1{path}" in text
    links = re.findall(r'(?:src|href|action)="([^"]*)"', text)
    assert [link for link in links if not link.startswith(("/", "#"))] == []
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=", text)


def test_addresses_are_those_of_the_description() -> None:
    routes = {
        re.sub(r"<\w+:(\w+)>", r"{\1}", f"/{pattern.pattern}")
        for prefix in get_resolver().url_patterns
        if str(prefix.pattern) == "api/v1/"
        for pattern in prefix.url_patterns
    }

    assert routes - {"/schema", "/docs", "/"} == {call.split()[1] for call in CALLS}
