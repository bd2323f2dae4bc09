"""Slot rows that a manager's decision makes or moves. Callers hold the store's row alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from booking.models import Booking, Hold, Status
from stores.models import Slot
from stores.slots import DeskRule, StoreRules, slots_by_desk

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Taking:
    """Places that a booking or a hold takes of one desk's time."""

    desk_id: int
    starts_at: datetime
    ends_at: datetime
    places: int
    from_web: bool


def lay_slots_anew(rules: StoreRules, *, now: datetime) -> None:
    """Make the rows of slots not yet over once more, from the rules, the bookings and the holds.

    What a manager set for a slot stays: its own capacity where the slot still starts then, its closing in every
    new slot that overlaps it. Visits outside the hours keep no slot: nobody else can be booked there.
    """
    old = list(Slot.objects.filter(store_id=rules.id, ends_at__gt=now))
    taking = list(_taking(rules.id, since=now))
    ends = [row.ends_at for row in old] + [one.ends_at for one in taking]
    Slot.objects.filter(pk__in=[row.pk for row in old]).delete()
    if not ends:
        return
    by_desk = slots_by_desk(
        rules,
        first_date=now.astimezone(rules.zone).date() - ONE_DAY,
        last_date=max(ends).astimezone(rules.zone).date(),
    )
    kept = {
        (row.desk_id, row.starts_at): row for row in Slot.objects.filter(store_id=rules.id, ends_at__gte=now - ONE_DAY)
    }
    rows = []
    for desk in rules.desks:
        own = {row.starts_at: row.capacity for row in old if row.desk_id == desk.id and row.has_own_capacity}
        shut = [row for row in old if row.desk_id == desk.id and row.closed]
        wanted = [one for one in taking if one.desk_id == desk.id]
        for slot in by_desk[desk.id]:
            if slot.ends_at <= now or (desk.id, slot.starts_at) in kept:
                continue
            here = [one for one in wanted if one.starts_at < slot.ends_at and one.ends_at > slot.starts_at]
            is_closed = any(row.starts_at < slot.ends_at and row.ends_at > slot.starts_at for row in shut)
            if here or is_closed or slot.starts_at in own:
                rows.append(
                    _row(rules.id, desk, slot.starts_at, slot.ends_at, here, own.get(slot.starts_at), is_closed)
                )
    Slot.objects.bulk_create(rows)


def slots_between(rules: StoreRules, from_at: datetime, to_at: datetime) -> list[Slot]:
    """Return the rows of the slots that start in [from_at, to_at)."""
    return list(Slot.objects.filter(store_id=rules.id, starts_at__gte=from_at, starts_at__lt=to_at))


def set_slots(
    rules: StoreRules,
    desks: Sequence[DeskRule],
    *,
    from_at: datetime,
    to_at: datetime,
    capacity: int | None,
    closed: bool | None,
) -> list[Slot]:
    """Set capacity or closing of the slots that start in [from_at, to_at); return their rows.

    Places beyond a smaller capacity are counted as squeezed in: those visits stay until somebody says otherwise.
    """
    by_desk = slots_by_desk(
        rules, first_date=from_at.astimezone(rules.zone).date(), last_date=to_at.astimezone(rules.zone).date()
    )
    rows = {(row.desk_id, row.starts_at): row for row in slots_between(rules, from_at, to_at)}
    changed = []
    for desk in desks:
        for slot in by_desk[desk.id]:
            if not from_at <= slot.starts_at < to_at:
                continue
            row = rows.get((desk.id, slot.starts_at)) or _row(rules.id, desk, *slot, [], None, False)
            if capacity is not None:
                row.capacity, row.has_own_capacity = capacity, True
                row.squeezed = max(0, row.places_taken - capacity)
            if closed is not None:
                row.closed = closed
            changed.append(row)
    Slot.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["store", "desk", "starts_at"],
        update_fields=["capacity", "has_own_capacity", "squeezed", "closed"],
    )
    return changed


def visits_beyond(slots: Sequence[Slot], *, closed: bool, now: datetime) -> list[Booking]:
    """Return and lock the visits to come that closed slots, or slots made smaller, no longer have places for.

    Of a slot made smaller, those who booked last.
    """
    if not slots:
        return []
    bookings = list(
        Booking.objects.filter(
            store_id=slots[0].store_id,
            desk_id__in={slot.desk_id for slot in slots},
            status=Status.CONFIRMED,
            starts_at__lt=max(slot.ends_at for slot in slots),
            ends_at__gt=max(now, min(slot.starts_at for slot in slots)),
        )
        .select_related("store", "desk", "visit_type")
        .order_by("-created_at", "-pk")
        .select_for_update(of=("self",))
    )
    beyond: dict[int, Booking] = {}
    for slot in slots:
        too_many = slot.places_taken if closed else slot.places_taken - slot.capacity
        here = [one for one in bookings if _is_in(one, slot)]
        too_many -= sum(one.places for one in here if one.pk in beyond)
        for booking in here:
            if too_many > 0 and booking.pk not in beyond:
                beyond[booking.pk] = booking
                too_many -= booking.places
    return sorted(beyond.values(), key=lambda booking: (booking.starts_at, booking.pk))


def _is_in(booking: Booking, slot: Slot) -> bool:
    return booking.desk_id == slot.desk_id and booking.starts_at < slot.ends_at and booking.ends_at > slot.starts_at


def _taking(store_id: int, *, since: datetime) -> Iterable[_Taking]:
    bookings = Booking.objects.filter(store_id=store_id, ends_at__gt=since).exclude(status=Status.CANCELLED)
    for desk_id, starts_at, ends_at, places, from_web in bookings.values_list(
        "desk_id", "starts_at", "ends_at", "places", "takes_web_places"
    ):
        yield _Taking(desk_id, starts_at, ends_at, places, from_web)
    for hold in Hold.objects.filter(store_id=store_id, ends_at__gt=since):
        yield _Taking(hold.desk_id, hold.starts_at, hold.ends_at, hold.places, from_web=True)


def _row(
    store_id: int,
    desk: DeskRule,
    starts_at: datetime,
    ends_at: datetime,
    here: Sequence[_Taking],
    own_capacity: int | None,
    is_closed: bool,
) -> Slot:
    taken = sum(one.places for one in here)
    capacity = desk.capacity if own_capacity is None else own_capacity
    return Slot(
        store_id=store_id,
        desk_id=desk.id,
        starts_at=starts_at,
        ends_at=ends_at,
        capacity=capacity,
        has_own_capacity=own_capacity is not None,
        places_taken=taken,
        places_taken_web=sum(one.places for one in here if one.from_web),
        squeezed=max(0, taken - capacity),
        closed=is_closed,
    )
