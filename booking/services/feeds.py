"""The store's calendar feed: a secret address, shown once, of which only a digest is kept."""

from django.db import transaction

from booking.tokens import feed_digest, new_feed_secret
from stores.models import Store


@transaction.atomic
def new_feed(*, store_id: int) -> str:
    """Return the secret of a new feed; the old one ends with it."""
    secret = new_feed_secret()
    Store.objects.filter(pk=store_id).update(feed_digest=feed_digest(secret))
    return secret


@transaction.atomic
def end_feed(*, store_id: int) -> None:
    """End a store's feed."""
    Store.objects.filter(pk=store_id).update(feed_digest=None)
