"""Two managers change the same part of the set-up at once: nothing of either is undone unseen."""

from collections.abc import Iterator
from datetime import date, time
from typing import Any

import pytest
import time_machine
from django.test import Client

from stores.models import OpeningHours, SpecialHours, Store
from tests.booking.reading import page
from tests.booking.staff.staff_room import SHOP, Room, make_room
from tests.factories import NOW, make_booking, make_user

pytestmark = pytest.mark.django_db

SETUP = f"{SHOP}setup/"
HOURS = f"{SETUP}hours/"
SPECIAL = f"{SETUP}special-hours/"
# A page, what the first manager types into it, and what the second types into the same page, opened before.
PAGES = {
    "hours": (HOURS, {"day_5": "10:00-18:00"}, {"day_4": "10:00-12:00"}),
    "rules": (f"{SETUP}rules/", {"booking_horizon_days": "20"}, {"keep_days": "40"}),
    "desk": (f"{SETUP}desks/main/", {"capacity": "4"}, {"kept_back": "1"}),
    "desk, active": (f"{SETUP}desks/main/", {"name": "Counter"}, {"capacity": "5"}),
    "kind of visit": (f"{SETUP}visit-types/visit/", {"max_party_size": "1"}, {"what_to_bring": "A pen"}),
    "messages": (f"{SETUP}messages/", {"messages_from": "10"}, {"messages_until": "19"}),
    "own text": (f"{SETUP}messages/texts/reminder/en/", {"email": "See you."}, {"sms": "{standard} Bring the bike."}),
    "contact": (f"{SETUP}contact/", {"website": "https://shop.example"}, {"email": "shop@shop.example"}),
    "questions": (f"{SETUP}questions/", {"text_0": "Which bike?"}, {"text_1": "How tall?"}),
}


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room() -> Room:
    return make_room()


def opened(room: Room, url: str) -> tuple[Client, dict[str, str], Client, dict[str, str]]:
    """Return the clients and forms of two managers who open a page at the same time."""
    first = room.client(make_user("mona", store=room.store))
    second = room.client()
    return first, form_of(first.get(url)), second, form_of(second.get(url))


def form_of(response: Any) -> dict[str, str]:
    """Return what a page's form would send: its chosen options too."""
    shown = response.context["form"]
    sent = {name: shown[name].value() for name in shown.fields}
    plain = {name: value for name, value in sent.items() if value is not None and value is not False}
    return {name: "on" if value is True else value for name, value in plain.items()} | {
        "was": page(response).forms[""]["was"]
    }


@pytest.mark.parametrize("name", PAGES)
def test_what_another_manager_changed_meanwhile_is_told_and_taken_over(room: Room, name: str) -> None:
    url, theirs, mine = PAGES[name]
    first, their_form, second, my_form = opened(room, url)
    assert first.post(url, their_form | theirs).status_code == 303

    refused = second.post(url, my_form | mine)

    again = form_of(refused)
    assert refused.status_code == 400
    assert "Changed meanwhile by mona" in page(refused).words
    assert {name: str(again[name]) for name in theirs | mine} == theirs | mine
    assert second.post(url, again).status_code == 303
    kept = form_of(second.get(url))
    assert {name: str(kept[name]) for name in theirs | mine} == theirs | mine


@pytest.mark.parametrize("name", [name for name in PAGES if name not in ("questions", "messages")])
def test_what_both_typed_into_is_asked_about_and_the_second_press_decides(room: Room, name: str) -> None:
    url, _theirs, mine = PAGES[name]
    first, their_form, second, my_form = opened(room, url)
    (field,) = mine
    other = {"keep_days": "50", "capacity": "6", "kept_back": "2", "day_4": "16:00-18:00"}.get(field, f"{mine[field]}")
    if other == mine[field]:
        other = "info@shop.example" if field == "email" else f"{other}!"
    first.post(url, their_form | {field: other})

    refused = second.post(url, my_form | mine)

    assert refused.status_code == 400
    assert f"Changed meanwhile by mona, to “{other}”." in page(refused).words
    assert str(form_of(refused)[field]) == mine[field]
    assert str(form_of(second.get(url))[field]) == other
    second.post(url, form_of(refused))
    assert str(form_of(second.get(url))[field]) == mine[field]


def test_two_who_type_the_same_are_not_asked(room: Room) -> None:
    first, their_form, second, my_form = opened(room, HOURS)
    first.post(HOURS, their_form | {"day_5": "10:00-18:00"})

    assert second.post(HOURS, my_form | {"day_5": "10:00-18:00"}).status_code == 303


def test_the_hours_of_saturday_stay_as_the_first_set_them(room: Room) -> None:
    first, their_form, second, my_form = opened(room, HOURS)
    first.post(HOURS, their_form | {"day_5": "10:00-18:00"})

    second.post(HOURS, my_form | {"day_4": ""})

    saturday = OpeningHours.objects.filter(store=room.store, weekday=5).values_list("opens", "closes")
    assert list(saturday) == [(time(10), time(18))]


def test_a_change_while_the_visits_affected_are_asked_about_is_told_too(room: Room) -> None:
    make_booking(room.store)
    first, their_form, second, my_form = opened(room, HOURS)
    mornings_closed = {f"day_{weekday}": "15:00-19:00" for weekday in range(6)}
    asked = second.post(HOURS, my_form | mornings_closed)
    assert asked.status_code == 409
    first.post(HOURS, their_form | {"day_6": "14:00-16:00"})

    refused = second.post(HOURS, {**page(asked).forms[HOURS], "then": "keep"})

    assert refused.status_code == 400
    assert "Sunday: Changed meanwhile by mona" in page(refused).words


def test_special_hours_of_the_same_date_are_not_replaced_unseen(room: Room) -> None:
    day = {"date": "2026-12-24", "what": "open"}
    first, _their_form, second, my_form = opened(room, SPECIAL)
    first.post(SPECIAL, day | {"times": "09:00-12:00"})

    refused = second.post(SPECIAL, {"was": my_form["was"], "date": "2026-12-24", "what": "closed"})

    assert refused.status_code == 400
    assert "Changed meanwhile by mona, to “09:00-12:00”." in page(refused).words
    assert SpecialHours.objects.get().opens == time(9)
    second.post(SPECIAL, {"was": page(refused).forms[""]["was"], "date": "2026-12-24", "what": "closed"})
    assert SpecialHours.objects.get().opens is None


def test_special_hours_that_were_changed_are_not_removed_unseen(room: Room) -> None:
    SpecialHours.objects.create(store=room.store, date=date(2026, 12, 24))
    first, _their_form, second, my_form = opened(room, SPECIAL)
    first.post(SPECIAL, {"date": "2026-12-24", "what": "open", "times": "09:00-12:00"})

    refused = second.post(f"{SPECIAL}2026-12-24/delete/", {"was": my_form["was"]})

    assert refused.status_code == 400
    assert "were changed meanwhile" in page(refused).words
    assert SpecialHours.objects.get().opens == time(9)


def test_a_notice_is_not_put_away_unseen(room: Room) -> None:
    url = f"{SETUP}notice/"
    first, their_form, second, my_form = opened(room, url)
    first.post(url, their_form | {"notice": "Closed for stocktaking."})

    refused = second.post(url, my_form | {"notice": "Sale on Saturday."})

    assert "to “Closed for stocktaking.”" in page(refused).words
    assert Store.objects.get(pk=room.store.pk).notice == "Closed for stocktaking."


@pytest.mark.parametrize("was", ["", "nonsense", "[]", "1", '{"day_5": 3}'])
def test_a_form_that_says_nothing_of_what_it_showed_is_never_a_fault(room: Room, was: str) -> None:
    sent = {f"day_{weekday}": "09:00-12:00" for weekday in range(6)} | {"day_6": ""}

    assert room.client().post(HOURS, sent | {"was": was}).status_code in (303, 400)
