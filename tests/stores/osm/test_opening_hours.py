"""Opening hours as people write them, read as meant or refused with the reason."""

import json
from datetime import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stores.hours import WeeklyInterval, week_problem
from stores.osm.hours_text import LONGEST
from stores.osm.opening_hours import HoursRead, read_hours

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
WORKDAYS = ("Mo", "Tu", "We", "Th", "Fr")


def week(text: str) -> dict[str, str]:
    """Return what was read, by day: {"Mo": "09:00-12:00 14:00-18:00"}."""
    read = read_hours(text)
    assert read.why_not == ""
    days: dict[str, str] = {}
    for one in read.weekly:
        hours = f"{one.opens:%H:%M}-{one.closes:%H:%M}"
        name = DAYS[one.weekday]
        days[name] = f"{days[name]} {hours}" if name in days else hours
    return days


def on(days: tuple[str, ...], hours: str) -> dict[str, str]:
    return dict.fromkeys(days, hours)


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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lundi au vendredi de 9h à 12h30 et de 14h à 19h", on(WORKDAYS, "09:00-12:30 14:00-19:00")),
        ("Lu-Ve 9h30-12h, Di 10h-12h", on(WORKDAYS, "09:30-12:00") | {"Su": "10:00-12:00"}),
        ("Lun. - Ven. : 8h45-19h", on(WORKDAYS, "08:45-19:00")),
        ("Mar-Sam 9h-19h", on(("Tu", "We", "Th", "Fr", "Sa"), "09:00-19:00")),
        ("tous les jours 9 h 30 - 19 h", on(DAYS, "09:30-19:00")),
        ("7j/7 8h-12h 14h-18h", on(DAYS, "08:00-12:00 14:00-18:00")),
        ("24h/24 7j/7", on(DAYS, "00:00-00:00")),
        ("Lu-Ve 9h-18h, Sa fermé", on(WORKDAYS, "09:00-18:00")),
        ("Monday to Friday 9am-5:30pm", on(WORKDAYS, "09:00-17:30")),
        ("Mondays 09:00 AM - 12:00 PM", {"Mo": "09:00-12:00"}),
        ("Mon-Fri 9-17", on(WORKDAYS, "09:00-17:00")),
        ("Daily 8:30-20:00", on(DAYS, "08:30-20:00")),
        ("Montag bis Freitag 9 Uhr bis 18 Uhr", on(WORKDAYS, "09:00-18:00")),
        ("Mo. - Fr. 9.00-12.30 Uhr, Sonnabend 9-12 Uhr", on(WORKDAYS, "09:00-12:30") | {"Sa": "09:00-12:00"}),
        ("Mo, Di, Do 9-12; So geschlossen", on(("Mo", "Tu", "Th"), "09:00-12:00")),
    ],
)
def test_other_spellings_and_languages(text: str, expected: dict[str, str]) -> None:
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


# --- A clock of 12 hours --------------------------------------------------------------------------------


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


# --- Languages ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "L-V 9:00-14:00 y 17:00-20:00, Sábado 10:00-14:00",
            on(WORKDAYS, "09:00-14:00 17:00-20:00") | {"Sa": "10:00-14:00"},
        ),
        ("De lunes a viernes de 9h a 14h", on(WORKDAYS, "09:00-14:00")),
        ("Lu-Do 10:00-19:00", on(DAYS, "10:00-19:00")),
        ("Lu-Sa 09:00-20:00; Do off", on((*WORKDAYS, "Sa"), "09:00-20:00")),
        ("Todos los días 10-20 horas; domingo cerrado", on((*WORKDAYS, "Sa"), "10:00-20:00")),
        ("lunedì-sabato 9-13 e 15-19", on((*WORKDAYS, "Sa"), "09:00-13:00 15:00-19:00")),
        ("Lun-Ven 9.00-13.00 / 15.30-19.30, Dom chiuso", on(WORKDAYS, "09:00-13:00 15:30-19:30")),
        ("maandag t/m vrijdag 9u-18u, zaterdag 9u30-17u", on(WORKDAYS, "09:00-18:00") | {"Sa": "09:30-17:00"}),
        ("Maandag gesloten, dinsdag - zaterdag 10:00-18:00", on((*WORKDAYS[1:], "Sa"), "10:00-18:00")),
        ("täglich 9-18 Uhr, Montag Ruhetag", on((*WORKDAYS[1:], "Sa", "Su"), "09:00-18:00")),
        ("пн-пт 09:00-18:00; сб 10-15; нд вихідний", on(WORKDAYS, "09:00-18:00") | {"Sa": "10:00-15:00"}),
        ("Понеділок - П'ятниця: з 9 до 18", on(WORKDAYS, "09:00-18:00")),
        ("Щодня 9:00-20:00", on(DAYS, "09:00-20:00")),
        ("M-F 9am-5pm", on(WORKDAYS, "09:00-17:00")),
        ("Weekdays 9-17, weekends 10-14", on(WORKDAYS, "09:00-17:00") | on(("Sa", "Su"), "10:00-14:00")),
        ("every day 8-20", on(DAYS, "08:00-20:00")),
        ("Mo-Fr 0800-1800", on(WORKDAYS, "08:00-18:00")),
        ("1000 hrs - 1700 hrs", on(DAYS, "10:00-17:00")),
        ("Mo-Fr 9:00-12:00; samedi 9h-12h", on((*WORKDAYS, "Sa"), "09:00-12:00")),
    ],
)
def test_other_languages_and_ways_to_say_days(text: str, expected: dict[str, str]) -> None:
    assert week(text) == expected


@pytest.mark.parametrize(("country", "expected"), [("NL", WORKDAYS[:4]), ("IT", ("Tu", "We", "Th", "Fr", "Sa", "Su"))])
def test_days_of_two_languages_are_those_of_the_country(country: str, expected: tuple[str, ...]) -> None:
    read = read_hours("ma-do 9:00-18:00", country=country)

    assert [DAYS[one.weekday] for one in read.weekly] == list(expected)
    assert read_hours("ma-do 9:00-18:00").why_not == "'ma' may be two days, or a month"


@pytest.mark.parametrize("text", ["Ma-Fr 08:00-17:00", "M-F 9-17; S 10-12", "Lu-Ve 9h-19h, WE 10h-18h"])
def test_days_that_no_language_says_so_are_not_read(text: str) -> None:
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


# --- Whatever is written ----------------------------------------------------------------------------------

bits = st.sampled_from(
    [*DAYS, *"-,;/:. \"'[]()+|&", "09:00", "12:30", "24:00", "-", "off", "PH", "24/7", "lundi", "di", "mar", "9h", "am"]
)


@given(st.text(max_size=LONGEST + 10) | st.lists(bits, max_size=20).map(" ".join) | st.lists(bits).map("".join))
def test_reading_never_raises_and_gives_a_week_or_a_reason(text: str) -> None:
    read = read_hours(text)
    assert bool(read.weekly) != bool(read.why_not)
    assert list(read.weekly) == sorted(read.weekly, key=lambda one: (one.weekday, one.opens))
    by_day = [[one for one in read.weekly if one.weekday == day] for day in range(7)]
    assert [week_problem(of_day) for of_day in by_day] == [None] * 7


@st.composite
def hours_of_a_day(draw: st.DrawFn) -> list[tuple[int, int]]:
    """Some intervals, in minutes, with a break between any two; the last may reach past midnight."""
    edges = sorted(draw(st.sets(st.integers(0, 24 * 60 - 1), min_size=0, max_size=6).filter(lambda s: len(s) % 2 == 0)))
    return list(zip(edges[::2], edges[1::2], strict=True))


@given(
    days=st.lists(hours_of_a_day(), min_size=7, max_size=7).filter(any),
    between_rules=st.sampled_from(["; ", ", ", ",", " "]),
    between_times=st.sampled_from([",", ", ", " / ", "/", " & ", " et "]),
    dash=st.sampled_from(["-", " - ", "–"]),
)
def test_written_hours_come_back(
    days: list[list[tuple[int, int]]], between_rules: str, between_times: str, dash: str
) -> None:
    def clock(minutes: int) -> str:
        return f"{minutes // 60:02}:{minutes % 60:02}"

    rules = [
        f"{name} " + between_times.join(f"{clock(opens)}{dash}{clock(closes)}" for opens, closes in times)
        for name, times in zip(DAYS, days, strict=True)
        if times
    ]
    expected = tuple(
        WeeklyInterval(weekday, time(opens // 60, opens % 60), time(closes // 60, closes % 60))
        for weekday, times in enumerate(days)
        for opens, closes in times
    )
    assert read_hours(between_rules.join(rules)) == HoursRead(expected)
