"""Taken places of a store, for a change of its hours: whatever takes one, locked, and the places offered.

Callers hold the store's lock alone; all else is locked in the order of `booking.places.locks`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from booking.models import Booking, Hold, Status
from booking.places.claims import days_taken, release_expired_holds
from booking.places.fit import KindTime, OpenTime, Order, SlotPlaces, Taking
from booking.policy import places_needed
from stores.closings import store_open_time
from stores.hours import ONE_DAY, Interval, difference, intersection, open_intervals
from stores.models import Slot
from stores.slots import DeskRule, StoreRules, VisitTypeRule, desk_away, slots_by_desk
from stores.visit_runs import kind_hours


@dataclass(frozen=True, slots=True)
class TakenPlaces:
    """Upcoming visits, live holds, and visits whose customers are in the shop; all but the last are locked."""

    visits: tuple[Booking, ...]
    holds: tuple[Hold, ...]
    here: tuple[Booking, ...]

    def takings(self) -> list[Taking]:
        """Return the present taking of each."""
        return [
            *(_of_booking(one, Order.VISIT) for one in self.visits),
            *(_of_hold(one) for one in self.holds),
            *(_of_booking(one, Order.HERE) for one in self.here),
        ]

    def days(self, rules: StoreRules) -> set[date]:
        """Return the store's local days that the visits touch."""
        return {day for one in self.visits for day in days_taken(one, rules.zone.key)}


def lock_taken_places(store_id: int, *, now: datetime, span: tuple[datetime, datetime] | None = None) -> TakenPlaces:
    """Lock what takes places from now on, or in a span; and all visits whose customers were asked to choose.

    Expired holds do not count: they are released here.
    """
    bookings = Booking.objects.filter(store_id=store_id, ends_at__gt=now)
    if span is not None:
        touched = Q(starts_at__lt=span[1], ends_at__gt=span[0])
        bookings = bookings.filter(touched | Q(answer_until__isnull=False))
    visits = bookings.filter(status=Status.CONFIRMED).select_related("store", "desk", "visit_type")
    locked = tuple(visits.order_by("pk").select_for_update(of=("self",), no_key=True))
    list(Hold.objects.filter(store_id=store_id).order_by("pk").select_for_update().values_list("pk"))
    release_expired_holds(store_id=store_id, now=now)
    holds = Hold.objects.filter(store_id=store_id).select_related("store", "offered_to").order_by("pk")
    here = bookings.exclude(status__in=(Status.CONFIRMED, Status.CANCELLED))
    in_time = sorted(locked, key=lambda booking: (booking.starts_at, booking.pk))
    return TakenPlaces(tuple(in_time), tuple(holds), tuple(here))


def recount_places(taken: TakenPlaces, rules: StoreRules) -> None:
    """Count the places of each again, after a change between places for people and places for visits."""
    taking: list[Booking | Hold] = [*taken.visits, *taken.here, *taken.holds]
    for one in taking:
        one.places = places_needed(party_size=one.party_size, counts_people=rules.counts_people)
    Booking.objects.bulk_update([*taken.visits, *taken.here], ["places"], batch_size=500)
    Hold.objects.bulk_update(taken.holds, ["places"], batch_size=500)


def open_time(rules: StoreRules, taken: TakenPlaces, *, now: datetime) -> OpenTime:
    """Return what the store's rules and slot rows offer, over all the time that the taken places touch."""
    takings = taken.takings()
    if not takings:
        return OpenTime((), {}, ())
    first, last = _dates(rules, takings)
    opened = store_open_time(rules, first_date=first, last_date=last)
    return OpenTime(
        store=opened,
        desks={desk.id: _desk_time(rules, desk, opened, first, last) for desk in rules.desks},
        slots=tuple(slot_places(Slot.objects.filter(store_id=rules.id, ends_at__gt=now))),
        languages={desk.id: frozenset(desk.languages) for desk in rules.desks if desk.languages},
        kinds={kind.id: _kind_time(rules, kind, first, last) for kind in (*rules.visit_types, *rules.resting_types)},
    )


def _desk_time(
    rules: StoreRules, desk: DeskRule, opened: Sequence[Interval], first: date, last: date
) -> list[Interval]:
    """Return when a desk serves, of the time at which the store is open: in its own hours, while it is there."""
    days = {"first_date": first, "last_date": last}
    own = intersection(opened, open_intervals(desk.weekly, {}, **days, zone=rules.zone)) if desk.weekly else [*opened]
    return difference(own, desk_away(rules, desk, **days)) if desk.absences else own


def _kind_time(rules: StoreRules, kind: VisitTypeRule, first: date, last: date) -> KindTime:
    own = rules.for_kind(kind)
    desk_ids = None if own is rules else frozenset(desk.id for desk in own.desks)
    return KindTime(desk_ids, kind_hours(rules, kind, first_date=first, last_date=last), kind.most_at_once)


def slot_places(slots: Iterable[Slot]) -> Iterator[SlotPlaces]:
    """Return what slot rows offer, as plain values."""
    for slot in slots:
        yield SlotPlaces(slot.desk_id, slot.starts_at, slot.ends_at, slot.capacity, slot.closed)


def off_the_grid(rules: StoreRules, taken: TakenPlaces) -> set[int]:
    """Return the ids of the visits that begin where no slot of their desk begins: they lie across two slots."""
    takings = taken.takings()
    if not takings:
        return set()
    first, last = _dates(rules, takings)
    by_desk = slots_by_desk(rules, first_date=first, last_date=last)
    starts = {desk_id: {slot.starts_at for slot in slots} for desk_id, slots in by_desk.items()}
    return {one.pk for one in taken.visits if one.starts_at not in starts.get(one.desk_id, ())}


def _dates(rules: StoreRules, takings: Sequence[Taking]) -> tuple[date, date]:
    first = min(one.starts_at for one in takings).astimezone(rules.zone).date() - ONE_DAY
    return first, max(one.ends_at for one in takings).astimezone(rules.zone).date()


def _of_booking(booking: Booking, order: Order) -> Taking:
    rank = (booking.created_at, booking.pk)
    return Taking(
        order,
        booking.pk,
        booking.desk_id,
        booking.starts_at,
        booking.ends_at,
        booking.places,
        rank,
        booking.visit_type_id,
        booking.minutes_before,
        booking.minutes_after,
        booking.language,
    )


def _of_hold(hold: Hold) -> Taking:
    order = Order.HOLD
    if hold.offered_to_id is not None:
        order = Order.OFFER
    elif hold.kept_for_id is not None:
        order = Order.KEPT_TIME
    return Taking(
        order,
        hold.pk,
        hold.desk_id,
        hold.starts_at,
        hold.ends_at,
        hold.places,
        (hold.pk,),
        hold.visit_type_id,
        hold.minutes_before,
        hold.minutes_after,
    )
