from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from booking.policy import Refusal
from booking.texts import (
    day_in_words,
    first_name_and_initial,
    moment_in_words,
    places_in_words,
    refusal_sentence,
    time_in_words,
    visit_type_name,
)
from tests.factories import PARIS


@pytest.mark.parametrize(("language", "expected"), [("en", "Tuesday 4 March, 10:15"), ("fr", "mardi 4 mars à 10 h 15")])
def test_moments_are_said_as_people_say_them(language, expected):
    with translation.override(language):
        assert moment_in_words(datetime(2025, 3, 4, 9, 15, tzinfo=UTC), PARIS).replace("\xa0", " ") == expected


@pytest.mark.parametrize(("language", "expected"), [("en", "Friday 1 May"), ("fr", "vendredi 1er mai")])
def test_the_first_of_a_month_is_said_as_people_say_it(language, expected):
    with translation.override(language):
        assert day_in_words(date(2026, 5, 1)).replace("\xa0", " ") == expected


def test_an_hour_that_comes_twice_says_which():
    first, second = datetime(2027, 10, 31, 0, 30, tzinfo=UTC), datetime(2027, 10, 31, 1, 30, tzinfo=UTC)

    with translation.override("en"):
        assert [time_in_words(moment, PARIS) for moment in (first, second)] == ["02:30 (CEST)", "02:30 (CET)"]
        assert time_in_words(datetime(2027, 3, 28, 1, 0, tzinfo=UTC), PARIS) == "03:00"
        assert time_in_words(first, ZoneInfo("UTC")) == "00:30"


@pytest.mark.parametrize(
    ("language", "words"), [("en", ["last place", "2 places left"]), ("fr", ["dernière place", "2 places libres"])]
)
def test_places_are_said_in_words(language, words):
    with translation.override(language):
        assert [places_in_words(number) for number in (1, 2)] == words


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_refusal_has_its_sentence(language):
    with translation.override(language):
        sentences = {refusal_sentence(reason) for reason in Refusal}

    assert len(sentences) == len(Refusal)
    assert all(sentence.endswith(".") for sentence in sentences)


def test_default_names_follow_the_language_and_own_names_do_not():
    with translation.override("fr"):
        assert (visit_type_name("Visit"), visit_type_name("Réglage de vélo")) == ("Visite", "Réglage de vélo")


@pytest.mark.parametrize(
    ("name", "short"), [("Ada Test", "Ada T."), ("Ada Bea Test", "Ada T."), ("Ada", "Ada"), ("", "")]
)
def test_what_stands_on_a_screen_is_first_name_and_initial(name, short):
    assert first_name_and_initial(name) == short
