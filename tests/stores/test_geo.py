"""Distances and boxes on the globe."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stores.geo import box_around, distance_km, nearest

NIORT = (46.3237, -0.4588)
PARIS = (48.8566, 2.3522)
latitudes = st.floats(-90, 90)
longitudes = st.floats(-180, 180)


def test_distance_from_niort_to_paris() -> None:
    assert distance_km(*NIORT, *PARIS) == pytest.approx(351.4, abs=1)
    assert distance_km(*NIORT, *NIORT) == 0
    assert distance_km(0, 0, 0, 180) == pytest.approx(20015.1, abs=0.1)


@given(
    latitude=latitudes, longitude=longitudes, other=st.tuples(latitudes, longitudes), radius=st.floats(0.001, 30_000)
)
def test_box_holds_all_within_the_radius(
    latitude: float, longitude: float, other: tuple[float, float], radius: float
) -> None:
    box = box_around(latitude, longitude, radius)
    is_in_box = box.south <= other[0] <= box.north and box.west <= other[1] <= box.east
    assert is_in_box or distance_km(latitude, longitude, *other) > radius


def test_nearest_come_first_within_the_radius_and_past_the_last() -> None:
    places = [(1, 48.0, 0.0), (2, 46.5, 0.0), (3, 47.0, 0.0), (4, 47.0, 0.0)]

    def found(radius_km: float | None = None, after: tuple[float, int] | None = None, limit: int = 9) -> list[int]:
        near = nearest(places, near=(46.0, 0.0), radius_km=radius_km, after=after, limit=limit)
        return [number for _, number in near]

    assert found() == [2, 3, 4, 1]
    assert found(radius_km=120) == [2, 3, 4]
    assert found(limit=2) == [2, 3]
    assert found(after=(distance_km(46, 0, 47, 0), 3)) == [4, 1]
