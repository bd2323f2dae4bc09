"""The provider keeps no body for longer than two days, and nothing of whoever was erased."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from notifications import outbox, provider_texts, receipts, tasks
from notifications.models import OutboxMessage, ProviderText, State
from notifications.provider_erasure import erase_at_provider
from tests.fake_twilio import FakeTwilio

pytestmark = pytest.mark.django_db

KEPT = provider_texts.KEPT_FOR


def sent(new_message, *subjects: str) -> list[OutboxMessage]:
    for subject in subjects:
        new_message(subject)
    tasks.deliver_due()
    return list(OutboxMessage.objects.filter(subject__in=subjects).order_by("pk"))


def bodies(twilio: FakeTwilio) -> list[str]:
    return [one["body"] for one in twilio.accepted]


def test_body_is_emptied_two_days_after_it_went_and_not_before(twilio: FakeTwilio, new_message) -> None:
    sent(new_message, "AAAA1111")
    now = timezone.now()

    assert erase_at_provider(now=now + KEPT - timedelta(minutes=5)) == 0
    assert bodies(twilio) != [""]
    assert erase_at_provider(now=now + KEPT + timedelta(minutes=5)) == 1
    assert bodies(twilio) == [""]
    assert not ProviderText.objects.exists()
    assert OutboxMessage.objects.get().provider_sid != ""  # its receipts are still known


def test_erasure_deletes_the_record_at_once(twilio: FakeTwilio, new_message) -> None:
    sent(new_message, "AAAA1111", "BBBB2222")
    outbox.forget(subjects=["AAAA1111"], now=timezone.now())

    assert provider_texts.count_left(now=timezone.now()) == 1
    assert erase_at_provider(now=timezone.now()) == 1
    assert [one["body"] for one in twilio.accepted] == ["About BBBB2222"]


def test_erasure_of_a_text_whose_body_was_emptied_long_ago_deletes_its_record(twilio: FakeTwilio, new_message) -> None:
    sent(new_message, "AAAA1111")
    erase_at_provider(now=timezone.now() + KEPT + timedelta(minutes=5))
    outbox.forget(subjects=["AAAA1111"], now=timezone.now())
    erase_at_provider(now=timezone.now())

    assert twilio.accepted == []


def test_text_that_was_on_its_way_during_the_erasure_goes_whole(twilio: FakeTwilio, new_message) -> None:
    (message,) = sent(new_message, "AAAA1111")
    OutboxMessage.objects.update(recipient_digest="", provider_sid="")  # as an erasure leaves it, before the answer
    assert ProviderText.objects.get().message_id == message.pk

    erase_at_provider(now=timezone.now() + KEPT + timedelta(minutes=5))

    assert twilio.accepted == []


def test_text_known_by_its_receipt_alone_is_noted(twilio: FakeTwilio, new_message) -> None:
    message = new_message("AAAA1111")
    OutboxMessage.objects.update(state=State.UNKNOWN, attempted_at=timezone.now(), recipient_digest="x")
    message.refresh_from_db()
    receipts.take(message=message, state=State.DELIVERED, provider_sid="SM1", now=timezone.now())

    assert ProviderText.objects.get().sid == "SM1"


def test_one_that_fails_is_tried_again_and_stops_no_other(twilio: FakeTwilio, new_message) -> None:
    sent(new_message, "AAAA1111", "BBBB2222")
    lost = twilio.accepted.pop(0)  # the provider knows it no longer: that is what was wanted
    later = timezone.now() + KEPT + timedelta(minutes=5)

    assert erase_at_provider(now=later) == 2
    assert bodies(twilio) == [""]
    assert lost["sid"]


def test_provider_that_is_down_ends_the_run_and_nothing_is_forgotten(twilio: FakeTwilio, new_message) -> None:
    sent(new_message, "AAAA1111", "BBBB2222")
    later = timezone.now() + KEPT + timedelta(minutes=5)
    twilio.is_down = True

    assert erase_at_provider(now=later) == 0
    assert ProviderText.objects.count() == 2
    twilio.is_down = False
    assert erase_at_provider(now=later + timedelta(hours=1)) == 2


def test_key_that_is_refused_costs_one_call_a_run(twilio: FakeTwilio, new_message, caplog) -> None:
    sent(new_message, "AAAA1111", "BBBB2222", "CCCC3333")
    twilio.key = "another"
    twilio.calls.clear()

    erase_at_provider(now=timezone.now() + KEPT + timedelta(minutes=5))

    assert twilio.calls == ["empty"]
    assert "provider_keeps_texts" in caplog.text


def test_command_says_how_many_are_left(twilio: FakeTwilio, new_message, capsys) -> None:
    sent(new_message, "AAAA1111")
    outbox.forget(subjects=["AAAA1111"], now=timezone.now())
    call_command("forget")

    assert "provider: 1 texts erased, 0 left" in capsys.readouterr().out
