"""A visit moves within its own type and to its own desk for as long as it may; what is refused names what is not."""

from datetime import timedelta

import pytest

from booking.bookings.audit import differences
from booking.bookings.lifecycle import book_visit
from booking.bookings.rescheduling import reschedule
from booking.customer_input import CustomerDetails
from booking.models import Actor, Hold, Source
from booking.places.days_state import Wish
from booking.places.holds import hold_other_places, hold_places
from booking.places.lookup import WantedSlot, lookup
from booking.places.nearest_free import nearest_free
from booking.refusals import BookingRefused, Refusal
from booking.store_setup.affected_visits import AffectedResolution
from booking.store_setup.hours_changes import change_rules
from booking.tokens import hold_token
from booking.who import Who
from stores.models import Desk, VisitType
from stores.services import save_desk
from tests.factories import NOW, at, make_booking, make_store, make_user

pytestmark = pytest.mark.django_db
ANA, BOB = "ana", "bob"


@pytest.fixture
def store():
    return make_store(capacity=1, desks=(ANA, BOB), offers_desk_choice=True)


def with_ana(store, starts_at, **more):
    return book_visit(
        store=store.slug,
        visit_type="visit",
        starts_at=starts_at,
        party_size=1,
        customer=CustomerDetails(name="Ada Test", phone=more.pop("phone", "+33612345601")),
        note="",
        source=Source.WEB,
        now=NOW,
        desk=more.pop("desk", ANA),
    )


def move(booking, starts_at, *, actor=Actor.CUSTOMER, now=NOW):
    return reschedule(booking_id=booking.pk, starts_at=starts_at, who=Who(actor, None, now))


@pytest.mark.parametrize("actor", [Actor.CUSTOMER, Actor.STAFF])
def test_visit_moves_though_its_type_is_offered_no_more_nor_for_so_many(store, actor) -> None:
    store.desks.update(capacity=3)
    store.visit_types.update(max_party_size=3)
    booking = make_booking(store, party_size=3)
    VisitType.objects.filter(store=store, slug="visit").update(is_active=False, max_party_size=1)

    moved = move(booking, at(11), actor=actor)

    assert (moved.starts_at, moved.visit_type.slug, moved.party_size) == (at(11), "visit", 3)
    with pytest.raises(LookupError):
        make_booking(store, starts_at=at(11, 15), phone="+33612345602")
    assert list(differences(now=NOW)) == []


def test_visit_moves_to_any_desk_once_the_chosen_one_is_gone(store) -> None:
    booking = with_ana(store, at(10))
    ana, user = Desk.objects.get(slug=ANA), make_user(store=store)
    change_rules(
        store_id=store.pk,
        edit=lambda one: save_desk(store=one, desk=ana, name="Ana", capacity=1, is_active=False, user=user, now=NOW),
        then=AffectedResolution.NOTIFY,
        now=NOW,
        user=user,
    )
    moved = move(booking, at(11))
    assert (moved.starts_at, moved.desk.slug, moved.desk_was_chosen) == (at(11), BOB, False)
    assert list(differences(now=NOW)) == []


def test_chosen_desk_is_kept_while_it_serves(store) -> None:
    booking = with_ana(store, at(10))
    with_ana(store, at(11), phone="+33612345602")
    with pytest.raises(BookingRefused) as refused:
        move(booking, at(11))
    assert refused.value.reason == Refusal.SLOT_FULL
    assert move(booking, at(11, 15)).desk.slug == ANA


def test_nearest_free_times_leave_out_the_one_that_was_refused(store) -> None:
    near = nearest_free(Wish(store.slug, "visit", desk=ANA), at(10), now=NOW)
    assert [slot.starts_at for slot in near] == [at(9, 30), at(9, 45), at(10, 15)]
    wanted = [WantedSlot(store.slug, "visit", slot.starts_at, 1, ANA) for slot in near]
    assert lookup(wanted=wanted, now=NOW) == [True, True, True]


def keep(store, starts_at, *, visit_type="visit", now=NOW) -> str:
    kept = hold_places(store=store.slug, visit_type=visit_type, starts_at=starts_at, party_size=1, now=now)
    return hold_token(kept.public_id)


def instead(store, token, starts_at, *, visit_type="visit", now=NOW) -> Hold:
    return hold_other_places(
        instead_of=token, store=store.slug, visit_type=visit_type, starts_at=starts_at, party_size=1, now=now
    )


def test_hold_lives_on_where_another_time_is_full(store) -> None:
    token = keep(store, at(10))
    for number in (2, 3):
        make_booking(store, starts_at=at(11), phone=f"+3361234560{number}")
    for starts_at, reason in ((at(11), Refusal.SLOT_FULL), (at(13), Refusal.SLOT_CLOSED)):
        with pytest.raises(BookingRefused) as refused:
            instead(store, token, starts_at)
        assert refused.value.reason == reason
    assert Hold.objects.get().starts_at == at(10)
    assert list(differences(now=NOW)) == []


def test_own_hold_stands_in_nobodys_way(store) -> None:
    store.desks.filter(slug=BOB).delete()
    token = keep(store, at(10))
    another = instead(store, token, at(10), visit_type="advice")
    assert [(one.pk, one.ends_at) for one in Hold.objects.all()] == [(another.pk, at(10, 30))]
    later = NOW + timedelta(minutes=6)
    assert instead(store, hold_token(another.public_id), at(10), now=later).ends_at == at(10, 15)
    assert list(differences(now=later)) == []
