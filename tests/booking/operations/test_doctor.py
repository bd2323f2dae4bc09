"""The doctor tells each thing that is wrong by itself, and goes on to the next."""

import os
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from standardwebhooks import Webhook as Verifier

from booking.models import BooksKey, TellingState, Webhook, WebhookEvent, WorkerBeat
from booking.operations import doctor
from booking.operations.backup_times import last_backup
from booking.operations.books_key import check_key
from booking.operations.doctor import examine
from booking.operations.findings import Finding, Verdict
from booking.operations.trial_messages import TrialRefused, send_trial_mail, send_trial_text
from booking.operations.trial_webhooks import call_webhooks
from booking.webhooks.administration import add_webhook
from booking.webhooks.events import trial_event
from tests import fake_twilio, webhook_receiver
from tests.factories import make_booking, make_store
from tests.notifications import fake_smtp

pytestmark = pytest.mark.django_db


def findings(now: datetime) -> dict[str, Finding]:
    return {one.name: one for one in examine(now=now)}


@pytest.fixture
def twilio(settings: Any) -> Any:
    with fake_twilio.running() as server:
        settings.SMS_GATEWAY, settings.TWILIO_API_URL = "twilio", server.url
        settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = fake_twilio.ACCOUNT_SID, fake_twilio.AUTH_TOKEN
        settings.TWILIO_FROM = fake_twilio.FROM
        yield server


def test_provider_that_knows_us_is_fine_and_a_wrong_token_is_told(twilio: Any, settings: Any, now: datetime) -> None:
    assert findings(now)["provider of texts"] == Finding("provider of texts", Verdict.FINE, "knows us")

    twilio.key = "another"
    found = findings(now)["provider of texts"]

    assert found.verdict is Verdict.WRONG
    assert "TWILIO_AUTH_TOKEN" in found.said


def test_provider_that_is_away_is_told(twilio: Any, settings: Any, now: datetime) -> None:
    settings.TWILIO_API_URL = "http://127.0.0.1:9"

    assert "cannot be asked" in findings(now)["provider of texts"].said


def test_key_that_is_not_of_these_books_is_told(now: datetime) -> None:
    check_key(may_be_new=False)
    assert findings(now)["key"].verdict is Verdict.FINE

    BooksKey.objects.update(fingerprint="of another key")
    assert findings(now)["key"].verdict is Verdict.WRONG


@pytest.mark.parametrize(
    ("hours", "verdict"), [(1, Verdict.FINE), (25, Verdict.FINE), (27, Verdict.WRONG), (None, Verdict.NOTE)]
)
def test_backup_of_more_than_26_hours_ago_is_told(
    settings: Any, tmp_path: Any, hours: int | None, verdict: Verdict
) -> None:
    settings.DATA_DIR = tmp_path
    now = datetime.now(UTC)
    if hours is not None:
        taken = (now - timedelta(hours=hours)).timestamp()
        last_backup().touch()
        os.utime(last_backup(), (taken, taken))  # the clock of the disk is the machine's, whatever the tests' is

    assert findings(now)["backup"].verdict is verdict


def test_calendar_file_of_the_newest_visit_is_read_by_the_library(now: datetime) -> None:
    assert findings(now)["calendar files"].verdict is Verdict.NOTE
    make_booking(make_store())

    assert findings(now)["calendar files"].verdict is Verdict.FINE


def test_public_address_that_nobody_answers_at_is_told(settings: Any, now: datetime) -> None:
    settings.PUBLIC_URL = "http://127.0.0.1:9"

    assert "cannot be reached" in findings(now)["public address"].said


def test_look_that_breaks_is_a_finding_and_stops_no_other(
    monkeypatch: pytest.MonkeyPatch, settings: Any, now: datetime
) -> None:
    WorkerBeat.objects.create(executed_at=now)
    monkeypatch.setattr(doctor, "look_at_sms_provider", None)
    settings.SMS_GATEWAY = "twilio"

    found = findings(now)

    assert found["provider of texts"] == Finding("provider of texts", Verdict.WRONG, "cannot be looked at (TypeError)")
    assert "backup" in found


def test_command_ends_with_1_where_something_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", "--json")

    assert ended.value.code == 1
    assert '"name": "service", "verdict": "wrong"' in capsys.readouterr().out


def test_trial_text_arrives_and_a_wrong_number_is_refused(twilio: Any) -> None:
    said = send_trial_text("06 12 34 56 01")

    assert said.startswith("sent to +33612345601 (SM")
    assert [one["to"] for one in twilio.accepted] == ["+33612345601"]
    with pytest.raises(TrialRefused, match="no phone number"):
        send_trial_text("nobody")


def test_trial_mail_arrives(settings: Any) -> None:
    with fake_smtp.running() as server:
        settings.EMAIL_URL = f"smtp://127.0.0.1:{server.port}"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        said = send_trial_mail("me@example.org")

    assert said == "sent to me@example.org; see whether it arrives"
    assert len(server.accepted) == 1


def test_webhook_that_takes_nothing_is_told_with_its_last_success(settings: Any, now: datetime) -> None:
    assert findings(now)["webhooks"] == Finding("webhooks", Verdict.FINE, "none is switched on")
    store = make_store()
    webhook, _secret = add_webhook(store_id=store.pk, address="https://a.example.org/x", user=None, now=now)
    assert findings(now)["webhooks"].said == "1 take what they are told"

    trial = trial_event(webhook.pk, store, now=now)
    trial.state, trial.tried_at = TellingState.TOLD, now - timedelta(hours=5)
    trial.save()
    Webhook.objects.update(rests_until=now + timedelta(minutes=1))
    found = findings(now)["webhooks"]

    assert (found.verdict, found.said) == (Verdict.NOTE, "a.example.org takes nothing, and last did 5 hours ago")


def test_webhooks_are_called_on_wish_and_each_is_told_by_its_answer(
    settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.WEBHOOK_NETWORKS = [ip_network("127.0.0.0/8"), ip_network("::1/128")]
    store = make_store()
    with webhook_receiver.running() as receiver:
        _webhook, secret = add_webhook(store_id=store.pk, address=receiver.url, user=None, now=timezone.now())
        (fine,) = call_webhooks(now=datetime.now(UTC))
        receiver.status = 500
        with pytest.raises(SystemExit):
            call_command("doctor", "--webhooks", "--json")

    assert fine == Finding(f"webhook of {store.slug}", Verdict.FINE, "localhost answers 204")
    assert '"verdict": "wrong", "said": "localhost answers 500"' in capsys.readouterr().out
    assert Verifier(secret).verify(receiver.received[0].body, receiver.received[0].headers)
    assert not WebhookEvent.objects.exists()
