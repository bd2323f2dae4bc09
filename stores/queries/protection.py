"""Query of a store's protection during a rush."""

from stores.models import Store


def asks_proof_under_load(slug: str) -> bool:
    """Tell whether a store asks devices for a proof of work during a rush; False for an unknown store."""
    return Store.objects.filter(slug=slug, asks_proof_under_load=True).exists()
