"""Whatever a store changes, in any order, while people book and hold: nobody is left in closed time unasked.

Two desks of unequal places, one day that is opened, shortened, shifted and closed, slots of other lengths and places,
what a place is for, and the clock: held against what the hours themselves say, worked out here once more.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from booking.bookings.audit import differences
from booking.bookings.lifecycle import cancel_booking
from booking.bookings.rebooking import cancel_unanswered, take_kept_time
from booking.models import Booking, Hold, Source, Status
from booking.places.claims import release_expired_holds
from booking.places.holds import hold_places
from booking.refusals import BookingRefused, Refusal
from booking.store_setup.affected_visits import AffectedResolution, BookingsAffected
from booking.store_setup.hours_changes import change_rules, change_special_hours, remove_special_hours
from booking.store_setup.slot_changes import change_slots
from booking.who import Who
from stores.absences import Absence
from stores.models import Desk, DeskAbsence, Slot, SpecialHours, Store, StoreClosing
from stores.services import add_absence, add_closing, remove_absence, remove_closing, save_desk, save_policy
from tests.factories import NOW, at, make_booking, make_store, make_user

TUESDAY = date(2026, 11, 24)
STARTS = st.sampled_from([at(9), at(9, 15), at(9, 20), at(9, 30), at(10), at(10, 20), at(10, 45)])
KINDS = st.sampled_from(["visit", "advice"])
PARTIES = st.integers(1, 3)
DECISIONS = st.sampled_from(
    [
        None,
        None,
        AffectedResolution.KEEP,
        AffectedResolution.NOTIFY,
        AffectedResolution.CANCEL,
        AffectedResolution.OFFER,
        AffectedResolution.MOVE,
    ]
)
ABSENCES = st.sampled_from(
    [
        Absence(TUESDAY, TUESDAY, time(9), time(10)),
        Absence(TUESDAY, TUESDAY, time(9, 20), time(9, 25)),
        Absence(TUESDAY - timedelta(days=6), None, time(10), time(11), weekdays=(1,)),
        Absence(TUESDAY, TUESDAY + timedelta(days=30), time(8), time(12), weekdays=(1, 2), nth=4),
    ]
)
CLOSINGS = st.sampled_from(
    [
        Absence(TUESDAY - timedelta(days=6), None, time(10), time(11), weekdays=(1,)),
        Absence(TUESDAY, TUESDAY + timedelta(days=30), time(9, 20), time(9, 25), weekdays=(1, 2), nth=4),
    ]
)
DAYS = st.sampled_from(
    [(), ((time(9), time(10)),), ((time(9, 10), time(11)),), ((time(9), time(9, 30)), (time(10), time(11)))]
)


class Changes(RuleBasedStateMachine):
    """A shop that changes its mind."""

    def __init__(self) -> None:
        super().__init__()
        self.life = transaction.atomic()
        self.life.__enter__()
        self.now = NOW
        self.visitors = 0

    @initialize(zone=st.sampled_from(["Europe/Paris", "America/New_York"]))
    def open_shop(self, zone):
        self.zone = ZoneInfo(zone)
        self.store = make_store(
            capacity=3,
            kept_back=1,
            hours=((time(9), time(11)),),
            desks=("left", "right"),
            open_bookings_per_customer=99,
            booking_horizon_days=7,
            time_zone=zone,
        )
        self.store.visit_types.update(max_party_size=4)
        Desk.objects.filter(slug="right").update(capacity=1, kept_back=0)
        self.user = make_user(store=self.store)

    def local(self, moment: datetime) -> datetime:
        """Return the same time by the clock on the shop's own wall."""
        return moment.replace(tzinfo=self.zone)

    # --- People ---

    @rule(starts_at=STARTS, kind=KINDS, party_size=PARTIES, source=st.sampled_from([Source.API, Source.PHONE]))
    def book(self, starts_at, kind, party_size, source):
        self.visitors += 1
        self.attempt(
            make_booking,
            self.store,
            starts_at=self.local(starts_at),
            visit_type=kind,
            party_size=party_size,
            source=source,
            phone=f"+336{self.visitors:08}",
            now=self.now,
        )

    @rule(starts_at=STARTS, kind=KINDS, party_size=PARTIES)
    def keep(self, starts_at, kind, party_size):
        wish = {"store": self.store.slug, "visit_type": kind, "starts_at": self.local(starts_at)}
        self.attempt(hold_places, **wish, party_size=party_size, now=self.now)

    @rule(data=st.data())
    def call_off(self, data):
        bookings = list(Booking.objects.filter(status=Status.CONFIRMED).order_by("pk"))
        if bookings:
            cancel_booking(booking_id=data.draw(st.sampled_from(bookings)).pk, who=Who.staff(None, self.now))

    @rule(data=st.data())
    def choose(self, data):
        kept = list(Hold.objects.filter(kept_for__isnull=False, expires_at__gt=self.now).order_by("pk"))
        if kept:
            one = data.draw(st.sampled_from(kept))
            self.attempt(take_kept_time, booking_id=one.kept_for_id, hold_id=one.pk, now=self.now)

    @rule(minutes=st.sampled_from([1, 6, 60, 11 * 60, 25 * 60]))
    def wait(self, minutes):
        self.now += timedelta(minutes=minutes)
        cancel_unanswered(now=self.now)

    @rule()
    def sweep(self):
        release_expired_holds(now=self.now)

    # --- The shop ---

    @rule(intervals=DAYS, then=DECISIONS)
    def set_day(self, intervals, then):
        self.change(
            lambda then: change_special_hours(
                store_id=self.store.pk, date=TUESDAY, intervals=intervals, then=then, now=self.now, user=self.user
            ),
            then,
        )
        if then in (AffectedResolution.CANCEL, AffectedResolution.OFFER) and not intervals:
            left = Booking.objects.filter(
                visit_date=TUESDAY, status=Status.CONFIRMED, answer_until=None, ends_at__gt=self.now
            )
            assert not left.exists()

    @rule(then=DECISIONS)
    def let_the_week_hold(self, then):
        self.change(
            lambda then: remove_special_hours(
                store_id=self.store.pk, date=TUESDAY, then=then, now=self.now, user=self.user
            ),
            then,
        )

    @rule(
        starts_at=STARTS,
        desk=st.sampled_from([None, "left", "right"]),
        how=st.sampled_from([{"closed": True}, {"closed": False}, {"capacity": 0}, {"capacity": 1}, {"capacity": 4}]),
        then=DECISIONS,
    )
    def set_slots(self, starts_at, desk, how, then):
        start = self.local(starts_at)
        self.change(
            lambda then: change_slots(
                store_id=self.store.pk,
                from_at=start,
                to_at=start + timedelta(minutes=45),
                desk=desk,
                then=then,
                now=self.now,
                user=self.user,
                **how,
            ),
            then,
        )

    @rule(
        slug=st.sampled_from(["left", "right"]),
        capacity=st.integers(1, 3),
        is_active=st.booleans(),
        then=DECISIONS,
    )
    def set_desk(self, slug, capacity, is_active, then):
        desk = Desk.objects.get(store=self.store, slug=slug)
        others_serve = Desk.objects.exclude(slug=slug).filter(is_active=True).exists()
        fields = {"name": desk.name, "capacity": capacity, "is_active": is_active or not others_serve}
        self.change_rules(lambda store: save_desk(store=store, desk=desk, **fields, user=self.user, now=self.now), then)

    @rule(slug=st.sampled_from(["left", "right"]), absence=ABSENCES, then=DECISIONS)
    def go_away(self, slug, absence, then):
        desk = Desk.objects.get(store=self.store, slug=slug)
        self.change_rules(
            lambda store: add_absence(store=store, desk=desk, absence=absence, user=self.user, now=self.now), then
        )

    @rule(data=st.data(), then=DECISIONS)
    def come_back(self, data, then):
        known = list(DeskAbsence.objects.order_by("pk"))
        if known:
            one = data.draw(st.sampled_from(known))
            self.change_rules(
                lambda store: remove_absence(store=store, absence_id=one.pk, user=self.user, now=self.now), then
            )

    @rule(closing=CLOSINGS, then=DECISIONS)
    def close_again_and_again(self, closing, then):
        self.change_rules(lambda store: add_closing(store=store, closing=closing, user=self.user, now=self.now), then)

    @rule(data=st.data(), then=DECISIONS)
    def open_again(self, data, then):
        known = list(StoreClosing.objects.order_by("pk"))
        if known:
            one = data.draw(st.sampled_from(known))
            self.change_rules(
                lambda store: remove_closing(store=store, closing_id=one.pk, user=self.user, now=self.now), then
            )

    @rule(slot_minutes=st.sampled_from([10, 15, 20]), counts=st.sampled_from(["people", "visits"]), then=DECISIONS)
    def set_rules(self, slot_minutes, counts, then):
        fields = {"slot_minutes": slot_minutes, "capacity_counts": counts, "booking_horizon_days": 7}
        fields |= {"minimum_notice_minutes": 60, "change_until_minutes": 120, "open_bookings_per_customer": 99}
        self.change_rules(
            lambda store: save_policy(store=store, keep_days=90, **fields, user=self.user, now=self.now), then
        )

    def change_rules(self, change: Callable[[Store], object], then: AffectedResolution | None) -> None:
        self.change(
            lambda then: change_rules(store_id=self.store.pk, edit=change, then=then, now=self.now, user=self.user),
            then,
        )

    def change(self, make: Callable[[AffectedResolution | None], object], then: AffectedResolution | None) -> None:
        """Make a change; unasked, nobody may lose their time by it, and a refusal changes nothing at all."""
        before, rows = self.without_time(), self.rows()
        refused = self.attempt(make, then)
        if refused is not None:
            assert self.rows() == rows
            if refused.reason in (Refusal.SLOT_CLOSED, Refusal.NOT_FOUND, Refusal.TOO_LATE):
                return  # there are no such slots, or no more
            assert (refused.reason, then) == (Refusal.BOOKINGS_AFFECTED, None)
            assert isinstance(refused, BookingsAffected)
            assert refused.affected
            return
        if then is None:
            assert self.without_time() <= before
        if then in (AffectedResolution.CANCEL, AffectedResolution.OFFER, AffectedResolution.MOVE):
            unasked = Booking.objects.filter(pk__in=self.without_time() - before, answer_until=None)
            assert not unasked.exists()

    # --- What must hold ---

    @invariant()
    def books_are_right(self):
        assert list(differences(now=self.now)) == []

    @invariant()
    def no_two_rows_of_a_desk_overlap(self):
        rows = Slot.objects.order_by("desk_id", "starts_at")
        assert all(a.desk_id != b.desk_id or a.ends_at <= b.starts_at for a, b in pairwise(rows))

    @invariant()
    def nothing_is_held_in_closed_time(self):
        for one in Hold.objects.filter(expires_at__gt=self.now):
            assert self.is_open(one)

    @invariant()
    def kept_times_and_questions_belong_together(self):
        asked = Booking.objects.filter(answer_until__gt=self.now)
        assert all(one.status == Status.CONFIRMED and one.kept_times.exists() for one in asked)
        kept = Hold.objects.filter(kept_for__isnull=False, expires_at__gt=self.now)
        assert all(one.kept_for is not None and one.kept_for.answer_until is not None for one in kept)

    @invariant()
    def places_are_what_the_rules_count(self):
        if not hasattr(self, "store"):
            return
        counts_people = Store.objects.get().capacity_counts == "people"
        for one in Booking.objects.filter(status=Status.CONFIRMED, ends_at__gt=self.now):
            assert one.places == (one.party_size if counts_people else 1)

    def is_open(self, one: Booking | Hold) -> bool:
        """Tell from the day's own hours and the slots' rows whether a time is open at its desk."""
        local = one.starts_at.astimezone(self.zone), one.ends_at.astimezone(self.zone)
        day = local[0].date()
        own = list(SpecialHours.objects.filter(date=day))
        hours = [(row.opens, row.closes) for row in own if row.opens and row.closes] if own else [(time(9), time(11))]
        weekday_is_open = bool(own) or day.weekday() < 6
        is_within = any(opens <= local[0].time() and local[1].time() <= closes for opens, closes in hours)
        shut = Slot.objects.filter(desk_id=one.desk_id, starts_at__lt=one.ends_at, ends_at__gt=one.starts_at)
        is_shut = any(row.closed or row.capacity == 0 for row in shut)
        is_away = any(_is_away(row, local) for row in DeskAbsence.objects.filter(desk_id=one.desk_id))
        is_closed = not own and any(_is_away(row, local) for row in StoreClosing.objects.all())
        is_there = one.desk.is_active and not is_shut and not is_away
        return weekday_is_open and is_within and is_there and not is_closed

    def without_time(self) -> set[int]:
        coming = Booking.objects.filter(status=Status.CONFIRMED, ends_at__gt=self.now).select_related("desk")
        return {one.pk for one in coming if not self.is_open(one)}

    def rows(self) -> list[tuple[object, ...]]:
        visits = Booking.objects.order_by("pk").values_list("pk", "status", "places", "answer_until")
        slots = Slot.objects.order_by("desk_id", "starts_at").values_list("starts_at", "capacity", "places_taken")
        return [*visits, *slots, *Hold.objects.order_by("pk").values_list("pk", "places")]

    def attempt(self, call: Callable[..., object], *args: object, **kwargs: object) -> BookingRefused | None:
        """Call a service, and return why it refused; whatever else goes wrong fails the test."""
        try:
            with transaction.atomic():
                call(*args, **kwargs)
        except BookingRefused as refused:
            return refused
        return None

    def teardown(self):
        transaction.set_rollback(True)
        self.life.__exit__(None, None, None)


def _is_away(row: DeskAbsence | StoreClosing, local: tuple[datetime, datetime]) -> bool:
    """Tell whether one of ABSENCES or CLOSINGS takes some of a time: of these days, all come on the Tuesday alone."""
    is_day = local[0].date() == TUESDAY or (row.nth and local[0].date() == TUESDAY + timedelta(days=1))
    assert row.from_time
    assert row.until_time
    return bool(is_day) and local[0].time() < row.until_time and local[1].time() > row.from_time


@pytest.mark.django_db
def test_nobody_is_left_in_closed_time_unasked_whatever_a_store_changes() -> None:
    run_state_machine_as_test(
        Changes,
        settings=settings(max_examples=25, stateful_step_count=20, deadline=None, derandomize=True),
    )
