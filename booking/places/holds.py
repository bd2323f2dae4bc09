"""Holds: places kept for a few minutes while somebody types."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import ceil

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.db.models import Count, Min, Q

from booking.limits import HOLDS, HOLDS_AT_STORE, ClientDigests, TooManyHolds
from booking.models import Hold
from booking.models.built_queries import BuiltQuery
from booking.models.joint_writes import Part, can_join_writes, insert_part, write_jointly
from booking.places.claims import (
    claim_anywhere,
    days_part,
    days_taken,
    drop_hold,
    give_places_back,
    lock_slots,
    new_hold,
    raise_days,
)
from booking.places.closed_slots import refused_without_place
from booking.places.locks import lock_client, lock_entry
from booking.places.requests import SlotRequest, resolve_request, retry_after_expired_holds
from booking.places.runs import Run
from booking.places.seen_slots import SeenSlots, see_slots
from booking.policy import HOLD_EXTENSIONS, HOLD_MINUTES
from booking.refusals import BookingRefused, Refusal
from booking.tokens import read_hold_token
from stores.locks import share_lock_store
from stores.slots import StoreRules, VisitTypeRule

_RELEASE = "DELETE FROM booking_hold WHERE id = %s RETURNING id"


def hold_places(
    *,
    store: str,
    visit_type: str,
    starts_at: datetime,
    party_size: int,
    now: datetime,
    desk: str = "",
    language: str = "",
    client: ClientDigests | None = None,
) -> Hold:
    """Keep places for 5 minutes, at the chosen desk if any; `client` is the client that asks on the web.

    `language` is what the customer asks to speak: the desk is one that speaks it.
    Raises BookingRefused, TooManyHolds, LookupError for an unknown store or visit type.
    """
    asked = SlotRequest(store, visit_type, starts_at, party_size, desk, language=language)
    return retry_after_expired_holds(lambda: _hold(asked, client=client, now=now), store=store, now=now)


def hold_other_places(
    *,
    instead_of: str,
    store: str,
    visit_type: str,
    starts_at: datetime,
    party_size: int,
    now: datetime,
    desk: str = "",
    language: str = "",
    client: ClientDigests | None = None,
) -> Hold:
    """Keep places for 5 minutes, and give back those that the token `instead_of` keeps.

    The old places are given back only if the new ones are taken: after a refusal the old hold stays. Raises the errors
    of `hold_places`.
    """
    asked = SlotRequest(store, visit_type, starts_at, party_size, desk, language=language)
    return retry_after_expired_holds(
        lambda: _hold_instead(instead_of, asked, client=client, now=now), store=store, now=now
    )


@transaction.atomic
def extend_hold(*, token: str, now: datetime) -> Hold:
    """Keep the places 5 minutes more, twice at most. Raises BookingRefused HOLD_EXPIRED."""
    hold = live_hold(token, now=now)
    if hold is None or hold.extensions >= HOLD_EXTENSIONS:
        raise BookingRefused(Refusal.HOLD_EXPIRED)
    hold.extensions += 1
    hold.expires_at += timedelta(minutes=HOLD_MINUTES)
    hold.save(update_fields=["extensions", "expires_at"])
    raise_days(hold.store_id, days_taken(hold, hold.store.time_zone))
    return hold


@transaction.atomic
def release_hold(*, token: str, now: datetime) -> bool:
    """Give the places back now; return whether they were still kept."""
    hold = live_hold(token, now=now)
    return hold is not None and bool(drop_hold(hold))


def live_hold(token: str, *, now: datetime) -> Hold | None:
    """Return and lock the hold of a token; None if there is none or it has expired.

    Its store is locked before it, and so is the waiting list entry for which it is kept.
    """
    public_id = read_hold_token(token)
    if public_id is None:
        return None
    if connection.features.has_select_for_update:
        _lock_before(public_id)
    holds = Hold.objects.select_related("store").select_for_update(of=("self",))
    return holds.filter(public_id=public_id, expires_at__gt=now).first()


def released_part(hold: Hold) -> Part:
    """Return the deletion of a hold as a part of the joint write of what has its places from then on."""
    return Part("released", _RELEASE, [hold.pk], 1)


def _lock_before(public_id: str) -> None:
    for store_id, entry_id in Hold.objects.filter(public_id=public_id).values_list("store_id", "offered_to_id"):
        share_lock_store(store_id)
        if entry_id is not None:
            lock_entry(entry_id)


@transaction.atomic
def _hold_instead(token: str, asked: SlotRequest, *, client: ClientDigests | None, now: datetime) -> Hold:
    """Release one hold and take another, in one transaction: a refusal changes nothing."""
    rules, visit_type, runs = resolve_request(asked, now=now, by_staff=False)
    old = live_hold(token, now=now)
    if old is None:
        return _hold(asked, client=client, now=now)
    _refuse_too_many(client, store_id=rules.id, instead_of=old, now=now)
    if old.store_id == rules.id:
        lock_slots(rules.id, [old], runs)
    freed = give_places_back(old.store, [], holds=[old])
    hold = _keep(asked, rules, visit_type, runs, client=client, now=now, raised_by_caller=True)
    days = {old.store_id: freed}
    days[rules.id] = days.get(rules.id, set()) | days_taken(hold, rules.zone.key)
    for store_id in sorted(days):
        raise_days(store_id, days[store_id])
    return hold


@transaction.atomic
def _hold(asked: SlotRequest, *, client: ClientDigests | None, now: datetime) -> Hold:
    rules, visit_type, runs = resolve_request(asked, now=now, by_staff=False)
    _refuse_too_many(client, store_id=rules.id, now=now)
    seen = see_slots(rules.id, runs) if can_join_writes() else None  # where no row is locked, none is waited for
    return _keep(asked, rules, visit_type, runs, client=client, now=now, seen=seen)


def _keep(
    asked: SlotRequest,
    rules: StoreRules,
    visit_type: VisitTypeRule,
    runs: Sequence[Run],
    *,
    client: ClientDigests | None,
    now: datetime,
    seen: SeenSlots | None = None,
    raised_by_caller: bool = False,
) -> Hold:
    """Take places, write the hold and raise its days last of all, unless the caller has more to write before."""
    kept: list[Hold] = []

    def write(run: Run, claim: Part | None) -> bool:
        hold = new_hold(
            rules,
            run,
            visit_type_id=visit_type.id,
            party_size=asked.party_size,
            expires_at=now + timedelta(minutes=HOLD_MINUTES),
            desk_was_chosen=bool(asked.desk),
            **_kept_by(client),
        )
        kept.append(hold)
        days = () if raised_by_caller else days_taken(hold, rules.zone.key)
        return _write(hold, claim, days)

    run = claim_anywhere(
        rules, runs, visit_type, now=now, party_size=asked.party_size, from_web=True, write=write, seen=seen
    )
    if run is None:
        raise refused_without_place(rules, runs, from_web=True, seen=seen)
    return kept[-1]


def _write(hold: Hold, claim: Part | None, days: Collection[date]) -> bool:
    """Write a hold after the claim of its places, and raise days; tell whether the claim found places."""
    if claim is None:
        hold.save(force_insert=True)
        raise_days(hold.store_id, days)
        return True
    held = insert_part("held", [hold], after=[claim])
    raised = [days_part(hold.store_id, days, after=[claim, held])] if days else []
    found = write_jointly([claim, held, *raised], returning=held)
    if found:
        hold.pk, hold._state.adding, hold._state.db = found[0], False, DEFAULT_DB_ALIAS
    return bool(found)


def _kept_by(client: ClientDigests | None) -> dict[str, str]:
    if client is None:
        return {}
    return {"client_digest": client.narrow, "home_digest": client.home, "site_digest": client.site}


def _refuse_too_many(
    client: ClientDigests | None, *, store_id: int, now: datetime, instead_of: Hold | None = None
) -> None:
    """Raise TooManyHolds if a client, or one of its networks, already has as many holds as allowed."""
    if client is None or not settings.RATE_LIMITS:
        return
    lock_client(client.site)
    widths = {name: Q(**{name: digest}) for name, digest in _kept_by(client).items()}
    at_store = Q(store_id=store_id)
    counts = {f"{name}_all": Count("pk", filter=width) for name, width in widths.items()}
    counts_here = {f"{name}_here": Count("pk", filter=width & at_store) for name, width in widths.items()}
    live = Hold.objects.filter(site_digest=client.site, expires_at__gt=now)
    if instead_of is not None:
        live = live.exclude(pk=instead_of.pk)
    found = live.aggregate(**counts, **counts_here, first=Min("expires_at"))
    for name, times in zip(widths, (1, 2, 5), strict=True):
        if found[f"{name}_all"] >= HOLDS.amount * times or found[f"{name}_here"] >= HOLDS_AT_STORE.amount * times:
            raise TooManyHolds(max(1, ceil((found["first"] - now).total_seconds())))


@dataclass(frozen=True, slots=True)
class HeldPlace:
    """A hold as the customer's page shows it; `desk` is set only if they chose one."""

    token: str
    store: str
    visit_type: str
    starts_at: datetime
    party_size: int
    desk: str
    expires_at: datetime
    may_extend: bool
    held_at: str = ""  # the slug of its desk, chosen or not


_SHOWN = (
    *("store__slug", "visit_type__slug", "desk__slug", "starts_at", "party_size", "desk_was_chosen", "expires_at"),
    "extensions",
)
_HELD = BuiltQuery(
    lambda public_id, now: Hold.objects.filter(public_id=public_id, expires_at__gt=now).values_list(*_SHOWN),
    "a public id",
    datetime(1, 1, 2, tzinfo=UTC),
)


def held_place(token: str, *, now: datetime) -> HeldPlace | None:
    """Return the hold of a token; None if there is none or it has expired. One statement."""
    public_id = read_hold_token(token)
    if public_id is None:
        return None
    found = _HELD.rows(public_id, now)
    for store, visit_type, desk, starts_at, party_size, desk_was_chosen, expires_at, extensions in found:
        return HeldPlace(
            token=token,
            store=store,
            visit_type=visit_type,
            starts_at=starts_at,
            party_size=party_size,
            desk=desk if desk_was_chosen else "",
            expires_at=expires_at,
            may_extend=extensions < HOLD_EXTENSIONS,
            held_at=desk,
        )
    return None
