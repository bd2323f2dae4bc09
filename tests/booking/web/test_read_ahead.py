"""A list lets the browser read a pressed link ahead, where the page behind it keeps and counts nothing."""

import json
import re

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from booking.web.read_ahead import RULES
from tests.booking.customer.stores.test_organization import make_organization
from tests.factories import make_store

SLUG = "corner-shop-niort"


def patterns() -> list[str]:
    path = finders.find(RULES)
    assert path is not None
    with open(path) as file:  # noqa: PTH123 -- a name that the finder gives
        (rule,) = json.load(file)["prefetch"]
    assert rule["eagerness"] == "conservative"  # nothing that nobody pressed
    found: list[str] = rule["where"]["href_matches"]
    return found


def is_read_ahead(path: str) -> bool:
    """Tell whether a path is named, as a browser reads the rules: `:word` is one part of it."""
    return any(re.fullmatch(re.sub(r":\w+", "[^/]+", pattern), path) for pattern in patterns())


@pytest.mark.django_db
@pytest.mark.parametrize("prefix", ["", "/en", "/simple", "/simple/en"])
def test_lists_name_the_rules(client: Client, prefix: str) -> None:
    store = make_store()
    make_organization(store)
    for path in ("/", "/o/", "/o/niort/"):
        answer = client.get(f"{prefix}{path}", follow=True)
        assert answer.status_code == 200, path
        assert RULES.rpartition(".")[0] in answer.headers["Speculation-Rules"], path
    assert "Speculation-Rules" not in client.get(f"/s/{SLUG}/").headers


@pytest.mark.parametrize(
    "path", [f"/s/{SLUG}/", f"/en/s/{SLUG}/", f"/simple/ar/s/{SLUG}/", "/o/centre/", "/de/o/centre/"]
)
def test_pages_that_keep_nothing_are_read_ahead(path: str) -> None:
    assert is_read_ahead(path)


@pytest.mark.parametrize(
    "path",
    [
        f"/s/{SLUG}/book/",
        f"/s/{SLUG}/book/details/",
        f"/s/{SLUG}/here/",
        "/v/R/token",
        "/feedback/token/",
        "/staff/s/x/y/",
    ],
)
def test_pages_that_count_keep_or_open_something_are_not(path: str) -> None:
    assert not is_read_ahead(path)


@pytest.mark.django_db
@pytest.mark.parametrize("path", [f"/s/{SLUG}/", "/o/niort/"])
def test_reading_ahead_writes_nothing_and_sets_nothing(
    client: Client, path: str, django_assert_max_num_queries
) -> None:
    make_organization(make_store())
    with django_assert_max_num_queries(20) as asked:
        answer = client.get(path, headers={"Sec-Purpose": "prefetch"})

    assert answer.status_code == 200
    assert not answer.cookies
    assert not [one["sql"] for one in asked.captured_queries if not one["sql"].lstrip().startswith(("SELECT", "WITH"))]
