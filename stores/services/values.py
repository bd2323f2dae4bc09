"""Shared parts of changes of a store: checks of values, and the store's lock and trail."""

from django.db.models import F

from stores.locks import lock_store_alone
from stores.models import Store
from stores.words import can_be_seen, cleaned


class BadValue(ValueError):
    """A value that cannot be kept: `field` as a dotted path, `code` one of required, too_long, out_of_range, ...."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(f"{field}: {code}")
        self.field = field
        self.code = code


class BadHours(BadValue):
    """Hours that cannot be kept: `code` is overlap, duplicate, invalid or too_many."""


def lock(store: Store) -> Store:
    """Take the store's row alone until the transaction ends, and return it is now.

    Rows that only refer to it may still be added.
    """
    return lock_store_alone(store.pk)


def raise_version(store: Store) -> None:
    """Count a change of a store's hours, so that what was made from older ones is known to be old."""
    Store.objects.filter(pk=store.pk).update(hours_version=F("hours_version") + 1)


def short_text(text: str, *, field: str, longest: int, is_required: bool = True) -> str:
    """Return a text as it is stored, cleaned. Raises BadValue where it is missing or too long (in characters)."""
    text = cleaned(text)
    if is_required and not can_be_seen(text):
        raise BadValue(field, "required")
    if len(text) > longest:
        raise BadValue(field, "too_long")
    return text


def check_range(field: str, value: int, allowed: tuple[int, int]) -> None:
    """Raise BadValue where a number lies outside the allowed range, both ends included."""
    if not allowed[0] <= value <= allowed[1]:
        raise BadValue(field, "out_of_range")
