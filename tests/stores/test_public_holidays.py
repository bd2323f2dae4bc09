"""Public holidays: those of the place, in the reader's language, within the days asked for."""

from datetime import date

import pytest

from stores.public_holidays import PublicHoliday, public_holidays


def of(postal_code="79000", *, country="FR", first=date(2026, 12, 1), last=date(2027, 4, 30), language="fr"):
    return public_holidays(country=country, postal_code=postal_code, from_date=first, to_date=last, language=language)


def test_public_holidays_of_a_country_by_day() -> None:
    assert of() == [
        PublicHoliday(date(2026, 12, 25), "Noël"),
        PublicHoliday(date(2027, 1, 1), "Jour de l'an"),
        PublicHoliday(date(2027, 3, 29), "Lundi de Pâques"),
    ]


def test_public_holidays_are_named_in_the_language_asked_for() -> None:
    assert of(language="en")[0].name == "Christmas Day"


def test_public_holidays_in_a_language_the_country_has_not_are_in_english() -> None:
    assert of(language="ar")[0].name == "Christmas Day"


def test_both_days_are_included() -> None:
    assert [day.date for day in of(first=date(2026, 12, 25), last=date(2026, 12, 25))] == [date(2026, 12, 25)]


@pytest.mark.parametrize(
    ("postal_code", "day"),
    [
        ("67000", date(2026, 12, 26)),  # Strasbourg
        ("57000", date(2027, 3, 26)),  # Metz
        ("97400", date(2026, 12, 20)),  # Réunion
    ],
)
def test_a_part_of_the_country_has_days_of_its_own(postal_code, day) -> None:
    assert day in [found.date for found in of(postal_code)]
    assert day not in [found.date for found in of()]


def test_a_country_nobody_wrote_down_has_none() -> None:
    assert of(country="ZZ") == []
    assert of(country="") == []
