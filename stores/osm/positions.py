"""Positions of GeoJSON geometries: one point on or in each. Pure."""

from collections.abc import Iterator, Sequence
from math import isfinite
from typing import Any

Point = tuple[float, float]  # longitude, latitude: GeoJSON's order
Ring = list[Point]

_DEEPEST_COLLECTION = 8


def position(geometry: object) -> tuple[float, float] | None:
    """Return the latitude and longitude of a GeoJSON geometry; None if it has no usable point. Never raises.

    For points, the point itself. For areas, the centroid of the largest; if that lies outside, a point in the widest
    stretch of the area at the centroid's latitude. For lines, the middle corner of the longest.
    """
    points, lines, rings = _parts(geometry, 0)
    if points:
        longitude, latitude = points[0]
    elif rings:
        longitude, latitude = _inside(max(rings, key=lambda ring: abs(_twice_area(ring))))
    elif lines:
        line = max(lines, key=len)
        longitude, latitude = line[len(line) // 2]
    else:
        return None
    return latitude, longitude


def _parts(geometry: object, depth: int) -> tuple[list[Point], list[Ring], list[Ring]]:
    """Return the points, lines and outer rings of a geometry."""
    if not isinstance(geometry, dict) or depth > _DEEPEST_COLLECTION:
        return [], [], []
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind == "GeometryCollection":
        parts = [_parts(inner, depth + 1) for inner in _items(geometry.get("geometries"))]
        points = [point for found, _, _ in parts for point in found]
        lines = [line for _, found, _ in parts for line in found]
        return points, lines, [ring for _, _, found in parts for ring in found]
    if kind == "Point":
        return list(_points([coordinates])), [], []
    if kind == "MultiPoint":
        return list(_points(coordinates)), [], []
    if kind in ("LineString", "MultiLineString"):
        paths = [list(_points(path)) for path in ([coordinates] if kind == "LineString" else _items(coordinates))]
        # A closed way that was exported as a line is still an area.
        closed = [path for path in paths if _is_ring(path)]
        return [], [path for path in paths if path and not _is_ring(path)], closed
    if kind in ("Polygon", "MultiPolygon"):
        polygons = [coordinates] if kind == "Polygon" else _items(coordinates)
        rings = [list(_points(next(iter(_items(polygon)), None))) for polygon in polygons]
        return [], [], [ring for ring in rings if len(ring) > 2]
    return [], [], []


def _items(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def _points(coordinates: object) -> Iterator[Point]:
    """Yield the points of a list; skip everything else."""
    for pair in _items(coordinates):
        if isinstance(pair, list) and len(pair) >= 2:
            longitude, latitude = _degrees(pair[0], 180), _degrees(pair[1], 90)
            if longitude is not None and latitude is not None:
                yield longitude, latitude


def _degrees(value: object, largest: int) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if -largest <= value <= largest and isfinite(value) else None


def _is_ring(path: Ring) -> bool:
    return len(path) > 3 and path[0] == path[-1]


def _twice_area(ring: Ring) -> float:
    """Return twice the signed area, in square degrees."""
    return sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in _sides(ring))


def _sides(ring: Ring) -> Iterator[tuple[Point, Point]]:
    return zip(ring, [*ring[1:], ring[0]], strict=True)


def _inside(ring: Ring) -> Point:
    # Measured from a corner: far from the origin, rounding would swamp small areas.
    left, low = ring[0]
    near = [(x - left, y - low) for x, y in ring]
    area = 3 * _twice_area(near)
    if not area:
        return ring[len(ring) // 2]
    weights = [(x * next_y - next_x * y, x + next_x, y + next_y) for (x, y), (next_x, next_y) in _sides(near)]
    x = sum(weight * both for weight, both, _ in weights) / area
    y = sum(weight * both for weight, _, both in weights) / area
    stretches = _stretches(near, y)
    if stretches and not any(start <= x <= end for start, end in stretches):
        start, end = max(stretches, key=lambda stretch: stretch[1] - stretch[0])
        x = (start + end) / 2
    # Neither rounding nor a ring that crosses itself may move the point out of the ring's bounds.
    xs, ys = [x for x, _ in near], [y for _, y in near]
    return left + min(max(x, min(xs)), max(xs)), low + min(max(y, min(ys)), max(ys))


def _stretches(ring: Ring, height: float) -> list[tuple[float, float]]:
    """Return the stretches of this latitude that lie inside the ring, from the west."""
    crossings = sorted(
        x + (height - y) / (next_y - y) * (next_x - x)
        for (x, y), (next_x, next_y) in _sides(ring)
        if (y <= height) != (next_y <= height)
    )
    return list(zip(crossings[::2], crossings[1::2], strict=False))
