"""The lookup of the store that a customer's page is about."""

from datetime import datetime

from django.http import Http404

from stores.queries import StorePage, UnknownStore, store_page


def store_or_404(slug: str, *, now: datetime) -> StorePage:
    """Return a store's rules around now, its public data and its questions. One statement. Raises Http404."""
    try:
        return store_page(slug, now)
    except UnknownStore:
        raise Http404 from None
