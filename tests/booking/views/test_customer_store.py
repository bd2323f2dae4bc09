import json
from collections.abc import Iterator
from datetime import date, time

import pytest
import time_machine
from django.test import Client

from stores.models import OpeningHours, SpecialHours, VisitType
from tests.booking.views.reading import page
from tests.factories import NOW, at, make_store

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def json_ld(text: str) -> dict[str, object]:
    block = text.split('<script type="application/ld+json">')[1].split("</script>")[0]
    parsed: dict[str, object] = json.loads(block)
    return parsed


def test_store_shows_what_one_needs_to_come(client: Client) -> None:
    make_store(notice="Ring the bell", wheelchair="yes", website="https://shop.example/")

    shown = page(client.get("/s/corner-shop-niort/"))

    assert "1 Rue de la Gare, 79000 Niort" in shown.words
    assert "Ring the bell" in shown.words
    assert "05 49 24 00 39" in shown.links["tel:+33549240039"]
    assert "Accessible by wheelchair" in shown.words
    assert "Monday (today) 09:00 to 12:00 14:00 to 19:00" in shown.words
    assert "Sunday Closed" in shown.words
    assert "Open until 12:00" in shown.words
    assert "https://shop.example/" in shown.links
    assert list(shown.links_to("/book/")) == [
        "/s/corner-shop-niort/book/?visit_type=visit",
        "/s/corner-shop-niort/book/?visit_type=advice",
    ]


@pytest.mark.parametrize(
    ("hour", "words"),
    [(8, "Closed, opens at 09:00"), (12, "Closed, opens at 14:00"), (20, "Closed, opens Tuesday 24 November, 09:00")],
)
def test_store_says_when_it_opens_next(client: Client, hour: int, words: str) -> None:
    make_store()

    with time_machine.travel(at(hour, day=23), tick=False):
        assert words in page(client.get("/s/corner-shop-niort/")).words


def test_store_shows_special_hours_to_come(client: Client) -> None:
    store = make_store()
    SpecialHours.objects.create(store=store, date=date(2026, 11, 22))
    SpecialHours.objects.create(store=store, date=date(2026, 12, 24), opens=time(9), closes=time(12))
    SpecialHours.objects.create(store=store, date=date(2026, 12, 25))

    words = page(client.get("/s/corner-shop-niort/")).words

    assert "Special hours Thursday 24 December 09:00 to 12:00 Friday 25 December Closed" in words
    assert "22 November" not in words


def test_store_open_all_day_and_past_midnight_says_so(client: Client) -> None:
    store = make_store(hours=(), days=())
    OpeningHours.objects.create(store=store, weekday=0, opens=time(0), closes=time(0))
    OpeningHours.objects.create(store=store, weekday=4, opens=time(20), closes=time(2))

    words = page(client.get("/s/corner-shop-niort/")).words

    assert "Monday (today) All day" in words
    assert "Friday 20:00 to 02:00" in words


def test_store_without_hours_or_visits_says_what_to_do(client: Client) -> None:
    store = make_store(hours=(), days=())
    VisitType.objects.filter(store=store).update(is_active=False)

    words = page(client.get("/s/corner-shop-niort/")).words

    assert "The opening hours are not known. Please phone the store before you come." in words
    assert "Visits cannot be booked here for now." in words


def test_store_describes_itself_as_json_ld(client: Client) -> None:
    store = make_store()
    SpecialHours.objects.create(store=store, date=date(2026, 12, 25))

    described = json_ld(client.get("/s/corner-shop-niort/").content.decode())

    assert described["@type"] == "Store"
    assert described["name"] == "Corner Shop"
    assert described["geo"] == {"@type": "GeoCoordinates", "latitude": 46.32, "longitude": -0.46}
    opening = described["openingHoursSpecification"]
    assert isinstance(opening, list)
    assert opening[0] == {
        "@type": "OpeningHoursSpecification",
        "dayOfWeek": "https://schema.org/Monday",
        "opens": "09:00",
        "closes": "12:00",
    }
    assert described["specialOpeningHoursSpecification"] == [
        {
            "@type": "OpeningHoursSpecification",
            "validFrom": "2026-12-25",
            "validThrough": "2026-12-25",
            "opens": "00:00",
            "closes": "00:00",
        }
    ]
    action = described["potentialAction"]
    assert isinstance(action, dict)
    assert action["@type"] == "ReserveAction"
    assert action["target"]["urlTemplate"].endswith("/s/corner-shop-niort/book/")


def test_store_whose_name_ends_the_script_cannot_break_out(client: Client) -> None:
    name = "</script><script>alert(1)</script><!-- & Co"
    make_store(name=name)

    text = client.get("/s/corner-shop-niort/").content.decode()

    assert "<script>alert" not in text
    assert json_ld(text)["name"] == name


@pytest.mark.parametrize("path", ["/s/nowhere/", "/s/nowhere/book/", "/s/nowhere/book/details/"])
def test_unknown_store_is_a_page_that_leads_on(client: Client, path: str) -> None:
    response = client.get(path)

    assert response.status_code == 404
    assert "Find a store" in page(response).words
