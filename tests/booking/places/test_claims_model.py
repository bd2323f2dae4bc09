"""Any order of bookings, holds, moves, cancellings and changes leaves counters that agree with the books."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from booking.bookings.audit import differences
from booking.bookings.lifecycle import cancel_booking
from booking.bookings.rescheduling import reschedule
from booking.models import Actor, Booking, Hold, Source, Status
from booking.places.claims import release_expired_holds
from booking.places.holds import hold_places, release_hold
from booking.refusals import BookingRefused, Refusal
from booking.store_setup.affected_visits import AffectedResolution
from booking.store_setup.slot_changes import change_slots
from booking.tokens import hold_token
from booking.who import Who
from stores.models import Slot
from tests.factories import NOW, at, make_booking, make_store, make_user

STARTS = st.sampled_from([at(9), at(9, 15), at(9, 30), at(9, 45)])
KINDS = st.sampled_from(["visit", "advice"])
PARTIES = st.integers(1, 3)


class Places(RuleBasedStateMachine):
    """A shop open for one hour with two desks, and what people may do there."""

    def __init__(self) -> None:
        super().__init__()
        self.life = transaction.atomic()
        self.life.__enter__()
        self.now = NOW
        self.store = make_store(capacity=3, kept_back=1, desks=("left", "right"), open_bookings_per_customer=99)
        self.user = make_user(store=self.store)
        self.holds: list[Hold] = []

    @rule(starts_at=STARTS, kind=KINDS, party_size=PARTIES, source=st.sampled_from([Source.API, Source.PHONE]))
    def book(self, starts_at, kind, party_size, source):
        self._attempt(
            make_booking,
            self.store,
            starts_at=starts_at,
            visit_type=kind,
            party_size=party_size,
            source=source,
            now=self.now,
        )

    @rule(starts_at=STARTS, kind=KINDS, party_size=PARTIES)
    def keep(self, starts_at, kind, party_size):
        kept = self._attempt(
            hold_places,
            store=self.store.slug,
            visit_type=kind,
            starts_at=starts_at,
            party_size=party_size,
            now=self.now,
        )
        if kept:
            self.holds.append(kept)

    @precondition(lambda self: self.holds)
    @rule(data=st.data())
    def let_go(self, data):
        kept = data.draw(st.sampled_from(self.holds))
        release_hold(token=hold_token(kept.public_id), now=self.now)

    @rule(minutes=st.integers(1, 10))
    def wait(self, minutes):
        self.now += timedelta(minutes=minutes)

    @rule()
    def sweep(self):
        release_expired_holds(now=self.now)

    @rule(data=st.data(), starts_at=STARTS, actor=st.sampled_from([Actor.CUSTOMER, Actor.STAFF]))
    def move(self, data, starts_at, actor):
        booking = self._any_booking(data)
        if booking:
            self._attempt(reschedule, booking_id=booking.pk, starts_at=starts_at, who=Who(actor, None, self.now))

    @rule(data=st.data())
    def call_off(self, data):
        booking = self._any_booking(data)
        if booking:
            cancel_booking(booking_id=booking.pk, who=Who.customer(self.now))

    @rule(starts_at=STARTS, capacity=st.integers(0, 4))
    def resize(self, starts_at, capacity):
        change_slots(
            store_id=self.store.pk,
            from_at=starts_at,
            to_at=starts_at + timedelta(minutes=15),
            capacity=capacity,
            then=AffectedResolution.KEEP,
            now=self.now,
            user=self.user,
        )

    @invariant()
    def counters_agree_with_the_books(self):
        assert list(differences(now=self.now)) == []

    @invariant()
    def never_one_too_many(self):
        for slot in Slot.objects.all():
            assert slot.places_taken <= slot.capacity + slot.squeezed

    def teardown(self):
        transaction.set_rollback(True)
        self.life.__exit__(None, None, None)

    def _attempt(self, call, *args, **kwargs):
        try:
            return call(*args, **kwargs)
        except BookingRefused as refused:
            if refused.reason not in {Refusal.SLOT_FULL, Refusal.SLOT_CLOSED, Refusal.WRONG_STATUS}:
                raise
            return None

    def _any_booking(self, data):
        bookings = list(Booking.objects.filter(status=Status.CONFIRMED).order_by("pk"))
        return data.draw(st.sampled_from(bookings)) if bookings else None


@pytest.mark.django_db
def test_counters_agree_with_the_books_whatever_happens() -> None:
    run_state_machine_as_test(
        Places,
        settings=settings(max_examples=30, stateful_step_count=20, deadline=None, derandomize=True),
    )
