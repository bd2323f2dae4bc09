"""A new address of the sheet of the day is used only after somebody there has opened a link and pressed its button."""

import re
from collections.abc import Iterator
from datetime import timedelta
from email import policy
from email.parser import BytesParser
from html import unescape

import pytest
import time_machine
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from booking.links import day_sheet_link
from booking.message_kinds import Kind
from notifications.models import OutboxMessage, State
from notifications.tasks import deliver_due
from stores.models import Role, SetupChange, Store, StoreMembership
from tests.booking.reading import page
from tests.factories import NOW, make_store, make_user

pytestmark = pytest.mark.django_db

PROVEN, NEW = "counter@example.org", "till@example.org"
SET_UP = "/staff/corner-shop-niort/setup/day-sheet/"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def store() -> Store:
    store = make_store()
    Store.objects.update(day_sheet_email=PROVEN, day_sheet_language="en")
    return store


@pytest.fixture
def ada(store) -> User:
    return make_user("ada", store=store)


@pytest.fixture
def manager(ada) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(ada)
    return client


def used() -> list[tuple[str, str]]:
    return list(Store.objects.order_by("pk").values_list("day_sheet_email", "day_sheet_language"))


def mails() -> list:
    """Return the e-mails written, as a mail program parses them."""
    paths = sorted(django_settings.MESSAGES_DIR.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
    return [BytesParser(policy=policy.default).parsebytes(path.read_bytes()) for path in paths]


def link() -> str:
    """Deliver, and return the path of the link in the newest e-mail; its plain text and its HTML say the same."""
    deliver_due()
    text, html = (mails()[-1].get_body((kind,)).get_content() for kind in ("plain", "html"))
    (found,) = re.findall(rf"{re.escape(django_settings.PUBLIC_URL)}(/\S+/staff/\S+)", text)
    assert found in unescape(html)
    return found


def ask(client: Client, email: str = NEW) -> None:
    assert client.post(SET_UP, {"email": email}).status_code == 303


@pytest.mark.parametrize(
    ("language", "subject", "button"),
    [
        ("en", "Carillon Test Shop: shall the sheet of the day come here?", "Yes, mail the sheet here"),
        ("fr", "Carillon Test Shop : recevoir ici la feuille du jour ?", "Oui, envoyer la feuille ici"),
    ],
)
def test_new_address_is_used_after_its_button_is_pressed_and_not_before(
    store: Store, ada: User, language, subject, button
) -> None:
    Store.objects.update(name="Carillon Test Shop")
    client = Client(headers={"accept-language": language})
    client.force_login(ada)
    ask(client)
    assert used() == [(PROVEN, "en")]

    address = link()
    assert address.startswith(f"/{language}/")
    assert mails()[-1]["To"] == NEW
    assert " ".join(mails()[-1]["Subject"].split()) == subject
    assert len(list(mails()[-1].iter_attachments())) == 0
    stranger = Client()
    shown = stranger.get(address)
    assert (shown.status_code, shown["Referrer-Policy"]) == (200, "no-referrer")
    assert "no-store" in shown["Cache-Control"]
    assert button in page(shown).text
    assert NEW in page(shown).text
    assert stranger.head(address).status_code == 200
    assert used() == [(PROVEN, "en")]  # to look changes nothing

    for _again in range(2):
        done = stranger.post(address)
        assert (done.status_code, done["Location"]) == (303, address)
        assert used() == [(NEW, language)]
    shown = stranger.get(address)
    assert shown.status_code == 200
    assert button not in page(shown).text
    changes = list(SetupChange.objects.filter(what="day_sheet").order_by("pk"))
    assert [change.username for change in changes] == ["ada", "ada"]
    assert (changes[1].before["day_sheet_email"], changes[1].after["day_sheet_email"]) == (PROVEN, NEW)


def test_person_without_an_account_presses_the_button_with_the_page_s_own_token(store: Store, manager: Client) -> None:
    ask(manager)
    address = link()
    stranger = Client(enforce_csrf_checks=True)
    assert stranger.post(address).status_code == 403
    token = page(stranger.get(address)).forms[""]["csrfmiddlewaretoken"]
    assert stranger.post(address, {"csrfmiddlewaretoken": token}).status_code == 303
    assert used() == [(NEW, "en")]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", f"We have written to {NEW}: the sheet goes there once somebody presses the button in that e-mail."),
        (
            "fr",
            f"Nous avons écrit à {NEW}\xa0: la feuille y sera envoyée dès que quelqu’un aura appuyé sur le bouton de "
            "cet e\u2011mail.",
        ),
    ],
)
def test_set_up_says_what_is_awaited_until_it_is_too_late(
    store: Store, ada: User, clock: time_machine.Traveller, language, sentence
) -> None:
    client = Client(headers={"accept-language": language})
    client.force_login(ada)
    assert sentence not in page(client.get(SET_UP)).text
    ask(client)
    for address in (SET_UP, "/staff/corner-shop-niort/setup/"):
        assert sentence in page(client.get(address)).text
        assert PROVEN in page(client.get(address)).text
    clock.shift(timedelta(days=7))
    for address in (SET_UP, "/staff/corner-shop-niort/setup/"):
        assert sentence not in page(client.get(address)).text


def test_proven_address_stays_and_no_mail_goes(store: Store, manager: Client) -> None:
    ask(manager, PROVEN)
    assert used() == [(PROVEN, "en")]
    assert not OutboxMessage.objects.exists()


def test_removing_works_at_once_and_ends_what_is_awaited(store: Store, manager: Client) -> None:
    ask(manager)
    address = link()
    ask(manager, "")
    assert used()[0][0] == ""
    assert Client().get(address).status_code == 404
    assert Client().post(address).status_code == 404
    assert used()[0][0] == ""


def test_awaited_address_alone_can_be_withdrawn(store: Store, manager: Client) -> None:
    Store.objects.update(day_sheet_email="")
    ask(manager)
    address = link()
    ask(manager, "")
    assert Client().post(address).status_code == 404
    assert NEW not in page(manager.get(SET_UP)).text


def test_mail_not_wanted_any_more_does_not_go(store: Store, manager: Client) -> None:
    ask(manager)
    ask(manager, PROVEN)
    deliver_due()
    assert mails() == []
    assert [(one.state, one.reason) for one in OutboxMessage.objects.all()] == [(State.SKIPPED, "not_wanted")]


def test_newer_wish_ends_the_link_of_the_one_before(store: Store, manager: Client) -> None:
    ask(manager, "slip@example.org")
    first = link()
    ask(manager)
    second = link()
    assert Client().post(first).status_code == 404
    assert used() == [(PROVEN, "en")]
    assert Client().post(second).status_code == 303
    assert used() == [(NEW, "en")]
    assert Client().get(first).status_code == 404


@pytest.mark.parametrize(("seconds", "status"), [(-1, 200), (0, 404)])
def test_link_opens_for_seven_days(
    store: Store, manager: Client, clock: time_machine.Traveller, seconds, status
) -> None:
    ask(manager)
    address = link()
    clock.shift(timedelta(days=7, seconds=seconds))
    assert Client().get(address).status_code == status
    assert Client().post(address).status_code == (303 if status == 200 else 404)
    assert used() == [(PROVEN, "en") if status == 404 else (NEW, "en")]


def test_changed_link_opens_nothing_and_guessing_is_counted(store: Store, manager: Client, settings: Settings) -> None:
    settings.RATE_LIMITS = True
    ask(manager)
    address = link()
    token = address.rstrip("/").rpartition("/")[2]
    number, _dash, proof = token.partition("-")
    wrong = (f"{number}-{proof[:-1]}", f"{number}-{proof[::-1]}", f"ffffff-{proof}", f"{'f' * 16}-{proof}", number)
    for one in wrong:
        assert Client().get(address.replace(token, one)).status_code == 404, one
        assert Client().post(address.replace(token, one)).status_code == 404, one
    assert Client().get(address).status_code == 429
    assert used() == [(PROVEN, "en")]


def test_link_of_one_store_opens_nothing_at_another(store: Store, manager: Client) -> None:
    """Not even where both ask for the same address in the same moment."""
    other = make_store("other-shop")
    bea = make_user("bea", store=other)
    ask(manager)
    client = Client(headers={"accept-language": "en"})
    client.force_login(bea)
    assert client.post("/staff/other-shop/setup/day-sheet/", {"email": NEW}).status_code == 303
    mine, others = SetupChange.objects.order_by("pk")
    number = f"{mine.pk:x}-"
    token = day_sheet_link(others).rstrip("/").rpartition("/")[2]
    forged = f"/en/staff/day-sheet/address/{number}{token.partition('-')[2]}/"
    assert Client().post(forged).status_code == 404
    right = day_sheet_link(others).removeprefix(django_settings.PUBLIC_URL)
    assert Client().post(right).status_code == 303
    assert used() == [(PROVEN, "en"), (NEW, "en")]


@pytest.mark.parametrize("gone", ["role", "membership", "account", "user"])
def test_wish_of_somebody_who_manages_the_store_no_more_counts_no_more(
    store: Store, manager: Client, ada: User, gone
) -> None:
    ask(manager)
    address = link()
    if gone == "role":
        StoreMembership.objects.update(role=Role.STAFF)
    elif gone == "membership":
        StoreMembership.objects.all().delete()
    elif gone == "account":
        User.objects.filter(pk=ada.pk).update(is_active=False)
    else:
        ada.delete()
    assert Client().get(address).status_code == 404
    assert Client().post(address).status_code == 404
    assert used() == [(PROVEN, "en")]


def test_link_stands_nowhere_in_the_database(store: Store, manager: Client) -> None:
    ask(manager)
    token = link().rstrip("/").rpartition("/")[2].partition("-")[2]
    (message,) = OutboxMessage.objects.filter(kind=Kind.DAY_SHEET)
    rows = [vars(message), *(vars(change) for change in SetupChange.objects.all()), *map(vars, Store.objects.all())]
    assert message.state == State.SENT
    assert all(token not in str(row) and NEW not in str(vars(message)) for row in rows)


def test_one_address_gets_no_more_of_these_than_of_other_mails(
    store: Store, manager: Client, settings: Settings
) -> None:
    settings.RATE_LIMITS = True
    for _time in range(6):
        ask(manager)
        deliver_due()
    assert len(mails()) == 5
    assert OutboxMessage.objects.order_by("pk").last().reason == "number_limit"


def test_store_asks_ten_addresses_in_a_day_and_nothing_typed_is_lost(
    store: Store, manager: Client, settings: Settings
) -> None:
    settings.RATE_LIMITS = True
    for number in range(10):
        ask(manager, f"till{number}@example.org")
    refused = manager.post(SET_UP, {"email": NEW})
    assert (refused.status_code, "Retry-After" in refused) == (429, True)
    assert page(refused).forms[""]["email"] == NEW
    assert "Too many addresses" in page(refused).text
    assert OutboxMessage.objects.count() == 10
    ask(manager, PROVEN)  # what needs no mail is not counted
    ask(manager, "")
    assert used()[0][0] == ""
