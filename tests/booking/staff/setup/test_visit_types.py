from collections.abc import Iterator
from datetime import time

import pytest
import time_machine

from stores.hours import WeeklyInterval
from stores.models import VisitType
from stores.services import KindRules, kind_rules_of
from tests.booking.reading import page
from tests.booking.staff.staff_room import SHOP, Room, make_room
from tests.factories import NOW, at, make_booking

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


OWN = {
    "notice": "day_before",
    "notice_hours": "",
    "notice_until": "17:00",
    "has_own_hours": "on",
    "day_1": "14:00-17:00",
}


def own_rules(room: Room) -> KindRules:
    return kind_rules_of(VisitType.objects.get(store=room.store, slug="visit"))


def test_kind_has_rules_of_its_own_and_is_shown_with_them(room: Room) -> None:
    client = room.client()

    assert client.post(VISIT, VISIT_TYPE | OWN).status_code == 303

    assert own_rules(room) == KindRules(notice_until=time(17), weekly=(WeeklyInterval(1, time(14), time(17)),))
    shown = page(client.get(VISIT)).forms
    form = shown[VISIT] if VISIT in shown else shown[""]
    assert {name: form.get(name) for name in ("notice", "notice_until", "day_1")} == {
        "notice": "day_before",
        "notice_until": "17:00",
        "day_1": "14:00-17:00",
    }
    assert client.post(VISIT, VISIT_TYPE | {"notice": "hours", "notice_hours": "48"}).status_code == 303
    assert own_rules(room) == KindRules(notice_minutes=48 * 60)
    assert client.post(VISIT, VISIT_TYPE).status_code == 303
    assert own_rules(room) == KindRules()


def test_minutes_beside_a_visit_and_most_at_once_are_kept_and_shown(room: Room) -> None:
    client = room.client()
    typed = {"minutes_before": "5", "minutes_after": "10", "most_at_once": "2"}

    assert client.post(VISIT, VISIT_TYPE | typed).status_code == 303

    assert own_rules(room) == KindRules(minutes_before=5, minutes_after=10, most_at_once=2)
    shown = page(client.get(VISIT)).forms
    form = shown[VISIT] if VISIT in shown else shown[""]
    assert {name: form.get(name) for name in typed} == typed
    assert client.post(VISIT, VISIT_TYPE | dict.fromkeys(typed, "")).status_code == 303
    assert own_rules(room) == KindRules()


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("", "", "Customers see 30 minutes. With 10 minutes after, for example, the desk is kept for 45 minutes"),
        ("", "20", "Customers see 30 minutes. With the minutes before and after, the desk is kept for 60 minutes"),
        ("1", "15", "Customers see 30 minutes. With the minutes before and after, the desk is kept for 60 minutes"),
        ("999", "16", "Customers see 30 minutes. With the minutes before and after, the desk is kept for 60 minutes"),
    ],
)
def test_hint_says_what_the_typed_minutes_mean(room: Room, before: str, after: str, sentence: str) -> None:
    client, typed = room.client(), VISIT_TYPE | {"slot_count": "2", "minutes_before": before, "minutes_after": after}

    response = client.post(VISIT, typed)

    shown = client.get(VISIT) if response.status_code == 303 else response
    assert f"{sentence}, in whole times of 15 minutes. Customers do not see this." in page(shown).words


def test_fewer_at_once_ask_about_who_booked_last(room: Room) -> None:
    make_booking(room.store, starts_at=at(10))
    make_booking(room.store, starts_at=at(10), name="Bea Test", phone="+33612345602")
    make_booking(room.store, starts_at=at(10), visit_type="advice", name="Cy Test", phone="+33612345603")
    client, typed = room.client(), VISIT_TYPE | {"slot_count": "1", "most_at_once": "1"}

    asked = client.post(VISIT, typed)

    assert asked.status_code == 409
    words = page(asked).words
    assert "Bea Test" in words
    assert "Ada Test" not in words
    assert "Cy Test" not in words
    assert own_rules(room) == KindRules()
    assert client.post(VISIT, typed | {"asked": "1", "then": "keep"}).status_code == 303
    assert client.post(VISIT, typed).status_code == 303  # decided: not asked again
    assert client.post(VISIT, VISIT_TYPE | {"slot_count": "1"}).status_code == 303


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"minutes_after": "241"}, "Enter a whole number from 0 to 240."),
        ({"most_at_once": "0"}, "Enter a whole number from 1 to 1000."),
        ({"notice": "hours", "notice_hours": ""}, "Say how many hours before."),
        ({"notice": "hours", "notice_hours": "many"}, "Enter a whole number from 0 to 720."),
        ({"notice": "day_before", "notice_until": ""}, "Enter a time such as 17:00."),
        ({"notice": "day_before", "notice_until": "25:99"}, "Enter a time such as 17:00."),
        ({"notice": "never"}, "Choose one of these."),
        ({"has_own_hours": "on"}, "Enter the hours of this visit, or take the tick away."),
    ],
)
def test_what_cannot_be_read_is_said_at_its_field(room: Room, typed: dict[str, str], sentence: str) -> None:
    refused = room.client().post(VISIT, VISIT_TYPE | typed)

    assert refused.status_code == 400
    assert sentence in page(refused).words
    assert own_rules(room) == KindRules()


def test_values_of_another_rule_need_not_be_right(room: Room) -> None:
    typed = {"notice": "store", "notice_hours": "many", "notice_until": "25:99"}

    assert room.client().post(VISIT, VISIT_TYPE | typed).status_code == 303


def test_shorter_hours_of_a_kind_ask_about_its_visits_alone(room: Room) -> None:
    make_booking(room.store, starts_at=at(10))
    make_booking(room.store, starts_at=at(14), name="Bea Test", phone="+33612345602")
    make_booking(room.store, starts_at=at(10), visit_type="advice", name="Cy Test", phone="+33612345603")
    client, typed = room.client(), VISIT_TYPE | OWN

    asked = client.post(VISIT, typed)

    assert asked.status_code == 409
    words = page(asked).words
    assert "Ada Test" in words
    assert not {"Bea Test", "Cy Test"} & {name for name in ("Bea Test", "Cy Test") if name in words}
    assert own_rules(room) == KindRules()
    assert client.post(VISIT, typed | {"asked": "1", "then": "keep"}).status_code == 303
    assert own_rules(room).weekly == (WeeklyInterval(1, time(14), time(17)),)
    assert client.post(VISIT, typed).status_code == 303  # decided for this state: nothing is asked again
    assert client.post(VISIT, typed | {"day_1": "15:00-17:00"}).status_code == 409  # less than before
