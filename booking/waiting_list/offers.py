"""Offers: a freed place is held for the customer who has waited longest, one customer at a time.

A pass over a store settles the offers that ran out, then makes one offer after the other, each in its own transaction,
until no entry fits. Passes over one store run one by one and read everything anew, so a place that was taken in the
meantime is simply not offered. An error with one entry does not stop the others.

Locks are taken in the order of `booking.places.locks`.
"""

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, OuterRef

from booking.customer_input import can_be_texted
from booking.message_kinds import Kind
from booking.models import Hold, WaitingListEntry, WaitingStatus
from booking.places.claims import claim_anywhere, days_taken, raise_days, release_expired_holds, store_hold
from booking.places.locks import lock_offers
from booking.places.runs import runs_at
from booking.policy import HOLD_EXTENSIONS, offer_until
from booking.sending_times import PLAN_FIELDS, MessagePlan, is_quiet, may_be_offered, plan_of
from booking.subjects import Subject
from booking.waiting_list.ended_offers import end_those_over, settle_offer
from booking.waiting_list.lifecycle import OPEN
from booking.waiting_list.open_starts import PlacesNow, in_days, minutes_of, places_now
from booking.waiting_list.upcoming_visits import BEYOND_THE_SHARE, Visit, visits_to_come
from notifications import outbox
from notifications.content import NewMessage
from notifications.models import Channel
from stores.models import Store
from stores.queries import rules_around
from stores.slots import StoreRules, VisitTypeRule

_MOST_OFFERS = 200  # in one pass; the next one goes on
_MOST_LOST = 5


log = logging.getLogger(__name__)


class _Gone(Exception):
    """Another transaction was faster with the place or the entry: nothing of this offer is written."""


class _Failed(Exception):
    """An offer to an entry failed and nothing of it is written: this pass skips the entry."""

    def __init__(self, entry_id: int) -> None:
        super().__init__()
        self.entry_id = entry_id


def stores_waiting() -> list[int]:
    """Return the stores with entries on their waiting lists, with one statement."""
    entries = WaitingListEntry.objects.filter(status__in=OPEN).order_by("store_id")
    return list(entries.values_list("store_id", flat=True).distinct())


def offer_places(*, store_id: int, now: datetime) -> int:
    """Offer a store's free places to its entries, oldest first; return how many were offered.

    If there is nothing to offer, it writes nothing and needs a fixed number of statements for any number of entries.
    """
    store = Store.objects.only("slug", "time_zone", *PLAN_FIELDS).get(pk=store_id)
    entries = _on_the_list(store_id, now=now)
    end_those_over(store, entries, now=now)
    for entry in entries:
        if entry.status == WaitingStatus.OFFERED and not entry.is_kept:  # type: ignore[attr-defined]  # annotated
            with _going_on(entry):
                settle_offer(store, entry.pk, now=now)
    if not entries:
        return 0
    release_expired_holds(store_id=store_id, now=now)
    made = lost = 0
    failed: set[int] = set()
    while made < _MOST_OFFERS and lost < _MOST_LOST:
        rules = rules_around(store.slug, now)
        entries = _on_the_list(store_id, now=now, without=failed)
        places = _places_for(entries, rules, now=now)
        _forget_taken(entries, places, now=now)
        if _match(entries, places, plan=plan_of(store), now=now) is None:
            break
        try:
            made += _offer(store, without=failed, now=now)
        except _Gone:
            lost += 1
        except _Failed as failure:
            failed.add(failure.entry_id)
    return made


def offer_channels(entry: WaitingListEntry, *, store: Store, now: datetime) -> list[Channel]:
    """Return the channels for a message about a place now: never text at night."""
    is_night = is_quiet(now, zone=ZoneInfo(store.time_zone), plan=plan_of(store))
    channels = [Channel.SMS] if can_be_texted(entry.phone) and not is_night else []
    return [*channels, Channel.EMAIL] if entry.email else channels


def can_be_offered(entry: WaitingListEntry) -> bool:
    """Tell whether an entry has a number or an address to which an offer can be sent."""
    return bool(entry.email) or can_be_texted(entry.phone)


# --- Who is next ----------------------------------------------------------------------------------


def _on_the_list(store_id: int, *, now: datetime, without: Collection[int] = ()) -> list[WaitingListEntry]:
    """Return the entries that wait or have an offer, oldest first; `is_kept`: the offered place is kept."""
    alive = Hold.objects.filter(offered_to=OuterRef("pk"), expires_at__gt=now)
    entries = WaitingListEntry.objects.filter(store_id=store_id, status__in=OPEN).annotate(is_kept=Exists(alive))
    return list(entries.exclude(pk__in=without).order_by("created_at", "pk"))


def _places_for(entries: Sequence[WaitingListEntry], rules: StoreRules, *, now: datetime) -> PlacesNow:
    first = min((entry.from_date for entry in entries), default=now.date())
    last = max((entry.to_date for entry in entries), default=now.date())
    return places_now(rules, from_date=first, to_date=last, now=now)


def _match(
    entries: Sequence[WaitingListEntry], places: PlacesNow, *, plan: MessagePlan, now: datetime
) -> tuple[WaitingListEntry, datetime] | None:
    """Return the entry that has waited longest of those that can be offered a place now, and the place's start."""
    most = places.rules.open_bookings_per_customer + BEYOND_THE_SHARE
    visits: Mapping[int, set[Visit]] = {}  # read only once an offer is possible
    for entry in entries:
        with _going_on(entry):
            for start in _starts_for(entry, places, plan=plan, now=now):
                visits = visits or visits_to_come(entries, store_id=places.rules.id, now=now)
                if len(visits[entry.pk]) < most and (entry.visit_type_id, start) not in visits[entry.pk]:
                    return entry, start
    return None


def _starts_for(entry: WaitingListEntry, places: PlacesNow, *, plan: MessagePlan, now: datetime) -> Iterator[datetime]:
    """Yield the starts that can be offered to an entry now, without those its customer already knew to be free."""
    if entry.status != WaitingStatus.WAITING or entry.is_repeat or not can_be_offered(entry):
        return
    if not may_be_offered(last_offered_at=entry.offered_at, now=now, zone=places.rules.zone, plan=plan):
        return
    known = set(entry.known_starts)
    kind = _kind_of(entry, places.rules)
    for start in _free_for(entry, places):
        is_new = minutes_of([start])[0] not in known
        if is_new and kind and offer_until(starts_at=start, now=now, rules=places.rules, kind=kind) is not None:
            yield start


@contextmanager
def _going_on(entry: WaitingListEntry) -> Iterator[None]:
    """Log an error with one entry, and let the pass go on."""
    try:
        yield
    except _Gone:
        raise
    except Exception:
        log.exception("offer_failed", extra={"entry_id": entry.pk, "store_id": entry.store_id})


def _kind_of(entry: WaitingListEntry, rules: StoreRules) -> VisitTypeRule | None:
    """Return the kind of visit that an entry waits for; None where it is no longer offered."""
    return next((kind for kind in rules.visit_types if kind.id == entry.visit_type_id), None)


def _free_for(entry: WaitingListEntry, places: PlacesNow) -> Sequence[datetime]:
    kind = _kind_of(entry, places.rules)
    starts = places.starts(kind, entry.party_size, entry.language) if kind else ()
    return in_days(starts, from_date=entry.from_date, to_date=entry.to_date, rules=places.rules)


def _forget_taken(entries: Sequence[WaitingListEntry], places: PlacesNow, *, now: datetime) -> None:
    """Remove starts that others took from those the customer knew to be free: they may come free again.

    A start that is only held or offered is not taken yet: a customer who passed a place is not asked again because the
    next one passes it too.
    """
    with_known = [entry for entry in entries if entry.known_starts]
    if not with_known:
        return
    held = Hold.objects.filter(store_id=places.rules.id, expires_at__gt=now)
    spans = [minutes_of((hold.taken_from, hold.taken_until)) for hold in held]
    for entry in with_known:
        free, kind = set(minutes_of(_free_for(entry, places))), _kind_of(entry, places.rules)
        minutes = places.rules.slot_minutes * kind.slot_count if kind else 0
        soonest = minutes_of([places.soonest(kind) if kind else now])[0]
        kept = [
            start
            for start in entry.known_starts
            if start in free or start < soonest or any(first < start + minutes and start < end for first, end in spans)
        ]
        if kept != entry.known_starts:
            entry.known_starts = kept
            same = WaitingListEntry.objects.filter(pk=entry.pk, updated_at=entry.updated_at)
            same.update(known_starts=kept)


# --- Making an offer ------------------------------------------------------------------------------


@transaction.atomic
def _offer(store: Store, *, without: Collection[int], now: datetime) -> bool:
    """Make the next offer; False if no further entry fits. Raises _Gone, _Failed."""
    lock_offers(store.pk)
    rules = rules_around(store.slug, now, lock=True)
    entries = _on_the_list(store.pk, now=now, without=without)
    found = _match(entries, _places_for(entries, rules, now=now), plan=plan_of(store), now=now)
    if found is None:
        return False
    entry, start = found
    with _going_on(entry):
        _offer_to(entry, start, store, rules, now=now)
        return True
    raise _Failed(entry.pk)


def _offer_to(entry: WaitingListEntry, start: datetime, store: Store, rules: StoreRules, *, now: datetime) -> None:
    """Offer a start to an entry: hold its place and write the message. Raises _Gone."""
    offered = {"status": WaitingStatus.OFFERED, "offers": entry.offers + 1, "offered_at": now, "offered_start": start}
    waiting = WaitingListEntry.objects.filter(pk=entry.pk, status=WaitingStatus.WAITING)
    if not waiting.update(**offered, updated_at=now):
        raise _Gone
    entry.offers += 1
    hold = _keep_place(rules, entry, start, now=now)
    channels = offer_channels(entry, store=store, now=now)
    outbox.enqueue([_message(store, entry, channel, hold, now=now) for channel in channels], now=now)
    raise_days(store.pk, days_taken(hold, store.time_zone))


def _keep_place(rules: StoreRules, entry: WaitingListEntry, start: datetime, *, now: datetime) -> Hold:
    kind = _kind_of(entry, rules)
    if kind is None:
        raise _Gone
    expires_at = offer_until(starts_at=start, now=now, rules=rules, kind=kind)
    runs = runs_at(rules.chosen("", entry.language), kind, start)
    run = claim_anywhere(rules, runs, kind, now=now, party_size=entry.party_size, from_web=True)
    if run is None or expires_at is None:
        raise _Gone
    return store_hold(
        rules,
        run,
        visit_type_id=kind.id,
        party_size=entry.party_size,
        expires_at=expires_at,
        extensions=HOLD_EXTENSIONS,  # others wait, so the half hour cannot be extended
        offered_to=entry,
    )


def _message(store: Store, entry: WaitingListEntry, channel: Channel, hold: Hold, *, now: datetime) -> NewMessage:
    return NewMessage(
        account=store.slug,
        subject=str(Subject.waiting_list_entry(entry.reference)),
        kind=Kind.PLACE_OFFERED,
        sequence=entry.offers,
        channel=channel,
        due_at=now,
        not_after=hold.expires_at,
        is_limited=False,
    )
