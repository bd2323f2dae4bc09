"""The pattern of a chain: what stores take over from one of them, what stays their own, and what nobody overrides."""

from datetime import time, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from booking.bookings.audit import differences
from booking.models import Booking, Status
from stores.hours import WeeklyInterval
from stores.models import (
    CapacityCounts,
    Desk,
    Organization,
    OrganizationMembership,
    SetupChange,
    Store,
    VisitType,
)
from stores.queries import Question
from stores.services import (
    KindRules,
    forget_changes,
    kind_rules_of,
    save_messages,
    save_opening_hours,
    save_own_texts,
    save_policy,
    save_visit_type,
    save_waiting_room,
)
from stores.services.patterns import PARTS, PatternStatus, standings
from tests.booking.reading import page
from tests.factories import NOW, at, make_booking, make_store, make_user

pytestmark = pytest.mark.django_db
PATTERN = "/staff/o/chain/pattern/"
MORNINGS = [WeeklyInterval(day, time(9), time(12)) for day in range(6)]


@pytest.fixture
def chain() -> Organization:
    chain = Organization.objects.create(slug="chain", name="Chain of Shops", kind="chain", created_at=NOW)
    chain.stores.add(make_store("head", name="Head Shop"), make_store("a-shop", name="A Shop"), make_store("b-shop"))
    return chain


@pytest.fixture
def manager(chain) -> Client:
    user = make_user("flora")
    OrganizationMembership.objects.create(organization=chain, user=user, created_at=NOW)
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def store(slug: str) -> Store:
    return Store.objects.get(slug=slug)


def set_messages(slug: str, days: list[int], user=None) -> None:
    plan: dict[str, Any] = {
        "messages_from": time(9),
        "messages_until": time(19),
    }
    save_messages(store=store(slug), reminder_days=days, **plan, user=user, now=NOW)
    texts = {"sms": {"reminder": {"fr": "{standard} Apportez votre carte."}}}
    save_own_texts(store=store(slug), own_texts=texts, user=user, now=NOW)


def hand_on(manager: Client, *parts: str, **more: str):
    return manager.post(PATTERN, {"store": "head", "parts": parts, **more})


def standing(chain: Organization, slug: str, part: str) -> PatternStatus:
    found = standings(chain, store("head"))
    return next(one.parts[part] for one in found if one.store.slug == slug)


def test_stores_take_over_and_keep_following(chain: Organization, manager: Client) -> None:
    set_messages("head", [7, 1])
    assert standing(chain, "a-shop", "messages") == PatternStatus.BEHIND

    shown = hand_on(manager, "messages")

    assert "2 parts of set-ups were taken over." in page(shown).text
    assert {one.reminder_days for one in Store.objects.all()} == {"7,1"}
    assert store("a-shop").own_texts == {"sms": {"reminder": {"fr": "{standard} Apportez votre carte."}}}
    set_messages("head", [2])
    assert standing(chain, "a-shop", "messages") == PatternStatus.BEHIND
    hand_on(manager, "messages")
    assert store("b-shop").reminder_days == "2"
    assert standing(chain, "a-shop", "messages") == PatternStatus.SAME
    assert SetupChange.objects.filter(store__slug="a-shop", what="messages", username="flora").count() == 3


def test_waiting_room_is_handed_on_with_its_opening(chain: Organization, manager: Client) -> None:
    opening = NOW + timedelta(days=14)
    save_waiting_room(store=store("head"), has_waiting_room=True, bookings_open_at=opening, user=None, now=NOW)
    save_waiting_room(
        store=store("b-shop"), has_waiting_room=True, bookings_open_at=None, user=make_user("cleo"), now=NOW
    )
    assert standing(chain, "a-shop", "waiting_room") == PatternStatus.BEHIND

    hand_on(manager, "waiting_room")

    assert (store("a-shop").has_waiting_room, store("a-shop").bookings_open_at) == (True, opening)
    assert (store("b-shop").has_waiting_room, store("b-shop").bookings_open_at) == (True, None)
    assert standing(chain, "a-shop", "waiting_room") == PatternStatus.SAME
    assert standing(chain, "b-shop", "waiting_room") == PatternStatus.OWN


def test_what_a_store_changed_itself_stays_its_own_unless_it_is_overridden(
    chain: Organization, manager: Client
) -> None:
    ada = make_user("ada", store=store("a-shop"))
    hand_on(manager, "messages")
    set_messages("a-shop", [3], user=ada)
    set_messages("head", [7, 1])

    hand_on(manager, "messages")

    assert (store("a-shop").reminder_days, store("b-shop").reminder_days) == ("3", "7,1")
    assert standing(chain, "a-shop", "messages") == PatternStatus.OWN
    assert "its own" in page(manager.get(PATTERN)).text
    hand_on(manager, "messages", over_own="on")
    assert store("a-shop").reminder_days == "7,1"
    assert standing(chain, "a-shop", "messages") == PatternStatus.SAME


def test_store_changed_before_there_was_a_pattern_has_its_own(chain: Organization, manager: Client) -> None:
    set_messages("a-shop", [3], user=make_user("ada", store=store("a-shop")))
    set_messages("head", [7])
    hand_on(manager, "messages")
    assert store("a-shop").reminder_days == "3"


def test_kinds_of_visit_are_made_and_changed_and_a_stores_others_stay(chain: Organization, manager: Client) -> None:
    head, a_shop = store("head"), store("a-shop")
    fields: dict[str, Any] = {
        "slot_count": 2,
        "max_party_size": 2,
        "what_to_bring": "Your contract",
        "user": None,
        "now": NOW,
    }
    save_visit_type(store=head, name="Repair", **fields)
    save_visit_type(store=a_shop, name="Local thing", **fields)
    hand_on(manager, "visit_types")
    repair = VisitType.objects.get(store=a_shop, name="Repair")
    assert (repair.slot_count, repair.what_to_bring) == (2, "Your contract")
    assert VisitType.objects.filter(store=a_shop, name="Local thing", is_active=True).exists()
    assert standing(chain, "a-shop", "visit_types") == PatternStatus.SAME

    save_visit_type(
        store=head, visit_type=head.visit_types.get(name="Repair"), name="Repair", **fields | {"slot_count": 3}
    )
    hand_on(manager, "visit_types")
    repair.refresh_from_db()
    assert repair.slot_count == 3
    assert VisitType.objects.filter(name="Repair").count() == 3


def test_rules_of_a_kind_are_handed_on_with_it(chain: Organization, manager: Client) -> None:
    own = KindRules(
        minutes_before=10,
        minutes_after=20,
        most_at_once=2,
        notice_until=time(17),
        weekly=(MORNINGS[1],),
        questions=(Question("Quel vélo ?", (), is_required=True, text_en="Which bike?"),),
    )
    fields: dict[str, Any] = {"slot_count": 2, "max_party_size": 2, "user": None, "now": NOW}
    made = save_visit_type(store=store("head"), name="Repair", own=own, **fields)

    hand_on(manager, "visit_types")

    repair = VisitType.objects.get(store__slug="a-shop", name="Repair")
    assert kind_rules_of(repair) == own
    save_visit_type(store=store("head"), visit_type=made, name="Repair", own=KindRules(), **fields)
    hand_on(manager, "visit_types")
    assert kind_rules_of(VisitType.objects.get(pk=repair.pk)) == KindRules()
    assert standing(chain, "a-shop", "visit_types") == PatternStatus.SAME


def give_room_at_head(*, counts: CapacityCounts = CapacityCounts.PEOPLE) -> None:
    """Let six people come to the head shop together, for which no other shop has a desk."""
    Desk.objects.filter(store__slug="head").update(capacity=6)
    Store.objects.filter(slug="head").update(capacity_counts=counts)
    save_visit_type(store=store("head"), name="Group", slot_count=1, max_party_size=6, user=None, now=NOW)


def test_no_store_is_given_a_party_that_none_of_its_desks_can_take(chain: Organization, manager: Client) -> None:
    give_room_at_head()
    Desk.objects.filter(store__slug="b-shop").update(capacity=6)

    shown = hand_on(manager, "visit_types")

    assert (kinds("a-shop"), kinds("b-shop")) == ({"Visit", "Advice"}, {"Visit", "Advice", "Group"})
    assert "A Shop" in page(shown).text
    assert "the store's set-up does not allow it" in page(shown).text
    assert standing(chain, "a-shop", "visit_types") == PatternStatus.BEHIND
    Desk.objects.filter(store__slug="a-shop").update(capacity=6)
    hand_on(manager, "visit_types")
    assert kinds("a-shop") == {"Visit", "Advice", "Group"}


def test_own_kind_that_was_too_large_before_keeps_no_store_from_the_rest(chain: Organization, manager: Client) -> None:
    save_visit_type(store=store("a-shop"), name="Crowd", slot_count=1, max_party_size=9, user=None, now=NOW)
    save_visit_type(store=store("head"), name="Pair", slot_count=1, max_party_size=2, user=None, now=NOW)
    hand_on(manager, "visit_types")
    assert kinds("a-shop") == {"Visit", "Advice", "Crowd", "Pair"}
    give_room_at_head()

    hand_on(manager, "visit_types")

    assert kinds("a-shop") == {"Visit", "Advice", "Crowd", "Pair"}


def test_rules_do_not_count_people_where_a_party_would_have_no_desk(chain: Organization, manager: Client) -> None:
    Store.objects.filter(slug="a-shop").update(capacity_counts=CapacityCounts.VISITS)
    save_visit_type(store=store("a-shop"), name="Group", slot_count=1, max_party_size=6, user=None, now=NOW)

    hand_on(manager, "rules")

    assert store("a-shop").capacity_counts == CapacityCounts.VISITS


@pytest.mark.parametrize("parts", [("visit_types", "rules"), ("rules", "visit_types")])
def test_large_parties_come_with_the_rule_that_counts_visits(
    chain: Organization, manager: Client, parts: tuple[str, ...]
) -> None:
    give_room_at_head(counts=CapacityCounts.VISITS)

    hand_on(manager, *parts)

    assert kinds("a-shop") == {"Visit", "Advice", "Group"}
    assert store("a-shop").capacity_counts == CapacityCounts.VISITS


def kinds(slug: str) -> set[str]:
    return set(VisitType.objects.filter(store__slug=slug, is_active=True).values_list("name", flat=True))


def rename(slug: str, old: str, new: str) -> None:
    kind = VisitType.objects.get(store__slug=slug, name=old)
    fields: dict[str, Any] = {
        "slot_count": kind.slot_count,
        "max_party_size": kind.max_party_size,
        "user": None,
        "now": NOW,
    }
    save_visit_type(store=kind.store, visit_type=kind, name=new, **fields)


def put_to_rest(slug: str, name: str) -> None:
    VisitType.objects.filter(store__slug=slug, name=name).update(is_active=False)


@pytest.mark.parametrize("is_first", [True, False])
def test_renamed_and_withdrawn_kinds_of_visit_follow(chain: Organization, manager: Client, is_first) -> None:
    if not is_first:
        hand_on(manager, "visit_types")
    booked = make_booking(store("a-shop"))
    rename("head", "Visit", "Fitting")
    put_to_rest("head", "Advice")
    assert standing(chain, "a-shop", "visit_types") == PatternStatus.BEHIND

    hand_on(manager, "visit_types")

    assert kinds("a-shop") == kinds("b-shop") == kinds("head") == {"Fitting"}
    assert standing(chain, "a-shop", "visit_types") == PatternStatus.SAME
    assert "0 parts of set-ups were taken over." in page(hand_on(manager, "visit_types")).text
    booked.visit_type.refresh_from_db()
    assert booked.visit_type.name == "Fitting"


def test_withdrawn_kind_leaves_what_only_the_store_has(chain: Organization, manager: Client) -> None:
    hand_on(manager, "visit_types")
    fields: dict[str, Any] = {"slot_count": 2, "max_party_size": 3, "now": NOW}
    save_visit_type(store=store("a-shop"), name="Local thing", user=make_user("ada", store=store("a-shop")), **fields)
    rename("a-shop", "Advice", "Own advice")
    put_to_rest("head", "Advice")

    hand_on(manager, "visit_types")
    assert kinds("a-shop") == {"Visit", "Own advice", "Local thing"}
    hand_on(manager, "visit_types", over_own="on")
    assert kinds("a-shop") == {"Visit", "Own advice", "Local thing"}
    assert kinds("b-shop") == {"Visit"}


def test_kind_withdrawn_from_the_pattern_comes_back(chain: Organization, manager: Client) -> None:
    put_to_rest("head", "Advice")
    hand_on(manager, "visit_types")
    assert kinds("b-shop") == {"Visit"}
    VisitType.objects.filter(store__slug="head").update(is_active=True)
    hand_on(manager, "visit_types")
    assert kinds("b-shop") == {"Visit", "Advice"}
    assert VisitType.objects.filter(store__slug="b-shop").count() == 2


def test_own_set_up_is_not_forgotten_with_the_trail(chain: Organization, manager: Client) -> None:
    set_messages("a-shop", [3], user=make_user("ada", store=store("a-shop")))
    set_messages("head", [7])
    assert forget_changes(now=NOW + timedelta(days=731)) > 0
    assert not SetupChange.objects.exists()

    hand_on(manager, "messages")

    assert standing(chain, "a-shop", "messages") == PatternStatus.OWN
    assert (store("a-shop").reminder_days, store("b-shop").reminder_days) == ("3", "7")


def test_hours_that_would_leave_visits_without_a_place_are_left_to_the_store(
    chain: Organization, manager: Client
) -> None:
    save_opening_hours(store=store("head"), weekly=MORNINGS, user=None, now=NOW)
    booking = make_booking(store("a-shop"), starts_at=at(15))

    with time_machine.travel(NOW, tick=False):
        shown = page(hand_on(manager, "opening_hours")).text

    assert "A Shop, Opening hours: some visits would lose their place" in shown
    assert store("a-shop").opening_hours.count() == 12
    assert store("b-shop").opening_hours.count() == 6
    assert Booking.objects.get(pk=booking.pk).status == Status.CONFIRMED
    assert list(differences(now=NOW)) == []


def test_rules_are_taken_over_with_the_slots_made_from_them(chain: Organization, manager: Client) -> None:
    numbers = {
        "slot_minutes": 30,
        "minimum_notice_minutes": 0,
        "booking_horizon_days": 14,
        "change_until_minutes": 60,
        "open_bookings_per_customer": 1,
        "keep_days": 30,
    }
    save_policy(store=store("head"), capacity_counts="visits", **numbers, user=None, now=NOW)
    before = store("a-shop").hours_version
    hand_on(manager, "rules")
    found = store("a-shop")
    assert {name: getattr(found, name) for name in numbers} == numbers
    assert found.hours_version > before


def test_standing_of_any_number_of_stores_takes_seven_statements(
    chain: Organization, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    parts = ("visit_types__hours", "visit_types__questions", "opening_hours", "desks")
    head = Store.objects.prefetch_related(*parts).get(slug="head")
    for number in range(5):
        chain.stores.add(make_store(f"more-{number}"))
    with django_assert_num_queries(7):
        assert len(standings(chain, head)) == 7


def test_what_is_missing_is_said(chain: Organization, manager: Client) -> None:
    refused = manager.post(PATTERN, {"store": "elsewhere"})
    assert refused.status_code == 400
    assert "Choose one of these at least." in page(refused).text
    assert manager.get(PATTERN).status_code == 200
    assert set(PARTS) == {"visit_types", "rules", "messages", "opening_hours", "waiting_room", "languages"}


def test_organization_without_stores_says_so(manager: Client, chain: Organization) -> None:
    chain.stores.clear()
    assert "No store belongs to it yet." in page(manager.get(PATTERN)).text
