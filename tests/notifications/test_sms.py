"""The provider's answers and its list: what each means for us."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from notifications import sms
from notifications.answers import Away, Barred, Later, Puzzling, Refused, Sent, Unclear
from notifications.digests import body_digest
from notifications.models import State
from notifications.sms import TwilioGateway
from tests import fake_twilio
from tests.fake_twilio import FakeTwilio
from tests.notifications.patience import short_patience

PHONE = "+33612345678"
CALLBACK = "http://127.0.0.1/webhooks/twilio/status?message=1"


def send(body="Hello"):
    return TwilioGateway().send(to=PHONE, body=body, key="", callback_url=CALLBACK)


def find(body="Hello", *, since=None):
    now = timezone.now()
    return TwilioGateway().find_sent(to=PHONE, digest=body_digest(body), key="", since=since or now, now=now)


def test_the_provider_is_told_what_the_contract_lists_and_no_more(twilio: FakeTwilio, settings: Settings) -> None:
    send()
    settings.TWILIO_MESSAGING_SERVICE_SID = "MG1"
    send()

    common = {"To": PHONE, "Body": "Hello", "StatusCallback": CALLBACK, "ValidityPeriod": "36000"}
    assert twilio.forms == [{**common, "From": fake_twilio.FROM}, {**common, "MessagingServiceSid": "MG1"}]


@pytest.mark.parametrize(
    ("fault", "answer"),
    [
        (fake_twilio.BUSY, Later("busy", after_seconds=7)),
        (fake_twilio.AWAY, Later("busy", after_seconds=7)),
        (fake_twilio.REDIRECT, Barred("http_301")),
        (fake_twilio.BAD_SENDER, Barred("sender")),
        (fake_twilio.OPTED_OUT, Refused("opted_out", opted_out=True)),
        (fake_twilio.INVALID, Refused("invalid_number")),
        (fake_twilio.STRANGE, Puzzling("provider_29999")),
        (fake_twilio.ERROR_BEFORE, Unclear("http_500")),
        (fake_twilio.BAD_JSON, Unclear("no_answer JSONDecodeError")),
        (fake_twilio.CUT_AFTER, Unclear("no_answer RemoteDisconnected")),
    ],
)
def test_what_the_provider_says_means(twilio: FakeTwilio, fault, answer) -> None:
    twilio.faults = [fault]

    assert send() == answer


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (fake_twilio.HANG_AFTER, "TimeoutError"),
        (fake_twilio.DRIP, "OutOfTime"),
        (fake_twilio.DRIP_HEADERS, "OutOfTime"),
    ],
)
def test_an_answer_that_does_not_end_is_unclear(twilio: FakeTwilio, fault, error) -> None:
    twilio.faults = [fault]

    with short_patience(twilio, fault):
        assert send() == Unclear(f"no_answer {error}")


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9", "http://no-such-name.invalid", "https://127.0.0.1:{port}", "http://" + "x" * 70]
)
def test_a_server_that_was_not_reached_has_surely_sent_nothing(twilio: FakeTwilio, settings: Settings, address) -> None:
    settings.TWILIO_API_URL = address.format(port=twilio.server_address[1])

    answer = send()

    assert isinstance(answer, Away)
    assert answer.reason.startswith("not_reached")
    assert twilio.accepted == []


def test_the_address_of_another_server_may_have_a_path(twilio: FakeTwilio, settings: Settings) -> None:
    settings.TWILIO_API_URL += "/fake"

    assert isinstance(send(), Sent)


def test_proxies_of_the_environment_are_not_asked(twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")

    assert isinstance(send(), Sent)


def test_the_list_is_read_to_its_end(twilio: FakeTwilio) -> None:
    twilio.largest_page = 2
    (wanted, *_) = [send("Hello"), *[send(f"Other {number}") for number in range(5)]]

    assert find() == [wanted]
    assert twilio.calls.count("list") == 3


def test_the_list_of_another_number_is_not_ours(twilio: FakeTwilio) -> None:
    TwilioGateway().send(to="+33612345679", body="Hello", key="", callback_url=CALLBACK)

    assert find() == []


def test_a_message_still_in_the_providers_queue_is_found_without_its_date(twilio: FakeTwilio) -> None:
    twilio.dates_when_sent = False

    sent = send()

    assert find() == [sent]
    assert twilio.calls == ["create", "list", "list"]


def test_a_message_from_before_the_call_is_not_the_one(twilio: FakeTwilio) -> None:
    send()

    assert find(since=timezone.now() + timedelta(hours=1)) == []


@pytest.mark.parametrize("ahead_of_us", [timedelta(days=3), timedelta(days=-3), timedelta(hours=-1)])
def test_the_providers_clock_and_ours_may_be_set_apart(twilio: FakeTwilio, ahead_of_us) -> None:
    twilio.ahead_of_us = ahead_of_us
    sent = send()

    assert find() == [sent]


def test_a_trial_accounts_prefix_is_not_ours(twilio: FakeTwilio) -> None:
    send()
    twilio.accepted[0]["body"] = sms.TRIAL_PREFIX + "Hello"

    assert len(find()) == 1


def test_what_failed_at_the_provider_is_found_as_failed(twilio: FakeTwilio) -> None:
    sent = send()
    twilio.accepted[0] |= {"status": "undelivered", "error_code": 30005}

    assert find() == [Sent(sent.sid, State.FAILED, "unknown_number", Refused("unknown_number"))]


@pytest.mark.parametrize("date", [None, "", "2026-11-24T09:00:00Z", "yesterday"])
def test_a_date_nobody_can_read_hides_no_message(twilio: FakeTwilio, date) -> None:
    send()
    twilio.accepted[0] |= {"date_created": date, "date_sent": date}

    assert len(find()) == 1


def test_a_list_that_is_away_says_nothing(twilio: FakeTwilio) -> None:
    twilio.is_list_away = True

    assert find() == Unclear("list_not_to_be_had TwilioException")


def test_a_list_too_long_to_read_says_nothing(twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sms, "LIST_LENGTH", 2)
    for number in range(3):
        send(f"Other {number}")

    assert find() == Unclear("list_too_long")
