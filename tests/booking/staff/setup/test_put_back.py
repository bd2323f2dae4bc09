"""Putting back: from the history or right after saving, with the question about visits, or refused in words."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client

from booking.models import Booking, Status
from booking.store_setup.slot_changes import change_slots
from stores.models import Desk, OpeningHours, Role, SetupChange, Slot, SpecialHours, Store, StoreQuestion, VisitType
from stores.services import save_notice
from tests.booking.reading import page
from tests.booking.staff.staff_room import SHOP, Room, make_room, make_visit
from tests.factories import NOW, at, make_user

pytestmark = pytest.mark.django_db

SETUP = f"{SHOP}setup/"
CHANGES = f"{SETUP}changes/"
DESK = {"name": "Main", "capacity": "2", "kept_back": "0", "is_active": "on"}
KIND = {"name": "Advice", "slot_count": "2", "max_party_size": "2", "mode": "store", "is_active": "on"}


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room() -> Room:
    return make_room()


def newest() -> SetupChange:
    return SetupChange.objects.order_by("-pk")[0]


def url(change: SetupChange | None = None) -> str:
    return f"{CHANGES}{(change or newest()).pk}/put-back/"


def save(client: Client, path: str, **typed: object) -> SetupChange:
    """Save a page of the set-up; return the newest line of the trail."""
    answer = client.post(f"{SETUP}{path}", typed)
    assert answer.status_code in (302, 303), answer.status_code
    return newest()


def test_history_puts_a_change_back_and_says_so(room: Room) -> None:
    client = room.client()
    save(client, "notice/", notice="Closed for works")
    save(client, "notice/", notice="Open again")

    shown = client.post(url(), follow=True)

    assert Store.objects.get(pk=room.store.pk).notice == "Closed for works"
    words = page(shown).words
    assert "Put back. That is a change too: it stands first here." in words
    assert "Puts back the change of Monday 23 November 2026, 09:00" in words
    assert newest().puts_back_at == NOW


def test_what_was_put_back_can_be_put_back_again(room: Room) -> None:
    client = room.client()
    save(client, "notice/", notice="Closed for works")

    client.post(url())
    client.post(url())

    assert Store.objects.get(pk=room.store.pk).notice == "Closed for works"
    assert SetupChange.objects.count() == 3


def test_saved_offers_to_put_it_back_with_one_press(room: Room) -> None:
    client = room.client()
    client.post(f"{SETUP}notice/", {"notice": "Closed for works"})

    saved = client.get(f"{SETUP}?done=notice")

    assert f'action="{url()}"' in saved.content.decode()
    assert f'action="{url()}"' not in room.client().get(SETUP).content.decode()


def test_offer_is_for_whoever_changed_it_and_for_a_while(room: Room) -> None:
    room.client().post(f"{SETUP}notice/", {"notice": "Closed for works"})
    other = make_user("other", store=room.store)

    assert "put-back" not in room.client(other).get(f"{SETUP}?done=notice").content.decode()
    with time_machine.travel(NOW + timedelta(minutes=11), tick=False):
        assert "put-back" not in room.client().get(f"{SETUP}?done=notice").content.decode()


def test_days_that_were_closed_together_are_put_back_together(room: Room) -> None:
    client = room.client()
    save(client, "special-hours/", date="2026-12-21", last_date="2026-12-23", what="closed")
    assert SpecialHours.objects.count() == 3

    client.post(url(), {"all": "1"})

    assert SpecialHours.objects.count() == 0
    assert SetupChange.objects.filter(puts_back_at=NOW).count() == 3


def test_one_day_of_several_is_put_back_alone(room: Room) -> None:
    client = room.client()
    save(client, "special-hours/", date="2026-12-21", last_date="2026-12-23", what="closed")

    client.post(url())

    assert sorted(SpecialHours.objects.values_list("date", flat=True)) == [date(2026, 12, 21), date(2026, 12, 22)]


def test_visits_that_lose_their_place_are_asked_about(room: Room) -> None:
    client = room.client()
    save(client, "special-hours/", date="2026-11-29", what="open", times="10:00-12:00")
    visit = make_visit(room.store, starts_at=at(10, day=29))

    asked = client.post(url())

    assert asked.status_code == 409
    words = page(asked).words
    assert "Who is affected when this is put back?" in words
    assert "1 visit no longer fits. Nothing has been changed yet." in words
    assert SpecialHours.objects.count() == 1
    done = client.post(url(), {"asked": "1", "then": "cancel"}, follow=True)
    assert "1 customer was written to." in page(done).words
    assert Booking.objects.get(pk=visit.pk).status == Status.CANCELLED
    assert SpecialHours.objects.count() == 0


def test_change_that_was_changed_again_shows_both(room: Room) -> None:
    client = room.client()
    first = save(client, "notice/", notice="Closed for works")
    save(client, "notice/", notice="Open again")

    refused = client.post(url(first))

    assert refused.status_code == 409
    words = page(refused).words
    assert "It was changed again since." in words
    assert "After this change Closed for works Now Open again" in words
    assert Store.objects.get(pk=room.store.pk).notice == "Open again"


def test_desk_is_found_again_under_another_name(room: Room) -> None:
    client = room.client()
    save(client, "desks/main/", **{**DESK, "capacity": "5"})
    larger = newest()
    save(client, "desks/main/", **{**DESK, "name": "Window", "capacity": "5"})

    client.post(url(larger))

    desk = Desk.objects.get(store=room.store)
    assert (desk.name, desk.capacity) == ("Window", 2)


def test_new_desk_goes_out_of_use_and_comes_back(room: Room) -> None:
    client = room.client()
    save(client, "desks/new/", **{**DESK, "name": "Window"})

    client.post(url())
    assert not Desk.objects.get(name="Window").is_active

    client.post(url())
    assert Desk.objects.get(name="Window").is_active


def test_places_that_a_party_needs_by_now_are_not_taken_back(room: Room) -> None:
    client = room.client()
    smaller = save(client, "desks/main/", **{**DESK, "capacity": "6"})
    save(client, "visit-types/advice/", **{**KIND, "max_party_size": "6"})

    refused = client.post(url(smaller))

    assert refused.status_code == 409
    assert "Up to 6 people may come together" in page(refused).words
    assert Desk.objects.get(store=room.store).capacity == 6


def test_name_that_another_desk_has_by_now_is_refused(room: Room) -> None:
    client = room.client()
    renamed = save(client, "desks/main/", **{**DESK, "name": "Window"})
    save(client, "desks/new/", **DESK)

    refused = client.post(url(renamed))

    assert refused.status_code == 409
    assert sorted(room.store.desks.values_list("name", flat=True)) == ["Main", "Window"]


def test_kind_of_visit_gets_all_its_fields_back(room: Room) -> None:
    client = room.client()
    rules = {"notice": "day_before", "notice_until": "17:00", "minutes_before": "15", "most_at_once": "2"}
    save(
        client,
        "visit-types/advice/",
        **{**KIND, **rules, "what_to_bring": "Papers", "has_own_hours": "on", "day_1": "9-12"},
    )
    kind = room.store.visit_types.get(slug="advice")

    save(client, "visit-types/advice/", **{**KIND, "slot_count": "3"})
    client.post(url())

    again = room.store.visit_types.get(slug="advice")
    for name in ("slot_count", "notice_until", "minutes_before", "most_at_once", "what_to_bring"):
        assert getattr(again, name) == getattr(kind, name)
    assert again.hours.count() == 1


def test_questions_of_a_kind_stay_and_come_back_as_they_were(room: Room) -> None:
    client, kind = room.client(), room.store.visit_types.get(slug="advice")
    asked = {"ask_0": "Quel vélo / cadre ?", "ask_en_0": "Which bike?", "must_answer_0": "on", "ask_1": "Taille *"}

    def texts() -> list[tuple[str, str, bool]]:
        return [*kind.questions.order_by("position").values_list("text", "text_en", "is_required")]

    save(client, "visit-types/advice/", **KIND, **asked)
    before = texts()
    save(client, "visit-types/advice/", **{**KIND, "name": "Advice at last"}, **asked)
    client.post(url())
    assert (kind.__class__.objects.get(pk=kind.pk).name, texts()) == ("Advice", before)

    save(client, "visit-types/advice/", **KIND, ask_0="Why?")
    client.post(url())
    assert texts() == before


def test_week_and_rules_are_put_back(room: Room) -> None:
    client = room.client()
    week = {f"day_{day}": "09:00-12:00" for day in range(6)}
    before = sorted(OpeningHours.objects.values_list("weekday", "opens", "closes"))
    save(client, "hours/", **week, day_6="20:00-24:00")

    client.post(url())

    assert sorted(OpeningHours.objects.values_list("weekday", "opens", "closes")) == before


def test_questions_come_back_as_they_were(room: Room) -> None:
    client = room.client()
    text = {"kind_1": "text", "kind_2": "text"}
    save(
        client, "questions/", text_0="Which: phone?", kind_0="choice", choices_0="A / B\nC", is_required_0="on", **text
    )
    before = StoreQuestion.objects.values("text", "choices", "is_required").get()

    save(client, "questions/", text_0="", kind_0="text", **text)
    client.post(url())

    assert StoreQuestion.objects.values("text", "choices", "is_required").get() == before


def test_times_of_a_day_get_their_state_back(room: Room) -> None:
    client = room.client()
    change = {"store_id": room.store.pk, "desk": "main", "then": None, "now": NOW, "user": room.manager}
    change_slots(from_at=at(10), to_at=at(10, 15), capacity=4, **change)  # type: ignore[arg-type]
    change_slots(from_at=at(9), to_at=at(11), closed=True, **change)  # type: ignore[arg-type]
    assert Slot.objects.filter(closed=True).count() == 8

    client.post(url())

    assert Slot.objects.filter(closed=True).count() == 0
    assert list(Slot.objects.filter(has_own_capacity=True).values_list("capacity", flat=True)) == [4]
    client.post(url())
    assert Slot.objects.filter(closed=True).count() == 8


def test_opening_times_again_asks_about_nobody_and_closing_them_does(room: Room) -> None:
    client = room.client()
    change = {"store_id": room.store.pk, "desk": None, "then": None, "now": NOW, "user": room.manager}
    change_slots(from_at=at(9), to_at=at(11), closed=True, **change)  # type: ignore[arg-type]
    client.post(url())
    make_visit(room.store, starts_at=at(10))

    assert client.post(url()).status_code == 409
    assert not Slot.objects.filter(closed=True).exists()


def test_times_that_are_over_stay(room: Room) -> None:
    change = {"store_id": room.store.pk, "desk": "main", "then": None, "now": NOW, "user": room.manager}
    change_slots(from_at=at(9), to_at=at(11), closed=True, **change)  # type: ignore[arg-type]
    with time_machine.travel(at(12), tick=False):
        late = room.client().post(url())

    assert late.status_code == 409
    assert "That day, or that time, is over." in page(late).words


def test_special_day_that_is_over_says_so_in_the_history(room: Room) -> None:
    save(room.client(), "special-hours/", date="2026-11-24", what="closed")

    with time_machine.travel(NOW + timedelta(days=3), tick=False):
        words = page(room.client().get(CHANGES)).words

    assert "Is not put back: That day, or that time, is over." in words


def test_role_is_put_back_but_never_ones_own(room: Room) -> None:
    client = room.client()
    save(client, "members/", username="staff", role="manager", password="")
    raised = newest()
    promoted = room.client(room.staff)
    save(promoted, "members/", username="manager", role="staff", password="")

    refused = promoted.post(url(raised))

    assert refused.status_code == 409
    assert "You cannot take the manager's role from yourself." in page(refused).words
    assert promoted.post(url()).status_code == 303
    assert room.store.memberships.get(user=room.manager).role == Role.MANAGER


def test_people_and_keys_are_not_put_back_and_the_history_says_why(room: Room) -> None:
    client = room.client()
    save(client, "members/", username="dora", role="staff", password="a bell rings at the door")

    words = page(client.get(CHANGES)).words

    assert "Is not put back: Passwords, PINs and addresses are their owner’s" in words
    assert client.post(url()).status_code == 409
    assert room.store.memberships.filter(user__username="dora").exists()


def test_own_text_is_put_back(room: Room) -> None:
    client = room.client()
    save(client, "messages/texts/confirmation/en/", sms="{standard} See you soon.", email="")

    client.post(url())

    assert Store.objects.get(pk=room.store.pk).own_texts == {}


def test_address_of_the_day_sheet_has_to_agree_once_more(room: Room) -> None:
    Store.objects.filter(pk=room.store.pk).update(day_sheet_email="till@example.org")
    client = room.client()
    save(client, "day-sheet/", email="")

    client.post(url())

    assert Store.objects.get(pk=room.store.pk).day_sheet_email == ""
    assert newest().after["day_sheet_asked"] == "till@example.org"


def test_change_of_a_command_is_put_back_too(room: Room) -> None:
    save_notice(store=room.store, notice="From the server", user=None, now=NOW)

    assert room.client().post(url()).status_code == 303
    assert Store.objects.get(pk=room.store.pk).notice == ""


def test_other_stores_changes_are_not_found(room: Room) -> None:
    save_notice(store=room.neighbor.memberships.get().store, notice="Next door", user=None, now=NOW)

    assert room.client().post(url()).status_code == 404
    assert room.client().post(f"{CHANGES}999999/put-back/").status_code == 404


def test_staff_put_nothing_back(room: Room) -> None:
    save_notice(store=room.store, notice="Closed", user=None, now=NOW)

    assert room.client(room.staff).post(url()).status_code == 403
    assert room.client().get(url()).status_code == 405


def test_languages_that_a_desk_speaks_are_put_back(room: Room) -> None:
    client = room.client()
    save(client, "desks/main/", **DESK, languages=["fr", "de"])
    save(client, "desks/main/", **DESK, languages=["fr"])

    assert client.post(url()).status_code == 303

    assert Desk.objects.get(store=room.store).languages == "fr,de"


def test_desk_serves_again_the_kind_of_visit_in_use_and_not_one_of_the_same_name_before_it(room: Room) -> None:
    old = room.store.visit_types.get(slug="visit")
    VisitType.objects.create(store=room.store, slug="again", name=old.name, position=2)
    VisitType.objects.filter(pk=old.pk).update(is_active=False)
    in_use = room.store.visit_types.filter(is_active=True)
    client = room.client()
    save(client, "desks/main/", **DESK, visit_types=[one.pk for one in in_use])
    save(client, "desks/main/", **DESK)

    assert client.post(url()).status_code == 303

    served = Desk.objects.get(store=room.store).visit_types.all()
    assert {one.slug for one in served} == {one.slug for one in in_use}


@pytest.mark.parametrize("number", [2**31, 2**63, 10**30])
def test_numbers_that_no_row_can_have_are_unknown_lines_and_absences(room: Room, number: int) -> None:
    client = room.client()
    assert client.post(f"{CHANGES}{number}/put-back/").status_code == 404
    assert client.post(f"{CHANGES}{number}/put-back/", {"all": "1"}).status_code == 404
    assert client.post(f"{SETUP}absences/{number}/remove/").status_code in (303, 400)
