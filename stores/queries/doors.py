"""Numbers of the codes on stores' doors."""

from stores.models import Store


def door_number(slug: str) -> int:
    """Return the number of the valid code on a store's door; 0 if there is no such store."""
    return Store.objects.filter(slug=slug).values_list("door_number", flat=True).first() or 0
