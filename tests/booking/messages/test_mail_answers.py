"""E-mails to a visit's own address: answered with its link, to the customer alone; nothing is cancelled by one."""

from datetime import timedelta

import pytest

from booking.bookings.lifecycle import cancel_booking
from booking.links import manage_url, read_reply_address, reply_address
from booking.message_kinds import Kind
from booking.messages.compose import compose
from booking.models import Booking, Status
from booking.who import Who
from notifications.content import Email, Skip
from notifications.models import OutboxMessage
from tests.factories import NOW, make_booking, make_store
from tests.mail_providers import KEY, calendar_reply, mailgun_mail, plain_mail

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def provider(settings, monkeypatch):
    settings.EMAIL_PROVIDER, settings.EMAIL_WEBHOOK_KEY = "mailgun", KEY
    settings.EMAIL_REPLIES = "Visit@in.example.org"
    monkeypatch.setattr("notifications.mail_webhooks.timezone.now", lambda: NOW)
    return settings


@pytest.fixture
def visit() -> Booking:
    return make_booking(make_store(), email="ada@example.org")


def answers() -> list[OutboxMessage]:
    return list(OutboxMessage.objects.filter(kind=Kind.MAIL_ANSWER).order_by("pk"))


def send(raw: bytes, to: str) -> None:
    assert mailgun_mail(raw, recipient=to).status_code == 204


def test_a_decline_is_answered_with_the_link_and_cancels_nothing(visit) -> None:
    to = reply_address(visit.reference)
    for address in (to, to.upper()):
        send(calendar_reply(address, Auto_Submitted="auto-generated"), address)

    (message,) = answers()
    content = compose(message, now=NOW)
    assert isinstance(content, Email)
    assert content.to == "ada@example.org"
    assert manage_url(visit.reference) in content.text
    assert "not cancelled yet" in content.text
    assert content.calendar is None
    visit.refresh_from_db()
    assert visit.status == Status.CONFIRMED


def test_what_a_person_writes_is_answered_once_and_what_a_program_writes_is_not(visit) -> None:
    to = reply_address(visit.reference)
    send(plain_mail(to, Auto_Submitted="auto-replied"), to)
    send(calendar_reply(to, partstat="ACCEPTED"), to)
    assert answers() == []

    for _ in range(3):
        send(plain_mail(to), to)

    (message,) = answers()
    content = compose(message, now=NOW)
    assert isinstance(content, Email)
    assert "are not read" in content.text


def test_an_address_that_we_did_not_write_is_nobodys(visit, provider) -> None:
    to = reply_address(visit.reference)
    local, _, domain = to.partition("@")
    forged = [
        f"{local[:-1]}{'0' if local[-1] != '0' else '1'}@{domain}",
        f"{local}@elsewhere.example",
        "visit@" + domain,
    ]
    forged += [f"visit+{visit.reference}@{domain}", f"visit+-{local.rpartition('-')[2]}@{domain}", "", "@", "+@-"]

    for address in forged:
        assert read_reply_address(address) is None
    send(plain_mail(forged[0]), forged[0])
    provider.EMAIL_REPLIES = ""
    assert read_reply_address(to) is None
    assert answers() == []


def test_a_visit_that_is_off_or_over_needs_no_answer(visit) -> None:
    to = reply_address(visit.reference)
    send(calendar_reply(to), to)
    (message,) = answers()
    assert compose(message, now=visit.starts_at) == Skip("started")

    cancel_booking(booking_id=visit.pk, who=Who.customer(NOW + timedelta(minutes=1)))
    send(plain_mail(to), to)

    assert compose(message, now=NOW + timedelta(minutes=2)) == Skip("cancelled")
    assert len(answers()) == 1


def test_messages_of_a_visit_are_one_thread_and_its_organizer_takes_replies(visit) -> None:
    cancel_booking(booking_id=visit.pk, who=Who.customer(NOW))
    written = []
    for message in OutboxMessage.objects.filter(channel="email"):
        status = Status.CANCELLED if message.kind == Kind.CANCELLATION else Status.CONFIRMED
        Booking.objects.update(status=status, sequence=message.sequence)
        written.append(compose(message, now=NOW))
    mails = [content for content in written if isinstance(content, Email)]

    assert len({mail.thread for mail in mails}) == 1
    assert len(mails) > 1
    assert visit.reference not in mails[0].thread
    address = reply_address(visit.reference)
    for mail in mails:
        unfolded = mail.calendar.decode().replace("\r\n ", "") if mail.calendar else address
        assert address in unfolded
        assert mail.reply_to == address  # the store has no address of its own
