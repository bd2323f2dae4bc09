"""Calendar feeds of a store and of its desks: a secret address is shown once, and only a digest is stored."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from booking.tokens import feed_digest, new_feed_secret
from stores.locks import lock_store_alone
from stores.models import Desk, Store
from stores.services import record_change


@transaction.atomic
def new_feed(*, store_id: int, user: User | None, now: datetime) -> str:
    """Make a new feed and return its secret; the old feed ends."""
    secret = new_feed_secret()
    _replace(store_id, feed_digest(secret), user=user, now=now)
    return secret


@transaction.atomic
def end_feed(*, store_id: int, user: User | None, now: datetime) -> None:
    """End a store's feed."""
    _replace(store_id, None, user=user, now=now)


@transaction.atomic
def new_desk_feed(*, desk_id: int, user: User | None, now: datetime) -> str:
    """Make a new feed of a desk and return its secret; the old one ends."""
    secret = new_feed_secret()
    _replace_of_desk(desk_id, feed_digest(secret), user=user, now=now)
    return secret


@transaction.atomic
def end_desk_feed(*, desk_id: int, user: User | None, now: datetime) -> None:
    """End a desk's feed."""
    _replace_of_desk(desk_id, None, user=user, now=now)


def _replace_of_desk(desk_id: int, digest: str | None, *, user: User | None, now: datetime) -> None:
    store = lock_store_alone(Desk.objects.values_list("store_id", flat=True).get(pk=desk_id))
    desk = Desk.objects.get(pk=desk_id)
    before = {"has_feed": bool(desk.feed_digest), "is_new_address": False}
    Desk.objects.filter(pk=desk_id).update(feed_digest=digest)
    after = {"has_feed": bool(digest), "is_new_address": bool(digest and desk.feed_digest)}
    record_change(store=store, user=user, what="desk_feed", subject=desk.name, before=before, after=after, now=now)


def _replace(store_id: int, digest: str | None, *, user: User | None, now: datetime) -> None:
    """Set the digest of the feed; the trail notes that the address is new, but never the address."""
    store = lock_store_alone(store_id)
    before = {"has_feed": bool(store.feed_digest), "is_new_address": False}
    Store.objects.filter(pk=store_id).update(feed_digest=digest)
    after = {"has_feed": bool(digest), "is_new_address": bool(digest and store.feed_digest)}
    record_change(store=store, user=user, what="feed", before=before, after=after, now=now)
