"""A store's protection during a rush."""

from stores.models import Store


def asks_proof_under_load(slug: str) -> bool:
    """Tell whether a store wants devices to calculate before they book then; an unknown one does not."""
    return Store.objects.filter(slug=slug, asks_proof_under_load=True).exists()
