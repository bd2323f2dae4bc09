"""Countries of stores, kept by each process."""

from threading import Lock

from stores.models import Store

MOST_STORES = 10_000

_kept: dict[str, str] = {}
_lock = Lock()


def last_known_country(slug: str) -> str | None:
    """Return the country of a store as this process read it last; None if there is no such store.

    It may have changed since. Whoever acts upon it compares it with the store's rules, once these are locked, and calls
    `forget_country` where they differ. One statement for a store that is not kept.
    """
    if slug in _kept:
        return _kept[slug]
    country = Store.objects.filter(slug=slug).values_list("country", flat=True).first()
    if country is not None:
        with _lock:
            if len(_kept) >= MOST_STORES:
                _kept.clear()
            _kept[slug] = country
    return country


def forget_country(slug: str) -> None:
    """Read the country of a store anew when it is asked for next."""
    with _lock:
        _kept.pop(slug, None)
