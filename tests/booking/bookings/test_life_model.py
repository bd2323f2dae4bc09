"""A shop at which anything happens, against a model that counts places by hand.

What is listed as free is what the model finds free, and can be booked, held, moved to and offered; what is not listed
is refused, and what is proposed instead can be had. The books are right after each step, and nothing ever breaks.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from itertools import pairwise
from random import Random
from typing import Any, TypeVar

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from booking.bookings.audit import differences
from booking.bookings.lifecycle import book_visit
from booking.bookings.rescheduling import reschedule
from booking.customer_input import CustomerDetails
from booking.models import Booking, Hold, Source, Status, WaitingListEntry, WaitingStatus
from booking.places.availability import availability
from booking.places.days_state import Wish
from booking.places.holds import hold_places
from booking.places.nearest_free import nearest_free
from booking.policy import first_bookable_start, may_change, offer_until, places_needed
from booking.refusals import BookingRefused
from booking.waiting_list.offers import offer_places
from booking.who import Who
from stores.hours import ONE_DAY, WeeklyInterval, open_intervals
from stores.models import CapacityCounts, Desk, Slot, Store, VisitType
from stores.queries import store_rules
from stores.services import KindRules
from stores.services.kind_rules import put_kind_parts, put_kind_rules
from stores.slots import DeskRule, SlotTime, StoreRules, VisitTypeRule, slots_by_desk
from tests.factories import at, make_store
from tests.shop_life import KINDS, REFUSALS, Life

CUSTOMER = CustomerDetails(name="Nora Test", phone="+33698765432")
NIGHT = [(time(1), time(5))]
DAY = [(time(9), time(12)), (time(14), time(16))]
# Days and hours: an ordinary one, and the two nights on which the clock is changed.
SCENES = [
    (at(9, 0), [DAY, [(time(10), time(15))], [(time(9), time(10))]]),
    (at(1, 0, day=28, month=3, year=2027), [NIGHT, [(time(1), time(3, 30))], [(time(2, 30), time(5))]]),
    (at(1, 0, day=25, month=10, year=2026), [NIGHT, [(time(1), time(2, 30))], [(time(2), time(5))]]),
]
WEEKS = [
    (),
    (),
    tuple(WeeklyInterval(day, time(2), time(12)) for day in range(7)),
    tuple(WeeklyInterval(day, time(1, 20), time(10, 40)) for day in (0, 1, 6)),
]
OWN_RULES = st.builds(KindRules, notice_minutes=st.sampled_from([None, None, 0, 45]), weekly=st.sampled_from(WEEKS))
Taken = TypeVar("Taken", Booking, Hold)
HAPPENINGS = sorted(name.removeprefix("do_") for name in dir(Life) if name.startswith("do_"))


def _is_in_hours(run: Sequence[SlotTime], kind: VisitTypeRule, rules: StoreRules) -> bool:
    """Tell whether a run lies within one stretch of the own hours of its kind."""
    day = run[0].starts_at.astimezone(rules.zone).date()
    hours = open_intervals(kind.weekly, {}, first_date=day - ONE_DAY, last_date=day + ONE_DAY, zone=rules.zone)
    return not kind.weekly or any(one.starts_at <= run[0].starts_at and run[-1].ends_at <= one.ends_at for one in hours)


def _with_what_is_kept(run: Sequence[SlotTime], slots: Sequence[SlotTime], kind: VisitTypeRule) -> list[SlotTime]:
    """Return the slots of a desk that a visit touches, with the minutes kept before and after it."""
    begins = run[0].starts_at - timedelta(minutes=kind.minutes_before)
    ends = run[-1].ends_at + timedelta(minutes=kind.minutes_after)
    return [slot for slot in slots if slot.starts_at < ends and slot.ends_at > begins]


class _Tried(Exception):
    """Ends a try of which nothing stays."""


@contextmanager
def only_tried() -> Iterator[None]:
    """Take everything back that is done inside."""
    try:
        with transaction.atomic():
            yield
            raise _Tried
    except _Tried:
        pass


class Shop(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.all = transaction.atomic()
        self.all.__enter__()

    @initialize(
        scene=st.sampled_from(SCENES),
        capacities=st.lists(st.integers(1, 5), min_size=1, max_size=3),
        kept_back=st.integers(0, 1),
        counts=st.sampled_from(CapacityCounts.values),
        slot_minutes=st.sampled_from([15, 20, 30]),
        serves=st.lists(st.sampled_from([(), (), ("visit",), ("advice",)]), min_size=3, max_size=3),
        own=st.fixed_dictionaries({"visit": OWN_RULES, "advice": OWN_RULES}),
    )
    def open(
        self,
        scene: Any,
        capacities: list[int],
        kept_back: int,
        counts: str,
        slot_minutes: int,
        serves: list[tuple[str, ...]],
        own: dict[str, KindRules],
    ) -> None:
        begins, days = scene
        self.now: datetime = begins - timedelta(minutes=10)
        store = make_store(
            capacity=5,
            hours=tuple(days[0]),
            days=tuple(range(7)),
            desks=tuple(f"desk-{number}" for number in range(len(capacities))),
            capacity_counts=counts,
            slot_minutes=slot_minutes,
            minimum_notice_minutes=0,
            change_until_minutes=0,
            open_bookings_per_customer=50,
        )
        for number, capacity in enumerate(capacities):
            Desk.objects.filter(slug=f"desk-{number}").update(capacity=capacity, kept_back=min(kept_back, capacity))
            Desk.objects.get(slug=f"desk-{number}").visit_types.set(VisitType.objects.filter(slug__in=serves[number]))
        VisitType.objects.update(max_party_size=5)
        for kind in VisitType.objects.all():
            put_kind_rules(kind, own[kind.slug])
            kind.save()
            put_kind_parts(kind, own[kind.slug])
        by_rule = sorted({slot.starts_at for _desk, slots in self._by_desk(store) for slot in slots})
        self.life = Life(store, by_rule[:10], days)

    @rule(name=st.sampled_from(HAPPENINGS), rng=st.randoms(use_true_random=False))
    def happen(self, name: str, rng: Random) -> None:
        try:
            with transaction.atomic():
                self.life.happenings[name](rng, self.now)
        except REFUSALS:
            pass

    @rule(minutes=st.integers(1, 12))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(kind=st.sampled_from(KINDS), party_size=st.integers(1, 5), pick=st.randoms(use_true_random=False))
    def ask(self, kind: str, party_size: int, pick: Random) -> None:
        wish: dict[str, Any] = {
            "store": self.life.store.slug,
            "visit_type": kind,
            "party_size": party_size,
            "now": self.now,
        }
        today = self.life.starts[0].date()
        found = availability(**wish, from_date=today, to_date=today + ONE_DAY)
        listed = {slot.starts_at: slot.places_left for day in found.days for slot in day.slots}
        assert listed == self._free(kind, party_size)
        if listed:
            self._has(pick.choice(sorted(listed)), wish)
        others = [start for start in self.life.starts if start not in listed]
        if others:
            self._is_refused(pick.choice(others), wish)

    @invariant()
    def books_are_right(self) -> None:
        assert list(differences(now=self.now)) == []
        for slot in Slot.objects.all():
            assert slot.places_taken <= slot.capacity + slot.squeezed

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.all.__exit__(None, None, None)

    # --- What can be had ---

    def _has(self, starts_at: datetime, wish: dict[str, Any]) -> None:
        """Book, hold, move to and offer a time that is listed."""
        with only_tried():
            book_visit(**wish, starts_at=starts_at, customer=CUSTOMER, note="", source=Source.API)
        with only_tried():
            hold_places(**wish, starts_at=starts_at)
        visits = Booking.objects.filter(
            status=Status.CONFIRMED,
            visit_type__slug=wish["visit_type"],
            party_size=wish["party_size"],
            desk_was_chosen=False,
        ).exclude(starts_at=starts_at)
        for visit in visits:
            if may_change(status=visit.status, starts_at=visit.starts_at, now=self.now, change_until_minutes=0):
                with only_tried():
                    reschedule(booking_id=visit.pk, starts_at=starts_at, who=Who.customer(self.now))
        with only_tried():
            self._is_offered(starts_at, wish)

    def _is_offered(self, starts_at: datetime, wish: dict[str, Any]) -> None:
        rules = self._rules(self.life.store)
        WaitingListEntry.objects.update(status=WaitingStatus.LEFT)
        Hold.objects.filter(expires_at__gt=self.now).update(offered_to=None)
        first = min(self._free(wish["visit_type"], wish["party_size"]))
        day = starts_at.astimezone(rules.zone).date()
        entry = WaitingListEntry.objects.create(
            reference="WA1T1NG1",
            store=self.life.store,
            visit_type=VisitType.objects.get(slug=wish["visit_type"]),
            from_date=day,
            to_date=day,
            party_size=wish["party_size"],
            source=Source.WEB,
            name="Nora Test",
            email="nora@example.org",
            locale="en",
            created_at=self.now,
            updated_at=self.now,
        )
        kind = rules.visit_type(wish["visit_type"])
        assert kind is not None
        can_be = offer_until(starts_at=starts_at, now=self.now, rules=rules, kind=kind) is not None
        assert offer_places(store_id=self.life.store.pk, now=self.now) >= can_be
        entry.refresh_from_db()
        if can_be:
            assert entry.offered_start is not None
            assert first <= entry.offered_start <= starts_at

    def _is_refused(self, starts_at: datetime, wish: dict[str, Any]) -> None:
        """Ask for a time that is not listed, and book each of those proposed instead."""
        book_at: Callable[[datetime], Any] = lambda start: book_visit(  # noqa: E731
            **wish, starts_at=start, customer=CUSTOMER, note="", source=Source.API
        )
        with pytest.raises(BookingRefused), only_tried():
            book_at(starts_at)
        wanted = Wish(wish["store"], wish["visit_type"], wish["party_size"])
        near = [slot.starts_at for slot in nearest_free(wanted, starts_at, now=wish["now"])]
        assert starts_at not in near
        for start in near:
            with only_tried():
                book_at(start)

    # --- The model ---

    def _free(self, kind: str, party_size: int) -> dict[datetime, int]:
        """Return each start of both days at which a desk can take the party, and the places left there over all desks.

        Counted by hand, from visits and holds.
        """
        rules = self._rules(self.life.store)
        visit_type = rules.visit_type(kind)
        assert visit_type is not None
        needed = places_needed(party_size=party_size, counts_people=rules.counts_people)
        today = self.life.starts[0].date()
        left: dict[datetime, list[int]] = {}
        soonest = first_bookable_start(now=self.now, rules=rules, kind=visit_type)
        for desk, slots in self._by_desk(self.life.store):
            if desk.visit_type_ids and visit_type.id not in desk.visit_type_ids:
                continue
            for number, slot in enumerate(slots):
                run = slots[number : number + visit_type.slot_count]
                is_whole = len(run) == visit_type.slot_count and all(
                    before.ends_at == after.starts_at for before, after in pairwise(run)
                )
                day = slot.starts_at.astimezone(rules.zone).date()
                is_asked = today <= day <= today + ONE_DAY
                if not is_whole or not is_asked or slot.starts_at < soonest or not _is_in_hours(run, visit_type, rules):
                    continue
                taken = _with_what_is_kept(run, slots, visit_type)
                left.setdefault(slot.starts_at, []).append(max(0, min(self._left(desk, one) for one in taken)))
        found = {start: sum(places) for start, places in left.items() if max(places) >= needed}
        length = timedelta(minutes=rules.slot_minutes * visit_type.slot_count)
        more = {start: self._more_at_once(visit_type, start, start + length) for start in found}
        return {
            start: places if rules.counts_people else min(places, more[start])
            for start, places in found.items()
            if more[start] > 0
        }

    def _more_at_once(self, kind: VisitTypeRule, starts_at: datetime, ends_at: datetime) -> int:
        """Return how many more visits of a kind may go on at every minute of a stretch of time."""
        if kind.most_at_once is None:
            return 99
        here = {"visit_type_id": kind.id, "starts_at__lt": ends_at, "ends_at__gt": starts_at}
        visits = Booking.objects.filter(**here).exclude(status=Status.CANCELLED)
        spans = [(one.starts_at, one.ends_at) for one in visits]
        spans += [(one.starts_at, one.ends_at) for one in Hold.objects.filter(**here, expires_at__gt=self.now)]
        minutes = range(int((ends_at - starts_at).total_seconds()) // 60)
        at = [starts_at + timedelta(minutes=number) for number in minutes]
        return kind.most_at_once - max(sum(first <= moment < last for first, last in spans) for moment in at)

    def _left(self, desk: DeskRule, slot: SlotTime) -> int:
        row = Slot.objects.filter(desk_id=desk.id, starts_at=slot.starts_at).first()
        if row is not None and row.closed:
            return 0
        capacity = desk.capacity if row is None else row.capacity

        def here(takings: Iterable[Taken]) -> list[Taken]:
            return [one for one in takings if one.taken_from < slot.ends_at and one.taken_until > slot.starts_at]

        visits = here(Booking.objects.filter(desk_id=desk.id).exclude(status=Status.CANCELLED))
        held = sum(one.places for one in here(Hold.objects.filter(desk_id=desk.id, expires_at__gt=self.now)))
        web = held + sum(visit.places for visit in visits if visit.takes_web_places)
        return min(capacity - held - sum(visit.places for visit in visits), capacity - desk.kept_back - web)

    def _rules(self, store: Store) -> StoreRules:
        rules = store_rules(store.slug, from_date=self.now.date() - 2 * ONE_DAY)
        assert rules is not None
        return rules

    def _by_desk(self, store: Store) -> list[tuple[DeskRule, tuple[SlotTime, ...]]]:
        rules = self._rules(store)
        day = (self.now + timedelta(minutes=10)).astimezone(rules.zone).date()
        by_desk = slots_by_desk(rules, first_date=day, last_date=day + 2 * ONE_DAY)
        return [(desk, tuple(by_desk[desk.id])) for desk in rules.desks]


@pytest.mark.django_db
def test_whatever_happens_what_is_listed_can_be_had_and_the_books_are_right() -> None:
    run_state_machine_as_test(
        Shop,
        settings=settings(
            max_examples=10,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],  # what it found is told at once
            suppress_health_check=list(HealthCheck),
        ),
    )
