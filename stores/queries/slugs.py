"""Slugs of all stores and organizations, for the list of all pages; and origins that may show a store's times."""

from stores.models import Organization, Store


def store_count() -> int:
    """Return how many stores there are."""
    return Store.objects.count()


def store_slugs(*, offset: int, limit: int) -> list[str]:
    """Return some of all stores' slugs, in their order. One SQL statement."""
    return list(Store.objects.order_by("slug").values_list("slug", flat=True)[offset : offset + limit])


def organization_slugs() -> list[str]:
    """Return the slugs of all organizations. One SQL statement."""
    return list(Organization.objects.order_by("slug").values_list("slug", flat=True))


def embed_origins(store_id: int) -> list[str]:
    """Return the sites that may show a store's times in a frame, as origins. One SQL statement."""
    return str(Store.objects.values_list("embed_origins", flat=True).get(pk=store_id)).split()
