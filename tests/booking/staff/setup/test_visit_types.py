from collections.abc import Iterator

import pytest
import time_machine

from stores.models import VisitType
from tests.booking.reading import page
from tests.booking.staff.staff_room import SHOP, Room, make_room
from tests.factories import NOW

pytestmark = pytest.mark.django_db

SETUP = f"{SHOP}setup/"
VISIT = f"{SETUP}visit-types/visit/"
NEW_VISIT = f"{SETUP}visit-types/new/"


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room() -> Room:
    return make_room(capacity=4)


VISIT_TYPE = {
    "name": "Vaccination",
    "slot_count": "2",
    "max_party_size": "3",
    "what_to_bring": "Your card",
    "mode": "store",
    "video_url": "",
    "is_active": "on",
}
LINK = "https://video.example.org/room/4711"


def test_a_visit_type_is_made_and_changed(room: Room) -> None:
    client = room.client()
    client.post(NEW_VISIT, VISIT_TYPE)

    response = client.post(f"{SETUP}visit-types/vaccination/", VISIT_TYPE | {"slot_count": "1", "is_active": ""})

    made = VisitType.objects.get(store=room.store, slug="vaccination")
    assert response.status_code == 303
    assert (made.name, made.slot_count, made.max_party_size, made.what_to_bring, made.is_active) == (
        "Vaccination",
        1,
        3,
        "Your card",
        False,
    )


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": ""}, "Enter a name."),
        ({"slot_count": "0"}, "Enter a whole number from 1 to 96."),
        ({"max_party_size": "many"}, "Enter a whole number from 1 to 1000."),
        ({"what_to_bring": "x" * 301}, "This is too long. Please shorten it."),
        ({"mode": "pigeon"}, "Say how this visit takes place."),
        ({"mode": ""}, "Say how this visit takes place."),
        ({"mode": "video"}, "Enter the link that customers open for the video call."),
        (
            {"mode": "video", "video_url": "http://video.example.org"},
            "Enter a link that starts with https://, as your video service shows it.",
        ),
    ],
)
def test_a_visit_type_that_cannot_be_kept_is_named(room: Room, typed: dict[str, str], sentence: str) -> None:
    response = room.client().post(NEW_VISIT, VISIT_TYPE | typed)

    assert response.status_code == 400
    assert sentence in page(response).words
    assert room.store.visit_types.count() == 2


def test_a_visit_by_video_keeps_its_link(room: Room) -> None:
    client = room.client()

    client.post(NEW_VISIT, VISIT_TYPE | {"mode": "video", "video_url": LINK})

    made = VisitType.objects.get(store=room.store, slug="vaccination")
    assert (made.mode, made.video_url) == ("video", LINK)
    form = page(client.get(f"{SETUP}visit-types/vaccination/")).forms[""]
    assert (form["mode"], form["video_url"]) == ("video", LINK)
    assert "by video" in page(client.get(SETUP)).words


def test_a_link_that_is_not_needed_is_no_mistake_and_not_kept(room: Room) -> None:
    response = room.client().post(NEW_VISIT, VISIT_TYPE | {"mode": "phone", "video_url": "ask us"})

    assert response.status_code == 303
    assert VisitType.objects.get(slug="vaccination").video_url == ""


def test_the_last_visit_type_stays(room: Room) -> None:
    room.store.visit_types.filter(slug="advice").update(is_active=False)

    response = room.client().post(VISIT, VISIT_TYPE | {"is_active": ""})

    assert "This is the last one in use. Make another one first." in page(response).words


def test_a_name_that_says_nothing_in_ascii_still_gets_an_address(room: Room) -> None:
    room.client().post(NEW_VISIT, VISIT_TYPE | {"name": "予約"})

    assert "予約" in page(room.client().get(SETUP)).words
