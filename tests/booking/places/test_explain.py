"""Why a time is closed: free where availability offers it, and nowhere else; the first rule that says no is told."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from booking.models import Booking, Source
from booking.places.availability import availability
from booking.places.explain import explain_slot
from booking.places.explanations import Explanation, SlotExplanation
from booking.places.holds import hold_places
from booking.refusals import Refusal, UnknownVisitType
from stores.absences import Absence
from stores.models import Desk, DeskHours, Slot, SpecialHours, Store, VisitTypeHours
from stores.queries import UnknownStore
from stores.services import add_absence, add_closing
from tests.factories import NOW, at, make_booking, make_store

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 24)


def ask(
    store: Store, starts_at: datetime, *, visit_type: str = "visit", party_size: int = 1, now: datetime = NOW
) -> SlotExplanation:
    return explain_slot(store=store.slug, visit_type=visit_type, starts_at=starts_at, party_size=party_size, now=now)


def answers(store: Store, starts_at: datetime, **options: object) -> list[Explanation]:
    return [one.answer for one in ask(store, starts_at, **options).desks]  # type: ignore[arg-type]


@pytest.fixture
def busy() -> Store:
    """Return a store in which each rule closes something."""
    store = make_store(capacity=3, kept_back=1, desks=("left", "right"))
    right = Desk.objects.get(store=store, slug="right")
    DeskHours.objects.create(desk=right, weekday=1, opens=time(10), closes=time(16))
    SpecialHours.objects.create(store=store, date=date(2026, 11, 25), opens=time(10), closes=time(11, 10))
    closing = Absence(date(2026, 11, 2), None, time(9, 20), time(11), weekdays=(0, 2))
    add_closing(store=store, closing=closing, user=None, now=NOW)
    for number, hour in enumerate((10, 10, 10, 11, 15)):
        make_booking(store, starts_at=at(hour), party_size=1 + number % 2, phone=f"+3361234560{number}")
    hold_places(store=store.slug, visit_type="advice", starts_at=at(9, 30), party_size=2, now=NOW)
    Slot.objects.filter(starts_at=at(11)).update(closed=True)
    return store


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    minutes=st.integers(0, 4 * 24 * 12).map(lambda number: number * 5),
    waited=st.sampled_from([0, 4, 6, 600]),
    visit_type=st.sampled_from(["visit", "advice"]),
    party_size=st.integers(1, 4),
)
def test_it_is_free_where_availability_offers_it(
    busy: Store, minutes: int, waited: int, visit_type: str, party_size: int
) -> None:
    starts_at, now = at(0, day=23) + timedelta(minutes=minutes), NOW + timedelta(minutes=waited)
    day = starts_at.date()
    offered = availability(
        store=busy.slug, visit_type=visit_type, from_date=day, to_date=day, party_size=party_size, now=now
    )

    found = ask(busy, starts_at, visit_type=visit_type, party_size=party_size, now=now)

    assert found.can_be_booked == any(slot.starts_at == starts_at for one in offered.days for slot in one.slots)


def test_each_rule_is_named() -> None:
    store = make_store(capacity=2, kept_back=1)
    SpecialHours.objects.create(store=store, date=date(2026, 11, 25), opens=None, closes=None)
    make_booking(store)
    make_booking(store, starts_at=at(16), party_size=1)
    make_booking(store, starts_at=at(17), source=Source.PHONE, phone="+33612345602", party_size=2)
    Slot.objects.filter(starts_at=at(16)).update(closed=True)

    assert answers(store, at(9)) == [Explanation.FREE]
    assert answers(store, at(9), party_size=3) == [Explanation.PARTY_TOO_LARGE]
    assert answers(store, at(9, 5)) == [Explanation.NO_START]
    assert answers(store, at(13)) == [Explanation.OUTSIDE_HOURS]
    assert answers(store, at(10, day=25)) == [Explanation.SPECIAL_HOURS]
    assert answers(store, at(10)) == [Explanation.KEPT_BACK]
    assert answers(store, at(11, 45), visit_type="advice") == [Explanation.TOO_LONG]
    assert answers(store, at(16)) == [Explanation.CLOSED]
    assert answers(store, at(17)) == [Explanation.FULL]
    assert answers(store, at(9, day=23)) == [Explanation.TOO_SOON]
    assert answers(store, at(9, day=29, month=12)) == [Explanation.TOO_FAR_AHEAD]


def test_desk_that_is_away_says_until_when() -> None:
    store = make_store(desks=("left", "samir"))
    samir = store.desks.get(slug="samir")
    add_absence(store=store, desk=samir, absence=Absence(DAY, DAY, time(10), time(11, 15)), user=None, now=NOW)

    assert answers(store, at(9, 45)) == [Explanation.FREE, Explanation.FREE]
    assert answers(store, at(9, 45), visit_type="advice") == [Explanation.FREE, Explanation.AWAY]
    found = ask(store, at(10)).desks
    assert [(one.answer, one.until) for one in found] == [(Explanation.FREE, None), (Explanation.AWAY, at(11, 15))]
    assert answers(store, at(11, 15)) == [Explanation.FREE, Explanation.FREE]
    store.desks.filter(slug="left").update(is_active=False)
    assert ask(store, at(10)).refusal == Refusal.SLOT_CLOSED


def test_desks_answer_for_themselves(busy: Store) -> None:
    assert answers(busy, at(9)) == [Explanation.FREE, Explanation.DESK_HOURS]
    Desk.objects.update(is_active=False)
    assert answers(busy, at(9)) == [Explanation.NO_DESK]


def test_five_statements_answer(busy: Store, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(5):
        ask(busy, at(10))


def test_what_is_unknown_is_a_lookup_error(busy: Store) -> None:
    with pytest.raises(UnknownVisitType):
        ask(busy, at(10), visit_type="nothing")
    busy.slug = "nowhere"
    with pytest.raises(UnknownStore):
        ask(busy, at(10))


def test_desk_that_does_not_serve_a_kind_and_hours_of_a_kind_are_told() -> None:
    store = make_store(desks=("left", "right"))
    visit, advice = store.visit_types.order_by("position")
    Desk.objects.get(slug="right").visit_types.set([visit])
    VisitTypeHours.objects.create(visit_type=visit, weekday=1, opens=time(14), closes=time(15, 10))

    assert answers(store, at(10), visit_type=advice.slug) == [Explanation.FREE, Explanation.NOT_SERVED]
    assert answers(store, at(10)) == [Explanation.KIND_HOURS]
    assert answers(store, at(15)) == [Explanation.KIND_HOURS]  # it would last until 15:15
    assert answers(store, at(14, 45)) == [Explanation.FREE, Explanation.FREE]
    assert ask(store, at(10)).refusal == Refusal.SLOT_CLOSED
    right = explain_slot(
        store=store.slug, visit_type="advice", starts_at=at(10), party_size=1, now=NOW, by_staff=True, desk="right"
    )
    assert [one.answer for one in right.desks] == [Explanation.NOT_SERVED]
    assert right.refusal == Refusal.SLOT_CLOSED


def test_own_notice_of_a_kind_is_told_as_too_soon() -> None:
    store = make_store()
    store.visit_types.filter(slug="visit").update(notice_until=time(17))

    assert answers(store, at(10), now=at(16, 59, day=23)) == [Explanation.FREE]
    assert answers(store, at(10), now=at(17, day=23)) == [Explanation.TOO_SOON]
    assert answers(store, at(10), visit_type="advice", now=at(17, day=23)) == [Explanation.FREE]


def test_visit_that_moves_is_not_in_its_own_way() -> None:
    store = make_store(capacity=1, desks=("left", "right"))
    visit, advice = store.visit_types.order_by("position")
    store.visit_types.filter(pk=visit.pk).update(slot_count=2, most_at_once=1)
    Desk.objects.get(slug="right").visit_types.set([advice])
    moved = make_booking(store, starts_at=at(10))

    def told(starts_at: datetime, moved: Booking | None, desk: str) -> list[Explanation]:
        asked = {"store": store.slug, "visit_type": visit.slug, "starts_at": starts_at, "party_size": 1, "now": NOW}
        found = explain_slot(**asked, by_staff=True, desk=desk, moved=moved)  # type: ignore[arg-type]
        return [one.answer for one in found.desks]

    assert told(at(10, 15), None, "left") == [Explanation.AT_ONCE]
    assert told(at(10, 15), moved, "left") == [Explanation.FREE]
    assert told(at(10, 15), moved, "right") == [Explanation.NOT_SERVED]
    make_booking(store, starts_at=at(11), phone="+33612345601")
    assert told(at(10, 45), moved, "left") == [Explanation.AT_ONCE]
    store.visit_types.filter(pk=visit.pk).update(most_at_once=None)
    assert told(at(10, 45), moved, "left") == [Explanation.FULL]
