from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.utils import translation

from booking.formatting import (
    dated_day_in_words,
    day_in_words,
    fact_and_advice,
    first_name_and_initial,
    moment_in_words,
    numbers_unbroken,
    places_in_words,
    refusal_sentence,
    stretch_in_words,
    time_in_words,
    visit_type_name,
)
from booking.refusals import Refusal
from tests.factories import PARIS


@pytest.mark.parametrize(("language", "expected"), [("en", "Tuesday 4_March, 10:15"), ("fr", "mardi 4_mars à_10_h_15")])
def test_moments_are_said_as_people_say_them_and_never_parted_by_a_line_end(language, expected) -> None:
    with translation.override(language):
        assert moment_in_words(datetime(2025, 3, 4, 9, 15, tzinfo=UTC), PARIS).replace("\xa0", "_") == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "Tuesday 4_March, 09:00"),
        ("fr", "mardi 4_mars à_9_h"),
        ("de", "Dienstag, 4._März, 9:00_Uhr"),
        ("es", "martes 4_de_marzo a las 9:00"),
    ],
)
def test_full_hour_in_a_sentence_is_said_as_people_write_it(language, expected) -> None:
    with translation.override(language):
        assert moment_in_words(datetime(2025, 3, 4, 8, 0, tzinfo=UTC), PARIS).replace("\xa0", "_") == expected


@pytest.mark.parametrize(("language", "expected"), [("en", "Friday 1 May"), ("fr", "vendredi 1er mai")])
def test_the_first_of_a_month_is_said_as_people_say_it(language, expected) -> None:
    with translation.override(language):
        assert day_in_words(date(2026, 5, 1)).replace("\xa0", " ") == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "30_November – 6_December"),
        ("fr", "30_novembre – 6_décembre"),
        ("de", "30._November – 6._Dezember"),
    ],
)
def test_stretch_over_the_end_of_a_month_names_both_months(language, expected) -> None:
    with translation.override(language):
        assert stretch_in_words(date(2026, 11, 30), date(2026, 12, 6)).replace("\xa0", "_") == expected


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES])
def test_day_is_never_parted_from_its_month_nor_a_time_from_its_minutes(language) -> None:
    moment = datetime(2026, 12, 1, 9, 15, tzinfo=UTC)
    with translation.override(language):
        day, time = day_in_words(moment.date()), time_in_words(moment, PARIS)

    assert " " not in time
    assert len(day.split(" ")) == 2


def test_an_hour_that_comes_twice_says_which() -> None:
    first, second = datetime(2027, 10, 31, 0, 30, tzinfo=UTC), datetime(2027, 10, 31, 1, 30, tzinfo=UTC)

    with translation.override("en"):
        assert [time_in_words(moment, PARIS) for moment in (first, second)] == ["02:30\xa0(CEST)", "02:30\xa0(CET)"]
        assert time_in_words(datetime(2027, 3, 28, 1, 0, tzinfo=UTC), PARIS) == "03:00"
        assert time_in_words(first, ZoneInfo("UTC")) == "00:30"


@pytest.mark.parametrize(
    ("language", "words"), [("en", ["last place", "2 places left"]), ("fr", ["dernière place", "2 places libres"])]
)
def test_places_are_said_in_words(language, words) -> None:
    with translation.override(language):
        assert [places_in_words(number) for number in (1, 2)] == words


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_refusal_has_its_sentence(language) -> None:
    with translation.override(language):
        sentences = {refusal_sentence(reason) for reason in Refusal}

    assert len(sentences) == len(Refusal)
    assert all(sentence.endswith(".") for sentence in sentences)


def test_a_number_in_a_sentence_is_never_parted() -> None:
    assert (
        numbers_unbroken("such as 06 12 34, or 5 of 6.").replace("\N{NO-BREAK SPACE}", "_")
        == "such as 06_12_34, or 5 of 6."
    )


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES])
def test_a_refusal_has_a_fact_for_a_title_and_says_what_to_do(language) -> None:
    with translation.override(language):
        for reason in Refusal:
            sentence = refusal_sentence(reason)
            fact, advice = fact_and_advice(sentence)
            assert fact.endswith(".")
            assert sentence == f"{fact} {advice}".strip()


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Monday 22 February 2027"), ("fr", "lundi 22 février 2027"), ("de", "Montag, 22. Februar 2027")],
)
def test_a_day_of_another_year_says_which(language, words) -> None:
    with translation.override(language):
        assert dated_day_in_words(date(2027, 2, 22)).replace("\N{NO-BREAK SPACE}", " ") == words


def test_default_names_follow_the_language_and_own_names_do_not() -> None:
    with translation.override("fr"):
        assert (visit_type_name("Visit"), visit_type_name("Réglage de vélo")) == ("Visite", "Réglage de vélo")


@pytest.mark.parametrize(
    ("name", "short"), [("Ada Test", "Ada T."), ("Ada Bea Test", "Ada T."), ("Ada", "Ada"), ("", "")]
)
def test_what_stands_on_a_screen_is_first_name_and_initial(name, short) -> None:
    assert first_name_and_initial(name) == short
