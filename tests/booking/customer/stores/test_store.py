import json
from collections.abc import Iterator
from datetime import date, time

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from stores.models import OpeningHours, SpecialHours, StoreClosing, VisitType
from tests.booking.reading import page
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
    assert "Monday – Saturday (today) 09:00 to 12:00 14:00 to 19:00" in shown.words
    assert "Sunday Closed" in shown.words
    assert "Open until 12:00" in shown.words
    assert "https://shop.example/" in shown.links
    assert list(shown.links_to("/book/")) == [
        "/s/corner-shop-niort/book/?visit_type=visit",
        "/s/corner-shop-niort/book/?visit_type=advice",
    ]


def test_a_press_keeps_the_first_free_time_of_a_kind_of_visit(client: Client) -> None:
    make_store()

    shown = page(client.get("/s/corner-shop-niort/"))

    assert "Visit 15 minutes · up to 2 people Book, Today 10:00, Visit Other times, Visit" in shown.words
    assert "Advice 30 minutes · up to 2 people Book, Today 10:00, Advice Other times, Advice" in shown.words
    kept = {"visit_type": "advice", "party_size": "1", "starts_at": "2026-11-23T10:00:00+01:00"}
    response = client.post("/s/corner-shop-niort/book/hold/", kept)
    assert response["Location"].startswith(
        "/s/corner-shop-niort/book/details/?visit_type=advice&party_size=1&starts_at"
    )


def test_only_the_first_kinds_of_visit_are_asked_for_a_time(client: Client) -> None:
    store = make_store()
    for number in range(3):
        VisitType.objects.create(
            store=store, slug=f"more-{number}", name=f"More {number}", slot_count=1, position=5 + number
        )

    shown = page(client.get("/s/corner-shop-niort/"))

    assert shown.text.count("Other times") == 3
    assert shown.text.count("See the times") == 2


def test_store_without_a_free_time_still_leads_to_the_times(client: Client) -> None:
    make_store(hours=())

    shown = page(client.get("/s/corner-shop-niort/"))

    assert shown.links["/s/corner-shop-niort/book/?visit_type=visit"] == "See the times, Visit"
    assert "Other times" not in shown.words


def test_store_tells_visits_by_phone_and_by_video_apart_and_says_what_to_bring(client: Client) -> None:
    store = make_store()
    VisitType.objects.filter(store=store, slug="visit").update(what_to_bring="Your old glasses")
    VisitType.objects.filter(store=store, slug="advice").update(mode="video")
    VisitType.objects.create(store=store, slug="call", name="A call", mode="phone", position=2)

    words = page(client.get("/s/corner-shop-niort/")).words

    assert "Visit 15 minutes · up to 2 people Please bring: Your old glasses" in words
    assert "Advice by video 30 minutes" in words
    assert "A call by phone 15 minutes" in words


def test_store_leaves_the_map_to_the_visitor(client: Client) -> None:
    make_store(name="Corner & Shop")

    shown = page(client.get("/s/corner-shop-niort/"))

    assert "geo:46.32,-0.46?q=46.32,-0.46(Corner%20%26%20Shop)" in shown.links
    assert "https://www.openstreetmap.org/?mlat=46.32&mlon=-0.46#map=18/46.32/-0.46" in shown.links


def test_store_leads_to_the_others_of_its_town_and_chain(client: Client) -> None:
    store = make_store()
    for slug, kind, name in (("niort", "town", "Niort"), ("corners", "chain", "Corner")):
        store.organizations.create(slug=slug, kind=kind, name=name, created_at=NOW)

    shown = page(client.get("/s/corner-shop-niort/"))

    assert shown.links["/o/niort/"] == "All stores of Niort"
    assert shown.links["/o/corners/"] == "All Corner stores"


@pytest.mark.parametrize("desks", [("ada",), ("ada", "bea", "cleo")])
def test_store_asks_the_database_as_often_for_any_number_of_desks(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, desks: tuple[str, ...]
) -> None:
    make_store(desks=desks)

    # The store with its rules, its organizations; of each of its two kinds, holds that have run out and slots.
    with django_assert_num_queries(2 + 2 * 2):
        client.get("/s/corner-shop-niort/")


@pytest.mark.parametrize(
    ("hour", "words"),
    [(8, "Closed, opens at 09:00"), (12, "Closed, opens at 14:00"), (20, "Closed, opens tomorrow at 09:00")],
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


@pytest.mark.parametrize("prefix", ["", "/simple"])
def test_store_says_when_it_is_closed_again_and_again(client: Client, prefix: str) -> None:
    store = make_store()
    StoreClosing.objects.create(store=store, first_date=date(2026, 11, 1), from_time=time(14), weekdays=4)
    StoreClosing.objects.create(store=store, first_date=date(2026, 11, 1), weekdays=1, nth=1)

    words = page(client.get(f"{prefix}/s/corner-shop-niort/")).words

    assert "Also closed Every week on Wednesday, from 14:00 Every month: first Monday" in words


def test_store_that_is_closed_again_and_again_opens_after_that(client: Client) -> None:
    store = make_store()
    monday_morning = {"weekdays": 1, "from_time": time(8), "until_time": time(11)}
    StoreClosing.objects.create(store=store, first_date=date(2026, 11, 1), **monday_morning)
    assert "Closed, opens at 11:00" in page(client.get("/s/corner-shop-niort/")).words


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


@pytest.mark.parametrize("path", ["/s/corner-shop-niort/", "/s/corner-shop-niort/book/?visit_type=visit"])
def test_a_store_without_an_address_is_described_by_its_name(client: Client, path: str) -> None:
    make_store(street="", postal_code="", town="")

    english = client.get(path, headers={"accept-language": "en"}).content.decode()
    french = client.get(path, headers={"accept-language": "fr"}).content.decode()

    assert '<meta name="description" content="Corner Shop: book a visit.' in english
    assert '<meta name="description" content="Corner Shop : prenez rendez-vous.' in french.replace("\xa0", " ")
