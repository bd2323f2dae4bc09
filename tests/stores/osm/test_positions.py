"""One point for every geometry, on it or in it; none for what is broken."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stores.osm.positions import position

SQUARE = [[0, 0], [4, 0], [4, 2], [0, 2], [0, 0]]
# A horseshoe, open to the east: its centroid lies outside.
HORSESHOE = [[0, 0], [10, 0], [10, 1], [1, 1], [1, 9], [10, 9], [10, 10], [0, 10], [0, 0]]


def shape(kind: str, coordinates: object) -> dict[str, object]:
    return {"type": kind, "coordinates": coordinates}


@pytest.mark.parametrize(
    ("geometry", "expected"),
    [
        (shape("Point", [-0.46, 46.32]), (46.32, -0.46)),
        (shape("Point", [-0.46, 46.32, 25.0]), (46.32, -0.46)),
        (shape("MultiPoint", [[1, 2], [3, 4]]), (2, 1)),
        (shape("Polygon", [SQUARE]), (1, 2)),
        (shape("Polygon", [SQUARE, [[1, 1], [2, 1], [2, 2], [1, 1]]]), (1, 2)),
        (shape("Polygon", [list(reversed(SQUARE))]), (1, 2)),
        (shape("Polygon", [SQUARE[:-1]]), (1, 2)),
        (shape("MultiPolygon", [[[[50, 50], [51, 50], [51, 51], [50, 50]]], [SQUARE]]), (1, 2)),
        (shape("LineString", SQUARE), (1, 2)),  # a closed way
        (shape("LineString", [[0, 0], [1, 1], [5, 5]]), (1, 1)),
        (shape("MultiLineString", [[[9, 9]], [[0, 0], [1, 1], [5, 5]]]), (1, 1)),
        ({"type": "GeometryCollection", "geometries": [None, shape("Polygon", [SQUARE])]}, (1, 2)),
        (shape("Polygon", [[[1, 1], [1, 1], [1, 1], [1, 1]]]), (1, 1)),
    ],
)
def test_position_of_geometry(geometry: object, expected: tuple[float, float]) -> None:
    assert position(geometry) == pytest.approx(expected)


def test_position_of_a_horseshoe_is_inside_it() -> None:
    latitude, longitude = position(shape("Polygon", [HORSESHOE])) or (0, 0)
    assert 0 < longitude < 1
    assert 0 < latitude < 10


def test_position_of_a_small_house_far_from_the_origin_is_exact() -> None:
    house = [[-0.4617, 46.3246], [-0.4615, 46.3246], [-0.4615, 46.3248], [-0.4617, 46.3248], [-0.4617, 46.3246]]
    assert position(shape("Polygon", [house])) == pytest.approx((46.3247, -0.4616), abs=1e-9)


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        [],
        "Point",
        {},
        {"type": "Point"},
        shape("Point", None),
        shape("Point", []),
        shape("Point", [1]),
        shape("Point", ["1", "2"]),
        shape("Point", [True, False]),
        shape("Point", [math.nan, 1]),
        shape("Point", [1, math.inf]),
        shape("Point", [181, 1]),
        shape("Point", [1, -90.1]),
        shape("Point", [10**400, 1]),
        shape("Point", {"0": 1, "1": 2}),
        shape("Polygon", []),
        shape("Polygon", [[]]),
        shape("Polygon", [[[1, 1], [2, 2]]]),
        shape("Polygon", 7),
        shape("MultiPolygon", [[None]]),
        shape("LineString", []),
        shape("Circle", [1, 1]),
        {"type": "GeometryCollection", "geometries": 3},
    ],
)
def test_no_position_where_there_is_none(geometry: object) -> None:
    assert position(geometry) is None


def test_collections_within_collections_end_somewhere() -> None:
    geometry: dict[str, object] = shape("Point", [1, 2])
    for _ in range(50):
        geometry = {"type": "GeometryCollection", "geometries": [geometry]}
    assert position(geometry) is None


corners = st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)).map(list), min_size=3, max_size=8)


@given(ring=corners)
def test_position_of_any_ring_is_within_its_bounds(ring: list[list[float]]) -> None:
    latitude, longitude = position(shape("Polygon", [ring])) or (math.nan, math.nan)
    assert min(y for _, y in ring) - 1e-6 <= latitude <= max(y for _, y in ring) + 1e-6
    assert min(x for x, _ in ring) - 1e-6 <= longitude <= max(x for x, _ in ring) + 1e-6


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["type", "coordinates"]), inner),
    max_leaves=20,
)
kinds = st.sampled_from(
    ["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"]
)


@given(kind=kinds, coordinates=anything)
def test_position_never_raises(kind: str, coordinates: object) -> None:
    found = position({"type": kind, "coordinates": coordinates, "geometries": coordinates})
    assert found is None or (-90 <= found[0] <= 90 and -180 <= found[1] <= 180)
