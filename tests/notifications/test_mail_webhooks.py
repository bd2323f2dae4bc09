"""Webhooks of the provider of e-mail: nothing unsigned gets in, and what bounced is known to have bounced."""

from email import message_from_bytes, policy

import pytest
from django.test import Client

from notifications import email
from notifications.content import Email, ReceivedMail
from notifications.models import Channel, OutboxMessage, State
from tests import mail_providers
from tests.mail_providers import INBOUND, KEY, TRACKING, calendar_reply, mailgun_mail, mailgun_report, plain_mail

pytestmark = pytest.mark.django_db
PROVIDERS = ("mailgun", "mandrill", "postmark", "mailjet")
received: list[ReceivedMail] = []


def take(mail: ReceivedMail, *, now: object) -> None:
    received.append(mail)


@pytest.fixture(autouse=True)
def provider(settings):
    settings.EMAIL_PROVIDER, settings.EMAIL_WEBHOOK_KEY = "mailgun", KEY
    settings.NOTIFICATIONS_MAIL_ANSWER = f"{__name__}.take"
    received.clear()
    return settings


@pytest.fixture
def sent(new_message):
    message = new_message(channel=Channel.EMAIL)
    OutboxMessage.objects.update(state=State.SENT)
    return message


def name_of(message: OutboxMessage) -> str:
    return f"20261124T090000Z-confirmation-email-{message.uuid}"


def state_of(message: OutboxMessage) -> tuple[str, str]:
    message.refresh_from_db()
    return message.state, message.reason


def test_an_email_that_bounced_has_failed(sent) -> None:
    variables = {"carillon": name_of(sent)}
    for _ in range(2):
        answer = mailgun_report("failed", severity="permanent", variables=variables)
        assert answer.status_code == 204

    assert state_of(sent) == (State.FAILED, "bounced")


def test_a_delay_changes_nothing_and_an_arrival_counts(sent) -> None:
    variables = {"carillon": name_of(sent)}

    mailgun_report("failed", severity="temporary", variables=variables)
    assert state_of(sent)[0] == State.SENT

    mailgun_report("delivered", variables=variables)
    mailgun_report("failed", severity="permanent", variables=variables)
    assert state_of(sent)[0] == State.DELIVERED


def test_an_email_is_also_known_by_its_own_id(sent) -> None:
    headers = {"message-id": f"{name_of(sent)}@example.org"}

    mailgun_report("failed", severity="permanent", message={"headers": headers})

    assert state_of(sent) == (State.FAILED, "bounced")


def test_a_report_about_nothing_we_know_changes_nothing(sent) -> None:
    for named in ("", "x", "00000000-0000-4000-8000-000000000000", f"{sent.uuid}x"):
        assert mailgun_report("failed", severity="permanent", variables={"carillon": named}).status_code == 204

    assert state_of(sent)[0] == State.SENT


def test_nothing_with_another_key_gets_in(sent, provider) -> None:
    variables = {"carillon": name_of(sent)}
    assert mailgun_report("failed", key="another", severity="permanent", variables=variables).status_code == 403
    assert mailgun_mail(plain_mail("visit@in.example.org"), recipient="x@in.example.org", key="b").status_code == 403
    for name in PROVIDERS:
        provider.EMAIL_PROVIDER = name
        for path in (TRACKING, INBOUND):
            assert Client().post(path, {"mandrill_events": "[]"}).status_code == 403
            assert mail_providers.call_with_password(path, {}, password="a:b").status_code == 403

    assert state_of(sent)[0] == State.SENT
    assert received == []


def test_without_a_key_nothing_gets_in(provider) -> None:
    provider.EMAIL_WEBHOOK_KEY = ""

    assert mailgun_report("delivered", key="").status_code == 403


def test_what_is_signed_and_not_understood_is_not_sent_again(provider) -> None:
    provider.EMAIL_PROVIDER, provider.EMAIL_WEBHOOK_KEY = "postmark", "us:secret"

    for body in ({}, {"RecordType": "Nothing"}, {"RecordType": "Bounce"}):
        assert mail_providers.call_with_password(TRACKING, body, password="us:secret").status_code == 204


def test_mandrill_signs_the_address_and_brings_reports_and_mail(sent, provider) -> None:
    provider.EMAIL_PROVIDER = "mandrill"
    bounce = {"event": "hard_bounce", "ts": 1795000000, "msg": {"_id": "1", "metadata": {"carillon": name_of(sent)}}}
    raw = plain_mail("visit+x@in.example.org").decode()
    mail = {"event": "inbound", "ts": 1795000000, "msg": {"raw_msg": raw, "email": "visit+x@in.example.org"}}

    for path, event in ((TRACKING, bounce), (INBOUND, mail)):
        url = provider.PUBLIC_URL + path
        assert mail_providers.mandrill_call(path, [event], url=url).status_code == 204
        assert mail_providers.mandrill_call(path, [event], url="https://elsewhere.example").status_code == 403

    assert state_of(sent) == (State.FAILED, "bounced")
    assert [one.is_automatic for one in received] == [False]


def test_postmark_and_mailjet_bring_a_password(sent, provider) -> None:
    provider.EMAIL_WEBHOOK_KEY = "us:secret"
    provider.EMAIL_PROVIDER = "postmark"
    bounce = {"RecordType": "Bounce", "Type": "HardBounce", "Metadata": {"carillon": name_of(sent)}, "MessageID": "1"}
    assert mail_providers.call_with_password(TRACKING, bounce, password="us:secret").status_code == 204
    assert state_of(sent) == (State.FAILED, "bounced")

    OutboxMessage.objects.update(state=State.SENT)
    provider.EMAIL_PROVIDER = "mailjet"
    told = {"event": "bounce", "time": 1795000000, "Payload": f'{{"carillon": "{name_of(sent)}"}}', "hard_bounce": True}
    assert mail_providers.call_with_password(TRACKING, told, password="us:secret").status_code == 204
    assert state_of(sent) == (State.FAILED, "bounced")


def test_a_decline_is_told_from_other_mail() -> None:
    to = "visit+x@in.example.org"
    mails = [
        calendar_reply(to),
        calendar_reply(to, partstat="ACCEPTED"),
        calendar_reply(to, method="COUNTER"),
        plain_mail(to),
        plain_mail(to, Auto_Submitted="auto-replied"),
        plain_mail(to, Precedence="bulk"),
    ]

    for raw in mails:
        assert mailgun_mail(raw, recipient=to).status_code == 204

    assert [(one.is_calendar, one.is_decline, one.is_automatic) for one in received] == [
        (True, True, False), (True, False, False), (True, False, False),
        (False, False, False), (False, False, True), (False, False, True),
    ]  # fmt: skip
    assert all(to in one.recipients for one in received)


def test_a_broken_calendar_is_an_email_like_others() -> None:
    raw = calendar_reply("visit+x@in.example.org").replace(b"BEGIN:VEVENT", b"BEGIN:VEVENT\nBEGIN:")

    assert mailgun_mail(raw, recipient="visit+x@in.example.org").status_code == 204
    assert [one.is_decline for one in received] == [False]


@pytest.mark.parametrize("name", PROVIDERS)
def test_an_email_carries_our_name_for_its_provider(provider, name) -> None:
    provider.EMAIL_PROVIDER = name

    mail = email.build(Email(to="ada@example.org", subject="s", text="t", html="", thread="visit-1"), key="a-key")

    octets = mail.message().as_bytes()
    headers = message_from_bytes(octets, policy=policy.default)
    assert headers["References"].startswith("<visit-1@")
    assert len([value for name, value in headers.items() if "a-key" in value and name != "Message-ID"]) == 1


def test_providers_may_ask_whether_anybody_is_there(provider) -> None:
    assert Client().head(TRACKING).status_code == 200

    provider.EMAIL_PROVIDER = ""
    assert Client().head(INBOUND).status_code == 403
