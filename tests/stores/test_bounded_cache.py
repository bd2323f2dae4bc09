from stores.bounded_cache import BoundedCache, forget_kept


def test_values_used_last_stay() -> None:
    cache: BoundedCache[str, int] = BoundedCache(2)
    cache.keep("a", 1)
    cache.keep("b", 2)
    cache.get("a")
    cache.keep("c", 3)

    assert [cache.get(key) for key in "abc"] == [1, None, 3]


def test_weights_count_together_and_once_for_each_key() -> None:
    cache: BoundedCache[str, int] = BoundedCache(10)
    for number in range(20):
        cache.keep("a", number, weight=4)
    cache.keep("b", 1, weight=6)
    assert (cache.get("a"), cache.get("b")) == (19, 1)

    cache.keep("c", 2, weight=5)
    assert [cache.get(key) for key in "abc"] == [None, None, 2]


def test_value_too_heavy_for_the_cache_is_not_kept_nor_its_former_one() -> None:
    cache: BoundedCache[str, int] = BoundedCache(10)
    cache.keep("a", 1, weight=1)
    cache.keep("a", 2, weight=11)
    cache.keep("b", 3, weight=10)

    assert (cache.get("a"), cache.get("b")) == (None, 3)


def test_all_caches_are_forgotten_at_once() -> None:
    caches: list[BoundedCache[str, int]] = [BoundedCache(10), BoundedCache(10)]
    for cache in caches:
        cache.keep("a", 1, weight=10)
    forget_kept()

    assert [cache.get("a") for cache in caches] == [None, None]
    caches[0].keep("b", 2, weight=10)
    assert caches[0].get("b") == 2
