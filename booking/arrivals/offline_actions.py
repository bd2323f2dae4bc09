"""Taps on a tablet, even after hours offline: each has exactly one result, however often it is sent.

The result is stored in the transaction of the tap's action, so a crash leaves both or neither. A refusal is stored too,
or a refused tap could pass when it is sent again. Results are kept for longer than the greatest age of a tap, so a
repeated tap never changes anything. An error with one tap does not stop the taps behind it.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.contrib.auth.models import User
from django.db import InterfaceError, OperationalError, transaction

from booking.arrivals.line import join_line
from booking.arrivals.step_rules import STEPS, UNDO, is_step_done
from booking.arrivals.steps import is_undone, take_action
from booking.arrivals.walk_ins import admit_walk_in
from booking.bookings.refusals import NobodySpeaks, VisitMoved, WrongStatus
from booking.customer_input import QuestionAnswer
from booking.idempotency import take_key, write_answer
from booking.models import Booking, BookingEvent, IdempotentAnswer
from booking.places.requests import retry_after_expired_holds
from booking.refusals import BookingRefused, Refusal, UnknownVisitType
from booking.who import Who
from stores.models import Store

OLDEST = timedelta(days=7)
AHEAD = timedelta(hours=24)  # a time this far ahead of our clock counts as now
KEPT = OLDEST + AHEAD
MOVED, OUT_OF_TIME, FAILED, NOT_SPOKEN = "moved", "out_of_time", "failed", "not_spoken"
WALK_IN, TICKET = "walk_in", "ticket"
ROUTE = "tablet"
_DONE, _CONFLICT = 200, 409
_BUSY_MOST = 2  # the time for one call: the tablet does not wait longer
log = logging.getLogger(__name__)


class TapOutcome(StrEnum):
    DONE = "done"
    REPEATED = "repeated"  # already done, by this tap or by another with the same aim
    CONFLICT = "conflict"
    BUSY = "busy"  # not taken, nothing stored: to be sent again


@dataclass(frozen=True, slots=True)
class Tap:
    """One tap: the action, its visit, its time, and what the tablet showed at that moment.

    `language` is what a walk-in asks to speak; `answers` name the questions as the screen asked them. `walk_in` is the
    tap that admitted the walk-in, if the tablet does not know their reference yet.
    """

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
    walk_in: UUID | None = None
    language: str = ""
    answers: tuple[QuestionAnswer, ...] = ()

    @property
    def about(self) -> str:
        """The key that taps about the same visit share: its reference, or the id of the tap that created it."""
        return self.reference or str(self.walk_in or self.action_id)


@dataclass(frozen=True, slots=True)
class TapResult:
    """The result of a tap; `reason` says why it was refused, `reference` names the visit, also a new walk-in's.

    `ticket` is the number of a person who was given a turn in the line.
    """

    result: TapOutcome
    reason: str = ""
    reference: str = ""
    ticket: str = ""


def take_taps(
    *, store: Store, taps: Sequence[Tap], now: datetime, user: User, is_manager: bool, locale: str = "en"
) -> list[TapResult]:
    """Take taps in their order and return a result for each.

    A tap that has to be sent again holds back only taps about the same visit. After two of them the rest is not tried,
    so that the tablet gets its answer in time.
    """
    results: list[TapResult] = []
    waiting: set[str] = set()
    for tap in taps:
        if len(waiting) >= _BUSY_MOST or tap.about in waiting:
            found = TapResult(TapOutcome.BUSY, reference=tap.reference)
        else:
            found = take_tap(store=store, tap=tap, now=now, user=user, is_manager=is_manager, locale=locale)
        if found.result == TapOutcome.BUSY:
            waiting.add(tap.about)
        results.append(found)
    return results


def take_tap(*, store: Store, tap: Tap, now: datetime, user: User, is_manager: bool, locale: str = "en") -> TapResult:
    """Do what a tap asks for, or return its earlier result; wait for a parallel request with the same tap.

    Raises no error about the tap itself: errors become its result, and are logged.
    """
    try:
        try:
            return retry_after_expired_holds(
                lambda: _take_once(store, tap, now=now, user=user, is_manager=is_manager, locale=locale), now=now
            )
        except (BookingRefused, UnknownVisitType) as refused:
            if isinstance(refused, BookingRefused) and _is_fulfilled(tap, refused):
                return _keep(store, tap, TapResult(TapOutcome.REPEATED, "", tap.reference), now=now)
            return _keep(store, tap, TapResult(TapOutcome.CONFLICT, _reason(refused), tap.reference), now=now)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("tap_failed", extra={"store": store.slug, "step": tap.step})
            return _keep(store, tap, TapResult(TapOutcome.CONFLICT, FAILED, tap.reference), now=now)
    except (OperationalError, InterfaceError):
        log.warning("tap_busy", extra={"store": store.slug, "step": tap.step}, exc_info=True)
        return TapResult(TapOutcome.BUSY, reference=tap.reference)


@transaction.atomic
def _take_once(store: Store, tap: Tap, *, now: datetime, user: User, is_manager: bool, locale: str) -> TapResult:
    kept, is_new = _claim(store, tap, now=now)
    if not is_new:
        return _kept_result(kept)
    before = BookingEvent.objects.filter(action_id=tap.action_id, booking__store=store).select_related("booking")
    event = before.first()
    if event is not None:
        found = TapResult(TapOutcome.REPEATED, "", event.booking.reference)
    elif not now - OLDEST <= tap.happened_at <= now + AHEAD:
        found = TapResult(TapOutcome.CONFLICT, OUT_OF_TIME, tap.reference)
    elif tap.step == TICKET:
        found = TapResult(TapOutcome.DONE, ticket=_give_ticket(store, tap, now=now, locale=locale))
    else:
        booking = _take(store, tap, now=now, user=user, is_manager=is_manager, locale=locale)
        found = TapResult(TapOutcome.DONE, "", booking.reference)
    _write(kept, found)
    return found


@transaction.atomic
def _keep(store: Store, tap: Tap, found: TapResult, *, now: datetime) -> TapResult:
    """Store the result of a tap that did nothing, unless a faster parallel request has stored it."""
    kept, is_new = _claim(store, tap, now=now)
    if not is_new:
        return _kept_result(kept)
    _write(kept, found)
    return found


def _claim(store: Store, tap: Tap, *, now: datetime) -> tuple[IdempotentAnswer, bool]:
    # A result counts until the night in which it is deleted, so there is no gap between the two.
    return take_key(ROUTE, f"{store.slug}:{tap.action_id}", now=now, kept_for=timedelta.max)


def _write(kept: IdempotentAnswer, found: TapResult) -> None:
    """Write a result: the body holds a ticket's number, or the reason of a refusal."""
    status = _CONFLICT if found.result == TapOutcome.CONFLICT else _DONE
    write_answer([kept], status=status, body=found.ticket or found.reason, subject=found.reference)


def _kept_result(kept: IdempotentAnswer) -> TapResult:
    if kept.status == _DONE:
        return TapResult(TapOutcome.REPEATED, "", kept.subject, ticket=kept.body)
    return TapResult(TapOutcome.CONFLICT, kept.body, kept.subject)


def _give_ticket(store: Store, tap: Tap, *, now: datetime, locale: str) -> str:
    """Give a turn in the line when all places are taken; return its number. Raises the errors of join_line."""
    ticket = join_line(
        store=store,
        visit_type=tap.visit_type,
        party_size=tap.party_size,
        name=tap.name,
        now=now,
        locale=locale,
        language=tap.language,
        joined_at=min(tap.happened_at, now),
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
            language=tap.language,
            answers=tap.answers,
            now=now,
            user=user,
            locale=locale,
            happened_at=tap.happened_at,
            action_id=tap.action_id,
        )
    return take_action(
        booking_id=_meant(store, tap),
        action=tap.step,
        who=Who.staff(user, now),
        happened_at=tap.happened_at,
        action_id=tap.action_id,
        seen_starts_at=tap.seen_starts_at if tap.reference else None,
        undoes=tap.undoes,
    )


def _meant(store: Store, tap: Tap) -> int:
    """Return the visit that a tap is about. Raises BookingRefused NOT_FOUND."""
    visits = Booking.objects.filter(store=store)
    if tap.reference:
        visits = visits.filter(reference=tap.reference)
    else:
        visits = visits.filter(events__action_id=tap.walk_in) if tap.walk_in else visits.none()
    booking_id = visits.values_list("pk", flat=True).first()
    if booking_id is None:
        raise BookingRefused(Refusal.NOT_FOUND)
    return int(booking_id)


def _is_fulfilled(tap: Tap, refused: BookingRefused) -> bool:
    """Tell whether the visit already has the state that the tap wanted: two tablets did the same."""
    if not isinstance(refused, WrongStatus) or isinstance(refused, VisitMoved):
        return False
    if tap.step == UNDO:
        return is_undone(refused.booking, tap.undoes)
    return tap.step in STEPS and is_step_done(step=tap.step, status=refused.booking.status)


def _reason(refused: BookingRefused | UnknownVisitType) -> str:
    if isinstance(refused, UnknownVisitType):
        return str(Refusal.NOT_FOUND)
    if isinstance(refused, NobodySpeaks):
        return NOT_SPOKEN
    return MOVED if isinstance(refused, VisitMoved) else str(refused.reason)
