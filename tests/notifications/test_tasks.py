"""Each message leaves once, or is seen not to have left, whatever the provider does."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from booking.operations.logs import JsonLine
from notifications import claims, outbox, retries, tasks
from notifications.models import Channel, OptOut, OutboxMessage, State
from notifications.sms import gateway
from notifications.tasks import deliver_due
from tests import fake_twilio
from tests.notifications.message_states import begin_call, make_due_again, state_of

pytestmark = pytest.mark.django_db


def test_a_text_goes_out_with_what_twilio_asks_for(twilio, new_message, settings):
    message = new_message()

    deliver_due()

    (accepted,) = twilio.accepted
    assert (accepted["to"], accepted["body"], accepted["from"]) == ("+33612345678", "About ABCD1234", fake_twilio.FROM)
    assert accepted["status_callback"] == f"{settings.PUBLIC_URL}/webhooks/twilio/status?message={message.uuid}"
    message.refresh_from_db()
    assert (message.state, message.provider_sid) == (State.SENT, accepted["sid"])


def test_a_messaging_service_is_preferred_to_a_number(twilio, new_message, settings):
    settings.TWILIO_MESSAGING_SERVICE_SID = "MG1"
    new_message()

    deliver_due()

    assert (twilio.accepted[0]["messaging_service_sid"], twilio.accepted[0]["from"]) == ("MG1", "")


def test_nothing_is_sent_twice_by_asking_twice(twilio, new_message):
    new_message()

    deliver_due()
    deliver_due()

    assert len(twilio.accepted) == 1


def test_the_same_message_is_written_once(twilio, new_message):
    new_message()
    new_message()

    deliver_due()

    assert len(twilio.accepted) == 1


@pytest.mark.parametrize("fault", [fake_twilio.BUSY, fake_twilio.AWAY])
def test_busy_waits_as_long_as_it_is_told(twilio, new_message, settings, fault):
    settings.SMS_LANES = 1
    twilio.faults = [fault]
    message, other = new_message(), new_message("ABCD0002", account="other-shop")
    before = timezone.now()

    deliver_due()

    message.refresh_from_db()
    assert message.state == State.DUE
    assert message.try_at >= before + timedelta(seconds=7)
    assert state_of(other)[0] == State.SENT
    assert "list" not in twilio.calls


def test_a_provider_away_for_hours_is_waited_for_until_it_is_too_late(twilio, new_message, settings):
    address, settings.TWILIO_API_URL = settings.TWILIO_API_URL, "http://127.0.0.1:9"
    in_time, too_late = new_message("ABCD0001"), new_message("ABCD0002")
    for _ in range(30):
        make_due_again(in_time)
        make_due_again(too_late)
        deliver_due()
    assert (state_of(in_time)[0], state_of(too_late)[0]) == (State.DUE, State.DUE)

    settings.TWILIO_API_URL = address
    OutboxMessage.objects.filter(pk=too_late.pk).update(not_after=timezone.now())
    make_due_again(in_time)
    make_due_again(too_late)
    deliver_due()

    assert state_of(in_time)[0] == State.SENT
    assert state_of(too_late) == (State.SKIPPED, "too_late")
    assert [one["body"] for one in twilio.accepted] == ["About ABCD0001"]


def test_a_redirect_is_not_followed(twilio, new_message):
    twilio.faults = [fake_twilio.REDIRECT]
    message = new_message()

    deliver_due()

    assert state_of(message) == (State.DUE, "provider http_301")
    assert twilio.calls == ["create"]


def test_a_server_that_is_away_is_tried_again_without_asking_it(twilio, new_message, settings):
    settings.TWILIO_API_URL = "http://127.0.0.1:9"
    message = new_message()

    deliver_due()

    assert state_of(message) == (State.DUE, "not_reached ConnectionRefusedError")
    message.refresh_from_db()
    assert message.attempted_at is None


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (fake_twilio.INVALID, "invalid_number"),
        (fake_twilio.LANDLINE, "cannot_be_texted"),
    ],
)
def test_a_number_refused_for_good_goes_by_email_instead(twilio, new_message, messages_dir, fault, reason):
    twilio.faults = [fault]
    message = new_message()

    deliver_due()

    assert state_of(message) == (State.FAILED, reason)
    assert OutboxMessage.objects.get(channel=Channel.EMAIL).state == State.SENT
    assert len(list(messages_dir.glob("*.eml"))) == 1


def test_what_kind_a_message_is_matters_to_no_one_here(twilio, new_message, messages_dir):
    """A kind of any name goes, keeps its name where it goes by e-mail instead, and asks for no migration."""
    twilio.faults = [fake_twilio.INVALID]
    kind = "a_kind_that_came_later_with_a_long_name_"
    new_message(kind=kind)

    deliver_due()

    assert list(OutboxMessage.objects.order_by("pk").values_list("kind", "channel", "state")) == [
        (kind, "sms", State.FAILED),
        (kind, "email", State.SENT),
    ]


def test_an_opt_out_the_provider_knows_is_kept(twilio, new_message):
    twilio.faults = [fake_twilio.OPTED_OUT]
    new_message()
    deliver_due()

    later = new_message("EFGH5678")
    deliver_due()

    assert state_of(later) == (State.SKIPPED, "opted_out")
    assert OptOut.objects.count() == 1
    assert twilio.accepted == []


def test_what_is_over_is_not_sent(twilio, new_message):
    message = new_message(not_after=timezone.now() - timedelta(seconds=1))

    deliver_due()

    assert state_of(message) == (State.SKIPPED, "too_late")
    assert twilio.calls == []


def test_what_is_not_due_waits(twilio, new_message):
    message = new_message(due_at=timezone.now() + timedelta(minutes=5))

    deliver_due()

    assert state_of(message)[0] == State.DUE


def test_what_is_no_longer_wanted_is_skipped(twilio, new_message):
    message = new_message("GONE")

    deliver_due()

    assert state_of(message) == (State.SKIPPED, "erased")


def test_a_message_that_cannot_be_written_holds_up_no_other(twilio, new_message, caplog):
    poison = new_message("POISON")
    new_message()

    deliver_due()

    assert state_of(poison) == (State.DUE, "error RuntimeError")
    assert len(twilio.accepted) == 1
    assert not any("Ada Test" in JsonLine().format(record) for record in caplog.records)


def test_too_many_tries_end_where_a_person_looks(twilio, new_message):
    message = new_message("POISON")

    for _ in range(retries.MOST_FAILURES):
        make_due_again(message)
        deliver_due()

    assert state_of(message) == (State.DEAD, "error RuntimeError")


def test_a_message_that_brings_every_worker_down_is_taken_away(twilio, new_message):
    message = new_message()
    now = timezone.now()
    for _ in range(retries.MOST_LEFT_BEHIND):
        claims.claim_due(now=now, limit=1, channel=Channel.SMS)
        OutboxMessage.objects.update(lease_until=now - timedelta(seconds=1))

    deliver_due()

    assert state_of(message) == (State.DEAD, "no_end")
    assert twilio.calls == []


def test_a_number_gets_five_texts_a_day_from_all_stores(twilio, new_message, settings):
    settings.RATE_LIMITS = True
    for number in range(6):
        new_message(f"ABCD000{number}", account=f"shop-{number}")

    deliver_due()

    assert len(twilio.accepted) == 5
    assert OutboxMessage.objects.get(subject="ABCD0005", channel=Channel.SMS).reason == "number_limit"


def test_a_store_sends_no_more_than_its_daily_budget(twilio, new_message, settings):
    settings.SMS_DAILY_BUDGET = 2
    for number in range(3):
        new_message(f"ABCD000{number}")

    deliver_due()

    assert len(twilio.accepted) == 2
    assert OutboxMessage.objects.get(subject="ABCD0002", channel=Channel.SMS).reason == "budget"


def test_a_worker_that_died_in_the_call_leaves_nothing_lost_and_nothing_twice(twilio, new_message):
    """The claim of a dead worker runs out; whether the message left is asked of the provider."""
    left, not_left = new_message("ABCD0001"), new_message("ABCD0002")
    now = timezone.now() - outbox.LEASE - timedelta(seconds=1)
    OutboxMessage.objects.update(try_at=now, due_at=now)
    for message in claims.claim_due(now=now, limit=2, channel=Channel.SMS):
        body = f"About {message.subject}"
        begin_call(message, recipient="+33612345678", body=body, now=now)
        if message.pk == left.pk:
            gateway().send(to="+33612345678", body=body, key="", callback_url="http://127.0.0.1/")

    deliver_due()

    assert state_of(left) == (State.SENT, "found")
    assert state_of(not_left) == (State.SENT, "")
    assert sorted(one["body"] for one in twilio.accepted) == ["About ABCD0001", "About ABCD0002"]


def test_a_claim_that_was_lost_sends_nothing(twilio, new_message):
    new_message()
    (mine,) = claims.claim_due(now=timezone.now(), limit=1, channel=Channel.SMS)
    OutboxMessage.objects.update(lease_token=None)

    assert begin_call(mine, recipient="+33612345678", body="x", now=timezone.now()) is False
    assert outbox.settle(mine, State.SENT, now=timezone.now()) is False


def test_without_a_provider_messages_are_files_only_their_owner_reads(new_message, messages_dir):
    new_message()
    new_message(channel=Channel.EMAIL)

    deliver_due()

    files = sorted(messages_dir.iterdir(), key=lambda file: file.suffix)
    assert [file.suffix for file in files] == [".eml", ".txt"]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert files[1].read_text() == "To: +33612345678\n\nAbout ABCD1234\n"


def test_the_outbox_keeps_no_person(twilio, new_message):
    message = new_message()

    deliver_due()

    row = OutboxMessage.objects.filter(pk=message.pk).values().get()
    assert not any("33612345678" in str(value) or "About" in str(value) for value in row.values())


def test_one_run_at_a_time_sends_and_the_others_leave_it_to_it(twilio, new_message):
    message = new_message()

    with tasks._running:
        assert deliver_due() == 0

    assert state_of(message)[0] == State.DUE
    assert deliver_due() == 1


def test_a_run_that_took_its_time_leaves_the_rest_to_another(twilio, new_message, monkeypatch):
    new_message("ABCD0001")
    new_message("ABCD0002")
    with monkeypatch.context() as patch:
        patch.setattr(tasks, "RUN_SECONDS", -1)

        assert deliver_due() == 0

    assert [one.func() for one in OrmQ.objects.all()] == ["notifications.tasks.deliver_due"]
    assert deliver_due() == 2
