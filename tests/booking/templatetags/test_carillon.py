from datetime import datetime

import pytest
from django.utils import translation

from booking.templatetags.carillon import clock, moment
from tests.factories import PARIS, at


@pytest.mark.parametrize(
    ("language", "time", "words"),
    [
        (
            "fr",
            "10\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}15",
            "mardi 24\N{NO-BREAK SPACE}novembre à\N{NO-BREAK SPACE}{time}",
        ),
        ("en", "10:15", "Tuesday 24\N{NO-BREAK SPACE}November, {time}"),
    ],
)
def test_a_time_stays_on_one_line(language: str, time: str, words: str) -> None:
    visit: datetime = at(10, 15)
    with translation.override(language):
        assert clock(visit, PARIS) == time
        assert moment(visit, PARIS) == words.format(time=time)
