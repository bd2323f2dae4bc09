"""Shared parts of changes of a store: checks of values, and the store's lock and trail."""

from django.db.models import F

from stores.locks import lock_store_alone
from stores.models import Store
from stores.words import can_be_seen, cleaned


class BadValue(ValueError):
    """A value that cannot be stored: `field` as a dotted path, `code` one of required, too_long, out_of_range, ...."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(f"{field}: {code}")
        self.field = field
        self.code = code


class BadHours(BadValue):
    """Hours that cannot be stored: `code` is overlap, duplicate, invalid or too_many."""


def lock(store: Store) -> Store:
    """Lock the store's row alone until the transaction ends, and return it is now.

    Other transactions may still add rows that refer to it.
    """
    return lock_store_alone(store.pk)


def raise_version(store: Store) -> None:
    """Raise the version of a store's hours, so that results made from older hours are recognized as old."""
    Store.objects.filter(pk=store.pk).update(hours_version=F("hours_version") + 1)


def short_text(text: str, *, field: str, longest: int, is_required: bool = True) -> str:
    """Return a text cleaned for storing. Raises BadValue if it is missing or too long (in characters)."""
    text = cleaned(text)
    if is_required and not can_be_seen(text):
        raise BadValue(field, "required")
    if len(text) > longest:
        raise BadValue(field, "too_long")
    return text


def check_range(field: str, value: int, allowed: tuple[int, int]) -> None:
    """Raise BadValue if a number is outside the allowed range, both ends included."""
    if not allowed[0] <= value <= allowed[1]:
        raise BadValue(field, "out_of_range")
