"""The pages of a store's own texts: one text in one language, its preview and price, and what is wrong with it."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from notifications.models import OutboxMessage
from notifications.tasks import deliver_due
from stores.models import SetupChange, Store
from tests.booking.reading import page
from tests.factories import NOW, at, make_booking, make_store, make_user

GOOD = "{store}: {date} {time} {link}"


@pytest.fixture
def store(db) -> Store:
    return make_store(time_zone="Europe/Paris")


@pytest.fixture
def manager(store) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(make_user("ada", store=store))
    return client


def address(store: Store, name: str = "reminder", language: str = "fr") -> str:
    return f"/staff/{store.slug}/setup/messages/texts/{name}/{language}/"


def test_all_texts_are_listed_with_those_that_are_the_stores_own(store: Store, manager: Client) -> None:
    Store.objects.update(own_texts={"sms": {"reminder": {"de": GOOD}}})
    shown = page(manager.get(f"/staff/{store.slug}/setup/messages/texts/"))
    assert shown.text.count("Deutsch") == 9
    assert [mark for mark in shown.text.split("\n") if mark.strip() == "your own"] == ["your own"]


def test_text_is_saved_in_the_readers_words_and_stored_by_stable_names(store: Store, manager: Client) -> None:
    french = {"accept-language": "fr"}
    typed = {"sms": "{Magasin} : {jour} {heure} {LIEN} à bientôt", "email": "Téléphone : {telephone}"}
    assert manager.post(address(store), typed, headers=french).status_code == 303
    store.refresh_from_db()
    assert store.own_texts == {
        "sms": {"reminder": {"fr": "{store} : {date} {time} {link} à bientôt"}},
        "email": {"reminder": {"fr": "Téléphone : {phone}"}},
    }
    assert "{magasin} : {jour} {heure} {lien} à bientôt" in page(manager.get(address(store), headers=french)).text
    assert "{store} : {date} {time} {link} à bientôt" in page(manager.get(address(store))).text
    change = SetupChange.objects.filter(what="messages").latest("pk")
    assert (change.subject, change.before["email_text"]) == ("reminder/fr", "")


def test_empty_text_is_ours_again(store: Store, manager: Client) -> None:
    for text in (GOOD, ""):
        manager.post(address(store), {"sms": text, "email": ""})
    store.refresh_from_db()
    assert store.own_texts == {}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"sms": "{store} {date} {time}"}, "{link} is missing"),
        ({"sms": GOOD + " {lnk}"}, "There is no placeholder {lnk}. Did you mean {link}?"),
        ({"sms": GOOD + " {date"}, "has a brace without its counterpart"),
        ({"sms": GOOD + " {until}"}, "{until} cannot be used in this text."),
        ({"sms": GOOD + " www.shop.fr"}, "looks like an address"),
        ({"sms": GOOD + " Répondez ANNULER"}, "“ANNULER” as an answer stops all texts"),
        ({"sms": GOOD + " Promo"}, "makes this advertising"),
        ({"sms": GOOD + " test VIH"}, "a person's health"),
        ({"sms": GOOD + " 🐈"}, "Text messages cannot carry these signs: 🐈"),
        ({"sms": GOOD + " {bring}"}, "{bring} is empty at your store"),
        ({"sms": GOOD + " " + "x" * 560}, "it would take more than 4 segments"),
        ({"sms": "x" * 601}, "This is too long."),
        ({"email": "{link}"}, "{link} cannot be used in this text."),
        ({"email": "see shop.fr"}, "looks like an address"),
    ],
)
def test_what_cannot_be_said_is_named_and_stays_typed(store: Store, manager: Client, typed, said) -> None:
    answer = manager.post(address(store), {"sms": "", "email": "", **typed})
    assert answer.status_code == 400
    shown = page(answer)
    assert said in shown.text
    assert next(iter(typed.values())) in shown.text
    assert not SetupChange.objects.exists()
    assert manager.post(address(store), {"sms": "", "email": "", **typed, "what": "preview"}).status_code == 400


def test_preview_shows_the_text_its_price_and_the_email(store: Store, manager: Client, settings: Settings) -> None:
    settings.SMS_CENTS = Decimal(8)
    typed = {"sms": GOOD + " " + "a" * 120, "email": "Come by {phone}.", "what": "preview"}
    with time_machine.travel(NOW, tick=False):
        shown = page(manager.post(address(store, language="en"), typed)).words
    assert "Corner Shop: Monday 30 November 10:15 http" in shown
    assert "charged as 2 segments · a hundred cost 16.00" in shown
    assert "This is dearer than our own text." in shown
    assert "Reminder: your visit on Monday 30 November, 10:15 — Corner Shop" in shown
    assert "Come by 05 49 24 00 39." in shown
    assert not SetupChange.objects.exists()


@pytest.mark.parametrize("name", ["confirmation", "change", "new_hours", "choose_again", "cancellation"])
@pytest.mark.parametrize("language", ["fr", "ar"])
def test_each_text_is_shown_as_ours_until_there_is_another(store: Store, manager: Client, name, language) -> None:
    shown = page(manager.get(address(store, name, language))).text
    assert "Corner Shop" in shown


@pytest.mark.parametrize("name", ["place_offered", "nearly_turn"])
def test_texts_about_no_visit_have_a_page(store: Store, manager: Client, name) -> None:
    assert manager.get(address(store, name, "uk")).status_code == 200


def test_warning_does_not_stop_anybody(store: Store, manager: Client) -> None:
    typed = {"sms": GOOD + " parking gratuit", "email": ""}
    shown = page(manager.post(address(store), {**typed, "what": "preview"}))
    assert "“gratuit” may read like advertising." in shown.text
    assert manager.post(address(store), typed).status_code == 303


@pytest.mark.parametrize("where", [("gossip", "fr"), ("reminder", "xx")])
def test_there_is_no_page_for_what_nobody_sends(store: Store, manager: Client, where) -> None:
    assert manager.get(address(store, *where)).status_code == 404


def test_saved_text_is_the_one_that_is_sent(store: Store, manager: Client, settings: Settings) -> None:
    make_booking(store, starts_at=at(10, day=30), locale="fr")
    manager.post(address(store, "confirmation"), {"sms": GOOD + " A tout de suite", "email": ""})
    with time_machine.travel(NOW + timedelta(seconds=1), tick=False):
        deliver_due()
    assert OutboxMessage.objects.filter(kind="confirmation", state="sent").count() == 1
    assert any("A tout de suite" in file.read_text() for file in settings.MESSAGES_DIR.glob("*"))
