"""Holds: places kept for a few minutes while somebody types."""

from datetime import datetime, timedelta

from django.db import transaction

from booking.models import Hold
from booking.policy import HOLD_EXTENSIONS, HOLD_MINUTES, BookingRefused, Refusal
from booking.services.closed_slots import refused_without_place
from booking.services.places import (
    claim_anywhere,
    days_of,
    drop_hold,
    keep_run,
    lock_slots,
    raise_days,
    share_lock_store,
)
from booking.services.wishes import Wish, read_wish, with_another_try
from booking.tokens import read_hold_token


def hold(*, store: str, visit_type: str, starts_at: datetime, party_size: int, now: datetime, desk: str = "") -> Hold:
    """Keep places for 5 minutes, at one desk where the customer chose it.

    Raises BookingRefused, LookupError for an unknown store or visit type.
    """
    wish = Wish(store=store, visit_type=visit_type, starts_at=starts_at, party_size=party_size, desk=desk)
    return with_another_try(lambda: _hold(wish, now=now), store=store, now=now)


def hold_instead(
    *, kept: str, store: str, visit_type: str, starts_at: datetime, party_size: int, now: datetime, desk: str = ""
) -> Hold:
    """Keep places for 5 minutes instead of those that the token `kept` keeps, which are given back.

    The old ones go only with the new ones had: where those are refused, the old hold lives on. Raises as `hold`.
    """
    wish = Wish(store=store, visit_type=visit_type, starts_at=starts_at, party_size=party_size, desk=desk)
    return with_another_try(lambda: _hold_instead(kept, wish, now=now), store=store, now=now)


@transaction.atomic
def extend_hold(*, token: str, now: datetime) -> Hold:
    """Keep the places 5 minutes more, twice at most. Raises BookingRefused HOLD_EXPIRED."""
    kept = live_hold(token, now=now)
    if kept is None or kept.extensions >= HOLD_EXTENSIONS:
        raise BookingRefused(Refusal.HOLD_EXPIRED)
    kept.extensions += 1
    kept.expires_at += timedelta(minutes=HOLD_MINUTES)
    kept.save(update_fields=["extensions", "expires_at"])
    raise_days(kept.store_id, days_of(kept.starts_at, kept.ends_at, kept.store.time_zone))
    return kept


@transaction.atomic
def release_hold(*, token: str, now: datetime) -> bool:
    """Give the places back now; return whether they were still kept."""
    kept = live_hold(token, now=now)
    if kept is None:
        return False
    share_lock_store(kept.store_id)
    return bool(drop_hold(kept))


def live_hold(token: str, *, now: datetime) -> Hold | None:
    """Return and lock the hold of a token, or None where there is none, or none any more."""
    public_id = read_hold_token(token)
    if public_id is None:
        return None
    holds = Hold.objects.select_related("store").select_for_update(of=("self",))
    return holds.filter(public_id=public_id, expires_at__gt=now).first()


@transaction.atomic
def _hold_instead(token: str, wish: Wish, *, now: datetime) -> Hold:
    """Let go of one hold and take another, in one transaction: a refusal leaves both as they were."""
    rules, _, runs = read_wish(wish, now=now, by_staff=False)
    old = live_hold(token, now=now)
    if old is not None:
        if old.store_id == rules.id:
            lock_slots(rules.id, [(old.starts_at, old.ends_at), (runs[0].starts_at, runs[0].ends_at)])
        drop_hold(old)
    return _hold(wish, now=now)


@transaction.atomic
def _hold(wish: Wish, *, now: datetime) -> Hold:
    rules, visit_type, runs = read_wish(wish, now=now, by_staff=False)
    run = claim_anywhere(rules, runs, party_size=wish.party_size, from_web=True)
    if run is None:
        raise refused_without_place(rules, runs, from_web=True)
    kept = keep_run(
        rules,
        run,
        visit_type_id=visit_type.id,
        party_size=wish.party_size,
        expires_at=now + timedelta(minutes=HOLD_MINUTES),
        desk_was_chosen=bool(wish.desk),
    )
    raise_days(rules.id, days_of(run.starts_at, run.ends_at, rules.zone.key))
    return kept
