"""Hours by a clock of twelve hours: read where a.m. and p.m. are said, refused where they may be either."""

import pytest

from stores.osm.opening_hours import read_hours
from tests.stores.osm.weeks import week


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("18h-6h", "18:00-06:00"),
        ("11:00-02:00", "11:00-02:00"),
        ("10:00-04:00", "10:00-04:00"),
        ("Tous les jours : 10h à 3h", "10:00-03:00"),
        ("05:00-24:00", "05:00-00:00"),
        ("6am-2am", "06:00-02:00"),  # longer than any other night, and said so
        ("6:00 - 10:30pm", "18:00-22:30"),
        ("5:30–10:30PM", "17:30-22:30"),
        ("8:00 - 1:30pm", "08:00-13:30"),
        ("12:00–2:00 pm, 5:00–11:00 pm", "12:00-14:00 17:00-23:00"),
        ("12-8 PM", "12:00-20:00"),
        ("7.30-11.30am & 1.30-5pm", "07:30-11:30 13:30-17:00"),
        ("7am-11am & 3:30pm-8:00", "07:00-11:00 15:30-20:00"),
        ("10am-5", "10:00-17:00"),
        ("8pm-2", "20:00-02:00"),
        ("9am-17:00", "09:00-17:00"),
        ("8 - 11am", "08:00-11:00"),
        ("10am-midnight", "10:00-00:00"),
        ("noon - 10pm", "12:00-22:00"),
        ("midnight to 6am", "00:00-06:00"),
        ("05:00-11:00", "05:00-11:00"),
        ("5:30-13:00", "05:30-13:00"),
        ("5h-11h", "05:00-11:00"),
        ("9h-midi et 14h-19h", "09:00-12:00 14:00-19:00"),
        ("9:00-12:00, 13:00-17:00", "09:00-12:00 13:00-17:00"),
        ("14:00-19:00, 9:00-12:00", "09:00-12:00 14:00-19:00"),
        ("9am-5pm; Sa 9:00-12:00; Sa off", "09:00-17:00"),
    ],
)
def test_am_and_pm_are_read_where_they_are_said_once(text: str, hours: str) -> None:
    assert week(text)["Mo"] == hours


@pytest.mark.parametrize(
    "text",
    [
        "Monday - Friday: 8:30 - 5:30",
        "Monday-Friday 9:00-5:30, Saturday 10:00-4:00",
        "Sun - Thurs 11:00 - 9:00",
        "8h-4h30",
        "07:00-02:00",
        "Mo-Fr 9:00-12:00, 1:00-5:00",
        "Mo-Fr 9am-12pm, 1:00-5:00",
        "11:00-2:00",
        "Mo-Fr 1:00-5:00",
        "11-2am",
        "10-11pm",
        "08:00-10:00pm",
        "9:00 pm - 12:00 pm and 3:00 pm - 6:30 pm",
        "8.30 am - 12.30 am and 2 pm - 5 pm",
        "12-30  13-30",
        "24/7 08:00-20:00",
        "24/7 10-19",
        "9:00 - 21:00 24/7",
    ],
)
def test_times_that_can_mean_two_things_are_not_read(text: str) -> None:
    read = read_hours(text)
    assert read.weekly == ()
    assert read.why_not.endswith("is not clear")
