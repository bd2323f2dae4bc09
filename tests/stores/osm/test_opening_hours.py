"""Opening hours as people write them, read as meant or refused with the reason."""

import json
from pathlib import Path

import pytest

from stores.osm.opening_hours import HoursRead, read_hours
from tests.stores.osm.weeks import DAYS, WORKDAYS, on, week

# --- As the shops of Niort write ----------------------------------------------------------------------


def test_slash_between_intervals_and_comma_between_rules() -> None:
    text = "Mo 14:00-19:00, Tu-Fr 09:00-12:15 / 14:15-19:00, We 09:00-12:15 / 14:15-19:15, Sa 09:00-12:00"
    assert week(text) == {
        "Mo": "14:00-19:00",
        "Tu": "09:00-12:15 14:15-19:00",
        "We": "09:00-12:15 14:15-19:15",
        "Th": "09:00-12:15 14:15-19:00",
        "Fr": "09:00-12:15 14:15-19:00",
        "Sa": "09:00-12:00",
    }


def test_zero_hours_say_closed() -> None:
    text = "Mo-Fr 08:45-12:30 / 14:00-19:30, Sa 08:45-12:30, Su 00:00-00:00"
    assert week(text) == on(WORKDAYS, "08:45-12:30 14:00-19:30") | {"Sa": "08:45-12:30"}


def test_all_hours_of_the_demo_file_are_readable() -> None:
    path = Path(__file__).parents[3] / "data" / "niort-pharmacies.geojson"
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    texts = [feature["properties"]["opening_hours"] for feature in features if "opening_hours" in feature["properties"]]
    assert len(texts) == 32
    assert [text for text in texts if not read_hours(text).weekly] == []


# --- Rules and intervals --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mo-Fr 8:30-12:30, 14:00-18:00; PH off", on(WORKDAYS, "08:30-12:30 14:00-18:00")),
        ("Mo-Fr 08:30-12:30,14:00-18:00", on(WORKDAYS, "08:30-12:30 14:00-18:00")),
        ("Mo-Fr 08:30-12:30 & 14:00-18:00", on(WORKDAYS, "08:30-12:30 14:00-18:00")),
        ("Mo-Fr 08:30-12:30 and 14:00-18:00", on(WORKDAYS, "08:30-12:30 14:00-18:00")),
        ("Mo-Fr 08:30-12:30; 14:00-18:00", on(WORKDAYS, "08:30-12:30 14:00-18:00")),
        ("Mo-Fr 09:00-12:00 Sa 10:00-12:00", on(WORKDAYS, "09:00-12:00") | {"Sa": "10:00-12:00"}),
        ("Mo-Fr09:00-12:00", on(WORKDAYS, "09:00-12:00")),
        ("Mo–Fr 09:00–12:00", on(WORKDAYS, "09:00-12:00")),
        ("Mo,We,Fr 08:00-12:00", on(("Mo", "We", "Fr"), "08:00-12:00")),
        ("Mo; We; Fr 08:00-12:00", on(("Mo", "We", "Fr"), "08:00-12:00")),
        ("Sa-Mo 10:00-12:00", on(("Mo", "Sa", "Su"), "10:00-12:00")),
        ("09:00-18:00", on(DAYS, "09:00-18:00")),
        ("24/7", on(DAYS, "00:00-00:00")),
        ("Mo-Su 00:00-24:00", on(DAYS, "00:00-00:00")),
        ("Mo-Su,PH 24/7", on(DAYS, "00:00-00:00")),
        ("Fr 20:00-02:00", {"Fr": "20:00-02:00"}),
        ("Fr 20:00-26:00", {"Fr": "20:00-02:00"}),
        ("Sa 18:00-24:00", {"Sa": "18:00-00:00"}),
        ("Mo 08:00-12:00, 11:00-14:00", {"Mo": "08:00-14:00"}),
        ("Mo 08:00-12:00, 12:00-14:00", {"Mo": "08:00-14:00"}),
        ("Mo-Fr 09:00-18:00; We off", on(("Mo", "Tu", "Th", "Fr"), "09:00-18:00")),
        ("Mo-Fr 09:00-18:00, We 09:00-12:00", on(WORKDAYS, "09:00-18:00") | {"We": "09:00-12:00"}),
        ("We 09:00-12:00; Mo-Fr 09:00-18:00", on(WORKDAYS, "09:00-18:00")),
        ("Mo 09:00-12:00, Mo 14:00-18:00", {"Mo": "09:00-12:00 14:00-18:00"}),
        ("Mo-Sa 09:00-19:00; Sa 09:00-12:00", on(WORKDAYS, "09:00-19:00") | {"Sa": "09:00-12:00"}),
        (
            "Mo-Sa 08:00-23:00; Sa 09:00-23:00; Su 09:00-22:30",
            on(WORKDAYS, "08:00-23:00") | {"Sa": "09:00-23:00", "Su": "09:00-22:30"},
        ),
        (
            "Mo-Fr 09:00-11:30,13:30-17:30; We 09:00-11:30",
            on(WORKDAYS, "09:00-11:30 13:30-17:30") | {"We": "09:00-11:30"},
        ),
        (
            "Mo-Fr: 8:00-12:00; Mo & Fr: 13:30-16:30",
            on(WORKDAYS, "08:00-12:00") | on(("Mo", "Fr"), "08:00-12:00 13:30-16:30"),
        ),
        ("Mo-Sa 09:00-12:00, Mo-Fr 14:00-18:00", on(WORKDAYS, "09:00-12:00 14:00-18:00") | {"Sa": "09:00-12:00"}),
        (
            "Mo-Sa 09:15-12:15 / 14:15-19:15, We 09:00-12:15 / 16:15-19:15",
            on((*WORKDAYS, "Sa"), "09:15-12:15 14:15-19:15") | {"We": "09:00-12:15 16:15-19:15"},
        ),
        # The third rule meets the first one's times alone, so that the second one's stay.
        (
            "Mo-Tu 08:00-12:00; Mo-Tu 14:00-18:00; Tu 09:00-12:00",
            on(("Mo",), "08:00-12:00 14:00-18:00") | {"Tu": "09:00-12:00 14:00-18:00"},
        ),
        ("Closed Sunday; Mo-Sa 9-18", on((*WORKDAYS, "Sa"), "09:00-18:00")),
        ("Mo-Fr 9-12; closed Sa; Su 10-12", on(WORKDAYS, "09:00-12:00") | {"Su": "10:00-12:00"}),
        ("Mo-Fr 08:00-18:00; 12:00-14:00 off", on(WORKDAYS, "08:00-12:00 14:00-18:00")),
        ("Mo-Fr 08:00-18:00; Mo 12:00-14:00 closed", on(WORKDAYS, "08:00-18:00") | {"Mo": "08:00-12:00 14:00-18:00"}),
        ("Mo-Fr 09:00-12:00 / 00:00-00:00", on(WORKDAYS, "09:00-12:00")),
        ("PH,Su off; Mo-Sa 9:00-12:00", on((*WORKDAYS, "Sa"), "09:00-12:00")),
        ("Mo-Sa,PH 09:00-18:00", on((*WORKDAYS, "Sa"), "09:00-18:00")),
        ("Mo-Sa 09:00-18:00; PH 10:00-12:00", on((*WORKDAYS, "Sa"), "09:00-18:00")),
        ('Mo-Fr 09:00-18:00 "ring twice"', on(WORKDAYS, "09:00-18:00")),
        ('Mo-Fr 09:00-18:00 || "by appointment"', on(WORKDAYS, "09:00-18:00")),
        ("Mo-Fr 09:00-18:00 open", on(WORKDAYS, "09:00-18:00")),
        ("Mo 23:00-25:00, 00:30-23:30", {"Mo": "00:30-00:30"}),  # joined, they last longer than a day
    ],
)
def test_rules_are_read_as_meant(text: str, expected: dict[str, str]) -> None:
    assert week(text) == expected


# --- Times before their days ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9h-19h du lundi au vendredi; samedi 9h-12h", on(WORKDAYS, "09:00-19:00") | {"Sa": "09:00-12:00"}),
        ("8:00 - 18:00 Mo-Fr, Sa 9-13 Uhr", on(WORKDAYS, "08:00-18:00") | {"Sa": "09:00-13:00"}),
        (
            "10:00-18:00 Monday to Friday, Saturday 10:00-16:00",
            on(WORKDAYS, "10:00-18:00") | {"Sa": "10:00-16:00"},
        ),
        ("14:00-20:00 Tu-Fr; Su 10:00-17:00", on(WORKDAYS[1:], "14:00-20:00") | {"Su": "10:00-17:00"}),
        ("9:00-17:00 Mo-Fr; 9:00-12:00 Sa; Su off", on(WORKDAYS, "09:00-17:00") | {"Sa": "09:00-12:00"}),
        (
            "8am to 6pm Monday to Thursday, 8am to 5:30pm Friday, 8am to 11:30am Saturday, Sunday Closed",
            on(WORKDAYS[:4], "08:00-18:00") | {"Fr": "08:00-17:30", "Sa": "08:00-11:30"},
        ),
        ("10-18 Mon-Fri, 10-17 Sat, Closed Sunday", on(WORKDAYS, "10:00-18:00") | {"Sa": "10:00-17:00"}),
        ("10am - 9pm Daily", on(DAYS, "10:00-21:00")),
        # These say the days of what comes next: the first times are of every day.
        ("07:00-20:00 su off", on((*WORKDAYS, "Sa"), "07:00-20:00")),
        ("10.00-19.00 (Mon-Fri), 10.00-17.00 (Sat)", on(WORKDAYS, "10:00-19:00") | {"Sa": "10:00-17:00"}),
        ("10:00am - 4:00pm (Tuesday Closed)", on(("Mo", "We", "Th", "Fr", "Sa", "Su"), "10:00-16:00")),
        ("11:00-21:00: Fr-Su 11:00-22:00", on(WORKDAYS[:4], "11:00-21:00") | on(("Fr", "Sa", "Su"), "11:00-22:00")),
        ("8-21, sunday: 9-19", on((*WORKDAYS, "Sa"), "08:00-21:00") | {"Su": "09:00-19:00"}),
        ("9:30-18:30 Sa. 10-15:30", on(DAYS, "09:30-18:30") | {"Sa": "10:00-15:30"}),
        ("10h-12h30, 14h-19h, fermé le dimanche", on((*WORKDAYS, "Sa"), "10:00-12:30 14:00-19:00")),
    ],
)
def test_times_may_come_before_their_days(text: str, expected: dict[str, str]) -> None:
    assert week(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "10:00-18:00 Sa, Su 10:00-16:00",
        "10:00-18:00 Mo-Fr; Sa 9-12, 14:00-18:00 Su",
        "Mo-Fr 9-12; Sa off; 14-18",
        "Closed Sunday, 9-18",
    ],
)
def test_times_that_may_be_of_either_days_are_not_read(text: str) -> None:
    assert read_hours(text).weekly == ()


@pytest.mark.parametrize(
    "text", ["Mo-Sa 09:00-18:00; PH off", "Mo-Sa,PH 09:00-18:00", "Mo-Sa 09:00-18:00; PH 10:00-12:00"]
)
def test_what_is_said_of_public_holidays_is_told_to_be_left_out(text: str) -> None:
    assert read_hours(text).leaves_out_holidays
    assert not read_hours("Mo-Sa 09:00-18:00").leaves_out_holidays


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("off", "no day is open"),
        ("Su 00:00-00:00", "no day is open"),
        ("PH off", "no day is open"),
        ("Mo-Fr", "days without times"),
        ("Mo-Fr open", "days without times"),
        ('open "by appointment"', "no times in it"),
        ('"by appointment"', "no times in it"),
        ("sur rendez-vous", "by appointment only"),
        ("sunrise-sunset", "it depends on the sun"),
        ("Mo-Fr 08:00-(sunset-00:30)", "it depends on the sun"),
        ("Apr-Oct Mo-Fr 08:00-12:00", "it depends on dates"),
        ("Apr-Oct: Tu, Th 07:30-13:00 || Nov-Mar: Tu, Th 08:00-13:00", "it depends on dates"),
        ("14.05 - 04.09 6:30-19.59", "it depends on dates"),
        ("Mo-Fr 09:00-18:00; Dec 25 off", "it depends on dates"),
        ("easter off; Mo 09:00-12:00", "it depends on dates"),
        ("week 1-26 Mo 08:00-12:00", "it depends on weeks"),
        ("Mo-Fr 09:00-18:00; SH off", "it depends on school holidays"),
        ("unknown", "it says unknown"),
        ("Mo[1] 09:00-12:00", "'[' is not understood"),
        ("Mo-Sa sauf Me 9h-12h", "'sauf' is not understood"),
        ("Mo-Fr 2019-2020", "2019-2020 is not clear"),
        ("Mo-Fr 10-1800", "10-1800 is not clear"),
        ("di 9h-12h", "'di' may be two days, or a month"),
        ("mar 9h-12h", "'mar' may be two days, or a month"),
        ("Mo-Fr 08:00", "08:00 has no end"),
        ("Mo-Fr 08:00+", "08:00 has no end"),
        ("Mo-Fr 08:00-", "08:00 has no end"),
        ("Mo- 08:00-12:00", "a range of days without an end"),
        ("Mo-Fr 9-5", "9-5 is not clear"),
        ("Mo-Fr 9-12, 2-6", "2-6 is not clear"),
        ("Mo-Fr 10:00-10:00", "10:00-10:00 is not clear"),
        ("Mo-Fr 08:00-47:00", "08:00-47:00 is not clear"),
        ("Mo 24:00-26:00", "24:00-26:00 is not clear"),
        ("Mo-Fr 09:75-10:00", "09:75 is no time of day"),
        ("Mo-Fr 13pm-14pm", "13pm is no time of day"),
        ("Mo off 09:00-12:00", "times after 'off'"),
        ("Mo 09:00-12:00, 14:00-15:00 off", "'off' after several times"),
        ("Mo-Fr 09:00-18:00 " * 100, "too long to be opening hours"),
    ],
)
def test_what_cannot_be_read_says_why(text: str, reason: str) -> None:
    assert read_hours(text) == HoursRead((), reason)
