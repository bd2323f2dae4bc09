"""Webhooks: nothing unsigned, nothing backward, nothing twice."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from twilio.request_validator import RequestValidator

from notifications.inbound_texts import begin_reading, forget_inbound
from notifications.models import Channel, InboundText, OptOut, OutboxMessage, ProviderText, State
from notifications.tasks import deliver_due
from tests.factories import NOW
from tests.fake_twilio import AUTH_TOKEN, FakeTwilio
from tests.notifications import composer

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(twilio, settings):
    def post(path, form, *, signature=None, signed_form=None):
        url = settings.PUBLIC_URL + path
        if signature is None:
            signature = RequestValidator(AUTH_TOKEN).compute_signature(url, signed_form or form)
        return Client().post(path, form, headers={"X-Twilio-Signature": signature})

    return post


@pytest.fixture
def sent(twilio, new_message):
    message = new_message()
    deliver_due()
    message.refresh_from_db()
    return message


def receipt_of(message, status, **form):
    return f"/webhooks/twilio/status?message={message.uuid}", {
        "MessageSid": message.provider_sid,
        "MessageStatus": status,
        **form,
    }


def state_of(message):
    message.refresh_from_db()
    return message.state


def test_a_receipt_moves_the_message_forward(call, sent) -> None:
    assert call(*receipt_of(sent, "delivered")).status_code == 204
    assert state_of(sent) == State.DELIVERED


def test_receipts_repeated_and_out_of_order_are_harmless(call, sent) -> None:
    for status in ("delivered", "sent", "queued", "failed", "delivered"):
        assert call(*receipt_of(sent, status)).status_code == 204

    assert state_of(sent) == State.DELIVERED


def test_a_receipt_of_another_copy_changes_nothing(call, sent) -> None:
    path, form = receipt_of(sent, "failed")

    assert call(path, {**form, "MessageSid": "SMother"}).status_code == 204
    assert state_of(sent) == State.SENT


def test_a_receipt_settles_what_nobody_knew(call, sent) -> None:
    OutboxMessage.objects.update(state=State.UNKNOWN)

    call(*receipt_of(sent, "sent"))

    assert state_of(sent) == State.SENT


def test_a_text_that_failed_later_goes_by_email(call, sent, messages_dir) -> None:
    call(*receipt_of(sent, "undelivered", ErrorCode="30005"))
    call(*receipt_of(sent, "undelivered", ErrorCode="30005"))

    sent.refresh_from_db()
    assert (sent.state, sent.reason) == (State.FAILED, "unknown_number")
    assert OutboxMessage.objects.filter(channel=Channel.EMAIL).count() == 1


def test_a_phone_that_was_off_is_tried_again_in_an_hour(call, sent, messages_dir) -> None:
    path, form = receipt_of(sent, "undelivered", ErrorCode="30003")
    for _ in range(2):
        assert call(path, form).status_code == 204

    sent.refresh_from_db()
    assert (sent.state, sent.reason, sent.returns) == (State.DUE, "unreachable", 1)
    assert timedelta(minutes=59) < sent.try_at - timezone.now() <= timedelta(hours=1)


def test_a_receipt_that_tells_of_an_opt_out_is_kept(call, sent) -> None:
    call(*receipt_of(sent, "failed", ErrorCode="21610", To="+33612345678"))

    assert OptOut.objects.count() == 1


def test_a_failure_without_a_reason_goes_by_email_too(call, sent) -> None:
    call(*receipt_of(sent, "failed"))

    sent.refresh_from_db()
    assert (sent.state, sent.reason) == (State.FAILED, "not_delivered")
    assert OutboxMessage.objects.filter(channel=Channel.EMAIL).count() == 1


def test_a_receipt_without_our_name_is_found_by_the_providers(call, sent) -> None:
    _, form = receipt_of(sent, "delivered")

    call("/webhooks/twilio/status", form)

    assert state_of(sent) == State.DELIVERED


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"MessageSid": "SMunknown", "MessageStatus": "delivered"},
        {"MessageSid": "\x00", "MessageStatus": "\x00"},
        {"MessageSid": "S" * 9999, "MessageStatus": "failed", "ErrorCode": "9" * 99},
    ],
)
def test_receipts_about_nothing_we_know_are_taken_and_forgotten(call, form) -> None:
    assert call(f"/webhooks/twilio/status?message={uuid4()}", form).status_code == 204
    assert call("/webhooks/twilio/status?message=x", form).status_code == 204


def test_nothing_unsigned_gets_in(call, sent) -> None:
    path, form = receipt_of(sent, "failed")

    assert call(path, form, signature="").status_code == 403
    assert call(path, form, signature="forged").status_code == 403
    assert call(path, form, signed_form={**form, "MessageStatus": "sent"}).status_code == 403
    assert state_of(sent) == State.SENT


def test_what_is_no_form_of_the_providers_is_not_signed(twilio: FakeTwilio, client: Client) -> None:
    forged = {"X-Twilio-Signature": "forged"}
    for path in ("/webhooks/twilio/status", "/webhooks/twilio/inbound"):
        assert client.post(path, {"Body": "x" * 60_000}, headers=forged).status_code == 403
        assert client.post(path, {"Body": "x" * 100_000}, headers=forged).status_code == 413  # by its length alone
        assert client.post(path, {f"field{number}": "" for number in range(600)}, headers=forged).status_code == 403
        assert client.post(path, b"{", content_type="application/json", headers=forged).status_code == 403
        assert client.post(path, b"x", content_type="multipart/form-data", headers=forged).status_code == 403
        assert client.post(path).status_code == 403
        assert client.get(path).status_code == 405


def test_the_signature_is_over_our_own_address_whatever_host_is_named(call, sent, settings: Settings) -> None:
    path, form = receipt_of(sent, "delivered")
    elsewhere = RequestValidator(AUTH_TOKEN).compute_signature("http://testserver" + path, form)

    assert call(path, form, signature=elsewhere).status_code == 403
    settings.PUBLIC_URL = "https://booking.example.org"
    assert call(path, form).status_code == 204


def test_without_a_token_nothing_gets_in(call, sent, settings: Settings) -> None:
    settings.TWILIO_AUTH_TOKEN = ""

    assert call(*receipt_of(sent, "delivered")).status_code == 403


def text(call, body, sender="+33612345678"):
    return call("/webhooks/twilio/inbound", {"From": sender, "Body": body, "MessageSid": "SM1"})


@pytest.mark.parametrize("word", ["STOP", "stop.", " Arrêt ", "ARRET"])
def test_stop_opts_out_and_start_back_in(call, word) -> None:
    assert text(call, word).status_code == 200
    assert text(call, word).status_code == 200
    assert OptOut.objects.count() == 1
    text(call, "Start")
    assert OptOut.objects.count() == 0


@pytest.mark.parametrize("body", ["STOP", "Où êtes-vous ?"])
def test_what_came_in_is_to_be_forgotten_by_the_provider_too(call, body) -> None:
    text(call, body)
    text(call, body)

    assert list(ProviderText.objects.values_list("sid", "message_id")) == [("SM1", None)]


@pytest.mark.parametrize("words", ["STOP SVP", "stop sms", "Arrêtez", "Stop merci", "unsubscribe", "СТОП"])
def test_stop_is_obeyed_in_every_spelling(call, words) -> None:
    composer.answers.clear()

    assert "<Message>" not in text(call, words).content.decode()
    assert (OptOut.objects.count(), composer.answers) == (1, [])


def test_what_else_is_said_with_a_stop_is_kept_for_a_person(call) -> None:
    composer.answers.clear()

    text(call, "Stop, je ne peux pas venir demain")

    assert OptOut.objects.count() == 1
    assert composer.answers == [("+33612345678", "kept: Stop, je ne peux pas venir demain")]


def test_the_provider_may_tell_a_stop_by_its_own_list(call) -> None:
    form = {"From": "+33612345678", "Body": "genug jetzt", "MessageSid": "SM1", "OptOutType": "STOP"}

    call("/webhooks/twilio/inbound", form)

    assert OptOut.objects.count() == 1


@pytest.mark.parametrize("body", ["1", "annuler", "CANCEL", "hello", "stopover in Paris", "1 or 2"])
def test_all_else_is_answered_by_whoever_knows_what_it_is_about(call, body) -> None:
    composer.answers.clear()

    answer = text(call, body)

    assert (composer.answers, OptOut.objects.count()) == ([("+33612345678", body)], 0)
    assert f"<Message>{body} heard</Message>" in answer.content.decode()


@pytest.mark.parametrize("body", ["", "\x00", "  ", "silence"])
def test_nothing_is_answered_by_nothing(call, body) -> None:
    answer = text(call, body)

    assert answer.status_code == 200
    assert "<Message>" not in answer.content.decode()


# --- The same text told twice ----------------------------------------------------------------------


@pytest.mark.parametrize("body", ["1", "Où êtes-vous ?", "Stop, je ne peux pas venir demain"])
def test_the_same_text_told_again_is_answered_and_kept_once(call, body) -> None:
    composer.answers.clear()
    text(call, body)

    again = text(call, body)

    assert (again.status_code, len(composer.answers)) == (200, 1)
    assert "<Message>" not in again.content.decode()


def test_another_body_or_number_under_the_same_id_is_another_text(call) -> None:
    composer.answers.clear()
    for body, sender in (("1", "+33612345678"), ("2", "+33612345678"), ("1", "+33612345679")):
        assert "<Message>" in text(call, body, sender).content.decode()

    assert len(composer.answers) == 3


def test_a_text_without_an_id_is_always_read(call) -> None:
    composer.answers.clear()
    for _ in range(2):
        call("/webhooks/twilio/inbound", {"From": "+33612345678", "Body": "1"})

    assert len(composer.answers) == 2


def test_a_day_later_the_same_id_is_another_text(call) -> None:
    composer.answers.clear()
    with time_machine.travel(NOW, tick=False) as clock:
        text(call, "1")
        clock.shift(timedelta(days=1, seconds=1))
        text(call, "1")
        assert forget_inbound(now=timezone.now()) == 0
        clock.shift(timedelta(days=1, seconds=1))
        assert forget_inbound(now=timezone.now()) == 1

    assert len(composer.answers) == 2
    assert not InboundText.objects.exists()


def test_a_text_whose_answer_failed_is_answered_when_it_comes_again(call, settings: Settings) -> None:
    composer.answers.clear()
    settings.NOTIFICATIONS_ANSWER = "tests.notifications.composer.fail"
    with pytest.raises(ZeroDivisionError):
        text(call, "1")
    settings.NOTIFICATIONS_ANSWER = "tests.notifications.composer.answer"

    assert "<Message>1 heard" in text(call, "1").content.decode()


def test_a_text_whose_reader_was_killed_is_answered_half_a_minute_later(call) -> None:
    composer.answers.clear()
    with time_machine.travel(NOW, tick=False) as clock:
        assert begin_reading("SM1", phone="+33612345678", body="1", now=timezone.now())
        assert "<Message>" not in text(call, "1").content.decode()
        clock.shift(timedelta(seconds=31))

        assert "<Message>1 heard" in text(call, "1").content.decode()
        assert "<Message>" not in text(call, "1").content.decode()


def test_what_is_kept_of_a_text_tells_neither_number_nor_words(call) -> None:
    text(call, "1")

    kept = InboundText.objects.get()
    assert (kept.sid, kept.is_read) == ("SM1", True)
    assert len(kept.digest) == 64
