import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from django.utils.translation.trans_real import translation as translation_of
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from booking.messages.compose import SMS_TEXTS
from booking.messages.sms_texts import LEAST_NAME_UCS2, _is_translated, link_text, shortened, sms_text
from notifications.alphabets import UCS2
from notifications.gsm7 import fits_one_segment
from tests.factories import at

PARIS = ZoneInfo("Europe/Paris")
LINK = "https://rdv.pharmacies-du-port.example/m/K7Q29X4M/abcdefghijklmnopqrstuv"
LONGEST_NAMES = ["W" * 255, "Pharmacie de la Gare et du Marché " * 7, "Ç€" * 127, "薬" * 255, "€ " * 127]
LINKED = [template for template in SMS_TEXTS if template != "nearly_turn"]  # which leads nowhere
# The longest day to say in both languages, in each month, on a day of two figures.
WEDNESDAYS = [
    datetime(2026, month, day, 22, 45, tzinfo=PARIS)
    for month in range(1, 13)
    for day in range(20, 27)
    if datetime(2026, month, day).weekday() == 2
]


@pytest.mark.parametrize(("template", "language"), list(product(LINKED, ["fr", "en"])))
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


@pytest.mark.parametrize("template", LINKED)
@pytest.mark.parametrize("store_name", ["متجر الزهور", "Магазин квітів", "薬局", "Ανθοπωλείο"])
def test_a_store_whose_letters_the_text_lacks_is_called_the_customers_store(template: str, store_name: str) -> None:
    for language, said in (("fr", "Votre magasin"), ("en", "Your store"), ("de", "Ihr Geschäft"), ("es", "Su tienda")):
        with translation.override(language):
            text = sms_text(template, store_name=store_name, starts_at=at(10, 15), zone=PARIS, link=LINK)
            named = sms_text(template, store_name=said, starts_at=at(10, 15), zone=PARIS, link=LINK)

        assert text == named
        assert "?" not in text


def test_a_store_of_another_script_keeps_its_name_where_the_text_has_its_letters() -> None:
    with translation.override("ar"):
        assert "متجر الزهور" in sms_text(
            "confirmation", store_name="متجر الزهور", starts_at=at(10, 15), zone=PARIS, link=LINK
        )


def test_a_shortened_name_ends_with_a_word() -> None:
    assert shortened("Aux Fleurs & Oeuvres d'Anaïs", 14) == "Aux Fleurs"
    assert shortened("Fleurs &", 20) == "Fleurs &"


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


@pytest.mark.parametrize("language", ["ar", "uk", "de", "es"])
@pytest.mark.parametrize("template", LINKED)
@pytest.mark.parametrize("store_name", LONGEST_NAMES)
def test_sms_text_in_every_language_keeps_to_its_segments(template: str, language: str, store_name: str) -> None:
    """A text that has no translation yet is English as a whole; one that has may need the letters of UCS-2."""
    for starts_at in WEDNESDAYS:
        with translation.override(language):
            text = sms_text(template, store_name=store_name, starts_at=starts_at, zone=PARIS, link=LINK, may_reply=True)

        assert fits_one_segment(text) or (language in ("ar", "uk") and UCS2.length(text) <= 134)
        assert text.endswith(f" {LINK}")


@pytest.fixture
def in_arabic(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An Arabic catalogue that has the words of the confirmation, whatever the real one has by now."""
    catalogue = translation_of("ar")
    source = "%(store)s: visit booked for %(when)s. Change or cancel: %(link)s"
    known = {source: "%(store)s: زيارتك %(when)s. للتغيير أو الإلغاء: %(link)s", "{day}, {time}": "{day}، {time}"}
    plain = catalogue.gettext
    monkeypatch.setattr(catalogue, "gettext", lambda text: known.get(text) or plain(text))
    _is_translated.cache_clear()
    with translation.override("ar"):
        yield
    _is_translated.cache_clear()


@pytest.mark.usefixtures("in_arabic")
@pytest.mark.parametrize("store_name", [*LONGEST_NAMES, "صيدلية الميناء القديم"])
def test_sms_text_in_arabic_is_two_segments_at_most(store_name: str) -> None:
    for starts_at in WEDNESDAYS:
        text = sms_text("confirmation", store_name=store_name, starts_at=starts_at, zone=PARIS, link=LINK)

        assert UCS2.length(text) <= 134
        assert "للتغيير" in text
        assert text.endswith(f" {LINK}")
        assert len(text.partition(":")[0]) >= min(LEAST_NAME_UCS2 // 2, len(store_name))


@pytest.mark.usefixtures("in_arabic")
def test_sms_text_in_arabic_says_the_day_by_figures_where_the_link_is_long() -> None:
    text = sms_text("confirmation", store_name="صيدلية الميناء القديم", starts_at=at(10, 15), zone=PARIS, link=LINK)
    short = sms_text(
        "confirmation", store_name="صيدلية", starts_at=at(10, 15), zone=PARIS, link="https://c.example/m/x/y"
    )

    assert " 24/11، 10:15." in text
    assert " نوفمبر" in short


def test_link_text_names_the_store() -> None:
    text = link_text("visits_list", store_name="Bar", link="L")

    assert text == "Bar: your visits to come are listed here for 24 hours: L"
