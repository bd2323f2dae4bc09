"""What strangers write by asking the staff's side again and again: next to nothing, in any table."""

import pytest
from django.apps import apps
from django.test import Client
from pytest_django import Settings

from stores.models import Role
from tests.factories import make_booking, make_store, make_user
from tests.guards.routes import DEVICE, MANAGER, ORGANIZATION, PUBLIC, SIGN_IN, STAFF, address, of

ASKED = 12
FORMS: tuple[dict[str, str], ...] = (
    {},
    {"username": "ada", "password": "wrong", "code": "123456", "pin": "0000", "credential": "{}"},
)


def rows() -> dict[str, int]:
    return {model._meta.label: model._base_manager.count() for model in apps.get_models() if not model._meta.proxy}


@pytest.mark.django_db
def test_a_stranger_s_posts_to_the_staff_s_side_fill_no_table(settings: Settings) -> None:
    settings.RATE_LIMITS, settings.IS_HTTPS, settings.PUBLIC_URL = True, True, "https://carillon.example"
    store = make_store("corner-shop-niort")
    make_user("ada", store=store, role=Role.MANAGER)
    booking = make_booking(store)
    every = of(PUBLIC, SIGN_IN, STAFF, MANAGER, ORGANIZATION, DEVICE)
    staff = [route for route in every if route.startswith(("staff/", "api/v1/staff/"))]
    assert len(staff) > 50
    before = rows()

    for route in staff:
        path = address(route, booking.reference)
        for number in range(ASKED):
            Client().post(path, FORMS[number % len(FORMS)])

    grown = {label: count - before[label] for label, count in rows().items() if count > before[label]}
    assert sum(grown.values()) <= 10, grown
