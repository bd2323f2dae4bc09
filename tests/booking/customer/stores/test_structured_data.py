"""What a store says of itself to search engines: types and properties as schema.org has them, nothing broken out of."""

import json
from datetime import date, time
from typing import Any

import pytest
from django.test import Client

from booking.customer.stores.structured_data import store_as_json_ld
from stores.models import OpeningHours, Organization, SpecialHours, Store, StoreClosing, VisitType
from stores.queries import OrganizationDetail, store_detail
from tests.factories import NOW, make_store

pytestmark = pytest.mark.django_db
STORE = "http://127.0.0.1:8000/s/corner-shop-niort/"
CHAIN = OrganizationDetail("corner-shops", "Corner Shops", "chain")
TOWN = OrganizationDetail("niort", "Niort", "town")

# For each type: what must be there, and what may be, of schema.org's properties of it.
TYPES = {
    "Store": (
        {"@id", "@context", "url", "name", "image", "address", "geo", "openingHoursSpecification"}
        | {"specialOpeningHoursSpecification"},
        {"telephone", "sameAs", "parentOrganization", "potentialAction"},
    ),
    "PostalAddress": ({"addressCountry"}, {"streetAddress", "postalCode", "addressLocality"}),
    "GeoCoordinates": ({"latitude", "longitude"}, set()),
    "OpeningHoursSpecification": ({"opens", "closes"}, {"dayOfWeek", "validFrom", "validThrough"}),
    "ReserveAction": ({"target", "result"}, set()),
    "EntryPoint": ({"urlTemplate", "inLanguage", "actionPlatform"}, set()),
    "Reservation": (set(), set()),
    "Organization": ({"@id", "url", "name"}, set()),
}


def described(*organizations: OrganizationDetail) -> dict[str, Any]:
    store = store_detail("corner-shop-niort", from_date=NOW.date())
    assert store is not None
    parsed: dict[str, Any] = json.loads(store_as_json_ld(store, now=NOW, organizations=organizations))
    return parsed


def every_thing(part: object) -> list[dict[str, Any]]:
    """Return all things with a type, at any depth."""
    if isinstance(part, list):
        return [thing for one in part for thing in every_thing(one)]
    if not isinstance(part, dict):
        return []
    return [part, *(thing for one in part.values() for thing in every_thing(one))]


def full_store(**fields: Any) -> Store:
    store = make_store(website="https://shop.example/", **fields)
    SpecialHours.objects.create(store=store, date=date(2026, 12, 25))
    SpecialHours.objects.create(store=store, date=date(2026, 12, 24), opens=time(20), closes=time(2))
    return store


def test_every_type_has_what_it_needs_and_nothing_unknown() -> None:
    full_store()

    for thing in every_thing(described(TOWN, CHAIN)):
        needed, allowed = TYPES[thing["@type"]]
        given = set(thing) - {"@type"}
        assert needed <= given <= needed | allowed, thing


def test_the_store_is_known_by_one_address_and_its_facts() -> None:
    full_store()

    found = described()

    assert (found["@id"], found["url"], found["name"]) == (STORE, STORE, "Corner Shop")
    assert (found["telephone"], found["sameAs"]) == ("+33549240039", "https://shop.example/")
    assert found["potentialAction"]["target"]["urlTemplate"] == f"{STORE}book/"
    assert found["potentialAction"]["target"]["inLanguage"] == ["fr", "en", "de", "es", "ar", "uk"]
    assert found["image"] == f"{STORE}card.png"


def test_what_is_not_known_is_not_said() -> None:
    make_store(phone="", website="", street="", postal_code="", town="")

    found = described()

    assert not {"telephone", "sameAs", "parentOrganization"} & set(found)
    assert set(found["address"]) == {"@type", "addressCountry"}


@pytest.mark.parametrize(
    ("opens", "closes", "said"),
    [
        (time(9), time(12), ("09:00", "12:00")),
        (time(20), time(2), ("20:00", "02:00")),
        (time(18), time(0), ("18:00", "00:00")),
        (time(0), time(0), ("00:00", "23:59")),
        (time(9), time(9), ("09:00", "08:59")),
    ],
)
def test_hours_past_midnight_and_around_the_clock(opens: time, closes: time, said: tuple[str, str]) -> None:
    make_store(hours=())
    OpeningHours.objects.create(store=Store.objects.get(), weekday=4, opens=opens, closes=closes)

    (hours,) = described()["openingHoursSpecification"]

    assert hours["dayOfWeek"] == "https://schema.org/Friday"
    assert (hours["opens"], hours["closes"]) == said


def test_special_hours_are_each_for_their_day_and_a_closed_day_says_the_same_time_twice() -> None:
    full_store()

    eve, christmas = described()["specialOpeningHoursSpecification"]

    assert (eve["validFrom"], eve["validThrough"], eve["opens"], eve["closes"]) == (
        *("2026-12-24", "2026-12-24"),
        *("20:00", "02:00"),
    )
    assert (christmas["validFrom"], christmas["opens"], christmas["closes"]) == ("2026-12-25", "00:00", "00:00")


def test_days_that_a_closing_takes_time_of_are_told_with_what_is_left() -> None:
    store = full_store()
    first = {"first_date": date(2026, 11, 1), "last_date": date(2026, 12, 31)}
    StoreClosing.objects.create(store=store, **first, weekdays=1, nth=1)
    StoreClosing.objects.create(store=store, **first, weekdays=8, nth=4, from_time=time(15))  # 24 December is special

    told = described()["specialOpeningHoursSpecification"]

    assert [(one["validFrom"], one["opens"], one["closes"]) for one in told] == [
        ("2026-11-26", "09:00", "12:00"),
        ("2026-11-26", "14:00", "15:00"),
        ("2026-12-07", "00:00", "00:00"),
        ("2026-12-24", "20:00", "02:00"),
        ("2026-12-25", "00:00", "00:00"),
    ]


def test_what_a_closing_leaves_of_a_night_is_told_of_the_date_on_which_it_begins() -> None:
    store = make_store(hours=((time(20), time(2)),), days=tuple(range(7)))
    one_evening = {"first_date": date(2026, 11, 24), "last_date": date(2026, 11, 24), "weekdays": 2}
    StoreClosing.objects.create(store=store, **one_evening, from_time=time(20), until_time=time(0, 30))

    told = described()["specialOpeningHoursSpecification"]

    assert [(one["validFrom"], one["opens"], one["closes"]) for one in told] == [
        ("2026-11-24", "00:00", "00:00"),
        ("2026-11-25", "00:30", "02:00"),
        ("2026-11-25", "20:00", "02:00"),
    ]


def test_a_chain_is_the_parent_and_a_town_is_none() -> None:
    make_store()

    assert "parentOrganization" not in described(TOWN)
    assert described(TOWN, CHAIN)["parentOrganization"] == {
        "@type": "Organization",
        "@id": "http://127.0.0.1:8000/o/corner-shops/",
        "url": "http://127.0.0.1:8000/o/corner-shops/",
        "name": "Corner Shops",
    }


def test_a_store_without_visits_offers_no_action() -> None:
    make_store()
    VisitType.objects.update(is_active=False)

    assert "potentialAction" not in described()


@pytest.mark.parametrize("name", ["</script><script>alert(1)</script>", "<!--", "A & B", "\u2028", '"', "متجر"])
def test_no_name_breaks_out(name: str) -> None:
    make_store(name=name)
    store = store_detail("corner-shop-niort")
    assert store is not None

    text = str(store_as_json_ld(store, now=NOW))

    assert not set("<>&") & set(text)
    assert json.loads(text)["name"] == name


def test_a_store_s_page_names_its_chain(client: Client) -> None:
    store = make_store()
    chain = Organization.objects.create(slug="corner", name="Corner", kind="chain", created_at=NOW)
    chain.stores.add(store)

    text = client.get("/s/corner-shop-niort/").content.decode()

    assert '"parentOrganization":{"@type":"Organization","@id":"http://127.0.0.1:8000/o/corner/"' in text
