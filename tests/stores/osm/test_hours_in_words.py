"""Hours in the words of many languages, and in other spellings than OpenStreetMap's."""

import pytest

from stores.osm.opening_hours import read_hours
from tests.stores.osm.weeks import DAYS, WORKDAYS, on, week


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
