"""Minutes that a desk is kept before and after a visit: seen by nobody who books, and given back with the visit."""

from datetime import date, datetime, time

import pytest

from booking.arrivals.walk_ins import admit_walk_in
from booking.bookings.audit import differences
from booking.bookings.lifecycle import book_visit, cancel_booking
from booking.bookings.rescheduling import reschedule
from booking.customer_input import CustomerDetails
from booking.models import Booking, Hold, Source
from booking.places.availability import availability
from booking.places.claims import release_expired_holds
from booking.places.days_state import Wish
from booking.places.explain import explain_slot
from booking.places.explanations import Explanation
from booking.places.free_times import kept_availability
from booking.places.holds import hold_places
from booking.refusals import BookingRefused, Refusal
from booking.store_setup.affected_visits import AffectedResolution
from booking.store_setup.hours_changes import change_rules
from booking.store_setup.slot_changes import change_slots
from booking.tokens import hold_token
from booking.who import Who
from stores.models import DeskHours, Slot, Store
from stores.services import KindRules, save_visit_type
from tests.factories import NOW, at, make_booking, make_store, make_user

pytestmark = pytest.mark.django_db
CUSTOMER = CustomerDetails(name="Bea Test", phone="+33612345602")


@pytest.fixture
def store() -> Store:
    """Return a store with one place at one desk, where a repair asks for ten minutes before and twenty after."""
    made = make_store(capacity=1, open_bookings_per_customer=99)
    with_buffers(made, before=10, after=20)
    return made


def with_buffers(store: Store, *, before: int, after: int, kind: str = "advice") -> None:
    fields = {"name": kind.title(), "slot_count": 1, "max_party_size": 1}
    own = KindRules(minutes_before=before, minutes_after=after)
    known = store.visit_types.get(slug=kind)
    change_rules(
        store_id=store.pk,
        edit=lambda one: save_visit_type(
            store=one,
            visit_type=known,
            **fields,  # type: ignore[arg-type]
            own=own,
            user=None,
            now=NOW,
        ),
        then=None,
        now=NOW,
        user=None,
    )


def taken() -> list[str]:
    slots = Slot.objects.filter(places_taken__gt=0).order_by("starts_at")
    return [f"{slot.starts_at.astimezone(at(9).tzinfo):%H:%M}" for slot in slots]


def free(store: Store, kind: str, now: datetime = NOW) -> list[str]:
    found = availability(
        store=store.slug, visit_type=kind, from_date=at(9).date(), to_date=at(9).date(), party_size=1, now=now
    )
    return [f"{slot.starts_at.astimezone(at(9).tzinfo):%H:%M}" for day in found.days for slot in day.slots]


def test_desk_is_kept_and_the_visit_keeps_its_own_time(store: Store) -> None:
    visit = make_booking(store, visit_type="advice", starts_at=at(10))

    assert (visit.starts_at, visit.ends_at) == (at(10), at(10, 15))
    assert taken() == ["09:45", "10:00", "10:15", "10:30"]
    assert not {"09:45", "10:00", "10:15", "10:30"} & set(free(store, "visit"))
    # A repair at 9:15 would want the desk until 9:50, one at 10:45 from 10:35 on.
    assert {"09:00", "11:00"} <= set(free(store, "advice"))
    assert not {"09:15", "09:30", "10:45"} & set(free(store, "advice"))
    assert list(differences(now=NOW)) == []


def test_minutes_take_nothing_before_the_opening_and_after_the_close(store: Store) -> None:
    make_booking(store, visit_type="advice", starts_at=at(9))
    make_booking(store, visit_type="advice", starts_at=at(11, 45))

    assert taken() == ["09:00", "09:15", "09:30", "11:30", "11:45"]
    assert list(differences(now=NOW)) == []


@pytest.mark.parametrize("end", ["cancel", "move", "expire", "let_go"])
def test_all_is_given_back_also_after_the_minutes_have_changed(store: Store, end: str) -> None:
    asked = {"store": store.slug, "visit_type": "advice", "starts_at": at(10), "party_size": 1, "now": NOW}
    if end in ("expire", "let_go"):
        hold_places(**asked)  # type: ignore[arg-type]
    else:
        visit = make_booking(store, visit_type="advice", starts_at=at(10))
    with_buffers(store, before=0, after=0)
    assert taken() == ["09:45", "10:00", "10:15", "10:30"]  # what was taken before stays taken

    if end == "cancel":
        cancel_booking(booking_id=visit.pk, who=Who.customer(NOW))
    elif end == "move":
        reschedule(booking_id=visit.pk, starts_at=at(15), who=Who.customer(NOW))
        assert taken() == ["15:00"]  # it is moved by the rules of today
    else:
        release_expired_holds(now=at(18))
        assert not Hold.objects.exists()

    assert list(differences(now=NOW)) == []
    assert taken() == (["15:00"] if end == "move" else [])


def test_expired_hold_keeps_nobody_from_its_minutes(store: Store) -> None:
    hold_places(store=store.slug, visit_type="advice", starts_at=at(10), party_size=1, now=NOW)

    assert "10:30" not in free(store, "visit")
    assert {"09:45", "10:00", "10:15", "10:30"} <= set(free(store, "visit", now=at(9, 10, day=23)))


def test_booking_of_a_held_place_keeps_its_minutes(store: Store) -> None:
    kept = hold_places(store=store.slug, visit_type="advice", starts_at=at(10), party_size=1, now=NOW)
    with_buffers(store, before=0, after=0)

    visit = book_visit(
        store=store.slug,
        visit_type="advice",
        starts_at=at(10),
        party_size=1,
        customer=CUSTOMER,
        note="",
        source=Source.WEB,
        now=NOW,
        hold=hold_token(kept.public_id),
    )

    assert (Booking.objects.get(pk=visit.pk).minutes_before, visit.minutes_after) == (10, 20)
    assert taken() == ["09:45", "10:00", "10:15", "10:30"]
    assert list(differences(now=NOW)) == []


def test_why_names_the_slot_that_is_kept(store: Store) -> None:
    make_booking(store, starts_at=at(10))

    found = explain_slot(store=store.slug, visit_type="advice", starts_at=at(9, 30), party_size=1, now=NOW)

    assert [(one.answer, one.at) for one in found.desks] == [(Explanation.FULL, at(10))]
    assert found.refusal == Refusal.SLOT_FULL


def test_closing_what_is_kept_beside_a_visit_asks_nobody_and_books_nothing_there(store: Store) -> None:
    make_booking(store, visit_type="advice", starts_at=at(10))
    user = make_user("eve")

    change = {"store_id": store.pk, "capacity": None, "closed": True, "then": None, "now": NOW, "user": user}
    change_slots(from_at=at(10, 15), to_at=at(10, 30), **change)  # type: ignore[arg-type]
    change_slots(from_at=at(14), to_at=at(14, 15), **change)  # type: ignore[arg-type]

    with pytest.raises(BookingRefused):
        make_booking(store, visit_type="advice", starts_at=at(14, 15), phone="+33612345603")  # nobody prepares it
    assert list(differences(now=NOW)) == []


def test_fewer_places_ask_about_a_visit_for_its_minutes_too() -> None:
    store = make_store(capacity=2, open_bookings_per_customer=99)
    with_buffers(store, before=0, after=20)
    make_booking(store, visit_type="advice", starts_at=at(10))
    last = make_booking(store, starts_at=at(10, 15), phone="+33612345603")

    changed = change_slots(
        store_id=store.pk,
        from_at=at(10, 15),
        to_at=at(10, 30),
        capacity=1,
        then=AffectedResolution.KEEP,
        now=NOW,
        user=make_user("eve"),
    )

    assert [one.pk for one in changed.affected] == [last.pk]


def test_walk_in_needs_the_minutes_after_alone(store: Store) -> None:
    make_booking(store, starts_at=at(10), phone="+33612345603")
    walk_in = {"store": store, "visit_type": "advice", "party_size": 1, "name": "", "user": make_user("eve")}

    with pytest.raises(BookingRefused) as refused:
        admit_walk_in(**walk_in, squeeze_in=False, now=at(9, 32))  # type: ignore[arg-type]
    admit_walk_in(**walk_in, squeeze_in=False, now=at(10, 16))  # type: ignore[arg-type]

    assert refused.value.reason == Refusal.SLOT_FULL
    assert taken() == ["10:00", "10:15", "10:30", "10:45"]
    assert list(differences(now=NOW)) == []


def test_walk_in_is_one_of_so_many_at_once_at_whichever_desk_closing_cuts_it_short() -> None:
    """At the first desk a visit from ten on ends before the next one of its kind begins; at the third it does not."""
    store = make_store(capacity=1, desks=("first", "second", "third"))
    first = store.desks.get(slug="first")
    store.desks.filter(slug="third").update(capacity=5)  # the emptiest is tried first
    DeskHours.objects.create(desk=first, weekday=1, opens=time(9), closes=time(10, 15))
    make_booking(store, starts_at=at(10, 15), visit_type="advice", phone="+33612345603")
    store.visit_types.update(most_at_once=1)
    walk_in = {"store": store, "visit_type": "advice", "party_size": 1, "name": "", "user": make_user("eve")}

    served = admit_walk_in(**walk_in, squeeze_in=False, now=at(10, 5))  # type: ignore[arg-type]

    assert (served.desk_id, served.ends_at) == (first.pk, at(10, 15))
    with pytest.raises(BookingRefused) as refused:
        admit_walk_in(**walk_in, squeeze_in=False, now=at(10, 6))  # type: ignore[arg-type]
    assert refused.value.reason == Refusal.SLOT_FULL


def test_kept_days_know_what_is_done_the_day_before() -> None:
    """A visit soon after midnight asks for the desk before midnight: the day before is part of its day."""
    store = make_store(capacity=1, hours=((time(20), time(2)),), days=tuple(range(7)), open_bookings_per_customer=99)
    with_buffers(store, before=30, after=0)
    wish, day = Wish(store.slug, "advice"), date(2026, 11, 25)

    def first() -> datetime | None:
        return kept_availability(wish, day, day, now=NOW).first_free

    assert first() == at(0, day=25)
    late = make_booking(store, starts_at=at(23, 45), phone="+33612345603")
    assert first() == at(0, 30, day=25)
    cancel_booking(booking_id=late.pk, who=Who.customer(NOW))
    assert first() == at(0, day=25)
