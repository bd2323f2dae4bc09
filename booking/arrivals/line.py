"""The line of a working day: joining, calling, serving, and putting people back.

Every change of a store's line takes the line's lock after the store's lock: so a number is given once, an unclaimed
place is passed on once, and a person served by two requests at once is served once.
"""

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from functools import partial

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max, QuerySet

from booking.arrivals.line_desks import desk_at_work, shortest_line, unclaimed_visit
from booking.arrivals.line_state import tickets_of
from booking.arrivals.steps import take_step
from booking.arrivals.walk_ins import admit_walk_in
from booking.bookings.lifecycle import cancel_locked, lock_booking
from booking.bookings.refusals import NobodySpeaks, WrongStatus
from booking.models import Booking, Status, Ticket
from booking.places.claims import raise_days
from booking.places.locks import lock_line
from booking.places.requests import retry_after_expired_holds, visit_type_or_raise
from booking.refusals import BookingRefused, NoPlace, Refusal
from booking.subjects import Subject
from booking.webhooks.events import write_ticket_called
from booking.who import Who
from booking.working_days import WorkingDay, working_day
from notifications import outbox
from stores.locks import share_lock_store
from stores.models import Store
from stores.queries import rules_around
from stores.slots import StoreRules, VisitTypeRule
from stores.visit_runs import has_hours_left

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
    language: str = "",
) -> Ticket:
    """Give somebody a ticket at the desk with the shortest line; a text goes to `phone` (E.164) before their turn.

    `joined_at` is when they came, for a tablet that was offline: they stand before people who came later. `language`
    is what they ask to speak, "" for any: they wait at a desk that speaks it. Raises BookingRefused (SLOT_CLOSED for a
    working day that is over), NobodySpeaks, UnknownVisitType.
    """
    joined_at, rules = joined_at or now, rules_around(store.slug, now, lock=True)
    kind = visit_type_or_raise(rules, visit_type)
    day = working_day(rules.for_kind(kind), now=now)
    rules = _rules_to_join(rules.for_kind(kind), kind, day, language, joined_at=joined_at)
    if not 1 <= party_size <= kind.max_party_size:
        raise BookingRefused(Refusal.PARTY_TOO_LARGE)
    lock_line(store.pk)
    ticket = Ticket.objects.create(
        store=store,
        visit_date=day.own_date,
        number=_next_number(store, day),
        desk_id=shortest_line(store, rules, day, now),
        visit_type_id=kind.id,
        party_size=party_size,
        name=name[:NAME_LONGEST],
        phone=phone,
        locale=locale,
        language=language,
        joined_at=joined_at,
    )
    raise_days(store.pk, {day.own_date})
    return ticket


def _rules_to_join(
    rules: StoreRules, kind: VisitTypeRule, day: WorkingDay, language: str, *, joined_at: datetime
) -> StoreRules:
    """Return the rules with the desks that serve somebody who joins. Raises BookingRefused, NobodySpeaks for none."""
    if not rules.desks:
        raise BookingRefused(Refusal.NOT_FOUND)
    if joined_at < day.since or not has_hours_left(rules, kind, day=day.own_date, at=joined_at):
        raise BookingRefused(Refusal.SLOT_CLOSED)
    speaking = rules.chosen("", language)
    if not speaking.desks or not has_hours_left(speaking, kind, day=day.own_date, at=joined_at):
        raise NobodySpeaks
    return speaking


@transaction.atomic
def call_turn(*, store: Store, ticket_id: int | None, reference: str, now: datetime) -> None:
    """Call somebody to their desk, on the screen; a repetition calls again. Raises BookingRefused WRONG_STATUS."""
    _set_called(store, ticket_id, reference, at=now, now=now)


@transaction.atomic
def call_back(*, store: Store, ticket_id: int | None, reference: str, now: datetime) -> None:
    """Take back a call that nobody answered; the turn keeps its position. Raises BookingRefused WRONG_STATUS."""
    _set_called(store, ticket_id, reference, at=None, now=now)


@transaction.atomic
def leave_line(*, store: Store, ticket_id: int, has_left: bool, now: datetime) -> None:
    """Note that somebody without a booking left, or did not leave after all. Raises BookingRefused."""
    _lock_store_and_line(store)
    ticket = _open_ticket(store, ticket_id)
    Ticket.objects.filter(pk=ticket.pk).update(left_at=now if has_left else None, called_at=None)
    raise_days(store.pk, {ticket.visit_date})


def serve_ticket(*, store: Store, ticket_id: int, now: datetime, user: User, may_squeeze_in: bool) -> Booking:
    """Begin to serve somebody from the line: in a free place, else in one unclaimed for ten minutes.

    The customer who did not claim the place is still served when they come. A manager may serve without either kind of
    place (`may_squeeze_in`). Raises BookingRefused SLOT_FULL, SLOT_CLOSED, WRONG_STATUS.
    """
    serve = partial(_serve, store, ticket_id, now=now, user=user)
    with suppress(NoPlace):
        return retry_after_expired_holds(
            partial(serve, squeeze_in=False, may_squeeze_in=False), store=store.slug, now=now
        )
    return retry_after_expired_holds(
        partial(serve, squeeze_in=True, may_squeeze_in=may_squeeze_in), store=store.slug, now=now
    )


@transaction.atomic
def _serve(
    store: Store, ticket_id: int, *, squeeze_in: bool, may_squeeze_in: bool, now: datetime, user: User
) -> Booking:
    """Serve a ticket in a free place, or squeeze it in: for an unclaimed place, or because a manager may."""
    _lock_store_and_line(store)
    ticket = _open_ticket(store, ticket_id)
    if ticket.left_at is not None:
        raise BookingRefused(Refusal.WRONG_STATUS)
    unclaimed = unclaimed_visit(store, ticket, now=now) if squeeze_in else None
    booking = admit_walk_in(
        store=ticket.store,
        visit_type=ticket.visit_type.slug,
        party_size=ticket.party_size,
        name=ticket.name,
        squeeze_in=squeeze_in and (may_squeeze_in or unclaimed is not None),
        squeeze_desk_id=unclaimed.desk_id if unclaimed is not None else ticket.desk_id,
        was_in_line=True,
        language=ticket.language,
        now=now,
        user=user,
    )
    if unclaimed is not None and booking.desk_id != unclaimed.desk_id:
        if not may_squeeze_in:
            raise BookingRefused(Refusal.SLOT_FULL)
        unclaimed = None  # its desk is not at work now: a manager lets it in, and no place is lost
    ticket.booking, ticket.passed_from = booking, unclaimed
    ticket.save(update_fields=["booking", "passed_from"])
    # The arrival is the time of joining: the ticket is deleted after its day, the visit stays.
    Booking.objects.filter(pk=booking.pk).update(checked_in_at=ticket.joined_at)
    return take_step(booking_id=booking.pk, step="start", who=Who.staff(user, now))


@transaction.atomic
def put_back(*, store: Store, ticket_id: int, now: datetime, user: User) -> Ticket:
    """Put somebody who was served by mistake back into the line; their place is free, or its owner's again.

    Raises BookingRefused WRONG_STATUS if they are not being served.
    """
    _lock_store_and_line(store)
    ticket = Ticket.objects.select_for_update(of=("self",)).filter(pk=ticket_id, store=store).first()
    if ticket is None or ticket.number is None or ticket.booking_id is None:
        raise BookingRefused(Refusal.WRONG_STATUS)
    booking = lock_booking(ticket.booking_id)
    if booking.status != Status.IN_SERVICE:
        raise WrongStatus(booking)
    cancel_locked(booking, who=Who.staff(user, now), tell=False)
    ticket.booking, ticket.passed_from, ticket.called_at = None, None, None
    ticket.save(update_fields=["booking", "passed_from", "called_at"])
    return ticket


@transaction.atomic
def forget_tickets(*, store: Store, now: datetime) -> int:
    """Delete the tickets of past working days, because served ones have become visits; return how many.

    Tickets of people who may still be in the shop stay.
    """
    if not Ticket.objects.filter(store=store).exists():
        return 0
    day = working_day(rules_around(store.slug, now), now=now)
    over = Ticket.objects.filter(store=store, visit_date__lt=day.own_date, joined_at__lt=day.since)
    _forget_messages(over, now=now)
    deleted, _ = over.delete()
    return deleted


def forget_people(*, booking_ids: Collection[int], now: datetime) -> None:
    """Erase the people on tickets that became these visits, in the transaction that erases the visits."""
    tickets = Ticket.objects.filter(booking_id__in=booking_ids).exclude(name="", phone="", language="")
    _forget_messages(tickets, now=now)
    tickets.update(name="", phone="", language="")


def _forget_messages(tickets: QuerySet[Ticket], *, now: datetime) -> None:
    told = {
        str(Subject.ticket(number)): phone for number, phone in tickets.exclude(phone="").values_list("pk", "phone")
    }
    if told:
        outbox.forget(subjects=[*told], phones=told, now=now)


def _next_number(store: Store, day: WorkingDay) -> int:
    """Return the next number of a working day, without numbers still held in the shop from the day before."""
    last = Ticket.objects.filter(store=store, visit_date=day.own_date).aggregate(last=Max("number"))["last"] or 0
    held = set(tickets_of(store, day).exclude(visit_date=day.own_date).values_list("number", flat=True))
    number = last + 1
    while number in held:
        number += 1
    return number


def _lock_store_and_line(store: Store) -> None:
    share_lock_store(store.pk)
    lock_line(store.pk)


def _set_called(store: Store, ticket_id: int | None, reference: str, *, at: datetime | None, now: datetime) -> None:
    _lock_store_and_line(store)
    if ticket_id is not None:
        ticket = _open_ticket(store, ticket_id)
        ticket.desk_id = desk_at_work(store, ticket, now=now)
        Ticket.objects.filter(pk=ticket.pk).update(called_at=at, desk_id=ticket.desk_id)
        if at is not None:
            write_ticket_called(store, ticket, now=now)
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
    ticket, _ = Ticket.objects.update_or_create(
        booking=booking, defaults={"called_at": at}, create_defaults={**new, "called_at": at}
    )
    if at is not None:
        write_ticket_called(store, ticket, now=now)
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
