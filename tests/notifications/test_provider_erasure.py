"""The provider keeps no body for longer than two days, and nothing of whoever was erased."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from notifications import outbox, provider_texts, receipts, sms, tasks
from notifications.digests import body_digest, recipient_digest
from notifications.models import OutboxMessage, ProviderText, State, UnclearText
from notifications.provider_erasure import erase_at_provider
from tests import fake_twilio
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


def test_whoever_is_erased_while_a_run_empties_bodies_has_the_record_deleted_by_the_next_run(
    twilio: FakeTwilio, new_message, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(new_message, "AAAA1111")
    later = timezone.now() + KEPT + timedelta(minutes=5)

    class ErasedMeanwhile(sms.TwilioGateway):
        def erase(self, sid: str, *, is_whole: bool) -> tuple[str, bool]:
            told = super().erase(sid, is_whole=is_whole)
            outbox.forget(subjects=["AAAA1111"], now=later)
            return told

    with monkeypatch.context() as during:
        during.setattr(sms, "gateway", ErasedMeanwhile)
        erase_at_provider(now=later)
    assert bodies(twilio) == [""]
    erase_at_provider(now=later)

    assert twilio.accepted == []
    assert not ProviderText.objects.exists()


def test_404_of_another_server_is_no_word_of_the_provider_that_a_text_is_gone(
    twilio: FakeTwilio, new_message, settings, live_server
) -> None:
    sent(new_message, "AAAA1111", "BBBB2222")
    later = timezone.now() + KEPT + timedelta(minutes=5)
    settings.TWILIO_API_URL = f"{live_server.url}/nothing"

    assert erase_at_provider(now=later) == 0
    assert ProviderText.objects.filter(tries=1).count() == 1  # and the run ended there
    settings.TWILIO_API_URL = twilio.url
    assert erase_at_provider(now=later + timedelta(hours=1)) == 2


def test_provider_that_fails_costs_one_call_a_run(twilio: FakeTwilio, new_message) -> None:
    sent(new_message, "AAAA1111", "BBBB2222", "CCCC3333")
    twilio.is_down = True
    twilio.calls.clear()

    erase_at_provider(now=timezone.now() + KEPT + timedelta(minutes=5))

    assert twilio.calls == ["empty"]


def test_command_says_how_many_are_left(twilio: FakeTwilio, new_message, capsys) -> None:
    sent(new_message, "AAAA1111")
    outbox.forget(subjects=["AAAA1111"], now=timezone.now())
    call_command("forget")

    assert "provider: 1 texts erased, 0 left" in capsys.readouterr().out


# --- What people sent to us, and our replies ----------------------------------------------------


PHONE, OTHER = "+33612345678", "+33612345679"  # the first is that of each message here


def texted(twilio: FakeTwilio, live_server, settings, body: str = "Hello", phone: str = PHONE) -> None:
    settings.PUBLIC_URL = live_server.url
    twilio.text_us(f"{live_server.url}/webhooks/twilio/inbound", body, phone=phone)


@pytest.mark.django_db(transaction=True)
def test_what_came_in_and_its_reply_are_deleted_two_days_later(
    twilio: FakeTwilio, new_message, live_server, settings
) -> None:
    (message,) = sent(new_message, "AAAA1111")
    texted(twilio, live_server, settings)
    texted(twilio, live_server, settings, "Hi", OTHER)
    assert bodies(twilio) == ["About AAAA1111", "Hello", "Hello heard", "Hi", "Hi heard"]
    ProviderText.objects.filter(message_id=message.pk).delete()

    assert erase_at_provider(now=timezone.now() + KEPT - timedelta(minutes=5)) == 0
    assert erase_at_provider(now=timezone.now() + KEPT + timedelta(minutes=5)) == 2

    assert bodies(twilio) == ["About AAAA1111"]  # which no webhook's answer held
    assert not ProviderText.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_erasure_deletes_what_the_number_sent_and_got_as_a_reply_at_once(
    twilio: FakeTwilio, live_server, settings
) -> None:
    texted(twilio, live_server, settings)
    texted(twilio, live_server, settings, "Hi", OTHER)
    outbox.forget(subjects=["AAAA1111"], phones={"AAAA1111": PHONE}, now=timezone.now())

    assert provider_texts.count_left(now=timezone.now()) == 1
    assert erase_at_provider(now=timezone.now()) == 1
    assert bodies(twilio) == ["Hi", "Hi heard"]


@pytest.mark.django_db(transaction=True)
def test_text_without_a_reply_is_deleted_alone(twilio: FakeTwilio, live_server, settings) -> None:
    texted(twilio, live_server, settings, "silence")

    assert erase_at_provider(now=timezone.now() + KEPT + timedelta(minutes=5)) == 1
    assert twilio.accepted == []


@pytest.mark.django_db(transaction=True)
def test_reply_that_is_under_way_is_deleted_later_with_its_question(twilio: FakeTwilio, live_server, settings) -> None:
    texted(twilio, live_server, settings)
    twilio.accepted[1]["status"] = "sending"
    later = timezone.now() + KEPT + timedelta(minutes=5)

    assert erase_at_provider(now=later) == 0
    assert bodies(twilio) == ["Hello", "Hello heard"]
    twilio.accepted[1]["status"] = "delivered"
    assert erase_at_provider(now=later + timedelta(minutes=6)) == 1
    assert twilio.accepted == []


@pytest.mark.django_db(transaction=True)
def test_replies_stay_where_the_list_cannot_be_had(twilio: FakeTwilio, live_server, settings) -> None:
    texted(twilio, live_server, settings)
    twilio.is_list_away = True
    later = timezone.now() + KEPT + timedelta(minutes=5)

    assert erase_at_provider(now=later) == 0
    assert len(twilio.accepted) == 2
    assert ProviderText.objects.count() == 1


# --- Texts that may have left -------------------------------------------------------------------


def unclear(new_message, subject: str, *, state: State, **fields: object) -> OutboxMessage:
    """Return a text that was handed to the provider, without anybody knowing its id."""
    message = new_message(subject)
    ago = timezone.now() - timedelta(minutes=10)
    values = {"recipient_digest": recipient_digest(PHONE), "body_digest": body_digest(f"About {subject}"), **fields}
    OutboxMessage.objects.filter(pk=message.pk).update(**{"state": state, "attempted_at": ago, **values})
    return message


@pytest.mark.parametrize("state", [State.UNKNOWN, State.SKIPPED, State.DUE, State.DEAD, State.SENDING])
def test_erasure_looks_for_a_text_that_may_have_left_and_deletes_it(
    twilio: FakeTwilio, new_message, state: State
) -> None:
    unclear(new_message, "AAAA1111", state=state)
    twilio.kept("About AAAA1111", to=PHONE, sender=fake_twilio.FROM, direction="outbound-api", status="delivered")
    twilio.kept("About BBBB2222", to=PHONE, sender=fake_twilio.FROM, direction="outbound-api", status="delivered")
    outbox.forget(subjects=["AAAA1111"], phones={"AAAA1111": PHONE}, now=timezone.now())

    assert PHONE not in UnclearText.objects.get().sealed_number
    assert provider_texts.count_left(now=timezone.now()) == 1
    assert erase_at_provider(now=timezone.now()) == 1
    assert bodies(twilio) == ["About BBBB2222"]
    assert not UnclearText.objects.exists()


def test_text_that_never_left_is_looked_for_once(twilio: FakeTwilio, new_message) -> None:
    unclear(new_message, "AAAA1111", state=State.UNKNOWN)
    outbox.forget(subjects=["AAAA1111"], phones={"AAAA1111": PHONE}, now=timezone.now())

    assert erase_at_provider(now=timezone.now()) == 0
    assert provider_texts.count_left(now=timezone.now() + timedelta(days=1)) == 0


def test_text_whose_call_has_just_begun_is_looked_for_once_the_list_shows_it(twilio: FakeTwilio, new_message) -> None:
    unclear(new_message, "AAAA1111", state=State.SENDING, attempted_at=timezone.now())
    outbox.forget(subjects=["AAAA1111"], phones={"AAAA1111": PHONE}, now=timezone.now())
    twilio.calls.clear()

    erase_at_provider(now=timezone.now())
    assert twilio.calls == []
    twilio.kept("About AAAA1111", to=PHONE, sender=fake_twilio.FROM, direction="outbound-api", status="delivered")
    erase_at_provider(now=timezone.now() + timedelta(seconds=61))
    assert twilio.accepted == []


def test_text_stays_counted_as_long_as_the_provider_cannot_be_asked(
    twilio: FakeTwilio, new_message, capsys, caplog
) -> None:
    unclear(new_message, "AAAA1111", state=State.UNKNOWN)
    outbox.forget(subjects=["AAAA1111"], phones={"AAAA1111": PHONE}, now=timezone.now())
    twilio.is_list_away = True
    call_command("forget")
    assert "provider_not_asked" in caplog.text
    assert UnclearText.objects.exists()

    UnclearText.objects.update(look_at=timezone.now())
    assert provider_texts.count_left(now=timezone.now()) == 1


def test_search_ends_where_the_provider_cannot_be_asked(twilio: FakeTwilio, new_message) -> None:
    names = ["AAAA1111", "BBBB2222", "CCCC3333"]
    for name in names:
        unclear(new_message, name, state=State.UNKNOWN)
    outbox.forget(subjects=names, phones=dict.fromkeys(names, PHONE), now=timezone.now())
    twilio.is_list_away = True
    twilio.calls.clear()

    erase_at_provider(now=timezone.now())

    assert twilio.calls == ["list"]
    assert UnclearText.objects.filter(tries=0).count() == 2  # asked with the next run
    assert UnclearText.objects.filter(tries=1).count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"state": State.FAILED},
        {"state": State.UNKNOWN, "attempted_at": None},
        {"recipient_digest": OTHER},
    ],
)
def test_what_did_not_leave_or_went_elsewhere_is_not_looked_for(twilio: FakeTwilio, new_message, fields) -> None:
    unclear(new_message, "AAAA1111", **{"state": State.UNKNOWN, **fields})
    outbox.forget(subjects=["AAAA1111"], phones={"AAAA1111": PHONE}, now=timezone.now())

    assert not UnclearText.objects.exists()


def test_text_that_another_message_claims_stays(twilio: FakeTwilio, new_message) -> None:
    unclear(new_message, "AAAA1111", state=State.UNKNOWN)
    record = twilio.kept(
        "About AAAA1111", to=PHONE, sender=fake_twilio.FROM, direction="outbound-api", status="delivered"
    )
    unclear(new_message, "BBBB2222", state=State.SENT, provider_sid=record["sid"])
    outbox.forget(subjects=["AAAA1111"], phones={"AAAA1111": PHONE}, now=timezone.now())
    erase_at_provider(now=timezone.now())

    assert len(twilio.accepted) == 1


# --- Texts to a former number -------------------------------------------------------------------


def former(new_message, twilio: FakeTwilio, state: State = State.UNKNOWN) -> OutboxMessage:
    """Return a text that may have left to a number which its subject then lost; the provider has it."""
    message = unclear(new_message, "AAAA1111", state=state)
    twilio.kept("About AAAA1111", to=PHONE, sender=fake_twilio.FROM, direction="outbound-api", status="delivered")
    outbox.note_former_number(subject="AAAA1111", phone=PHONE, now=timezone.now())
    return message


@pytest.mark.parametrize("phones", [{"AAAA1111": OTHER}, {}], ids=["another", "none"])
def test_erasure_looks_for_a_text_to_a_former_number(twilio: FakeTwilio, new_message, phones: dict[str, str]) -> None:
    former(new_message, twilio)
    assert PHONE not in UnclearText.objects.get().sealed_number
    outbox.forget(subjects=["AAAA1111"], phones=phones, now=timezone.now())
    later = timezone.now() + timedelta(minutes=2)

    assert provider_texts.count_left(now=later) == 1
    assert erase_at_provider(now=later) == 1
    assert twilio.accepted == []
    assert not UnclearText.objects.exists()


def test_text_to_a_former_number_is_looked_for_after_two_days_if_nobody_is_erased(
    twilio: FakeTwilio, new_message
) -> None:
    former(new_message, twilio)

    assert erase_at_provider(now=timezone.now() + KEPT - timedelta(minutes=5)) == 0
    assert erase_at_provider(now=timezone.now() + KEPT + timedelta(minutes=5)) == 1
    assert twilio.accepted == []


def test_text_to_a_former_number_whose_id_was_told_meanwhile_is_not_looked_for(twilio: FakeTwilio, new_message) -> None:
    message = former(new_message, twilio, state=State.SENDING)
    OutboxMessage.objects.filter(pk=message.pk).update(state=State.SENT, provider_sid="SM1")
    twilio.calls.clear()

    erase_at_provider(now=timezone.now() + KEPT + timedelta(minutes=5))

    assert twilio.calls == []
    assert not UnclearText.objects.exists()


def test_other_subjects_texts_to_that_number_stay(twilio: FakeTwilio, new_message) -> None:
    unclear(new_message, "BBBB2222", state=State.UNKNOWN)
    twilio.kept("About BBBB2222", to=PHONE, sender=fake_twilio.FROM, direction="outbound-api", status="delivered")
    former(new_message, twilio)

    erase_at_provider(now=timezone.now() + KEPT + timedelta(minutes=5))

    assert bodies(twilio) == ["About BBBB2222"]
