"""E-mails: what travels, and what a mail server's answers mean."""

from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from pytest_django import Settings

from notifications import email
from notifications.answers import Away, Barred, Later, Refused, Sent, Unclear
from notifications.content import Email
from tests.notifications import fake_smtp
from tests.notifications.fake_smtp import CONTENT, CUT, GREETING, HANG, MAIL, QUIT, RCPT
from tests.notifications.patience import PATIENCE_SECONDS, short_patience_for_mail

CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:Café\r\nEND:VCALENDAR\r\n".encode()
MAIL_TO_ADA = Email(
    to="ada@example.org",
    subject="Your visit\r\nBcc: everyone@example.org",
    text="Hello\n",
    html="<p>Hello</p>\n",
    calendar=CALENDAR,
    calendar_method="REQUEST",
    sender_name='Café "du\nPort", Niort',
)
KEY = "20261124T090000Z-confirmation-email-5f0c2d4e"


@pytest.fixture
def server(settings, monkeypatch):
    with fake_smtp.running() as server:
        settings.EMAIL_URL = f"smtp://127.0.0.1:{server.port}"
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 60
        monkeypatch.setattr(email, "SEND_SECONDS", PATIENCE_SECONDS)
        yield server


def test_an_email_has_words_and_the_calendar_as_rfc_6047_asks(server) -> None:
    assert email.send(MAIL_TO_ADA, key=KEY) == Sent(sid="")

    (octets,) = server.accepted
    mail = message_from_bytes(octets, policy=policy.default)
    kinds = [part.get_content_type() for part in mail.walk()]
    assert kinds == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar", "text/calendar",
    ]  # fmt: skip
    inline, attached = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    for part in (inline, attached):
        assert (part.get_param("method"), part.get_param("charset")) == ("REQUEST", "utf-8")
        assert part.get_content().replace("\n", "\r\n").replace("\r\r", "\r").encode() == CALENDAR
    assert (inline.get_filename(), attached.get_filename()) == (None, "invite.ics")


def test_headers_name_nobody_but_sender_and_recipient(server) -> None:
    email.send(MAIL_TO_ADA, key=KEY)

    mail = message_from_bytes(server.accepted[0], policy=policy.default)
    assert mail["To"] == "ada@example.org"
    assert mail["Subject"] == "Your visit Bcc: everyone@example.org"
    assert mail["Bcc"] is None
    assert mail["From"].addresses[0].display_name == 'Café "du Port", Niort'
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"].startswith(f"<{KEY}@")
    assert "ada" not in str([mail[name] for name in mail if name != "To"]).lower()


@pytest.mark.parametrize(
    ("step", "told", "answer"),
    [
        (GREETING, "421 busy", Away("not_reached SMTPConnectError")),
        (MAIL, "451 later", Later("smtp_451")),
        (MAIL, "550 not you", Barred("smtp_550")),
        (RCPT, "550 nobody", Refused("invalid_address")),
        (RCPT, "450 full", Later("busy")),
        (CONTENT, "554 spam", Refused("smtp_554")),
        (CONTENT, "452 full", Later("busy")),
        (CONTENT, CUT, Unclear("smtp SMTPServerDisconnected", may_clear=False)),
        (CONTENT, HANG, Unclear("smtp OutOfTime", may_clear=False)),
        (GREETING, HANG, Away("not_reached OutOfTime")),
        (QUIT, HANG, Sent(sid="")),
        (QUIT, CUT, Sent(sid="")),
    ],
)
def test_what_a_mail_server_says_means(server, step, told, answer) -> None:
    server.answers[step] = told

    with short_patience_for_mail(server.is_hanging):
        assert email.send(MAIL_TO_ADA, key=KEY) == answer


def test_a_mail_server_that_is_away_is_tried_again(server, settings: Settings) -> None:
    settings.EMAIL_PORT = 9

    assert email.send(MAIL_TO_ADA, key=KEY) == Away("not_reached ConnectionRefusedError")


def test_an_address_that_cannot_be_written_is_refused(server) -> None:
    mail = Email(to="ada@example.org\nBcc: everyone@example.org", subject="s", text="t", html="")

    assert email.send(mail, key=KEY) == Refused("invalid_address")
    assert server.accepted == []


@pytest.mark.parametrize(
    ("to", "told"), [("ada@example.org", "ada@example.org"), ("ada@exämple.org", "ada@xn--exmple-cua.org")]
)
def test_the_envelope_has_bare_addresses_in_ascii(server, settings: Settings, to: str, told: str) -> None:
    settings.DEFAULT_FROM_EMAIL = "Bookings <booking@example.org>"

    assert email.send(replace(MAIL_TO_ADA, to=to), key=KEY) == Sent(sid="")
    assert server.envelopes == ["booking@example.org", told]


def test_a_mail_server_cannot_be_asked_but_a_folder_can(server, settings: Settings, tmp_path: Path) -> None:
    assert email.find_sent(key=KEY) == Unclear("smtp_cannot_tell", may_clear=False)

    settings.EMAIL_URL, settings.MESSAGES_DIR = "", tmp_path
    assert email.find_sent(key=KEY) == []
    email.send(MAIL_TO_ADA, key=KEY)
    assert email.find_sent(key=KEY) == [Sent(sid="")]
    assert [file.name for file in tmp_path.iterdir()] == [f"{KEY}.eml"]


@pytest.mark.parametrize(
    ("address", "answers_to"),
    [
        ("port@example.org", "port@example.org"),
        ("", None),
        ("port@example.org\nBcc: everyone@example.org", None),
        ("not an address", None),
    ],
)
def test_an_answer_goes_to_the_store_and_no_address_of_it_keeps_an_email_back(server, address, answers_to) -> None:
    assert email.send(replace(MAIL_TO_ADA, reply_to=address), key=KEY) == Sent(sid="")

    mail = message_from_bytes(server.accepted[0], policy=policy.default)
    assert mail["Reply-To"] == answers_to
    assert mail["Bcc"] is None
