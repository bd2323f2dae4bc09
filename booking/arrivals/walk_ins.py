"""Walk-ins: people who came without a booking and are let in at once, in the present slot."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from booking.bookings.changes import note_change
from booking.bookings.lifecycle import store_booking
from booking.bookings.refusals import NobodySpeaks
from booking.customer_input import QuestionAnswer
from booking.models import Booking, BookingEvent, EventKind, Source, Status
from booking.places.claims import claim_anywhere, days_taken, squeeze_in
from booking.places.closed_slots import refused_without_place
from booking.places.requests import retry_after_expired_holds, visit_type_or_raise
from booking.places.runs import Run, runs_now
from booking.policy import places_needed
from booking.refusals import BookingRefused, NoPlace, Refusal
from booking.who import Who
from stores.models import Store
from stores.queries import rules_around
from stores.slots import StoreRules, VisitTypeRule


def admit_walk_in(  # noqa: PLR0913 -- one for each thing the form at the counter asks
    *,
    store: Store,
    visit_type: str,
    party_size: int,
    name: str,
    squeeze_in: bool,
    now: datetime,
    user: User,
    locale: str = "en",
    happened_at: datetime | None = None,
    action_id: UUID | None = None,
    squeeze_desk_id: int | None = None,
    was_in_line: bool = False,
    language: str = "",
    answers: Sequence[QuestionAnswer] = (),
) -> Booking:
    """Take places in the present slot for a walk-in, and check them in at once.

    `squeeze_in` admits them even if it is full, at `squeeze_desk_id` if that desk is at work. `happened_at` is when
    they came, for a tablet that was offline: they take a place of that moment. An `action_id` seen before changes
    nothing. Somebody who `was_in_line` keeps their visit type and party, whatever the store offers by now. `language`
    is what they ask to speak, "" for any. Raises BookingRefused, NobodySpeaks, UnknownVisitType.
    """
    draft = Booking(party_size=party_size, source=Source.WALK_IN, name=name, locale=locale, language=language)
    draft.answers = [{"question": one.question, "answer": one.answer} for one in answers]
    draft.checked_in_at = min(happened_at or now, now)
    admit = partial(
        _admit_walk_in, store.slug, visit_type, draft, now=now, user=user, action_id=action_id, was_in_line=was_in_line
    )
    try:
        return retry_after_expired_holds(partial(admit, squeeze=False, desk_id=None), store=store.slug, now=now)
    except NoPlace:
        if not squeeze_in:
            raise
    return retry_after_expired_holds(partial(admit, squeeze=True, desk_id=squeeze_desk_id), store=store.slug, now=now)


@transaction.atomic
def _admit_walk_in(
    store: str,
    visit_type_slug: str,
    draft: Booking,
    *,
    squeeze: bool,
    desk_id: int | None,
    now: datetime,
    user: User,
    action_id: UUID | None,
    was_in_line: bool,
) -> Booking:
    if (admitted := _admitted_by(action_id, store)) is not None:
        return admitted
    came_at = draft.checked_in_at or now
    rules = rules_around(store, came_at, lock=True)
    visit_type = rules.booked_type(visit_type_slug, party_size=draft.party_size) if was_in_line else None
    visit_type = visit_type or visit_type_or_raise(rules, visit_type_slug)
    if draft.party_size > visit_type.max_party_size:
        raise BookingRefused(Refusal.PARTY_TOO_LARGE)
    # Whoever was in line came while this kind of visit had its hours.
    asked = replace(visit_type, weekly=()) if was_in_line else visit_type
    runs = _runs_to_speak(rules, asked, draft.language, was_in_line=was_in_line, now=came_at)
    run = _place_for_walk_in(
        rules, runs, visit_type, party_size=draft.party_size, squeeze=squeeze, desk_id=desk_id, now=now
    )
    draft.status, draft.checked_in_at = Status.CHECKED_IN, came_at
    booking = store_booking(draft, rules, visit_type, run, now=now, user=user)
    note_change(
        booking,
        EventKind.CHECKED_IN,
        who=Who.staff(user, now),
        days=days_taken(run, rules.zone.key),
        happened_at=came_at,
        from_status=Status.CONFIRMED,
        action_id=action_id,
    )
    return booking


def _admitted_by(action_id: UUID | None, store: str) -> Booking | None:
    """Return the walk-in that a tap has let in already."""
    if action_id is None:
        return None
    before = BookingEvent.objects.filter(action_id=action_id, booking__store__slug=store).select_related("booking")
    event = before.first()
    return event.booking if event else None


def _runs_to_speak(
    rules: StoreRules, asked: VisitTypeRule, language: str, *, was_in_line: bool, now: datetime
) -> list[Run]:
    """Return the runs of now at desks that speak a language. Raises NobodySpeaks, BookingRefused for none."""
    speaking = rules.chosen("", language)
    if was_in_line and not speaking.for_kind(asked).desks:
        speaking = rules  # nobody speaks it any more: whoever waits is served all the same
    runs = runs_now(speaking, asked, now=now)
    if not runs:
        raise NobodySpeaks if runs_now(rules, asked, now=now) else BookingRefused(Refusal.SLOT_CLOSED)
    return runs


def _place_for_walk_in(
    rules: StoreRules,
    runs: list[Run],
    visit_type: VisitTypeRule,
    *,
    party_size: int,
    squeeze: bool,
    desk_id: int | None,
    now: datetime,
) -> Run:
    """Take places in one of the runs; in a full one, at this desk if it is at work, where `squeeze` allows it."""
    run = claim_anywhere(rules, runs, visit_type, now=now, party_size=party_size, from_web=False)
    if run is not None:
        return run
    if not squeeze:
        raise refused_without_place(rules, runs, from_web=False)
    run = next((one for one in runs if one.desk.id == desk_id), runs[0])
    squeeze_in(rules.id, run, places=places_needed(party_size=party_size, counts_people=rules.counts_people))
    return run
