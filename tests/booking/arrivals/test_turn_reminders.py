"""Whoever goes out while they wait is told once when their turn is near, and the number is forgotten that night."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import translation
from pytest_django import Settings

from booking.arrivals.line import call_turn, forget_tickets, join_line, leave_line, serve_ticket
from booking.arrivals.turn_reminders import send_turn_reminders
from booking.bookings.audit import differences
from booking.message_kinds import Kind
from booking.messages.compose import compose
from booking.messages.sms_texts import turn_text
from booking.models import Ticket
from notifications.content import Sms
from notifications.models import OutboxMessage, State
from notifications.segments import segments
from notifications.tasks import deliver_due
from stores.models import Store
from tests.booking.reading import page
from tests.factories import at, make_store, make_user

pytestmark = pytest.mark.django_db
NOW = at(10, 12)
SOON = NOW + timedelta(minutes=3)
PHONE = "+33612345601"


@pytest.fixture
def store() -> Store:
    return make_store(name="Corner Shop", capacity=1)


@pytest.fixture
def ann(store):
    return make_user("ann", store=store)


def join(store, phone="", locale="en") -> Ticket:
    return join_line(store=store, visit_type="visit", party_size=1, name="", phone=phone, locale=locale, now=NOW)


def told() -> list[str]:
    return list(OutboxMessage.objects.filter(kind=Kind.NEARLY_TURN).order_by("pk").values_list("subject", flat=True))


def test_only_those_near_are_told_and_once(store: Store, ann) -> None:
    first, _second, third = join(store), join(store), join(store, PHONE)
    assert send_turn_reminders(now=SOON) == 0

    serve_ticket(store=store, ticket_id=first.pk, now=SOON, user=ann, may_squeeze_in=True)

    assert send_turn_reminders(now=SOON) == 1
    assert send_turn_reminders(now=SOON) == 0
    assert told() == [f"ticket/{third.pk}"]
    assert list(differences(now=SOON)) == []


def test_who_just_joined_or_was_called_or_left_no_number_is_not_told(store: Store) -> None:
    join(store)
    ticket = join(store, PHONE)
    assert send_turn_reminders(now=NOW) == 0
    call_turn(store=store, ticket_id=ticket.pk, reference="", now=SOON)
    assert send_turn_reminders(now=SOON) == 0


def test_text_says_where_and_nothing_else(store: Store, settings: Settings) -> None:
    join(store, PHONE)
    send_turn_reminders(now=SOON)
    with time_machine.travel(SOON, tick=False):
        deliver_due()
    (file,) = [one for one in settings.MESSAGES_DIR.glob("*") if one.suffix != ".eml"]
    assert "Corner Shop: it is nearly your turn. Please come back to the store." in file.read_text()
    assert OutboxMessage.objects.get().segments == 1


def test_who_left_meanwhile_is_not_texted(store: Store) -> None:
    ticket = join(store, PHONE)
    send_turn_reminders(now=SOON)
    leave_line(store=store, ticket_id=ticket.pk, has_left=True, now=SOON)
    with time_machine.travel(SOON, tick=False):
        deliver_due()
    message = OutboxMessage.objects.get()
    assert (message.state, message.reason) == (State.SKIPPED, "served")


def test_text_sent_after_midnight_counts_against_the_texts_of_the_new_day(store: Store) -> None:
    ticket = join(store, PHONE)

    message = OutboxMessage(subject=f"ticket/{ticket.pk}", kind=Kind.NEARLY_TURN)
    content = compose(message, now=at(0, 10, day=25))

    assert isinstance(content, Sms)
    assert content.budget_since == at(0, day=25)


def test_number_is_forgotten_the_night_after(store: Store) -> None:
    join(store, PHONE)
    send_turn_reminders(now=SOON)
    with time_machine.travel(SOON, tick=False):
        deliver_due()
    assert OutboxMessage.objects.get().recipient_digest
    forget_tickets(store=store, now=NOW + timedelta(days=1))
    assert not Ticket.objects.exists()
    assert not OutboxMessage.objects.get().recipient_digest


@pytest.mark.parametrize(
    ("phone", "status", "kept"),
    [("06 12 34 56 01", 303, PHONE), ("", 303, ""), ("05 49 24 00 39", 400, None), ("nonsense", 400, None)],
)
def test_number_is_asked_for_with_the_ticket(store: Store, ann, phone, status, kept) -> None:
    client = Client(headers={"accept-language": "en"})
    form = {"visit_type": "visit", "party_size": "1", "name": "", "phone": phone}
    with time_machine.travel(NOW, tick=False):
        client.force_login(ann)
        answer = client.post(f"/staff/{store.slug}/queue/join/", form)
        shown = page(client.get(f"/staff/{store.slug}/queue/")).text
    assert answer.status_code == status
    assert [ticket.phone for ticket in Ticket.objects.all()] == ([] if kept is None else [kept])
    assert "06 12 34 56 01" not in shown


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
@pytest.mark.parametrize("name", ["A", "W" * 255, "Pharmacie de la Gare et du Marché " * 4, "مكتبة " * 30])
def test_text_fits_in_every_language_however_long_the_name(language, name) -> None:
    with translation.override(language):
        text = turn_text(name)
    assert segments(text) <= (2 if language in ("ar", "uk") else 1)
