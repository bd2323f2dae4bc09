"""A plain map of stores: the position of each mark, stores that share one mark, and the scale bar. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import asinh, cos, hypot, log10, radians, tan

from stores.geo import EARTH_RADIUS_KM

WIDTH = 420  # even on a narrow phone, a mark is as wide as a fingertip needs
MARGIN = 28
LEAST_HEIGHT, MOST_HEIGHT = 200, 420
MARKS_APART = 34
LEAST_SPAN_KM = 0.4  # a map of a single place has at least this extent
_SCALE_LONGEST = 110
_LAST_LATITUDE = 85.0  # beyond this, the projection grows without limit


@dataclass(frozen=True, slots=True)
class MapPoint:
    number: int
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark on the map. It holds the numbers of one store, or of several that are too close to be told apart."""

    x: int
    y: int
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawn map. `scale_length` on paper is `scale_meters` on the ground, at its middle; the legend is below it."""

    width: int
    height: int
    marks: tuple[Mark, ...]
    scale_length: int
    scale_meters: int


_Spot = tuple[float, float, tuple[int, ...]]  # the position on the paper, and the numbers at it


def draw(places: Sequence[MapPoint]) -> Drawing | None:
    """Return a map of positions, with north up and one scale in both directions (Mercator); None without positions."""
    if not places:
        return None
    spots = _projected(places)
    west, east = min(x for x, _ in spots), max(x for x, _ in spots)
    south, north = min(y for _, y in spots), max(y for _, y in spots)
    middle = cos(radians(max(-_LAST_LATITUDE, min(_LAST_LATITUDE, _middle_latitude(places)))))
    least = LEAST_SPAN_KM / EARTH_RADIUS_KM / middle
    scale = min(
        (WIDTH - 2 * MARGIN) / max(east - west, least), (MOST_HEIGHT - 2 * MARGIN) / max(north - south, least / 2)
    )
    height = round(max(LEAST_HEIGHT, (north - south) * scale + 2 * MARGIN))
    middle_x, middle_y = (west + east) / 2, (south + north) / 2
    drawn = [
        (WIDTH / 2 + (x - middle_x) * scale, height / 2 - (y - middle_y) * scale, (place.number,))
        for place, (x, y) in zip(places, spots, strict=True)
    ]
    marks = tuple(Mark(round(x), round(y), numbers) for x, y, numbers in _told_apart(drawn))
    length, meters = _scale_bar(EARTH_RADIUS_KM * 1000 * middle / scale)
    return Drawing(WIDTH, height, marks, length, meters)


def _projected(places: Sequence[MapPoint]) -> list[tuple[float, float]]:
    """Return each position in Mercator's radians, east and north; around the date line all are on one side."""
    longitudes = [place.longitude for place in places]
    is_split = max(longitudes) - min(longitudes) > 180
    return [
        (
            radians(place.longitude + 360 if is_split and place.longitude < 0 else place.longitude),
            asinh(tan(radians(max(-_LAST_LATITUDE, min(_LAST_LATITUDE, place.latitude))))),
        )
        for place in places
    ]


def _middle_latitude(places: Sequence[MapPoint]) -> float:
    latitudes = [place.latitude for place in places]
    return (min(latitudes) + max(latitudes)) / 2


def _told_apart(
    marks: Sequence[_Spot],
) -> list[_Spot]:
    """Join the two nearest marks in their middle until all are far enough apart; ordered by their numbers."""
    kept = list(marks)
    while len(kept) > 1:
        one, other = min(combinations(kept, 2), key=lambda pair: _apart(*pair))
        if _apart(one, other) >= MARKS_APART:
            break
        kept.remove(one)
        kept.remove(other)
        kept.append(_joined(one, other))
    return sorted(kept, key=lambda mark: mark[2])


def _apart(one: _Spot, other: _Spot) -> float:
    return hypot(one[0] - other[0], one[1] - other[1])


def _joined(one: _Spot, other: _Spot) -> _Spot:
    (x, y, numbers), (other_x, other_y, others) = one, other
    share = len(numbers) / (len(numbers) + len(others))
    return x * share + other_x * (1 - share), y * share + other_y * (1 - share), tuple(sorted(numbers + others))


def _scale_bar(meters_a_dot: float) -> tuple[int, int]:
    """Return the longest scale bar of a round length that has room: its length on the paper, and in meters."""
    longest = meters_a_dot * _SCALE_LONGEST
    power = 10 ** int(log10(longest)) if longest >= 1 else 1
    meters = max((step * power for step in (1, 2, 5) if step * power <= longest), default=power)
    return max(1, round(meters / meters_a_dot)), meters
