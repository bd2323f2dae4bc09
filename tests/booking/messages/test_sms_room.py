"""What short links leave room for: the question of a reminder, the weekday, and the whole name of a store."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from booking.formatting import short_weekday
from booking.messages.compose import SMS_TEXTS
from booking.messages.sms_texts import alphabet_in_use, sms_text
from notifications.alphabets import RIGHT_TO_LEFT
from tests.factories import at

PARIS = ZoneInfo("Europe/Paris")
LANGUAGES = ["fr", "en", "de", "es", "ar", "uk"]
QUESTIONS = {
    "fr": "Répondez 1 si vous venez",
    "en": "Reply 1 to confirm",
    "de": "Antwort 1 = ich komme",
    "es": "Responda 1 si viene",
    "ar": "1 = سأحضر",
    "uk": "1 = прийду",
}
TOKEN = "x" * 21 + "A"
# Letters as store names have them: none of them costs more than one septet.
NAMES = st.text(alphabet="abcdefghijklmnopqrstuvwxyzéèàABCDEFGHIJKLMNOPQRSTUVWXYZ -'&.", max_size=22).map(
    lambda rest: f"O{rest}i"
)
ADDRESSES = st.integers(9, 30).map(lambda length: "https://" + "x" * (length - 8))
STARTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31)).map(lambda moment: moment.replace(tzinfo=UTC))


@pytest.mark.parametrize("language", LANGUAGES)
@limits(deadline=None)
@given(name=NAMES, address=ADDRESSES, starts_at=STARTS)
def test_a_reminder_asks_whatever_the_day_a_name_of_24_letters_and_an_address_of_30(
    language: str, name: str, address: str, starts_at: datetime
) -> None:
    with translation.override(language):
        text = sms_text(
            "reminder",
            store_name=name,
            starts_at=starts_at,
            zone=PARIS,
            link=f"{address}/m/{TOKEN}",
            may_reply=True,
        )

    assert QUESTIONS[language] in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "template", [one for one in SMS_TEXTS if one not in ("nearly_turn", "visits_list", "feedback")]
)
def test_every_text_says_the_weekday_and_the_whole_name(template: str, language: str) -> None:
    """With the name and the address of the finding: a long name and an ordinary address."""
    for days in range(365):
        starts_at = at(22, 45) + timedelta(days=days)
        with translation.override(language):
            text = sms_text(
                template,
                store_name="Pharmacie de la Gare",
                starts_at=starts_at,
                zone=PARIS,
                link=f"https://booking.example.org/m/{TOKEN}",
                until=starts_at,
                may_reply=True,
            )
            day = starts_at.astimezone(PARIS)
            words = [short_weekday(day.date()).rstrip("."), translation.gettext(f"{day:%A}")]
            said = [alphabet_in_use().written(word).lower() for word in words]

        assert "Pharmacie de la Gare" in text
        assert any(word in text.lower() for word in said), text


def test_a_change_names_the_time_it_replaces_where_there_is_room() -> None:
    link = f"https://booking.store.example.org/m/{TOKEN}"
    short, long = (
        sms_text("change", store_name=name, starts_at=at(11), zone=PARIS, link=link, was=at(10))
        for name in ("Bar", "Pharmacie de la Gare et du Marché des Vieilles Halles")
    )

    assert short == (
        f"Bar: your visit has moved from Tuesday 24 November, 10:00 to Tuesday 24 November, 11:00. Change it: {link}"
    )
    assert long == (
        f"Pharmacie de la Gare et du: your visit has moved to Tuesday 24 November, 11:00. Change or cancel: {link}"
    )


def test_choose_again_says_until_when() -> None:
    link = f"https://booking.example.org/m/{TOKEN}"

    text = sms_text("choose_again", store_name="Bar", starts_at=at(11), zone=PARIS, link=link, until=at(9, day=24))

    assert text == f"Bar: visit on Tuesday 24 November, 11:00 not possible. Choose another by Tue 09:00: {link}"


def test_an_arabic_text_runs_from_the_right_though_a_latin_name_comes_first() -> None:
    with translation.override("ar"):
        text = sms_text("confirmation", store_name="Bar", starts_at=at(11), zone=PARIS, link="L")

    assert text.startswith(f"{RIGHT_TO_LEFT}Bar: ")
