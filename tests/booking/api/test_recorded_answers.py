"""What the API answers of a store whose kinds of visit have no own rules, byte for byte: programs of others read it."""

from datetime import time
from typing import Any

import pytest

from tests.booking.api.calls import Api, request_to_book
from tests.factories import make_store

pytestmark = pytest.mark.django_db

SHOP = (
    b'{"slug":"corner-shop-niort","name":"Corner Shop","address":{"street":"1 Rue de la Gare","postal_code":"79000",'
    b'"town":"Niort","country":"FR"},"latitude":46.32,"longitude":-0.46,"time_zone":"Europe/Paris",'
    b'"phone":"+33549240039","website":"","wheelchair":"","notice":"",'
    b'"opening_hours":[{"dayOfWeek":"Tuesday","opens":"09:00","closes":"09:45"}],'
    b'"visit_types":[{"slug":"visit","name":"Visit","minutes":15,"what_to_bring":"","max_party_size":2,"mode":"store"},'
    b'{"slug":"advice","name":"Advice","minutes":30,"what_to_bring":"","max_party_size":2,"mode":"store"}],'
    b'"policy":{"minimum_notice_minutes":60,"booking_horizon_days":28,"change_until_minutes":120,'
    b'"open_bookings_per_customer":2,"keep_days":90,"capacity_counts":"people"}}'
)
BOOKED = (
    '{"reference":"@REFERENCE","status":"confirmed","store":"corner-shop-niort","visit_type":"visit",'
    '"starts_at":"2026-11-24T09:15:00+01:00","ends_at":"2026-11-24T09:30:00+01:00","time_zone":"Europe/Paris",'
    '"party_size":1,"customer":{"name":"Ada Test","phone":"+33612345601","email":"","locale":"en"},"note":"",'
    '"sequence":0,"attendance_confirmed":false,"may_change":true,"may_cancel":true,"manage_token":"@TOKEN",'
    '"manage_url":"http://127.0.0.1:8000/b/@REFERENCE/?token=@TOKEN",'
    '"calendar_url":"http://127.0.0.1:8000/api/v1/bookings/@REFERENCE/calendar.ics?token=@TOKEN","messages":"sms"}'
)
FREE_VISITS = (
    b'{"store":"corner-shop-niort","visit_type":"visit","time_zone":"Europe/Paris","days":[{"date":"2026-11-24",'
    b'"slots":[{"starts_at":"2026-11-24T09:00:00+01:00","ends_at":"2026-11-24T09:15:00+01:00","places_left":1},'
    b'{"starts_at":"2026-11-24T09:30:00+01:00","ends_at":"2026-11-24T09:45:00+01:00","places_left":1}]}],'
    b'"first_free":"2026-11-24T09:00:00+01:00"}'
)
NO_ADVICE = (
    b'{"store":"corner-shop-niort","visit_type":"advice","time_zone":"Europe/Paris",'
    b'"days":[{"date":"2026-11-24","slots":[]},{"date":"2026-11-25","slots":[]}],"first_free":null}'
)
REFUSED = (
    b'{"type":"urn:carillon:problem:slot_full","title":"Slot full","status":409,'
    b'"detail":"This time has just been taken. Please choose another one.","code":"slot_full","alternatives":['
    b'{"starts_at":"2026-11-24T09:00:00+01:00","ends_at":"2026-11-24T09:15:00+01:00","places_left":1},'
    b'{"starts_at":"2026-11-24T09:30:00+01:00","ends_at":"2026-11-24T09:45:00+01:00","places_left":1},'
    b'{"starts_at":"2026-12-01T09:00:00+01:00","ends_at":"2026-12-01T09:15:00+01:00","places_left":1}]}'
)
START = "2026-11-24T09:15:00+01:00"
OTHER = {"name": "Bea Test", "phone": "06 12 34 56 02", "locale": "en"}


def free(api: Api, kind: str, *, until: str) -> Any:
    query = {"visit_type": kind, "from": "2026-11-24", "to": until}
    return api.get("/stores/corner-shop-niort/availability", query).content


def test_answers_of_a_store_without_such_rules_are_as_they_were(api: Api) -> None:
    make_store(hours=((time(9), time(9, 45)),), days=(1,), capacity=2, kept_back=1)

    assert api.get("/stores/corner-shop-niort").content == SHOP
    booked = api.post("/bookings", request_to_book(starts_at=START))
    own = booked.json()
    expected = BOOKED.replace("@REFERENCE", own["reference"]).replace("@TOKEN", own["manage_token"])
    assert booked.content == expected.encode()
    assert free(api, "advice", until="2026-11-25") == NO_ADVICE
    assert free(api, "visit", until="2026-11-24") == FREE_VISITS
    assert api.post("/bookings", request_to_book(starts_at=START, customer=OTHER)).content == REFUSED
