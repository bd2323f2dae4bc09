"""Locks of a store and of a visit are taken in one place each: elsewhere they would be in nobody's order."""

import re
from pathlib import Path

from django.conf import settings

# What locks rows of these models, and the only files that may: see docs/decisions/0022-one-order-of-locks.md.
MAY = {
    re.compile(r"\bStore\.objects(\.\w+\([^()]*\))*\.select_for_update"): {"stores/locks.py"},
    re.compile(r"FOR SHARE|FOR (NO KEY )?UPDATE"): {
        "booking/places/locks.py",
        "notifications/claims.py",  # messages, which nobody waits for: those that are locked are left to others
        "stores/locks.py",
        "stores/queries/one_store.py",
    },
    re.compile(r"\bWaitingListEntry\.objects[^\n]*select_for_update"): set(),  # by `lock_entry`
    re.compile(r"\bBooking\.objects[^\n]*select_for_update"): {"booking/bookings/lifecycle.py"},
}


def sources() -> dict[str, str]:
    root = Path(settings.BASE_DIR)
    files = (path for app in ("booking", "stores", "notifications") for path in (root / app).rglob("*.py"))
    return {str(path.relative_to(root)): path.read_text() for path in files if "migrations" not in path.parts}


def test_stores_entries_and_visits_are_locked_where_the_order_is_kept_alone() -> None:
    found = sources()
    for pattern, may in MAY.items():
        assert {name for name, text in found.items() if pattern.search(text)} <= may, pattern.pattern
        assert all(pattern.search(found[name]) for name in may), f"{pattern.pattern}: nothing to guard any more"


def test_guard_sees_a_lock_of_ones_own() -> None:
    own = "store = Store.objects.filter(pk=1).select_for_update().get()"
    assert any(pattern.search(own) for pattern in MAY)
