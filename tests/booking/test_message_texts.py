import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from booking.links import manage_url
from booking.message_texts import SMS_TEXTS, email_text, shortened, sms_text
from notifications.gsm7 import fits_one_segment
from tests.factories import at, make_store
from tests.visits import stored_booking

PARIS = ZoneInfo("Europe/Paris")
LINK = "https://rdv.pharmacies-du-port.example/m/K7Q29X4M/abcdefghijklmnopqrstuv"
EMAIL_TEXTS = ("confirmation", "reminder", "change", "new_hours", "cancellation")
LONGEST_NAMES = ["W" * 255, "Pharmacie de la Gare et du Marché " * 7, "Ç€" * 127, "薬" * 255, "€ " * 127]
# The longest day to say in both languages, in each month, on a day of two figures.
WEDNESDAYS = [
    datetime(2026, month, day, 22, 45, tzinfo=PARIS)
    for month in range(1, 13)
    for day in range(20, 27)
    if datetime(2026, month, day).weekday() == 2
]


@pytest.mark.parametrize(("template", "language"), list(product(SMS_TEXTS, ["fr", "en"])))
@pytest.mark.parametrize("store_name", LONGEST_NAMES)
def test_sms_text_longest_name_in_one_segment(template: str, language: str, store_name: str) -> None:
    for starts_at in WEDNESDAYS:
        with translation.override(language):
            text = sms_text(template, store_name=store_name, starts_at=starts_at, zone=PARIS, link=LINK, may_reply=True)

        assert fits_one_segment(text)
        assert text.endswith(f" {LINK}")
        assert not re.search("stop|advice|conseil|(reply|r.pondez) (cancel|annul)", text, re.IGNORECASE)


@limits(deadline=None)  # the first example also loads templates and zones
@given(name=st.text(max_size=255))
def test_sms_text_any_store_name_in_one_segment(name: str) -> None:
    text = sms_text("confirmation", store_name=name, starts_at=at(10, 15), zone=PARIS, link=LINK)

    assert fits_one_segment(text)
    assert text.endswith(f"Change or cancel: {LINK}")


def test_sms_text_shortens_the_day_before_a_name_of_some_length() -> None:
    short_name = sms_text("confirmation", store_name="Bar", starts_at=at(10, 15), zone=PARIS, link=LINK)
    long_name = sms_text(
        "confirmation", store_name="Pharmacie de la Gare et du Marché", starts_at=at(10, 15), zone=PARIS, link=LINK
    )

    assert short_name == f"Bar: visit booked for Tuesday 24 November, 10:15. Change or cancel: {LINK}"
    assert long_name == f"Pharmacie de la Gare et du: visit booked for Tue 24 Nov., 10:15. Change or cancel: {LINK}"


def test_sms_text_hour_that_comes_twice_says_which() -> None:
    second_half_past_two = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)

    text = sms_text("reminder", store_name="Bar", starts_at=second_half_past_two, zone=PARIS, link="L")

    assert text == "Bar: reminder, visit on Sunday 25 October, 02:30 (CET). Change or cancel: L"


@pytest.mark.parametrize(
    ("name", "room", "expected"),
    [
        ("Pharmacie du Port", 30, "Pharmacie du Port"),
        ("Pharmacie du Port", 17, "Pharmacie du Port"),
        ("Pharmacie du Port", 16, "Pharmacie du"),
        ("Pharmacie du Port", 12, "Pharmacie du"),
        ("Pharmacie, Port", 11, "Pharmacie"),
        ("A Pharmaciedelagare", 12, "A Pharmacied"),
        ("€€€€", 5, "€€"),
    ],
)
def test_shortened_cuts_between_words(name: str, room: int, expected: str) -> None:
    assert shortened(name, room) == expected


@pytest.mark.django_db
@pytest.mark.parametrize(("template", "language"), list(product(EMAIL_TEXTS, ["fr", "en"])))
def test_email_text_holds_what_is_needed_and_nothing_that_was_typed(template: str, language: str) -> None:
    booking = stored_booking(
        store=make_store(name="Chez <b>Ada</b> & Bo\r\nBcc: x@example.org", email="port@example.org"),
        name="Eve <script>",
        note="<img src=x>",
    )

    with translation.override(language):
        words = email_text(template, booking)

    assert "\n" not in words.subject
    assert words.text.count(manage_url("K7Q29X4M")) == 1
    assert f'href="{manage_url("K7Q29X4M")}"' in words.html
    assert f'<html lang="{language}">' in words.html
    for typed in ("Eve", "script", "<img", "<b>", "Advice", "Conseil", "ada@example.org", "+336"):
        assert typed not in words.html
    for text in (words.subject, words.text, words.html):
        assert ("24 novembre à 10 h 15" in text) == (language == "fr")
        assert ("24 November, 10:15" in text) == (language == "en")
    assert "{" not in words.text + words.subject


@pytest.mark.django_db
@pytest.mark.parametrize("template", EMAIL_TEXTS)
def test_email_html_loads_nothing_and_is_well_nested(template: str) -> None:
    words = email_text(template, stored_booking())

    page = _Page()
    page.feed(words.html)
    assert page.open_tags == []
    assert page.addresses == {manage_url("K7Q29X4M"), "tel:+33549240039"}
    assert not page.tags & {"img", "script", "link", "iframe", "table"}


class _Page(HTMLParser):
    """What an e-mail's HTML is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.open_tags: list[str] = []
        self.addresses: set[str | None] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses |= {value for name, value in attrs if name in ("href", "src")}
        if tag not in ("meta", "br"):
            self.open_tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open_tags.pop() == tag
