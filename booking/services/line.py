"""The line of a day: joined where no place is free, called, served in its turn, and put back.

Whatever is done to a store's line takes the line's lock after the store's: a number is given once, an unclaimed place
is passed on once, and somebody served twice at once is served once.
"""

from collections.abc import Collection
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, Max

from booking.line import CLAIMED_WITHIN
from booking.models import Actor, Booking, Status, Ticket
from booking.policy import BookingRefused, Refusal
from booking.services.arrivals import admit_walk_in, step
from booking.services.bookings import cancel_locked, lock_booking
from booking.services.locks import lock_line
from booking.services.nearly import subject_of
from booking.services.places import raise_days
from booking.services.wishes import find_visit_type, with_another_try
from notifications import outbox
from stores.locks import share_lock_store
from stores.models import Store
from stores.queries import store_rules

NAME_LONGEST = 120


@transaction.atomic
def join_line(
    *,
    store: Store,
    visit_type: str,
    party_size: int,
    name: str,
    now: datetime,
    phone: str = "",
    locale: str = "fr",
    joined_at: datetime | None = None,
) -> Ticket:
    """Give somebody a ticket at the desk with the shortest line; `phone` (E.164) is told when their turn is near.

    `joined_at` is when they came, for a tablet that was offline: they stand before those who came after. Raises
    BookingRefused (SLOT_CLOSED for who came on a day that is over), UnknownVisitType.
    """
    joined_at = joined_at or now
    today = _today(store, now)
    if _today(store, joined_at) != today:
        raise BookingRefused(Refusal.SLOT_CLOSED)
    rules = store_rules(store.slug, from_date=today, lock=True)
    if rules is None or not rules.desks:
        raise BookingRefused(Refusal.NOT_FOUND)
    kind = find_visit_type(rules, visit_type)
    if not 1 <= party_size <= kind.max_party_size:
        raise BookingRefused(Refusal.PARTY_TOO_LARGE)
    lock_line(store.pk)
    lengths = _lengths(store, today)
    last = Ticket.objects.filter(store=store, visit_date=today).aggregate(last=Max("number"))["last"] or 0
    ticket = Ticket.objects.create(
        store=store,
        visit_date=today,
        number=last + 1,
        desk_id=min(rules.desks, key=lambda desk: lengths.get(desk.id, 0) / max(1, desk.capacity)).id,
        visit_type_id=kind.id,
        party_size=party_size,
        name=name[:NAME_LONGEST],
        phone=phone,
        locale=locale,
        joined_at=joined_at,
    )
    raise_days(store.pk, {today})
    return ticket


@transaction.atomic
def call(*, store: Store, ticket_id: int | None, reference: str, now: datetime) -> None:
    """Call somebody to their desk: the screen shows it. Again calls again. Raises BookingRefused WRONG_STATUS."""
    _set_called(store, ticket_id, reference, at=now, now=now)


@transaction.atomic
def call_back(*, store: Store, ticket_id: int | None, reference: str, now: datetime) -> None:
    """Take a call back, for who did not come: their turn stays where it was. Raises BookingRefused WRONG_STATUS."""
    _set_called(store, ticket_id, reference, at=None, now=now)


@transaction.atomic
def leave_line(*, store: Store, ticket_id: int, has_left: bool, now: datetime) -> None:
    """Note that somebody without a booking went, or that they did not. Raises BookingRefused."""
    _lock_store_and_line(store)
    ticket = _open_ticket(store, ticket_id)
    Ticket.objects.filter(pk=ticket.pk).update(left_at=now if has_left else None, called_at=None)
    raise_days(store.pk, {ticket.visit_date})


def serve_ticket(*, store: Store, ticket_id: int, now: datetime, user: User, may_squeeze_in: bool) -> Booking:
    """Begin to serve somebody of the line: in a free place, else in one that nobody claimed for ten minutes.

    Who did not claim it is still served when they come. A manager may serve where there is neither
    (`may_squeeze_in`). Raises BookingRefused SLOT_FULL, SLOT_CLOSED, WRONG_STATUS.
    """
    serve = partial(_serve, store, ticket_id, now=now, user=user)
    try:
        return with_another_try(partial(serve, squeeze_in=False, may_squeeze_in=False), store=store.slug, now=now)
    except BookingRefused as refused:
        if "is_a_slot" not in refused.details:
            raise
    return with_another_try(partial(serve, squeeze_in=True, may_squeeze_in=may_squeeze_in), store=store.slug, now=now)


@transaction.atomic
def _serve(
    store: Store, ticket_id: int, *, squeeze_in: bool, may_squeeze_in: bool, now: datetime, user: User
) -> Booking:
    """Serve a ticket in a free place, or squeezed in: for an unclaimed place, or as a manager may."""
    _lock_store_and_line(store)
    ticket = _open_ticket(store, ticket_id)
    if ticket.left_at is not None:
        raise BookingRefused(Refusal.WRONG_STATUS)
    unclaimed = _unclaimed(store, ticket.visit_date, now=now) if squeeze_in else None
    booking = admit_walk_in(
        store=ticket.store,
        visit_type=ticket.visit_type.slug,
        party_size=ticket.party_size,
        name=ticket.name,
        squeeze_in=squeeze_in and (may_squeeze_in or unclaimed is not None),
        now=now,
        user=user,
    )
    ticket.booking, ticket.passed_from = booking, unclaimed
    ticket.save(update_fields=["booking", "passed_from"])
    # They were here from then on, and waited: the ticket is forgotten after its day, the visit stays.
    Booking.objects.filter(pk=booking.pk).update(checked_in_at=ticket.joined_at)
    return step(booking_id=booking.pk, step="start", now=now, user=user)


@transaction.atomic
def put_back(*, store: Store, ticket_id: int, now: datetime, user: User) -> Ticket:
    """Put somebody who was being served by mistake back into the line; the place is free again, or the other's.

    Raises BookingRefused WRONG_STATUS where they are not being served.
    """
    _lock_store_and_line(store)
    ticket = Ticket.objects.select_for_update(of=("self",)).filter(pk=ticket_id, store=store).first()
    if ticket is None or ticket.number is None or ticket.booking_id is None:
        raise BookingRefused(Refusal.WRONG_STATUS)
    booking = lock_booking(ticket.booking_id)
    if booking.status != Status.IN_SERVICE:
        raise BookingRefused(Refusal.WRONG_STATUS, booking=booking)
    cancel_locked(booking, now=now, actor=Actor.STAFF, user=user, tell=False)
    ticket.booking, ticket.passed_from, ticket.called_at = None, None, None
    ticket.save(update_fields=["booking", "passed_from", "called_at"])
    return ticket


@transaction.atomic
def forget_tickets(*, store_id: int, today: date, now: datetime) -> int:
    """Delete the tickets of days that are over: what came of them are visits. Return how many."""
    over = Ticket.objects.filter(store_id=store_id, visit_date__lt=today)
    told = [subject_of(number) for number in over.exclude(phone="").values_list("pk", flat=True)]
    outbox.forget(subjects=told, now=now)
    deleted, _ = over.delete()
    return deleted


def forget_people(*, booking_ids: Collection[int], now: datetime) -> None:
    """Empty who held the tickets that became these visits, in the transaction that erases the visits."""
    tickets = Ticket.objects.filter(booking_id__in=booking_ids).exclude(name="", phone="")
    told = [subject_of(number) for number in tickets.exclude(phone="").values_list("pk", flat=True)]
    if told:
        outbox.forget(subjects=told, now=now)
    tickets.update(name="", phone="")


def _unclaimed(store: Store, today: date, *, now: datetime) -> Booking | None:
    """Return the visit that has waited longest for its people, and whose place has not gone to others yet."""
    late = Booking.objects.filter(
        store=store, visit_date=today, status=Status.CONFIRMED, starts_at__lte=now - CLAIMED_WITHIN, passed_to=None
    )
    # With the line's lock, nobody else passes one on; locked itself, nobody checks in whose place is going.
    return late.order_by("starts_at", "pk").select_for_update(of=("self",), no_key=True).first()


def _lock_store_and_line(store: Store) -> None:
    share_lock_store(store.pk)
    lock_line(store.pk)


def _set_called(store: Store, ticket_id: int | None, reference: str, *, at: datetime | None, now: datetime) -> None:
    _lock_store_and_line(store)
    if ticket_id is not None:
        ticket = _open_ticket(store, ticket_id)
        Ticket.objects.filter(pk=ticket.pk).update(called_at=at)
        raise_days(store.pk, {ticket.visit_date})
        return
    booking_id = Booking.objects.filter(store=store, reference=reference).values_list("pk", flat=True).first()
    booking = lock_booking(booking_id) if booking_id is not None else None
    if booking is None or booking.status != Status.CHECKED_IN:
        raise BookingRefused(Refusal.WRONG_STATUS)
    new = {
        "store": store,
        "visit_date": booking.visit_date,
        "desk_id": booking.desk_id,
        "visit_type_id": booking.visit_type_id,
        "joined_at": booking.checked_in_at or now,
    }
    Ticket.objects.update_or_create(
        booking=booking, defaults={"called_at": at}, create_defaults={**new, "called_at": at}
    )
    raise_days(store.pk, {booking.visit_date})


def _open_ticket(store: Store, ticket_id: int) -> Ticket:
    found = (
        Ticket.objects.select_for_update(of=("self",))
        .select_related("store", "visit_type")
        .filter(pk=ticket_id, store=store, booking=None)
        .first()
    )
    if found is None:
        raise BookingRefused(Refusal.WRONG_STATUS)
    return found


def _lengths(store: Store, today: date) -> dict[int, int]:
    """Return how many are in each desk's line, those being served among them."""
    tickets = Ticket.objects.filter(store=store, visit_date=today, booking=None, left_at=None)
    visits = Booking.objects.filter(store=store, visit_date=today, status__in=(Status.CHECKED_IN, Status.IN_SERVICE))
    found: dict[int, int] = {}
    for rows in (tickets, visits):
        for desk_id, count in rows.order_by().values_list("desk_id").annotate(count=Count("pk")):
            found[desk_id] = found.get(desk_id, 0) + count
    return found


def _today(store: Store, now: datetime) -> date:
    return now.astimezone(ZoneInfo(store.time_zone)).date()
