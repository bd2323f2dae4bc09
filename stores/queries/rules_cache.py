"""Rules of stores' slots, kept by each process for as long as their version is true."""

from dataclasses import dataclass
from datetime import date

from django.db import connection

from stores.bounded_cache import BoundedCache
from stores.queries.one_store import store_rules
from stores.slots import StoreRules

MOST_STORES = 256


@dataclass(frozen=True, slots=True)
class _Kept:
    """Rules with the special hours from the day before `from_date` on."""

    from_date: date
    rules: StoreRules


_kept: BoundedCache[tuple[str, str], _Kept] = BoundedCache(MOST_STORES)


def kept_rules(slug: str, *, from_date: date, store_id: int, version: int) -> StoreRules:
    """Return what `store_rules` returns, with more of the special hours perhaps; no statement if they are kept.

    `version` is the store's `hours_version`, just read with its id. The rules returned are newer than it if they have
    changed since. Inside a transaction nothing is kept: what it sees may never be committed. Raises UnknownStore.
    """
    if connection.in_atomic_block:
        return store_rules(slug, from_date=from_date)
    key = connection.alias, slug
    kept = _kept.get(key)
    if (
        kept is not None
        and (kept.rules.id, kept.rules.hours_version) == (store_id, version)
        and kept.from_date <= from_date
    ):
        return kept.rules
    rules = store_rules(slug, from_date=from_date)
    _kept.keep(key, _Kept(from_date, rules))
    return rules
