"""Requests for a slot, checked against the store's rules, for bookings and holds alike."""

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import IntegrityError, connection

from booking.models import Booking
from booking.places.at_once import lock_kind
from booking.places.claims import release_expired_holds
from booking.places.closed_slots import all_are_shut
from booking.places.moved_visits import MovedVisit, moved_visit
from booking.places.runs import Run, runs_at
from booking.policy import refusal_to_book
from booking.refusals import BookingRefused, Refusal, UnknownVisitType
from stores.queries import rules_around
from stores.slots import StoreRules, VisitTypeRule

Result = TypeVar("Result")
_EXPIRED_AT = """
SELECT store.id FROM stores_store store JOIN booking_hold hold ON hold.store_id = store.id
 WHERE store.slug = %s AND hold.expires_at <= %s LIMIT 1
"""
_tries: ContextVar[int] = ContextVar("tries", default=0)  # the number of the running try, 0 outside of any


class CountryChanged(Exception):
    """A store lies in another country than was known when a phone number was read by it."""


@dataclass(frozen=True, slots=True)
class SlotRequest:
    """One wanted visit; `store`, `visit_type` and `desk` are slugs, with "" for any desk.

    `country` is the store's as it was known when its customer's phone was read by it, "" if that is not to be checked.
    `is_booked`: the visit exists and is being moved. Its type may no longer be offered, or be for fewer people by now.
    What `moved` takes is free for it in the times that are offered after a refusal. Only desks that speak `language`
    count, "" for any.
    """

    store: str
    visit_type: str
    starts_at: datetime
    party_size: int
    desk: str = ""
    is_booked: bool = False
    moved: MovedVisit | None = None
    country: str = ""
    language: str = ""

    @classmethod
    def to_move(cls, booking: Booking, starts_at: datetime, *, by_staff: bool) -> "SlotRequest":
        """Return the request to move a visit: to a desk that staff chose, else to the customer's one if it serves."""
        desk = "" if by_staff else booking.desk_kept
        moved = moved_visit(booking)
        kind = booking.visit_type.slug
        return cls(
            booking.store.slug,
            kind,
            starts_at,
            booking.party_size,
            desk,
            is_booked=True,
            moved=moved,
            language=booking.language,
        )

    def check_country(self, rules: StoreRules) -> None:
        """Raise CountryChanged if the phone was read by another country than the store's."""
        if self.country not in ("", rules.country):
            raise CountryChanged(self.store)


def resolve_request(
    asked: SlotRequest, *, now: datetime, by_staff: bool, then_lock: Sequence[int] = ()
) -> tuple[StoreRules, VisitTypeRule, list[Run]]:
    """Return the store's rules, share-locked, and the runs of slots that could take the visit.

    `then_lock` are the keys of advisory locks taken after the store's, by the same statement. Raises UnknownStore,
    UnknownVisitType, CountryChanged, and BookingRefused for what the rules do not allow.
    """
    rules = rules_around(asked.store, asked.starts_at, lock=True, then_lock=then_lock)
    asked.check_country(rules)
    rules = rules.chosen(asked.desk, asked.language)
    visit_type = (
        rules.booked_type(asked.visit_type, party_size=asked.party_size)
        if asked.is_booked
        else rules.visit_type(asked.visit_type)
    )
    if visit_type is None:
        raise UnknownVisitType(asked.visit_type)
    refusal = refusal_to_book(
        starts_at=asked.starts_at,
        ends_at=asked.starts_at + timedelta(minutes=rules.slot_minutes * visit_type.slot_count),
        now=now,
        zone=rules.zone,
        rules=rules,
        kind=visit_type,
        party_size=asked.party_size,
        max_party_size=visit_type.max_party_size,
        by_staff=by_staff,
    )
    if refusal is not None:
        raise BookingRefused(refusal)
    runs = runs_at(rules, visit_type, asked.starts_at)
    if not runs:
        raise BookingRefused(Refusal.SLOT_CLOSED)
    lock_kind(visit_type)  # before any slot
    return rules, visit_type, runs


def is_shut_for(asked: SlotRequest, rules: StoreRules) -> bool:
    """Tell whether this time is closed to everybody on the web; False for a type that is no longer offered."""
    visit_type = rules.visit_type(asked.visit_type)
    if visit_type is None:
        return False
    wanted = rules.chosen(asked.desk, asked.language)
    return all_are_shut(wanted, runs_at(wanted, visit_type, asked.starts_at), from_web=True)


def visit_type_or_raise(rules: StoreRules, slug: str) -> VisitTypeRule:
    """Return one of the store's visit types. Raises UnknownVisitType."""
    visit_type = rules.visit_type(slug)
    if visit_type is None:
        raise UnknownVisitType(slug)
    return visit_type


def retry_after_expired_holds(attempt: Callable[[], Result], *, now: datetime, store: str = "") -> Result:
    """Run an attempt; if a slot is full, release the expired holds of its store and try once more.

    The attempt is its own transaction and has been rolled back by then, so its locks are gone. If an attempt is part of
    another one, the outer one is tried again. A reference that is drawn twice (once in a million million) is drawn
    again.
    """
    if _tries.get():
        return _as_part(attempt, store)
    try:
        return _run(attempt, store, number=1)
    except BookingRefused as refused:
        store_id = _store_with_expired_holds(refused.full_at, now=now) if refused.full_at else None
        if store_id is None:
            raise
        release_expired_holds(store_id=store_id, now=now)  # or another process does, at this very moment
    except IntegrityError as error:
        if "reference" not in str(error):
            raise
    return _run(attempt, store, number=2)


def is_part_of_try() -> bool:
    """Tell whether a try is running. It is handed every refusal of its parts, so they need no savepoint."""
    return _tries.get() > 0


def is_retry() -> bool:
    """Tell whether this is a second try in the same call: the limits have counted the first."""
    return _tries.get() > 1


def _run(attempt: Callable[[], Result], store: str, *, number: int) -> Result:
    before = _tries.set(number)
    try:
        return _as_part(attempt, store)
    finally:
        _tries.reset(before)


def _store_with_expired_holds(slug: str, *, now: datetime) -> int | None:
    """Return the id of a store if it has expired holds, else None; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_EXPIRED_AT, [slug, connection.ops.adapt_datetimefield_value(now)])
        row: tuple[int] | None = cursor.fetchone()
    return row[0] if row else None


def _as_part(attempt: Callable[[], Result], store: str) -> Result:
    try:
        return attempt()
    except BookingRefused as refused:
        if refused.reason == Refusal.SLOT_FULL:
            refused.full_at = refused.full_at or store
        raise
