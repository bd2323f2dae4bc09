"""Distances on the globe, in km, and the box around a place within a radius. Pure."""

import heapq
from collections.abc import Iterable
from math import asin, cos, degrees, radians, sin, sqrt
from typing import NamedTuple

EARTH_RADIUS_KM = 6371.0088


class Box(NamedTuple):
    """A box in degrees. A box that holds a pole or crosses the 180th meridian goes all around the globe."""

    south: float
    north: float
    west: float
    east: float


def distance_km(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Return the great-circle distance between two places."""
    north, other_north = radians(latitude), radians(other_latitude)
    half_chord = sqrt(
        sin((other_north - north) / 2) ** 2
        + cos(north) * cos(other_north) * sin(radians(other_longitude - longitude) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, half_chord))


def box_around(latitude: float, longitude: float, radius_km: float) -> Box:
    """Return a box that holds every place within the radius, and a little more."""
    angle = radius_km / EARTH_RADIUS_KM * 1.001
    south, north = latitude - degrees(angle), latitude + degrees(angle)
    if south <= -90 or north >= 90:
        return Box(max(south, -90), min(north, 90), -180, 180)
    aside = degrees(asin(min(1.0, sin(angle) / cos(radians(latitude)))))
    west, east = longitude - aside, longitude + aside
    if west < -180 or east > 180:
        west, east = -180, 180
    return Box(south, north, west, east)


def nearest(
    places: Iterable[tuple[int, float, float]],
    *,
    near: tuple[float, float],
    radius_km: float | None,
    after: tuple[float, int] | None,
    limit: int,
) -> list[tuple[float, int]]:
    """Return distance and id of the places (id, latitude, longitude) nearest to `near`, only those past `after`."""
    latitude, longitude = near
    found = [(distance_km(latitude, longitude, north, east), number) for number, north, east in places]
    if radius_km is not None:
        found = [one for one in found if one[0] <= radius_km]
    if after is not None:
        found = [one for one in found if one > after]
    return heapq.nsmallest(limit, found)
