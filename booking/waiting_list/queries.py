"""Queries of the waiting list: one entry as it stands now, and a store's list. Nothing here writes."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, Q, Subquery

from booking.models import Hold, WaitingListEntry, WaitingStatus
from booking.policy import MOST_MISSED_OFFERS
from booking.sending_times import missed_offers_after, plan_of
from booking.tokens import hold_token, read_reference
from stores.models import Store

OPEN = (WaitingStatus.WAITING, WaitingStatus.OFFERED)


@dataclass(frozen=True, slots=True)
class Offer:
    """An offered place; `hold` is the token that books it."""

    starts_at: datetime
    ends_at: datetime
    expires_at: datetime
    hold: str


@dataclass(frozen=True, slots=True)
class WaitingState:
    """The present state of an entry; `ahead` counts earlier entries for one of the same days."""

    entry: WaitingListEntry
    status: WaitingStatus
    offer: Offer | None
    ahead: int

    @property
    def is_open(self) -> bool:
        """Tell whether the entry is still on the list."""
        return self.status in OPEN


def entry_by_reference(reference: str) -> WaitingListEntry | None:
    """Return an entry with its store and visit type, by its reference in any spelling; None if it was forgotten.

    Entries that have left are erased at once, yet their link still shows that they have left.
    """
    plain = read_reference(reference)
    if plain is None:
        return None
    entries = WaitingListEntry.objects.select_related("store", "visit_type", "booking")
    known = entries.filter(Q(erased_at__isnull=True) | Q(status=WaitingStatus.LEFT))
    return known.filter(reference=plain).first()


def entry_of_store(reference: str, *, store_id: int) -> WaitingListEntry | None:
    """Return an entry of a store, open or ended; None for an unknown or an erased one. One statement."""
    entries = WaitingListEntry.objects.filter(reference=reference, store_id=store_id, erased_at=None)
    return entries.select_related("visit_type").first()


def ended_entries(store: Store) -> list[WaitingListEntry]:
    """Return the entries of a store that ended without a visit and are not erased yet, the latest first."""
    ended = WaitingListEntry.objects.filter(store=store, status=WaitingStatus.EXPIRED, is_repeat=False, erased_at=None)
    return list(ended.select_related("visit_type").order_by("-created_at", "-pk"))


def waiting_state(entry: WaitingListEntry, *, now: datetime) -> WaitingState:
    """Return the state of an entry by the clock, even if no worker has recorded it; at most two statements."""
    hold = Hold.objects.filter(offered_to=entry, expires_at__gt=now).first() if entry.status in OPEN else None
    offer = Offer(hold.starts_at, hold.ends_at, hold.expires_at, hold_token(hold.public_id)) if hold else None
    status = _status(entry, is_offered=hold is not None, now=now, store=entry.store)
    return WaitingState(entry, status, offer, _ahead(entry) if status == WaitingStatus.WAITING else 0)


def waiting_list(store: Store, *, now: datetime) -> list[WaitingState]:
    """Return the entries of a store's list, oldest first, with one statement."""
    alive = Hold.objects.filter(offered_to=OuterRef("pk"), expires_at__gt=now)
    fields = {name: Subquery(alive.values(name)) for name in ("starts_at", "ends_at", "expires_at", "public_id")}
    entries = (
        WaitingListEntry.objects.filter(store=store, status__in=OPEN, is_repeat=False)
        .select_related("visit_type")
        .annotate(**{f"kept_{name}": value for name, value in fields.items()})
        .order_by("created_at", "pk")
    )
    listed = (_listed(entry, now=now, store=store) for entry in entries)
    return [one for one in listed if one.is_open]


def _listed(entry: WaitingListEntry, *, now: datetime, store: Store) -> WaitingState:
    public_id: str | None = entry.kept_public_id  # type: ignore[attr-defined]  # this and the next: annotated
    offer = None
    if public_id:
        offer = Offer(
            entry.kept_starts_at,  # type: ignore[attr-defined]
            entry.kept_ends_at,  # type: ignore[attr-defined]
            entry.kept_expires_at,  # type: ignore[attr-defined]
            hold_token(public_id),
        )
    return WaitingState(entry, _status(entry, is_offered=bool(public_id), now=now, store=store), offer, 0)


def _status(entry: WaitingListEntry, *, is_offered: bool, now: datetime, store: Store) -> WaitingStatus:
    status = WaitingStatus(entry.status)
    if status not in OPEN or is_offered:
        return status
    zone, missed = ZoneInfo(store.time_zone), entry.missed_offers
    if status == WaitingStatus.OFFERED and entry.offered_at is not None:
        missed = missed_offers_after(missed_offers=missed, offered_at=entry.offered_at, zone=zone, plan=plan_of(store))
    is_over = entry.to_date < now.astimezone(zone).date() or missed >= MOST_MISSED_OFFERS
    return WaitingStatus.EXPIRED if is_over else WaitingStatus.WAITING


def _ahead(entry: WaitingListEntry) -> int:
    older = Q(created_at__lt=entry.created_at) | Q(created_at=entry.created_at, pk__lt=entry.pk)
    same_days = Q(from_date__lte=entry.to_date, to_date__gte=entry.from_date)
    others = WaitingListEntry.objects.filter(older, same_days, store_id=entry.store_id, status__in=OPEN)
    return others.filter(is_repeat=False).count()
