"""The pages promise a customer what the store chose to send, and nothing else."""

from typing import Any

import pytest
import time_machine
from django.test import Client

from booking.customer.contact_hints import email_hint, phone_hint, simple_phone_hint
from stores.models import Store
from tests.booking.customer.manage.own_pages import link, own
from tests.booking.reading import page
from tests.factories import NOW, make_booking, make_store

CHOICES = [
    ("text_first", True, "Confirmation and reminders by text.", False),
    ("both", True, "Confirmation and reminders by text.", True),
    ("email_first", True, "Confirmation by text, and reminders if you give no e-mail address.", True),
    ("none", True, "Confirmation by text.", False),
    ("text_first", False, "Reminders by text, and the confirmation if you give no e-mail address.", False),
    ("both", False, "Reminders by text, and the confirmation if you give no e-mail address.", True),
    ("email_first", False, "Confirmation and reminders by text if you give no e-mail address.", True),
    ("none", False, "Confirmation by text if you give no e-mail address.", False),
]


@pytest.mark.parametrize(("channel", "confirms", "of_phone", "email_reminds"), CHOICES)
def test_hints_say_what_the_store_chose(channel: str, confirms: bool, of_phone: str, email_reminds: bool) -> None:
    store = Store(reminder_channel=channel, confirms_by_text=confirms)

    assert phone_hint(store) == of_phone
    assert email_hint(store).endswith("and reminders.") == email_reminds
    is_by_text_anyhow = confirms or channel in ("text_first", "both")
    assert ("if you write no e-mail" in simple_phone_hint(store)) != is_by_text_anyhow


def test_no_reminder_is_promised_where_none_is_planned() -> None:
    store = Store(reminder_days="", reminder_hours=0)

    assert (phone_hint(store), email_hint(store)) == ("Confirmation by text.", "Confirmation with a calendar file.")


SAID = [
    ({}, "A text message is on its way to", "You get a text message."),
    (
        {"confirms_by_text": False},
        "Before your visit we remind you by text",
        "Before your visit you get a text message.",
    ),
    ({"confirms_by_text": False, "reminder_channel": "email_first"}, "only if something changes.", ""),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("fields", "standard", "simple"), SAID)
def test_page_after_booking_says_which_text_comes(
    client: Client, fields: dict[str, Any], standard: str, simple: str
) -> None:
    booking = make_booking(make_store(**fields), email="ada@example.org")
    with time_machine.travel(NOW, tick=False):
        client.get(link(booking))
        assert standard in page(client.get(own(booking, "booked/"))).words
        words = page(client.get("/simple" + own(booking, "booked/"))).words

    assert [one for one in (SAID[0][2], SAID[1][2]) if f" {one}" in words] == ([simple] if simple else [])
