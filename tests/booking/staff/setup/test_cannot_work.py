"""The set-up refuses what could never work, says of which field, and asks before somebody is removed."""

from collections.abc import Callable, Iterator

import pytest
import time_machine

from stores.models import CapacityCounts, Desk, SpecialHours, Store, StoreMembership, VisitType
from tests.booking.reading import page
from tests.booking.staff.staff_room import SHOP, Room, make_room
from tests.factories import NOW

pytestmark = pytest.mark.django_db

SETUP = f"{SHOP}setup/"
NEW_VISIT = f"{SETUP}visit-types/new/"
NEW_DESK = f"{SETUP}desks/new/"
SPECIAL = f"{SETUP}special-hours/"
REMOVE = f"{SETUP}members/remove/"
REPAIR = {"name": "Repair", "slot_count": "1", "max_party_size": "2", "mode": "store", "is_active": "on"}
WINDOW = {"name": "Window", "capacity": "1", "kept_back": "0", "is_active": "on"}


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room() -> Room:
    return make_room(desks=("main", "small"))


def test_a_party_that_no_desk_has_places_for_is_refused(room: Room) -> None:
    Desk.objects.filter(slug="small").update(capacity=9, is_active=False)

    response = room.client().post(NEW_VISIT, REPAIR | {"max_party_size": "3"})

    assert response.status_code == 400
    sentence = "At most 2 people fit at one desk at the same time. Give a desk more places first."
    assert f"Most people who may come together: {sentence}" in page(response).words
    assert not VisitType.objects.filter(name="Repair").exists()


def test_the_largest_desk_in_use_counts(room: Room) -> None:
    Desk.objects.filter(slug="small").update(capacity=3)

    assert room.client().post(NEW_VISIT, REPAIR | {"max_party_size": "3"}).status_code == 303


def test_where_visits_are_counted_a_party_may_have_any_size(room: Room) -> None:
    Store.objects.filter(pk=room.store.pk).update(capacity_counts=CapacityCounts.VISITS)

    assert room.client().post(NEW_VISIT, REPAIR | {"max_party_size": "30"}).status_code == 303


MAIN = {"name": "Main", "capacity": "2", "kept_back": "0", "is_active": "on"}
NO_OTHER_DESK = (
    "Up to 2 people may come together for “Visit”, and no other desk has so many places. Let fewer come together first."
)


@pytest.mark.parametrize(
    ("sent", "field", "named"),
    [({"capacity": "1"}, "capacity", "Places at the same time: "), ({"is_active": ""}, "is_active", "")],
)
def test_desk_that_alone_has_places_for_a_party_keeps_them(room: Room, sent: dict, field: str, named: str) -> None:
    Desk.objects.filter(slug="small").update(capacity=1)

    response = room.client().post(f"{SETUP}desks/main/", MAIN | sent)

    assert response.status_code == 400
    assert page(response).links[f"#id_{field}"] == f"{named}{NO_OTHER_DESK}"
    assert Desk.objects.filter(slug="main", capacity=2, is_active=True).exists()


@pytest.mark.parametrize("sent", [{"capacity": "1"}, {"is_active": ""}])
@pytest.mark.parametrize(
    "lighten",
    [
        lambda: Desk.objects.filter(slug="small").update(capacity=2),
        lambda: VisitType.objects.update(max_party_size=1),
        lambda: Store.objects.update(capacity_counts=CapacityCounts.VISITS),
    ],
    ids=["another desk has them", "nobody comes together", "visits are counted"],
)
def test_desk_that_no_party_needs_may_have_fewer_places(room: Room, sent: dict, lighten: Callable[[], int]) -> None:
    Desk.objects.filter(slug="small").update(capacity=1)
    lighten()

    assert room.client().post(f"{SETUP}desks/main/", MAIN | sent).status_code == 303


def test_visit_that_is_not_offered_needs_no_desk(room: Room) -> None:
    Desk.objects.filter(slug="small").update(capacity=1)
    VisitType.objects.filter(slug="visit").update(max_party_size=1)
    VisitType.objects.filter(slug="advice").update(is_active=False)

    assert room.client().post(f"{SETUP}desks/main/", MAIN | {"capacity": "1"}).status_code == 303


def test_desk_too_small_already_may_be_renamed_and_grow_but_not_shrink(room: Room) -> None:
    Desk.objects.filter(slug="small").update(capacity=1)
    VisitType.objects.update(max_party_size=9)
    client = room.client()

    assert client.post(f"{SETUP}desks/main/", MAIN | {"name": "Front"}).status_code == 303
    assert client.post(f"{SETUP}desks/main/", MAIN | {"capacity": "3"}).status_code == 303
    assert client.post(f"{SETUP}desks/main/", MAIN | {"capacity": "2"}).status_code == 400


def test_last_desk_is_told_that_it_is_the_last_one(room: Room) -> None:
    Desk.objects.filter(slug="small").update(is_active=False)

    response = room.client().post(f"{SETUP}desks/main/", MAIN | {"is_active": ""})

    assert response.status_code == 400
    assert "This is the last one in use. Make another one first." in page(response).words


@pytest.mark.parametrize(("size", "status"), [(3, 400), (2, 303)])
def test_places_are_for_people_only_where_each_party_fits_at_a_desk(room: Room, size: int, status: int) -> None:
    Store.objects.update(capacity_counts=CapacityCounts.VISITS)
    VisitType.objects.filter(slug="advice").update(max_party_size=size)
    client, rules = room.client(), f"{SETUP}rules/"
    typed = page(client.get(rules)).forms[""] | {"capacity_counts": CapacityCounts.PEOPLE}

    response = client.post(rules, typed)

    assert response.status_code == status
    if status == 400:
        sentence = "Up to 3 people may come together for “Advice”, and no desk has so many places."
        assert page(response).links["#id_capacity_counts_0"] == f"{sentence} Give a desk more places first."


@pytest.mark.parametrize("name", ["Visit", "visit", " VISIT "])
def test_a_second_visit_of_the_same_name_is_refused(room: Room, name: str) -> None:
    response = room.client().post(NEW_VISIT, REPAIR | {"name": name})

    assert response.status_code == 400
    assert "There is such a visit already. Choose another name." in page(response).words


def test_the_name_of_a_visit_that_is_offered_no_more_is_free(room: Room) -> None:
    VisitType.objects.filter(slug="advice").update(is_active=False)

    assert room.client().post(NEW_VISIT, REPAIR | {"name": "Advice"}).status_code == 303


def test_a_visit_keeps_its_own_name(room: Room) -> None:
    sent = REPAIR | {"name": "Visit"}

    assert room.client().post(f"{SETUP}visit-types/visit/", sent).status_code == 303


def test_a_default_name_is_taken_in_the_readers_language_too(room: Room) -> None:
    response = room.client().post(NEW_VISIT, REPAIR | {"name": "conseil"}, headers={"accept-language": "fr"})

    assert response.status_code == 400


def test_a_second_desk_of_the_same_name_is_refused(room: Room) -> None:
    response = room.client().post(NEW_DESK, WINDOW | {"name": "main"})

    assert response.status_code == 400
    assert "There is such a desk already. Choose another name." in page(response).words
    assert Desk.objects.count() == 3


def test_special_hours_of_a_day_that_is_over_are_refused(room: Room) -> None:
    client = room.client()

    response = client.post(SPECIAL, {"date": "2026-11-22", "what": "closed"})

    assert response.status_code == 400
    assert "This day is over. Choose today or a day to come." in page(response).words
    assert client.post(SPECIAL, {"date": "2026-11-23", "what": "closed"}).status_code == 303
    assert [str(day) for day in SpecialHours.objects.values_list("date", flat=True)] == ["2026-11-23"]


@pytest.mark.parametrize("url", [f"{SETUP}rules/", NEW_DESK, NEW_VISIT, f"{SHOP}day/book/"])
def test_problems_stand_in_the_order_of_the_page(room: Room, url: str) -> None:
    wrong = {"name": "x" * 81, "party_size": "none", "email": "no", "locale": "xx", "note": "x" * 5000}

    read = page(room.client().post(url, wrong))

    led_to = [link.removeprefix("#") for link in read.links if link.startswith("#") and link != "#main"]
    places = [read.ids.index(name) for name in led_to]
    assert len(led_to) > 2
    assert places == sorted(places)


def test_each_number_that_is_wrong_says_which_it_is(room: Room) -> None:
    words = page(room.client().post(f"{SETUP}rules/", {})).words

    assert "and at most so many days ahead: Enter a whole number from 1 to 366." in words
    assert "Minutes from one time to the next: Enter a whole number from 5 to 480." in words


def test_each_number_of_a_desk_that_is_wrong_says_which_it_is(room: Room) -> None:
    words = page(room.client().post(NEW_DESK, WINDOW | {"capacity": "many"})).words

    assert "Places at the same time: Enter a whole number from 1 to 1000." in words


def test_a_member_is_removed_after_a_question_that_says_who_it_is(room: Room) -> None:
    client = room.client()

    asked = client.post(REMOVE, {"username": "staff"})

    assert asked.status_code == 200
    assert "Remove staff from this store?" in page(asked).words
    assert StoreMembership.objects.filter(user=room.staff).exists()
    done = client.post(REMOVE, page(asked).forms[REMOVE] | {"username": "staff"}, follow=True)
    assert not StoreMembership.objects.filter(user=room.staff).exists()
    assert "staff works here no more." in page(done).words
