"""The number from which the code on a store's door is made."""

from stores.models import Store


def door_number(slug: str) -> int:
    """Return which code of its door is good at a store, 0 where there is no such store."""
    return Store.objects.filter(slug=slug).values_list("door_number", flat=True).first() or 0
