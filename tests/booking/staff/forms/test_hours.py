from datetime import date, time
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from booking.staff.forms.desks import DeskForm
from booking.staff.forms.hours import WeekForm, hours_line, read_hours
from booking.staff.forms.special_hours import SpecialHoursForm
from stores.hours import WeeklyInterval

NINE, NOON, TWO, SEVEN = time(9), time(12, 30), time(14), time(19)


@pytest.mark.parametrize(
    "line",
    [
        "09:00-12:30, 14:00-19:00",
        "9-12:30,14-19",
        "9h-12h30 / 14h-19h",
        "9 h 00 – 12 h 30 ; 14 h – 19 h",
        "9.00 to 12.30 and 14.00 to 19.00",
        "9h à 12h30 et 14h à 19h",
        "14:00-19:00, 09:00-12:30",
        "  9H-12H30,  14H-19H  ",
        "9h-12h30 14h-19h",
        "9h00-12h30  14h00-19h00",
        "09:00-12:30 14:00-19:00",
        "9-12:30 & 14-19",
        "de 9h à 12h30 et de 14h à 19h",
        "9.00 bis 12.30, 14.00 bis 19.00 Uhr",
        "9am-12:30pm, 2pm-7pm",
        "9:00-12:30, 14:00-19:00,",
        "0900-1230 1400-1900",
        "9:00 a 12:30 y 14:00 a 19:00",
    ],
)
def test_hours_are_read_however_people_write_them(line: str) -> None:
    assert read_hours(line) == ((NINE, NOON), (TWO, SEVEN))


@pytest.mark.parametrize("line", ["", "  ", "closed", "Fermé", "ferme", "-", "geschlossen", "cerrado", "зачинено"])
def test_a_day_without_hours_is_closed(line: str) -> None:
    assert read_hours(line) == ()


def test_hours_may_go_past_midnight_and_all_day() -> None:
    assert read_hours("20:00-02:00") == ((time(20), time(2)),)
    assert read_hours("14:00-24:00") == ((time(14), time(0)),)
    assert read_hours("0-24") == ((time(0), time(0)),)
    assert read_hours("24/7") == ((time(0), time(0)),)


@pytest.mark.parametrize(
    "line",
    [
        "nine to five",
        "09:00",
        "09:00-12:30-14:00",
        "25:00-26:00",
        "09:60-10:00",
        "9:5-10",
        "24:00-25:00",
        "-1:00-2:00",
        "lundi 9-12",
        "9-12 off",
    ],
)
def test_what_is_no_hours_is_quoted_back(line: str) -> None:
    with pytest.raises(ValidationError) as refused:
        read_hours(line)

    assert refused.value.code == "invalid"
    assert "could not be read" in refused.value.messages[0]


@pytest.mark.parametrize("line", ["09:00-12:30, 12:00-14:00", "14:00-24:00, 16:00-17:00", "20:00-02:00, 22:00-23:00"])
def test_hours_that_overlap_are_refused(line: str) -> None:
    with pytest.raises(ValidationError) as refused:
        read_hours(line)

    assert refused.value.code == "overlap"


@pytest.mark.parametrize("line", ["9-12, 2-6", "9-12 2-6", "9:00-12:00, 1:00-5:00", "11-2am"])
def test_an_afternoon_by_a_clock_of_12_hours_is_asked_back(line: str) -> None:
    with pytest.raises(ValidationError) as refused:
        read_hours(line)

    assert refused.value.code == "unclear"
    assert "can mean two things" in refused.value.messages[0]


@pytest.mark.parametrize("line", ["09:00-09:00", "9-12, 14:00-14:00", "00:00-00:00"])
def test_hours_of_no_length_are_refused(line: str) -> None:
    with pytest.raises(ValidationError) as refused:
        read_hours(line)

    assert refused.value.code == "empty"


def test_hours_that_touch_are_two() -> None:
    assert read_hours("9-12, 12-14") == ((NINE, time(12)), (time(12), TWO))


minutes = st.builds(time, st.integers(0, 23), st.integers(0, 59))


@given(st.tuples(minutes, minutes).filter(lambda pair: pair[0] != pair[1] or pair[0] == time(0)))
def test_hours_come_back_from_the_line_they_are_shown_as(interval: tuple[time, time]) -> None:
    assert read_hours(hours_line([interval])) == (interval,)


times_apart = st.sets(st.integers(0, 24 * 60 - 1), min_size=4, max_size=4).map(sorted)


@given(times_apart, st.sampled_from([" ", "  ", "\u00a0", "\t"]), st.sampled_from(["h", ":"]))
def test_a_blank_between_two_times_is_as_good_as_a_comma(edges: list[int], blank: str, sign: str) -> None:
    first, last = (
        f"{opens // 60:02}{sign}{opens % 60:02}-{closes // 60:02}{sign}{closes % 60:02}"
        for opens, closes in (edges[:2], edges[2:])
    )

    assert read_hours(f"{first}{blank}{last}") == read_hours(f"{first}, {last}")


@given(st.text(max_size=60))
def test_any_text_is_hours_or_refused(line: str) -> None:
    try:
        read_hours(line)
    except ValidationError as refused:
        assert refused.messages  # noqa: PT017 -- either answer is right


def test_the_week_is_read_day_by_day() -> None:
    form = WeekForm({"day_0": "9-12", "day_6": "20:00-02:00"})

    assert form.is_valid()
    assert form.weekly == [WeeklyInterval(0, NINE, time(12)), WeeklyInterval(6, time(20), time(2))]


def test_the_week_names_the_day_that_is_wrong() -> None:
    form = WeekForm({"day_2": "soon"})

    assert [(problem.field_id, problem.text.split(":")[0]) for problem in form.problems()] == [
        ("id_day_2", "Wednesday")
    ]


def test_the_week_shows_what_holds() -> None:
    form = WeekForm(weekly=[WeeklyInterval(1, TWO, SEVEN), WeeklyInterval(1, NINE, NOON)])

    assert form["day_1"].value() == "09:00-12:30, 14:00-19:00"
    assert form["day_2"].value() == ""


@pytest.mark.parametrize(
    ("line", "hours"), [("9-5", "09:00-05:00"), ("11-2", "11:00-02:00"), ("07:00-02:00", "07:00-02:00")]
)
def test_a_night_longer_than_any_is_asked_about_and_kept_once_ticked(line: str, hours: str) -> None:
    asked = WeekForm({"day_6": line})
    [problem] = asked.problems()
    assert problem.field_id == "id_day_6"
    assert "the next day?" in problem.text
    [night] = [night for one in asked.lines for night in one.nights]
    assert night.value == f"day_6 {hours}"

    again = WeekForm({"day_6": line, "nights": [night.value]})

    assert again.is_valid()
    assert hours_line((one.opens, one.closes) for one in again.weekly) == hours


def test_a_tick_is_of_one_night_alone() -> None:
    form = WeekForm({"day_5": "9-5", "day_6": "9-5", "nights": ["day_6 09:00-05:00"]})

    assert [problem.field_id for problem in form.problems()] == ["id_day_5"]


@pytest.mark.parametrize(
    "line", ["20-2", "20:00-02:00", "11:00-02:00", "10:00-04:00", "0-24", "05:00-24:00", "6am-2am", "18h-6h"]
)
def test_real_nights_and_days_are_not_asked_about(line: str) -> None:
    assert WeekForm({"day_4": line}).is_valid()


def test_a_night_that_holds_already_is_not_asked_about_again() -> None:
    held = [WeeklyInterval(4, time(7), time(2))]

    assert WeekForm({"day_3": "9-12", "day_4": "07:00-02:00"}, weekly=held).is_valid()
    assert not WeekForm({"day_3": "07:00-02:00", "day_4": ""}, weekly=held).is_valid()


def special_hours(data: dict[str, Any]) -> SpecialHoursForm:
    return SpecialHoursForm(data, days={}, today=date(2026, 11, 23))


def test_special_hours_and_desks_ask_as_the_week_does() -> None:
    special = {"date": "2026-12-24", "what": "open", "times": "9-5"}
    desk = {"name": "Ada", "capacity": "1", "kept_back": "0", "has_own_hours": "on", "day_0": "9-5"}

    assert [problem.field_id for problem in special_hours(special).problems()] == ["id_times"]
    assert special_hours(special | {"nights": ["times 09:00-05:00"]}).is_valid()
    assert special_hours(special | {"what": "closed"}).is_valid()
    assert [problem.field_id for problem in DeskForm(desk).problems()] == ["id_day_0"]
    assert DeskForm(desk | {"nights": ["day_0 09:00-05:00"]}).is_valid()
    desk.pop("has_own_hours")
    assert DeskForm(desk).is_valid()
