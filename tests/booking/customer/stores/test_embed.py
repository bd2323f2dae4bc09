"""A store's times in a frame: only where the store said so, without a cookie, leading out of it to book."""

import pytest
import time_machine
from django.test import Client

from stores.models import Store, VisitType
from tests.booking.reading import page
from tests.factories import NOW, make_store

pytestmark = pytest.mark.django_db

EMBED = "/embed/corner-shop-niort/"


@pytest.fixture(autouse=True)
def _on_a_monday_morning():
    with time_machine.travel(NOW, tick=False):
        yield


def test_frame_is_allowed_to_the_sites_named_and_to_no_other(client: Client) -> None:
    make_store()
    Store.objects.update(embed_origins="https://shop.example.org http://localhost:9000")

    response = client.get(EMBED)

    policy = response["Content-Security-Policy"]
    assert "frame-ancestors https://shop.example.org http://localhost:9000;" in f"{policy};"
    assert "default-src 'none'" in policy
    assert "X-Frame-Options" not in response
    assert not response.cookies


def test_frame_is_refused_everywhere_while_no_site_is_named(client: Client) -> None:
    make_store()

    assert "frame-ancestors 'none'" in client.get(EMBED)["Content-Security-Policy"]


def test_other_pages_are_never_framed(client: Client) -> None:
    make_store()
    Store.objects.update(embed_origins="https://shop.example.org")

    response = client.get("/s/corner-shop-niort/book/")

    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY"


def test_a_time_chosen_in_the_frame_is_kept_and_leads_out_of_it(client: Client) -> None:
    make_store()

    response = client.get(EMBED, {"visit_type": "advice"})

    html, shown = response.content.decode(), page(response)
    assert 'target="_top"' in html
    button = next(button for button in shown.buttons if button.get("name") == "starts_at")
    sent = {**shown.forms["/s/corner-shop-niort/book/hold/"], "starts_at": button["value"]}
    assert sent["visit_type"] == "advice"
    # From a frame of another site no cookie and no token come along.
    assert Client(enforce_csrf_checks=True).post("/s/corner-shop-niort/book/hold/", sent).status_code == 303


def test_days_of_the_frame_stay_in_the_frame(client: Client) -> None:
    make_store()

    days = list(page(client.get(f"/fr{EMBED}")).links_to("day="))

    assert days
    assert all(day.startswith(f"/fr{EMBED}?") for day in days)


def test_frame_of_a_store_without_visits_says_so(client: Client) -> None:
    make_store()
    VisitType.objects.update(is_active=False)

    assert "Visits cannot be booked here for now." in page(client.get(EMBED)).words


def test_script_is_small_and_may_be_kept(client: Client) -> None:
    response = client.get("/embed.js")

    assert response["Content-Type"] == "text/javascript; charset=utf-8"
    assert len(response.content) < 2_048
    assert client.get("/embed.js", headers={"if-none-match": response["ETag"]}).status_code == 304


@pytest.mark.parametrize("asked", [{"visit_type": "\0"}, {"day": "x"}, {"from": "9999-12-31"}, {"party_size": "-1"}])
def test_frame_takes_any_nonsense_calmly(client: Client, asked: dict[str, str]) -> None:
    make_store()

    assert client.get(EMBED, asked).status_code == 200


def test_frame_is_light_unless_the_site_around_it_turns_dark(client: Client) -> None:
    make_store()

    light, auto = (client.get(EMBED, query).content.decode() for query in ({}, {"scheme": "auto"}))

    assert '<meta name="color-scheme" content="light">' in light
    assert "only-light" in light
    assert '<meta name="color-scheme" content="light dark">' in auto
    assert "only-light" not in auto
    assert "scheme=" not in light
    assert {"scheme=auto" in link for link in page(client.get(EMBED, {"scheme": "auto"})).links if "embed" in link} == {
        True
    }
