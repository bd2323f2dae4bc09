"""Keys of programs: made and ended by managers, each with scopes, an end, and one store or an organization's stores."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet

from booking.models import ApiKey, Booking
from booking.refusals import BookingRefused, Refusal
from booking.tokens import keyed_digest, read_reference
from stores.locks import lock_store_alone
from stores.models import Organization, SetupChange, Store
from stores.services import BadValue, change_line, record_change

READ_DAY, WRITE_BOOKINGS = "read:day", "write:bookings"
SCOPES = (READ_DAY, WRITE_BOOKINGS)
DAYS_VALID = (30, 90, 365)
MOST_OF_A_STORE = 20
PREFIX = "carillon_"
_BYTES = 32
_USE_NOTED_EVERY = timedelta(minutes=1)
_REFUSAL_NOTED_EVERY = timedelta(hours=1)


@transaction.atomic
def make_api_key(
    *,
    store: Store,
    organization: Organization | None,
    name: str,
    scopes: Sequence[str],
    days: int,
    user: User | None,
    now: datetime,
) -> tuple[ApiKey, str]:
    """Make a key for a store, or for all stores of one of its organizations; return it and what is shown once.

    Raises BadValue.
    """
    granted = [scope for scope in SCOPES if scope in scopes]
    if not granted:
        raise BadValue("scopes", "required")
    lock_store_alone(store.pk)
    if keys_at(store).count() >= MOST_OF_A_STORE:
        raise BadValue("name", "too_many")
    secret = PREFIX + secrets.token_urlsafe(_BYTES)
    key = ApiKey.objects.create(
        store=None if organization else store,
        organization=organization,
        name=name,
        digest=_digest(secret),
        scopes=" ".join(granted),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    _record(store, key, {}, {"scopes": granted, "valid_until": key.expires_at.date()}, user=user, now=now)
    return key, secret


@transaction.atomic
def end_api_key(*, store: Store, key_id: int, organizations: Sequence[Organization], user: User, now: datetime) -> None:
    """End a key of a store, or of one of these organizations. Raises LookupError for another one."""
    lock_store_alone(store.pk)
    key = keys_at(store).filter(Q(store=store) | Q(organization__in=organizations), pk=key_id).first()
    if key is None:
        raise LookupError(key_id)
    ApiKey.objects.filter(pk=key_id).delete()
    _record(store, key, {"scopes": key.scopes.split()}, {}, user=user, now=now)


def keys_at(store: Store) -> QuerySet[ApiKey]:
    """Return the keys that open a store: its own, and those of its organizations; by name."""
    of_it = Q(store=store) | Q(organization__stores=store)
    return ApiKey.objects.filter(of_it).select_related("organization").order_by("name", "pk").distinct()


def read_api_key(secret: str, *, now: datetime) -> ApiKey | None:
    """Return the key that a program gave, None for an unknown or an expired one."""
    if not secret.startswith(PREFIX):
        return None
    return ApiKey.objects.filter(digest=_digest(secret), expires_at__gt=now).first()


def note_use(key: ApiKey, *, now: datetime) -> None:
    """Note when a key was last used, to the minute."""
    if key.last_used_at is None or abs(now - key.last_used_at) >= _USE_NOTED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)


@transaction.atomic
def note_refused(key: ApiKey, *, slug: str, scope: str, now: datetime) -> None:
    """Tell the store's trail, once an hour at most, that a key was used for what it is not for."""
    if key.refused_at is not None and abs(now - key.refused_at) < _REFUSAL_NOTED_EVERY:
        return
    stores = _stores_of(key)
    store = stores.filter(slug=slug).first() or (stores.first() if key.store_id else None)
    if store is None:
        return
    lock_store_alone(store.pk)
    ApiKey.objects.filter(pk=key.pk).update(refused_at=now)
    after = {"refused_for": scope or slug}
    record_change(store=store, user=None, what="api_key", subject=key.name, before={}, after=after, now=now)


def store_by_key(key: ApiKey, slug: str) -> Store:
    """Return a store that a key opens. Raises BookingRefused NOT_FOUND."""
    store = _stores_of(key).filter(slug=slug).first()
    if store is None:
        raise BookingRefused(Refusal.NOT_FOUND)
    return store


def booking_by_key(key: ApiKey, reference: str) -> Booking:
    """Return a booking of a store that a key opens, with its relations. Raises BookingRefused NOT_FOUND."""
    bookings = Booking.objects.filter(reference=read_reference(reference), store__in=_stores_of(key))
    booking = bookings.select_related("store", "desk", "visit_type").first()
    if booking is None:
        raise BookingRefused(Refusal.NOT_FOUND)
    return booking


def _stores_of(key: ApiKey) -> QuerySet[Store]:
    if key.store_id is not None:
        return Store.objects.filter(pk=key.store_id)
    return Store.objects.filter(organizations=key.organization_id)


def _digest(secret: str) -> str:
    return keyed_digest("api key", secret)


def _record(
    store: Store, key: ApiKey, before: Mapping[str, object], after: Mapping[str, object], *, user: User | None,
    now: datetime,
) -> None:  # fmt: skip
    """Add a line to the trail of each store that a key opens."""
    stores = [store] if key.organization_id is None else list(_stores_of(key))
    lines = [
        change_line(store=one, user=user, what="api_key", subject=key.name, before=before, after=after, now=now)
        for one in stores
    ]
    SetupChange.objects.bulk_create(line for line in lines if line is not None)
