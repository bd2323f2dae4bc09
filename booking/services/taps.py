"""Taps on a tablet, sent one by one or after hours without a network: each has exactly one result, sent how often ever.

The result is kept in the transaction of what the tap did, so a crash leaves both or neither; a refusal is kept too,
or a tap that was refused once could pass when it is sent again.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from booking.models import Booking, IdempotentAnswer
from booking.policy import BookingRefused, Refusal, UnknownVisitType
from booking.services.arrivals import admit_walk_in, step, undo
from booking.services.line import join_line
from stores.models import Store

KEPT = timedelta(hours=24)
MOVED = "moved"
STEPS = ("check_in", "start", "complete", "no_show")
UNDO, WALK_IN, TICKET = "undo", "walk_in", "ticket"
_ROUTE = "tablet"
_DONE, _CONFLICT = 200, 409


class Result(StrEnum):
    DONE = "done"
    REPEATED = "repeated"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Tap:
    """One tap: what was done, with whom, when, and what the tablet showed at that moment."""

    action_id: UUID
    step: str
    happened_at: datetime
    reference: str = ""
    seen_starts_at: datetime | None = None
    undoes: str = ""
    visit_type: str = ""
    party_size: int = 1
    name: str = ""
    squeeze_in: bool = False


@dataclass(frozen=True, slots=True)
class TapResult:
    """What became of a tap; `reason` says why not, `reference` names the visit, a new one of a walk-in too.

    `ticket` is the number that somebody who was given a turn in the line holds.
    """

    result: Result
    reason: str = ""
    reference: str = ""
    ticket: str = ""


@transaction.atomic
def take_tap(*, store: Store, tap: Tap, now: datetime, user: User, is_manager: bool, locale: str = "en") -> TapResult:
    """Do what a tap asks for, or say what became of it when it was sent before; a twin is waited for."""
    key = f"{store.slug}:{tap.action_id}"
    IdempotentAnswer.objects.filter(route=_ROUTE, key=key, created_at__lte=now - KEPT).delete()
    kept, is_new = IdempotentAnswer.objects.get_or_create(
        route=_ROUTE, key=key, defaults={"fingerprint": "", "status": _DONE, "created_at": now}
    )
    if not is_new:
        return _kept_result(kept)
    try:
        with transaction.atomic():
            if tap.step == TICKET:
                kept.body = _give_ticket(store, tap, now=now, locale=locale)
            else:
                kept.subject = _take(store, tap, now=now, user=user, is_manager=is_manager, locale=locale).reference
    except (BookingRefused, UnknownVisitType) as refused:
        kept.status, kept.body, kept.subject = _CONFLICT, _reason(refused), tap.reference
    kept.save(update_fields=["status", "body", "subject"])
    found = _kept_result(kept)
    return replace(found, result=Result.DONE) if found.result == Result.REPEATED else found


def _kept_result(kept: IdempotentAnswer) -> TapResult:
    """Return what became of a tap sent before: the body holds a ticket's number, or the reason why not."""
    if kept.status == _DONE:
        return TapResult(Result.REPEATED, "", kept.subject, ticket=kept.body)
    return TapResult(Result.CONFLICT, kept.body, kept.subject)


def _give_ticket(store: Store, tap: Tap, *, now: datetime, locale: str) -> str:
    """Give a turn in the line to who came when all places were taken; return its number. Raises as join_line."""
    ticket = join_line(
        store=store, visit_type=tap.visit_type, party_size=tap.party_size, name=tap.name, now=now, locale=locale
    )
    return str(ticket.number)


def _take(store: Store, tap: Tap, *, now: datetime, user: User, is_manager: bool, locale: str) -> Booking:
    if tap.step == WALK_IN:
        if tap.squeeze_in and not is_manager:
            raise BookingRefused(Refusal.NOT_PERMITTED)
        return admit_walk_in(
            store=store,
            visit_type=tap.visit_type,
            party_size=tap.party_size,
            name=tap.name,
            squeeze_in=tap.squeeze_in,
            now=now,
            user=user,
            locale=locale,
            happened_at=tap.happened_at,
            action_id=tap.action_id,
        )
    booking_id = Booking.objects.filter(store=store, reference=tap.reference).values_list("pk", flat=True).first()
    if booking_id is None:
        raise BookingRefused(Refusal.NOT_FOUND)
    if tap.step == UNDO:
        return undo(
            booking_id=booking_id,
            now=now,
            user=user,
            happened_at=tap.happened_at,
            action_id=tap.action_id,
            undoes=tap.undoes,
        )
    return step(
        booking_id=booking_id,
        step=tap.step,  # type: ignore[arg-type]  # one of STEPS, as whoever reads taps has seen to
        now=now,
        user=user,
        happened_at=tap.happened_at,
        action_id=tap.action_id,
        seen_starts_at=tap.seen_starts_at,
    )


def _reason(refused: BookingRefused | UnknownVisitType) -> str:
    if isinstance(refused, UnknownVisitType):
        return str(Refusal.NOT_FOUND)
    return MOVED if refused.details.get("is_moved") else str(refused.reason)
