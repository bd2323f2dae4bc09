"""A bounded cache of one process: the values used last stay. Pure.

It says nothing about whether a value is still true: whoever keeps one also keeps the versions it was made from, and
asks for them before each use (docs/decisions/0043).
"""

from collections import OrderedDict
from threading import Lock
from typing import Generic, TypeVar
from weakref import WeakSet

Key = TypeVar("Key")
Value = TypeVar("Value")

_all: "WeakSet[BoundedCache[object, object]]" = WeakSet()


class BoundedCache(Generic[Key, Value]):
    """Values by key, whose weights are together at most `most`."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._weight = 0
        self._kept: OrderedDict[Key, tuple[Value, int]] = OrderedDict()
        self._lock = Lock()
        _all.add(self)  # type: ignore[arg-type]  # forgetting needs to know neither keys nor values

    def get(self, key: Key) -> Value | None:
        """Return the value of a key, None without one."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            self._kept.move_to_end(key)
            return found[0]

    def keep(self, key: Key, value: Value, *, weight: int = 1) -> None:
        """Keep the value of a key in place of its former one; those used longest ago make room for it."""
        with self._lock:
            former = self._kept.pop(key, None)
            self._weight -= former[1] if former else 0
            if weight > self.most:
                return
            self._kept[key] = (value, weight)
            self._weight += weight
            while self._weight > self.most:
                _, (_, lost) = self._kept.popitem(last=False)
                self._weight -= lost

    def clear(self) -> None:
        """Forget all values."""
        with self._lock:
            self._kept.clear()
            self._weight = 0


def forget_kept() -> None:
    """Forget the values of all caches of this process."""
    for cache in list(_all):
        cache.clear()
