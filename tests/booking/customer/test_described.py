"""What a field says of itself to those who hear it: every text it names is there."""

import re

import pytest
import time_machine
from django.test import Client

from tests.factories import NOW, at, make_store

pytestmark = pytest.mark.django_db

FORMS = (
    "/s/corner-shop-niort/book/details/?visit_type=visit&party_size=1&starts_at=2026-11-24T10:00:00%2B01:00",
    "/s/corner-shop-niort/wait/?visit_type=visit&party_size=1",
    "/s/corner-shop-niort/here/",
    "/my-visits/",
)


@pytest.mark.parametrize("prefix", ["", "/simple"])
@pytest.mark.parametrize("path", FORMS)
def test_each_field_is_described_by_texts_that_are_there(client: Client, prefix: str, path: str) -> None:
    make_store()
    with time_machine.travel(NOW, tick=False):
        html = client.get(prefix + path).content.decode()

    named = {name for names in re.findall(r'aria-(?:describedby|labelledby)="([^"]+)"', html) for name in names.split()}
    assert named - set(re.findall(r' id="([^"]+)"', html)) == set()
    assert "<label" in html


def test_a_store_without_an_address_leaves_no_empty_line(client: Client) -> None:
    make_store(street="", postal_code="", town="")
    with time_machine.travel(at(9), tick=False):
        assert "strip-address" not in client.get("/s/corner-shop-niort/").content.decode()
