"""The lifecycle of bookings: booking, cancelling, confirming."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial

from django.contrib.auth.models import User
from django.db import connection, transaction

from booking.bookings.changes import RAISED_BY_CALLER, note_change, write_new_visit
from booking.bookings.open_visits import refuse_open_visits, see_visits_and_slots
from booking.bookings.refusals import WrongStatus
from booking.bookings.visit_places import release_places, take_run
from booking.customer_input import CustomerDetails, QuestionAnswer
from booking.limits import ClientDigests
from booking.message_kinds import Kind
from booking.models import WEB_SOURCES, Actor, Booking, EventKind, Hold, Source, Status
from booking.models.joint_writes import Part, can_join_writes
from booking.models.partial_rows import known
from booking.places.claims import claim_anywhere, days_taken, raise_days
from booking.places.closed_slots import refused_without_place
from booking.places.holds import live_hold, released_part
from booking.places.locks import customer_keys, lock_customer, lock_held, share_lock_store_of
from booking.places.requests import (
    SlotRequest,
    is_part_of_try,
    is_shut_for,
    resolve_request,
    retry_after_expired_holds,
    visit_type_or_raise,
)
from booking.places.runs import Run
from booking.policy import may_cancel
from booking.refusals import BookingRefused, Refusal
from booking.tokens import new_reference, read_hold_token
from booking.waiting_list.lifecycle import note_taken
from booking.waiting_list.upcoming_visits import BEYOND_THE_SHARE
from booking.who import Who
from stores.models import Store, VisitType
from stores.queries import UnknownStore, rules_around
from stores.slots import StoreRules, VisitTypeRule


def book_visit(  # noqa: PLR0913 -- one for each thing a booking says
    *,
    store: str,
    visit_type: str,
    starts_at: datetime,
    party_size: int,
    customer: CustomerDetails,
    note: str,
    source: Source,
    now: datetime,
    hold: str | None = None,
    user: User | None = None,
    desk: str = "",
    answers: Sequence[QuestionAnswer] = (),
    may_repeat: bool = True,
    client: ClientDigests | None = None,
    country: str = "",
    language: str = "",
) -> Booking:
    """Book a visit; `hold` is the token of places kept for it, `desk` the slug of one the customer chose.

    `may_repeat` allows the same visit again with the same phone or e-mail. `country` is the one by which the phone was
    read, if it may not be the store's any more. `language` is what the customer asks to speak, "" for any: only desks
    that speak it serve them. Raises BookingRefused, CountryChanged, LookupError for an unknown store
    or visit type.
    """
    asked = SlotRequest(store, visit_type, starts_at, party_size, desk, country=country, language=language)
    draft = _draft(asked, customer, client)
    draft.source, draft.note = source, note
    draft.answers = [{"question": answer.question, "answer": answer.answer} for answer in answers]
    if hold is not None:
        is_handed_on = not country and is_part_of_try()  # CountryChanged is not: the request is read again
        with transaction.atomic(savepoint=not is_handed_on):
            return _book_held(asked, draft, token=hold, may_repeat=may_repeat, now=now)
    book_it = partial(_book, asked, draft, may_repeat=may_repeat, now=now, user=user)
    return retry_after_expired_holds(book_it, store=store, now=now)


def _draft(asked: SlotRequest, customer: CustomerDetails, client: ClientDigests | None) -> Booking:
    """Return a booking that has no time yet, with what was asked for and who asks."""
    return Booking(
        party_size=asked.party_size,
        language=asked.language,
        desk_was_chosen=bool(asked.desk),
        name=customer.name,
        phone=customer.phone,
        email=customer.email,
        locale=customer.locale,
        is_simple=customer.is_simple,
        is_for_someone_else=customer.is_for_someone_else,
        client_digest=client.home if client else "",
    )


@transaction.atomic
def _book(asked: SlotRequest, draft: Booking, *, may_repeat: bool, now: datetime, user: User | None) -> Booking:
    by_staff = draft.source not in WEB_SOURCES
    rules, visit_type, runs = resolve_request(
        asked, now=now, by_staff=by_staff, then_lock=customer_keys(draft.phone, draft.email)
    )
    too_many, seen = see_visits_and_slots(rules, draft, asked, visit_type, runs, may_repeat=may_repeat, now=now)
    store_it = partial(_store, draft, rules, visit_type, now=now, user=user)
    run = claim_anywhere(
        rules,
        runs,
        visit_type,
        now=now,
        party_size=asked.party_size,
        from_web=not by_staff,
        write=store_it if too_many is None else None,
        seen=seen,
    )
    if run is None:  # checked first, for everybody: so it does not reveal whether a number has visits here
        raise refused_without_place(rules, runs, from_web=not by_staff, seen=seen)
    if too_many is not None:
        raise too_many
    return draft


def _book_held(asked: SlotRequest, draft: Booking, *, token: str, may_repeat: bool, now: datetime) -> Booking:
    """Turn a hold into a booking with its places; the minimum notice was checked when the hold was made."""
    try:
        rules = rules_around(asked.store, asked.starts_at, lock=True)
    except UnknownStore:
        raise BookingRefused(Refusal.HOLD_EXPIRED) from None
    asked.check_country(rules)
    keys = customer_keys(draft.phone, draft.email)
    held = lock_held(token, store_id=rules.id, then_lock=keys, now=now)
    hold = held or live_hold(token, now=now)
    if hold is None and read_hold_token(token) is not None and is_shut_for(asked, rules):
        raise BookingRefused(Refusal.SLOT_CLOSED)  # a change of hours released it
    if hold is None or not _is_for(hold, asked, rules) or hold.starts_at <= now:
        raise BookingRefused(Refusal.HOLD_EXPIRED)
    beyond = BEYOND_THE_SHARE if hold.offered_to_id is not None else 0
    visit_type = visit_type_or_raise(rules, asked.visit_type)
    if held is None:
        lock_customer(draft.phone, draft.email)
    too_many = refuse_open_visits(rules, draft, asked, visit_type, may_repeat=may_repeat, beyond=beyond, now=now)
    if too_many is not None:
        raise too_many
    desk = next((desk for desk in rules.desks if desk.id == hold.desk_id), None)
    if desk is None or not desk.speaks(asked.language):
        raise BookingRefused(Refusal.SLOT_CLOSED)
    draft.desk_was_chosen = hold.desk_was_chosen
    run = Run(desk, hold.starts_at, hold.ends_at, (), hold.minutes_before, hold.minutes_after)
    if hold.offered_to_id is None and can_join_writes():
        if not _store(draft, rules, visit_type, run, released_part(hold), now=now, user=None, hold=hold):
            raise BookingRefused(Refusal.HOLD_EXPIRED)
        return draft
    hold.delete()
    booking = store_booking(draft, rules, visit_type, run, now=now, user=None, hold=hold)
    if hold.offered_to_id is not None:  # the same transaction takes the customer who waited off the list
        note_taken(entry_id=hold.offered_to_id, booking=booking, now=now)
    raise_days(rules.id, days_taken(run, rules.zone.key))
    return booking


@transaction.atomic
def cancel_booking(*, booking_id: int, who: Who) -> Booking:
    """Cancel a visit and give its places back; a cancelled visit stays as it is. Raises BookingRefused."""
    booking = lock_booking(booking_id)
    if booking.status == Status.CANCELLED:
        return booking
    if booking.status != Status.CONFIRMED:
        raise WrongStatus(booking)
    is_customer = who.actor == Actor.CUSTOMER
    if is_customer and not may_cancel(status=booking.status, starts_at=booking.starts_at, now=who.now):
        raise BookingRefused(Refusal.TOO_LATE)
    cancel_locked(booking, who=who)
    return booking


def cancel_locked(booking: Booking, *, who: Who, tell: bool = True, raised_by_caller: bool = False) -> set[date]:
    """Cancel a booking that the caller has locked; `tell` sends the customer a message.

    Returns the days that changed. They are raised here, unless the caller writes more first (`raised_by_caller`).
    """
    days = release_places(booking)
    from_status, booking.status = booking.status, Status.CANCELLED
    booking.sequence += 1
    booking.updated_at = who.now
    booking.save(update_fields=["status", "sequence", "answer_until", "updated_at"])
    note_change(
        booking,
        EventKind.CANCELLED,
        who=who,
        days=RAISED_BY_CALLER if raised_by_caller else days,
        from_status=from_status,
        skip_unsent="cancelled",
        tell=Kind.CANCELLATION if tell else None,
    )
    return days


@transaction.atomic
def confirm_attendance(*, booking_id: int, now: datetime) -> Booking:
    """Note that the customer said "I will come"; a repetition changes nothing. Raises BookingRefused WRONG_STATUS."""
    booking = lock_booking(booking_id)
    if booking.status != Status.CONFIRMED:
        raise WrongStatus(booking)
    if not booking.attendance_confirmed:
        booking.attendance_confirmed = True
        booking.updated_at = now
        booking.save(update_fields=["attendance_confirmed", "updated_at"])
        note_change(booking, EventKind.ATTENDANCE_CONFIRMED, who=Who.customer(now), days={booking.visit_date})
    return booking


def lock_booking(booking_id: int) -> Booking:
    """Lock a booking for the rest of the transaction, after its store's hours, and return it is now.

    It is read with its desk only then, because the desk may have changed while the row waited for its lock.
    """
    if connection.features.has_select_for_update:
        share_lock_store_of(booking_id)
        list(Booking.objects.filter(pk=booking_id).select_for_update(no_key=True).values_list("pk"))
    booking = Booking.objects.select_related("store", "desk", "visit_type").get(pk=booking_id)
    if booking.answer_until is not None:  # holds are locked before slots, here as everywhere
        list(booking.kept_times.select_for_update().order_by("pk").values_list("pk"))
    return booking


def store_booking(
    booking: Booking,
    rules: StoreRules,
    visit_type: VisitTypeRule,
    run: Run,
    *,
    now: datetime,
    user: User | None,
    hold: Hold | None = None,
) -> Booking:
    """Write a new booking, its history and its messages, in the transaction that took its places.

    Places taken by a `hold` stay as they were counted then, even if staff book or the rules have changed. The caller
    writes more and raises the days.
    """
    _store(booking, rules, visit_type, run, None, now=now, user=user, hold=hold, raised_by_caller=True)
    return booking


def _store(
    booking: Booking,
    rules: StoreRules,
    visit_type: VisitTypeRule,
    run: Run,
    claim: Part | None,
    *,
    now: datetime,
    user: User | None,
    hold: Hold | None = None,
    raised_by_caller: bool = False,
) -> bool:
    """Write a new booking as `write_new_visit` does; tell whether its claim found places, or its hold was there."""
    booking.reference = new_reference()
    # Values known from the rules are not read again; other fields are read on access.
    booking.store = known(Store, id=rules.id, slug=rules.slug, name=rules.name, time_zone=rules.zone.key,
                          change_until_minutes=rules.change_until_minutes, reminder_days=rules.reminder_days,
                          messages_from=rules.messages_from, messages_until=rules.messages_until,
                          reminder_channel=rules.reminder_channel, reminder_hours=rules.reminder_hours,
                          confirms_by_text=rules.confirms_by_text,
                          webhook_ids=rules.webhook_ids)  # fmt: skip
    booking.visit_type = known(VisitType, id=visit_type.id, slug=visit_type.slug, name=visit_type.name)
    take_run(booking, rules, run, from_web=hold is not None or booking.source in WEB_SOURCES)
    booking.places = booking.places if hold is None else hold.places
    booking.created_at = booking.updated_at = now
    # Staff hold no place: whoever books one that was held, on the pages or by the keys of a phone, is the customer.
    is_customer = hold is not None or booking.source in WEB_SOURCES
    who = Who(Actor.CUSTOMER if is_customer else Actor.STAFF, user, now)
    days = RAISED_BY_CALLER if raised_by_caller else days_taken(run, rules.zone.key)
    return write_new_visit(booking, claim, who=who, days=days)


def _is_for(hold: Hold, asked: SlotRequest, rules: StoreRules) -> bool:
    visit_type = visit_type_or_raise(rules, asked.visit_type)
    return (hold.store_id, hold.visit_type_id, hold.starts_at, hold.party_size) == (
        rules.id,
        visit_type.id,
        asked.starts_at,
        asked.party_size,
    )
