"""What more places would have done, as managers read it."""

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.utils import translation

from booking.models import UnmetDemand
from booking.reports.planner import MOST_ADDED, Addition
from booking.staff.reports.more_places import addition_in_words
from stores.models import Organization, OrganizationMembership, Store
from tests.booking.reading import page
from tests.booking.staff.staff_room import SHOP, Room, make_room
from tests.factories import NOW, at

pytestmark = pytest.mark.django_db

NUMBERS = f"{SHOP}numbers/"
SATURDAY = date(2026, 11, 28)
TWO_MORE = "Two more places on Saturday mornings would have served 24 people who found nothing."


@pytest.fixture(autouse=True)
def _on_the_tuesday_after() -> Iterator[None]:
    with time_machine.travel(at(9, day=1, month=12), tick=False):
        yield


@pytest.fixture
def room() -> Room:
    return make_room()


def lack(store: Store, places: int) -> None:
    UnmetDemand.objects.create(
        store=store, date=SATURDAY, is_afternoon=False, places=places, slots=12, visit_type=store.visit_types.all()[0]
    )


def test_the_report_names_the_places_that_would_have_served_most(room: Room) -> None:
    lack(room.store, 40)

    shown = page(room.client().get(NUMBERS)).text
    other_days = page(room.client().get(f"{NUMBERS}?from=2026-10-01&to=2026-10-02")).text

    assert TWO_MORE in shown
    assert "Nothing is kept of who they were." in shown
    assert TWO_MORE in other_days  # it is always of the last four weeks


def test_the_report_is_silent_where_few_looked_in_vain(room: Room) -> None:
    lack(room.store, 4)

    assert "in vain" not in page(room.client().get(NUMBERS)).text


def test_the_report_is_silent_beside_a_problem(room: Room) -> None:
    lack(room.store, 40)

    response = room.client().get(f"{NUMBERS}?from=2027-01-01")

    assert response.status_code == 400
    assert "in vain" not in page(response).text


def test_the_overview_names_the_store_that_lacks_most(room: Room) -> None:
    chain = Organization.objects.create(slug="chain", name="Chain", kind="chain", created_at=NOW)
    chain.stores.set(Store.objects.all())
    OrganizationMembership.objects.create(organization=chain, user=room.manager, created_at=NOW)
    before = page(room.client().get("/staff/o/chain/")).text
    lack(Store.objects.get(slug="next-door-niort"), 7)
    lack(room.store, 40)

    after = page(room.client().get("/staff/o/chain/"))

    assert "missing most" not in before
    assert f"Places are missing most here: Corner Shop. {TWO_MORE}" in " ".join(after.text.split())
    assert after.links[f"{NUMBERS}#more-places"] == "Corner Shop"


@pytest.mark.parametrize(
    ("addition", "english", "french"),
    [
        (
            Addition(5, False, 2, 31),
            "Two more places on Saturday mornings would have served 31 people who found nothing.",
            "Deux places de plus le samedi matin auraient servi 31 personnes qui n’ont rien trouvé.",
        ),
        (
            Addition(0, True, 1, 5),
            "One more place on Monday afternoons would have served 5 people who found nothing.",
            "Une place de plus le lundi après-midi aurait servi 5 personnes qui n’ont rien trouvé.",
        ),
        (
            Addition(2, True, MOST_ADDED, 120),
            "Ten more places on Wednesday afternoons would have served 120 people who found nothing.",
            "Dix places de plus le mercredi après-midi auraient servi 120 personnes qui n’ont rien trouvé.",
        ),
        (
            Addition(2, False, 1, 6),
            "One more place on Wednesday mornings would have served 6 people who found nothing.",
            "Une place de plus le mercredi matin aurait servi 6 personnes qui n’ont rien trouvé.",
        ),
    ],
)
def test_it_is_said_in_one_sentence(addition: Addition, english: str, french: str) -> None:
    with translation.override("en"):
        assert addition_in_words(addition) == english
    with translation.override("fr"):
        assert addition_in_words(addition) == french
