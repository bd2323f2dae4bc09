"""The lookup of the store that a customer's page is about."""

from datetime import datetime

from django.http import Http404

from stores.queries import StoreDetail, UnknownStore, rules_around, store_detail
from stores.slots import StoreRules


def store_or_404(slug: str, *, now: datetime) -> tuple[StoreRules, StoreDetail]:
    """Return a store's rules around now, and the store in full. Two statements. Raises Http404."""
    try:
        rules = rules_around(slug, now)
    except UnknownStore:
        raise Http404 from None
    detail = store_detail(slug)
    if detail is None:
        raise Http404
    return rules, detail
