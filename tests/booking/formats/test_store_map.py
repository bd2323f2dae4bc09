"""The map: every place on the paper once, nothing on top of another, north up, one scale both ways."""

from itertools import combinations, pairwise
from math import hypot

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.formats.store_map import MARGIN, MARKS_APART, MOST_HEIGHT, WIDTH, Drawing, MapPoint, draw
from stores.geo import distance_km

latitudes = st.floats(-90, 90)
longitudes = st.floats(-180, 180)
anywhere = st.lists(st.tuples(latitudes, longitudes), min_size=1, max_size=12)
in_town = st.lists(st.tuples(st.floats(46.28, 46.37), st.floats(-0.53, -0.38)), min_size=2, max_size=12)


def drawn(spots: list[tuple[float, float]]) -> Drawing:
    drawing = draw([MapPoint(number, *spot) for number, spot in enumerate(spots, 1)])
    assert drawing is not None
    return drawing


def test_no_place_is_no_map() -> None:
    assert draw([]) is None


def test_one_place_stands_amid_the_map() -> None:
    drawing = drawn([(46.32, -0.46)])
    [mark] = drawing.marks
    assert (mark.x, mark.y, mark.numbers) == (WIDTH / 2, drawing.height / 2, (1,))
    assert (drawing.scale_meters, drawing.scale_length) == (100, 91)


@given(st.one_of(anywhere, in_town))
def test_each_place_is_on_the_paper_once_and_no_mark_on_another(spots: list[tuple[float, float]]) -> None:
    drawing = drawn(spots)
    numbers = [number for mark in drawing.marks for number in mark.numbers]
    assert sorted(numbers) == list(range(1, len(spots) + 1))
    assert drawing.height <= MOST_HEIGHT
    for mark in drawing.marks:
        assert MARGIN - 1 <= mark.x <= WIDTH - MARGIN + 1
        assert MARGIN - 1 <= mark.y <= drawing.height - MARGIN + 1
    for one, other in combinations(drawing.marks, 2):
        assert hypot(one.x - other.x, one.y - other.y) >= MARKS_APART - 2  # they stand on whole dots
    assert all(one.numbers < other.numbers for one, other in pairwise(drawing.marks))


@given(in_town)
def test_north_is_up_and_east_is_right(spots: list[tuple[float, float]]) -> None:
    single = {mark.numbers[0]: mark for mark in drawn(spots).marks if len(mark.numbers) == 1}
    for one, other in combinations(single, 2):
        (north, east), (other_north, other_east) = spots[one - 1], spots[other - 1]
        assert (single[one].y - single[other].y) * (north - other_north) <= abs(north - other_north)
        assert (single[one].x - single[other].x) * (east - other_east) >= -abs(east - other_east)


@given(in_town)
def test_scale_bar_measures_the_map_both_ways(spots: list[tuple[float, float]]) -> None:
    drawing = drawn(spots)
    assert 10 < drawing.scale_length <= 110
    meters_a_dot = drawing.scale_meters / drawing.scale_length
    single = [mark for mark in drawing.marks if len(mark.numbers) == 1]
    for one, other in combinations(single, 2):
        on_paper = hypot(one.x - other.x, one.y - other.y) * meters_a_dot
        on_ground = distance_km(*spots[one.numbers[0] - 1], *spots[other.numbers[0] - 1]) * 1000
        assert on_paper == pytest.approx(on_ground, rel=0.04, abs=3 * meters_a_dot)


def test_places_on_both_sides_of_the_date_line_stand_together() -> None:
    drawing = drawn([(-16.8, 179.99), (-16.8, -179.99)])
    assert drawing.scale_meters < 5000
    assert [mark.numbers for mark in drawing.marks] == [(1,), (2,)]
    assert drawing.marks[0].x < drawing.marks[1].x
