"""The search for stores: by words, town, postal code, position or organization, page by page."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Min, QuerySet

from stores.geo import box_around, nearest
from stores.models import Store
from stores.queries.one_store import SLUG
from stores.queries.public_data import SUMMARY, StoreSummary
from stores.search.matching import Circle, Search, slugs_within, within
from stores.words import cleaned, folded, whole_part

PAGE_SIZE = 20
PAGE_SIZE_MAX = 100
COUNTED_MAX = 1000
# The distances of the search for the nearest stores, before it looks at all of them.
_RADII_KM = (5.0, 50.0)
_ONE_PLACE_DEGREES = 0.5  # some 50 km
_Tier = tuple[int, Circle, Circle | None]  # the circle's number in a cursor, and the circle inside it
_PLAIN_CIRCLES = 2  # the tiers of a cursor: circle 0 and 1 are plain, 2 and 3 are wide


class BadCursor(ValueError):
    """A cursor that did not come from a page of ours."""


@dataclass(frozen=True, slots=True)
class StoresPage:
    """One page of stores. `is_alike`: no store has exactly these words; the stores found have similar ones."""

    results: tuple[StoreSummary, ...]
    next_cursor: str | None
    is_alike: bool = False


@dataclass(frozen=True, slots=True)
class SlugsPage:
    """A StoresPage with slugs only; it has `distances_km` if the search was near a place."""

    slugs: tuple[str, ...]
    next_cursor: str | None
    is_alike: bool = False
    distances_km: tuple[float, ...] = ()


class StoresFound:
    """A search for stores: pages of its results, and their number.

    Every word of `q` must be in the name, town or postal code, or be the beginning of a word there; if no store has
    them all, similar spellings count too. `town` and `postal_code` must be equal, except for accents, case and hyphens;
    `organization` is a slug.
    """

    def __init__(self, *, q: str = "", town: str = "", postal_code: str = "", organization: str = "") -> None:
        stores = Store.objects.all()
        if organization:
            stores = stores.filter(organizations__slug=organization)
        if town:
            stores = _in_town(stores, town)
        if postal_code:
            typed = cleaned(postal_code).upper()
            stores = stores.filter(postal_code__in={typed, typed.replace(" ", "")})
        self.words = Search(q)
        self._are_all = not (organization or town or postal_code)
        # Text without a word finds nothing; no text finds all stores.
        self._stores = stores.none() if self.words.is_empty and q.strip() else stores

    def by_name(self, *, page_size: int = PAGE_SIZE, cursor: str = "") -> SlugsPage:
        """Return a page ordered by slug, with exact matches first. Raises BadCursor."""
        size = max(1, min(page_size, PAGE_SIZE_MAX))
        if self.words.is_empty:
            return self._all_by_name(size, cursor)
        tier, after = _after(cursor, int, str) if cursor else (0, "")
        _check_slug(after, cursor)
        # Similar spellings are used only if nothing else is found.
        found = self._first(self._plain_tiers(), tier, after, size + 1) if tier < _PLAIN_CIRCLES else []
        if not found and not (cursor and tier < _PLAIN_CIRCLES):
            found = self._first(self._wide_tiers(), tier, after, size + 1)
        shown = found[:size]
        is_alike = bool(shown) and shown[0][0] >= _PLAIN_CIRCLES
        return SlugsPage(
            tuple(slug for _, slug in shown), _cursor(*shown[-1]) if len(found) > size else None, is_alike=is_alike
        )

    def nearest(
        self,
        near: tuple[float, float],
        *,
        radius_km: float | None = None,
        page_size: int = PAGE_SIZE,
        cursor: str = "",
    ) -> SlugsPage:
        """Return a page with the stores nearest to a latitude and longitude first. Raises BadCursor."""
        size = max(1, min(page_size, PAGE_SIZE_MAX))
        after = _after(cursor, float, int) if cursor else None
        stores, is_alike = self._chosen()
        found = _nearest(stores, near, radius_km, after, size + 1)
        slugs = dict(Store.objects.filter(pk__in=[pk for _, pk in found[:size]]).values_list("pk", "slug"))
        shown = [(slugs[pk], round(distance, 3)) for distance, pk in found[:size] if pk in slugs]
        return SlugsPage(
            tuple(slug for slug, _ in shown),
            _cursor(*found[size - 1]) if len(found) > size else None,
            is_alike,
            tuple(distance for _, distance in shown),
        )

    def count(self) -> int:
        """Return how many stores match; COUNTED_MAX + 1 for more than COUNTED_MAX."""
        if self.words.is_empty:
            return self._stores.order_by()[: COUNTED_MAX + 1].count()
        return len(self.slugs(limit=COUNTED_MAX + 1))

    def slugs(self, *, limit: int) -> list[str]:
        """Return the slugs of all matching stores in order, up to a limit."""
        if self.words.is_empty:
            return list(self._stores.order_by("slug").values_list("slug", flat=True)[:limit])
        return self._slugs_in(self.words.plain, limit) or self._slugs_in(self.words.wide, limit)

    def _slugs_in(self, circles: Sequence[Circle], limit: int) -> list[str]:
        """Return the slugs of the widest of these circles."""
        among = None if self._are_all else self._stores
        return slugs_within(circles[-1], but_not=None, among=among, after="", limit=limit) if circles else []

    def middle(self) -> tuple[float, float] | None:
        """Return the middle of the matching stores, latitude and longitude; None if they are not in one place."""
        stores, _ = self._chosen()
        edges = stores.aggregate(Min("latitude"), Max("latitude"), Min("longitude"), Max("longitude"))
        if None in edges.values():
            return None
        south, north, west, east = edges.values()
        if north - south > _ONE_PLACE_DEGREES or east - west > _ONE_PLACE_DEGREES:
            return None
        return (south + north) / 2, (west + east) / 2

    def _all_by_name(self, size: int, cursor: str) -> SlugsPage:
        (after,) = _after(cursor, str) if cursor else ("",)
        _check_slug(after, cursor)
        stores = self._stores.filter(slug__gt=after).order_by("slug")
        slugs = list(stores.values_list("slug", flat=True)[: size + 1])
        return SlugsPage(tuple(slugs[:size]), _cursor(slugs[size - 1]) if len(slugs) > size else None)

    def _plain_tiers(self) -> list[_Tier]:
        circles = self.words.plain
        return _each_with_inner(enumerate(circles, _PLAIN_CIRCLES - len(circles)))

    def _wide_tiers(self) -> list[_Tier]:
        """Return the circles of similar spellings, used if the plain circles are empty."""
        plain = self.words.plain
        circles = [circle for circle in self.words.wide if circle not in plain]
        return _each_with_inner(enumerate(circles, _PLAIN_CIRCLES + len(self.words.wide) - len(circles)))

    def _first(self, tiers: Iterable[_Tier], tier: int, after: str, limit: int) -> list[tuple[int, str]]:
        """Return the first stores of these tiers after a given store, each with the number of its tier."""
        found: list[tuple[int, str]] = []
        for number, circle, inner in tiers:
            if number >= tier and len(found) < limit:
                slugs = slugs_within(
                    circle,
                    but_not=inner,
                    among=None if self._are_all else self._stores,
                    after=after if number == tier else "",
                    limit=limit - len(found),
                )
                found += [(number, slug) for slug in slugs]
        return found

    def _chosen(self) -> tuple[QuerySet[Store], bool]:
        """Return all matching stores, and whether they match only by similar spellings."""
        if self.words.is_empty:
            return self._stores, False
        if self.words.plain:
            plain = within(self._stores, self.words.plain[-1])
            if plain.exists():
                return plain, False
        if self.words.wide:
            return within(self._stores, self.words.wide[-1]), True
        return self._stores.none(), False


def stores_page(
    *,
    q: str = "",
    town: str = "",
    postal_code: str = "",
    near: tuple[float, float] | None = None,
    radius_km: float | None = None,
    page_size: int = PAGE_SIZE,
    cursor: str = "",
) -> StoresPage:
    """Return a page of matching stores by slug, or nearest first if `near` (latitude, longitude) is given.

    See StoresFound. `radius_km` applies only with `near`. Raises BadCursor.
    """
    found = StoresFound(q=q, town=town, postal_code=postal_code)
    if near is None:
        page = found.by_name(page_size=page_size, cursor=cursor)
    else:
        page = found.nearest(near, radius_km=radius_km, page_size=page_size, cursor=cursor)
    rows = {row["slug"]: row for row in Store.objects.filter(slug__in=page.slugs).values(*SUMMARY)}
    distances = page.distances_km or (None,) * len(page.slugs)
    results = tuple(
        StoreSummary(**rows[slug], distance_km=distance)
        for slug, distance in zip(page.slugs, distances, strict=True)
        if slug in rows
    )
    return StoresPage(results, page.next_cursor, page.is_alike)


def _in_town(stores: QuerySet[Store], town: str) -> QuerySet[Store]:
    words = Search(folded(town))
    if words.is_empty:
        return stores.none()
    exact = words.exact
    if exact is None:
        return stores.none()
    return within(stores, exact).filter(search_text__contains=whole_part(town))


def _nearest(
    stores: QuerySet[Store],
    near: tuple[float, float],
    radius_km: float | None,
    after: tuple[float, int] | None,
    limit: int,
) -> list[tuple[float, int]]:
    """Return the distance and id of the nearest stores; look further only if too few are close."""
    furthest = after[0] if after else 0.0
    radii = [radius for radius in _RADII_KM if furthest < radius and (radius_km is None or radius < radius_km)]
    found: list[tuple[float, int]] = []
    for radius in (*radii, radius_km):
        places = stores
        if radius is not None:
            box = box_around(*near, radius)
            places = stores.filter(latitude__range=(box.south, box.north), longitude__range=(box.west, box.east))
        found = nearest(
            places.values_list("pk", "latitude", "longitude"), near=near, radius_km=radius, after=after, limit=limit
        )
        if len(found) == limit:
            break
    return found


def _each_with_inner(circles: Iterable[tuple[int, Circle]]) -> list[_Tier]:
    tiers: list[_Tier] = []
    for number, circle in circles:
        tiers.append((number, circle, tiers[-1][1] if tiers else None))
    return tiers


def _check_slug(slug: str, cursor: str) -> None:
    if (slug and not SLUG.fullmatch(slug)) or (cursor and not slug):
        raise BadCursor(cursor)


def _cursor(*after: object) -> str:
    return urlsafe_b64encode(json.dumps(after).encode()).decode().rstrip("=")


def _after(cursor: str, *kinds: type) -> tuple[Any, ...]:
    """Return the values in a cursor if they have these types."""
    try:
        values = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        raise BadCursor(cursor) from None
    if not isinstance(values, list) or [type(value) for value in values] != list(kinds):
        raise BadCursor(cursor)
    return tuple(values)
