"""Who is the same customer, and who is none: by the API, as it reads names, phones and e-mail addresses."""

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from booking.bookings.customer_visits import Contact, visits_to_come
from booking.models import Booking, WaitingListEntry
from stores.models import Store
from tests.booking.api.calls import Api, fields_of, refusal_of, request_to_book
from tests.factories import NOW, make_booking

pytestmark = pytest.mark.django_db

SPELLINGS = ("twice@example.org", "TWICE@example.org", "Twice@Example.ORG")


def book(api: Api, hour: int, **customer: str) -> Any:
    who = {"name": "Ada Test", **customer}
    return api.post("/bookings", request_to_book(starts_at=f"2026-11-24T{hour}:00:00+01:00", customer=who))


def test_an_address_is_one_customers_in_any_case(store: Store, api: Api) -> None:
    answers = [book(api, hour, email=email) for hour, email in zip((10, 11, 14), SPELLINGS, strict=True)]

    assert [answer.status_code for answer in answers[:2]] == [201, 201]
    assert refusal_of(answers[2]) == (409, "too_many_open_bookings")
    assert len(visits_to_come(Contact(email=SPELLINGS[2]), now=NOW)) == 2


def test_an_address_waits_once_in_any_case(store: Store, api: Api) -> None:
    make_booking(store, party_size=2)
    wish = {"store": store.slug, "visit_type": "visit", "from": "2026-11-24", "to": "2026-11-24", "party_size": 2}
    answers = [
        api.post("/waiting-list", wish | {"customer": {"name": "Bea Test", "email": email}}) for email in SPELLINGS[:2]
    ]

    assert [answer.status_code for answer in answers] == [201, 201]  # told alike, and one of them waits
    assert list(WaitingListEntry.objects.order_by("pk").values_list("is_repeat", flat=True)) == [False, True]


def test_addresses_that_were_there_are_one_customers_too(store: Store) -> None:
    booking = make_booking(store)
    Booking.objects.filter(pk=booking.pk).update(email="Twice@Example.org")

    import_module("booking.migrations.0011_one_address_one_customer").in_lower_case(apps, None)

    booking.refresh_from_db()
    assert booking.email == "twice@example.org"


@pytest.mark.parametrize("email", ["ada@localhost", "ada@[127.0.0.1]", "ada@[IPv6:::1]", "ada@10.0.0.12"])
def test_an_address_of_no_mail_domain_is_refused(store: Store, api: Api, email: str) -> None:
    assert fields_of(book(api, 10, email=email)) == [("customer.email", "invalid")]


@pytest.mark.parametrize("name", ["\u3164", "\u115f\u1160", "\uffa0", "\u2800\u2800", "\u0301\u0302", "\u200b"])
def test_a_name_in_which_nothing_can_be_seen_is_refused(store: Store, api: Api, name: str) -> None:
    assert fields_of(book(api, 10, name=name, phone="06 12 34 56 01")) == [("customer.name", "required")]


@pytest.mark.parametrize(
    ("country", "zone", "typed", "phone"),
    [
        ("FR", "America/Martinique", "0696 81 13 59", "+596696811359"),
        ("RE", "Indian/Reunion", "06 12 34 56 80", "+33612345680"),
    ],
)
def test_a_shop_overseas_takes_its_customers_numbers_and_texts_them(
    store: Store, api: Api, country: str, zone: str, typed: str, phone: str
) -> None:
    Store.objects.filter(pk=store.pk).update(country=country, time_zone=zone)
    wish = request_to_book(starts_at="2026-11-24T10:00:00-04:00" if country == "FR" else "2026-11-24T10:00:00+04:00")

    answer = api.post("/bookings", wish | {"customer": {"name": "Ada Test", "phone": typed}})

    assert answer.status_code == 201, answer.content
    assert answer.json()["customer"]["phone"] == phone
    assert "sms" in answer.json()["messages"]


@pytest.mark.parametrize(
    ("country", "shown"), [("FR", "06 12 34 56 78"), ("BE", "0450 00 12 34"), ("RE", "0692 12 34 56")]
)
def test_a_wrong_phone_is_told_an_example_of_the_stores_country(
    store: Store, api: Api, country: str, shown: str
) -> None:
    Store.objects.filter(pk=store.pk).update(country=country)

    answer = book(api, 10, phone="12")

    assert answer.json()["errors"][0]["message"] == f"Enter a phone number such as {shown}."
