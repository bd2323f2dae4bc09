"""Every reply by text takes what our other texts take: one segment of GSM-7, or two in languages that need UCS-2."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from pytest_django import Settings

from booking.formatting import short_moment_in_words
from booking.messages import reply_texts
from booking.messages.sms_texts import alphabet_in_use, moment_in_figures
from booking.models import Booking
from notifications.segments import segments
from stores.models import Store
from tests.visits import unsaved_booking, unsaved_store

LANGUAGES = ("fr", "en", "de", "es", "ar", "uk")
PARIS = ZoneInfo("Europe/Paris")
LONGEST_ADDRESS, USUAL_ADDRESS = "https://" + "x" * 32, "https://rdv.example.fr"  # longer ones are refused
PHONES = (("+33549240039", "FR"), ("+4915123456789", "DE"), ("", "FR"))
NAMES = (
    "W" * 255,
    "Pharmacie de la Gare et du Marché " * 7,
    "Ç€" * 127,
    "薬" * 255,
    "صيدلية الميناء القديم " * 11,
    "Bar",
)
# A day in each month, of two figures, with a long name: the moments that take most room.
STARTS = [
    next(
        day
        for day in (datetime(2026, month, number, 22, 45, tzinfo=PARIS) for number in range(20, 27))
        if day.weekday() == 2
    )
    for month in range(1, 13)
]

Reply = Callable[[Booking, datetime], str]
REPLIES: dict[str, Reply] = {
    "late_noted": lambda booking, _start: reply_texts.late_noted(booking, 59),
    "late_asked": lambda booking, _start: reply_texts.late_asked(booking),
    "times_offered": lambda booking, start: reply_texts.times_offered(booking, [start + timedelta(days=7)] * 3),
    "no_times": lambda booking, _start: reply_texts.no_times(booking),
    "which_visit of 2": lambda booking, _start: reply_texts.which_visit([booking] * 2),
    "which_visit of 9": lambda booking, _start: reply_texts.which_visit([booking] * 9),
    "not_possible": lambda booking, _start: reply_texts.not_possible(booking.store),
    "help_about a visit": lambda booking, _start: reply_texts.help_about(booking.store, booking),
    "help_about none": lambda booking, _start: reply_texts.help_about(booking.store, None),
    "passed_on": lambda booking, _start: reply_texts.passed_on(booking.store, read_from=None),
    "passed_on at night": lambda booking, start: reply_texts.passed_on(booking.store, read_from=start),
    "free_times": lambda booking, start: reply_texts.free_times(booking.store, [start] * 3),
    "no_free_times": lambda booking, _start: reply_texts.no_free_times(booking.store),
    "not_open_yet": lambda booking, start: reply_texts.not_open_yet(booking.store, start),
    "already_booked": lambda booking, _start: reply_texts.already_booked(booking),
}


def store(name: str, *, slug: str = "s" * 80, phone: str = "+33549240039", country: str = "FR") -> Store:
    return unsaved_store(name=name, slug=slug, phone=phone, country=country)


def longest_starts() -> list[datetime]:
    """Return the moments that take most room in the active language, with the month's name and in figures."""
    says = (short_moment_in_words, moment_in_figures)
    return [max(STARTS, key=lambda start: len(say(start, PARIS))) for say in says]


def worst_cases() -> Iterator[tuple[Booking, datetime]]:
    for number, name in enumerate(NAMES):
        phone, country = PHONES[number % len(PHONES)]
        for start in longest_starts():
            yield unsaved_booking(store=store(name, phone=phone, country=country), starts_at=start), start


def test_every_reply_is_tried_here() -> None:
    public = {name for name, made in vars(reply_texts).items() if callable(made) and name[0].islower()}
    own = {name for name in public if getattr(reply_texts, name).__module__ == reply_texts.__name__}

    assert {name.split(" ")[0] for name in REPLIES} == {name for name in own if not name.startswith("_")}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reply", REPLIES)
@pytest.mark.parametrize("address", [LONGEST_ADDRESS, USUAL_ADDRESS])
def test_reply_takes_no_more_than_our_other_texts(settings: Settings, language: str, reply: str, address: str) -> None:
    settings.PUBLIC_URL = address
    with translation.override(language):
        room, most = alphabet_in_use().room, 2 if language in ("ar", "uk") else 1
        for booking, start in worst_cases():
            text = REPLIES[reply](booking, start)

            assert alphabet_in_use().length(text) <= room, text
            assert segments(text) <= most, text
            assert "{" not in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reply", [name for name in REPLIES if name != "which_visit of 9"])
def test_name_of_24_letters_stands_whole(settings: Settings, language: str, reply: str) -> None:
    settings.PUBLIC_URL = USUAL_ADDRESS
    name = "Pharmacie de la Vieille!"
    assert len(name) == 24
    with translation.override(language):
        for start in longest_starts():
            booking = unsaved_booking(store=store(name, slug="vieille"), starts_at=start)
            assert name in REPLIES[reply](booking, start)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reply", [name for name in REPLIES if not name.startswith("which_visit")])
def test_longer_name_is_cut_after_a_word(settings: Settings, language: str, reply: str) -> None:
    settings.PUBLIC_URL = USUAL_ADDRESS
    whole = "Pharmacie de la Gare et du Marché " * 7
    with translation.override(language):
        said = REPLIES[reply](unsaved_booking(store=store(whole, slug="gare"), starts_at=STARTS[8]), STARTS[8])

    name = said.lstrip("\N{RIGHT-TO-LEFT MARK}")
    kept = name[: max(at for at in range(len(name)) if whole.startswith(name[:at]))].rstrip()
    assert kept.split()[-1] in whole.split()
    assert len(kept) >= 12


@pytest.mark.parametrize("language", LANGUAGES)
def test_offered_times_name_the_visit_that_they_replace(settings: Settings, language: str) -> None:
    settings.PUBLIC_URL = USUAL_ADDRESS
    with translation.override(language):
        visit = unsaved_booking(store=store("Bar"), starts_at=STARTS[8])
        text = reply_texts.times_offered(visit, STARTS[:3])
        said = [alphabet_in_use().written(say(STARTS[8], PARIS)) for say in (short_moment_in_words, moment_in_figures)]

    assert any(one in text for one in said)
    assert [line[:2] for line in text.split("\n")[1:4]] == ["1:", "2:", "3:"]


def test_visits_at_stores_with_long_names_are_all_named_where_three_are_asked_about() -> None:
    visits = [
        unsaved_booking(store=store(name), starts_at=STARTS[8])
        for name in ("Pharmacie de la Gare et du Marché", "Boulangerie des Trois Frères", "Bar")
    ]
    for language in LANGUAGES:
        with translation.override(language):
            text = reply_texts.which_visit(visits)

        assert [line[:2] for line in text.split("\n")[1:]] == ["1:", "2:", "3:"]
        assert "Pharmacie" in text
        assert "Boulangerie" in text
        assert text.endswith("Bar")
