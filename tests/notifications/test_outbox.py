"""The table of messages: written once, claimed by one, settled by whoever holds the lease, and forward only."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models.signals import post_save
from django.utils import timezone
from django_q.brokers import get_broker
from django_q.models import OrmQ

from notifications import attempts, claims, decisions, doorbell, outbox, queries, receipts
from notifications.answers import Later, Refused
from notifications.content import NewMessage, Sms
from notifications.models import Channel, OutboxMessage, State
from notifications.tallies import settled_counts
from tests.notifications.message_states import begin_call

NOW = timezone.now()


def planned(subject="ABCD1234", **changes):
    values = {
        "account": "corner-shop",
        "subject": subject,
        "kind": "reminder",
        "sequence": 0,
        "channel": Channel.SMS,
        "due_at": NOW,
        "not_after": NOW + timedelta(days=1),
    }
    return NewMessage(**{**values, **changes})


def state_of(message):
    message.refresh_from_db()
    return message.state


@pytest.fixture
def claimed(db):
    outbox.enqueue([planned()], now=NOW)
    (message,) = claims.claim_due(now=NOW, limit=1, channel=Channel.SMS)
    return message


@pytest.mark.django_db(transaction=True)
def test_the_doorbell_rings_once_for_a_transaction_and_not_for_what_is_not_due():
    with transaction.atomic():
        outbox.enqueue([planned("ABCD0001"), planned("ABCD0002")], now=NOW)
        with transaction.atomic():
            outbox.enqueue([planned("ABCD0003")], now=NOW)
    outbox.enqueue([planned("ABCD0004", due_at=NOW + timedelta(hours=1))], now=NOW)

    assert OrmQ.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_doorbell_rings_again_once_a_worker_has_begun_with_the_last_task():
    for number in range(3):
        outbox.enqueue([planned(f"ABCD000{number}")], now=NOW)
    waiting = OrmQ.objects.get()

    assert get_broker().dequeue() == [(waiting.pk, waiting.payload)]
    for number in range(3, 6):
        outbox.enqueue([planned(f"ABCD000{number}")], now=NOW)

    assert OrmQ.objects.exclude(pk=waiting.pk).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_task_that_a_worker_took_at_once_does_not_count_as_waiting():
    taken = []

    def take(**_others):
        transaction.on_commit(lambda: taken.extend(get_broker().dequeue()))

    post_save.connect(take, sender=OrmQ)
    try:
        for number in range(2):
            outbox.enqueue([planned(f"ABCD000{number}")], now=NOW)
    finally:
        post_save.disconnect(take, sender=OrmQ)

    assert len(taken) == 2


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_rings_no_bell_and_leaves_no_message():
    with transaction.atomic():
        outbox.enqueue([planned()], now=NOW)
        transaction.set_rollback(True)

    assert (OrmQ.objects.count(), OutboxMessage.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_a_broken_doorbell_loses_no_message(monkeypatch):
    def broken(path, **options):
        raise ConnectionError

    monkeypatch.setattr(doorbell, "async_task", broken)

    outbox.enqueue([planned()], now=NOW)

    assert OutboxMessage.objects.get().state == State.DUE


@pytest.mark.django_db
def test_the_same_message_again_leaves_the_first_as_it_is(claimed):
    outbox.enqueue([planned(due_at=NOW + timedelta(hours=1)), planned(offset="1d")], now=NOW)

    assert list(OutboxMessage.objects.order_by("pk").values_list("state", "due_at", "offset")) == [
        (State.SENDING, NOW, ""),
        (State.DUE, NOW, "1d"),
    ]


@pytest.mark.django_db
def test_a_claimed_message_is_nobody_elses_until_its_lease_is_over(claimed):
    assert claims.claim_due(now=NOW + outbox.LEASE, limit=1, channel=Channel.SMS) == []

    (again,) = claims.claim_due(now=NOW + outbox.LEASE + timedelta(seconds=1), limit=1, channel=Channel.SMS)

    assert (again.pk, again.attempts, again.failures, again.left_behind) == (claimed.pk, 2, 1, 1)
    assert not outbox.settle(claimed, State.SENT, now=NOW)
    assert outbox.settle(again, State.SENT, now=NOW)


@pytest.mark.django_db
def test_only_the_channel_asked_for_is_claimed():
    outbox.enqueue([planned()], now=NOW)

    assert claims.claim_due(now=NOW, limit=1, channel=Channel.EMAIL) == []


@pytest.mark.django_db
def test_what_a_clock_that_ran_ahead_put_off_is_not_lost(claimed):
    ahead = NOW + timedelta(days=1)
    outbox.put_back(claimed, try_at=ahead + timedelta(minutes=1), reason="", may_have_left=False, failures=0, now=ahead)
    outbox.enqueue([planned("ABCD0002", due_at=ahead)], now=NOW)

    (again,) = claims.claim_due(now=NOW, limit=9, channel=Channel.SMS)
    assert again.pk == claimed.pk
    OutboxMessage.objects.filter(pk=again.pk).update(lease_until=ahead)
    assert [one.pk for one in claims.claim_due(now=NOW, limit=9, channel=Channel.SMS)] == [claimed.pk]


@pytest.mark.django_db
def test_nothing_due_is_found_without_a_transaction(django_assert_num_queries):
    with django_assert_num_queries(1):
        claims.claim_due(now=NOW, limit=1, channel=Channel.SMS)


@pytest.mark.django_db
def test_what_is_not_needed_any_more_does_not_leave_even_if_a_worker_has_it(claimed):
    assert outbox.skip_open(subject="ABCD1234", reason="cancelled", now=NOW) == 1

    assert begin_call(claimed, recipient="+33612345678", body="x", now=NOW) is False
    assert state_of(claimed) == State.SKIPPED


@pytest.mark.django_db
def test_what_may_have_left_is_not_called_skipped(claimed):
    begin_call(claimed, recipient="+33612345678", body="x", now=NOW)

    assert outbox.skip_open(subject="ABCD1234", reason="cancelled", now=NOW) == 0
    assert outbox.settle(claimed, State.SENT, now=NOW)


@pytest.mark.django_db
def test_skipping_may_be_about_some_kinds_alone():
    outbox.enqueue([planned(), planned(kind="change")], now=NOW)

    outbox.skip_open(subject="ABCD1234", reason="moved", now=NOW, kinds=["reminder"])

    assert dict(OutboxMessage.objects.values_list("kind", "state")) == {"reminder": "skipped", "change": "due"}


@pytest.mark.django_db
def test_an_erased_subject_leaves_no_digest_and_no_message_to_come(claimed):
    begin_call(claimed, recipient="+33612345678", body="x", now=NOW)
    outbox.settle(claimed, State.SENT, now=NOW, provider_sid="SM1")
    outbox.enqueue([planned(offset="1d")], now=NOW)
    (next_one,) = claims.claim_due(now=NOW, limit=1, channel=Channel.SMS)

    OutboxMessage.objects.filter(pk=claimed.pk).update(returned_sid="SM0")

    outbox.forget(subjects=["ABCD1234"], now=NOW)

    assert state_of(next_one) == State.SKIPPED
    assert begin_call(next_one, recipient="+33612345678", body="x", now=NOW) is False
    digests = OutboxMessage.objects.values_list("recipient_digest", "body_digest", "provider_sid", "returned_sid")
    assert set(digests) == {("", "", "", "")}


@pytest.mark.django_db
@pytest.mark.parametrize("news", ["sent", "receipt", "failed", "again"])
def test_what_was_erased_while_it_was_sent_leaves_no_name_at_the_provider(claimed, news):
    begin_call(claimed, recipient="+33612345678", body="x", now=NOW)

    outbox.forget(subjects=["ABCD1234"], now=NOW)
    if news == "sent":
        assert outbox.settle(claimed, State.SENT, now=NOW, provider_sid="SM1")
    elif news == "receipt":
        assert receipts.take(message=claimed, state=State.DELIVERED, provider_sid="SM1", now=NOW)
    else:
        failure = Refused("blocked") if news == "failed" else Later("busy")
        assert receipts.take_failure(message=claimed, failure=failure, provider_sid="SM1", now=NOW)

    names = OutboxMessage.objects.values_list("provider_sid", "returned_sid", "recipient_digest")
    assert set(names) == {("", "", "")}


@pytest.mark.parametrize(
    ("before", "news", "after"),
    [
        (State.SENDING, State.SENT, State.SENT),
        (State.UNKNOWN, State.DELIVERED, State.DELIVERED),
        (State.DUE, State.SENT, State.SENT),
        (State.DEAD, State.DELIVERED, State.DELIVERED),
        (State.SENT, State.FAILED, State.FAILED),
        (State.DELIVERED, State.SENT, State.DELIVERED),
        (State.DELIVERED, State.FAILED, State.DELIVERED),
        (State.FAILED, State.SENT, State.FAILED),
        (State.SKIPPED, State.SENT, State.SKIPPED),
    ],
)
@pytest.mark.django_db
def test_receipts_go_forward_only(claimed, before, news, after):
    OutboxMessage.objects.update(state=before, attempted_at=NOW)

    receipts.take(message=claimed, state=news, provider_sid="SM1", now=NOW)

    assert state_of(claimed) == after


@pytest.mark.django_db
def test_a_receipt_of_the_providers_other_copy_does_not_count(claimed):
    outbox.settle(claimed, State.SENT, now=NOW, provider_sid="SM2")

    refused = Refused("blocked")
    assert not receipts.take_failure(message=claimed, failure=refused, provider_sid="SM1", now=NOW)
    assert receipts.take(message=claimed, state=State.DELIVERED, provider_sid="SM2", now=NOW)


@pytest.mark.django_db
def test_a_receipt_before_any_call_is_about_nothing_of_ours():
    outbox.enqueue([planned()], now=NOW)
    message = OutboxMessage.objects.get()

    assert not receipts.take(message=message, state=State.SENT, provider_sid="SM1", now=NOW)


@pytest.mark.django_db
def test_an_email_nobody_was_sure_of_goes_again_when_a_person_says_so():
    outbox.enqueue([planned(channel=Channel.EMAIL), planned()], now=NOW)
    OutboxMessage.objects.update(state=State.UNKNOWN, attempted_at=NOW, failures=3)

    assert decisions.retry(messages=OutboxMessage.objects.all(), now=NOW) == 2

    assert dict(OutboxMessage.objects.values_list("channel", "attempted_at")) == {"email": None, "sms": NOW}
    assert set(OutboxMessage.objects.values_list("state", "failures")) == {(State.DUE, 0)}


@pytest.mark.django_db
def test_retry_sends_no_reminder_before_its_time():
    later = NOW + timedelta(hours=3)
    outbox.enqueue([planned(due_at=later)], now=NOW)

    decisions.retry(messages=OutboxMessage.objects.all(), now=NOW)

    assert OutboxMessage.objects.get().try_at == later


@pytest.mark.django_db
def test_deliveries_take_one_statement_and_tell_no_tales(django_assert_num_queries):
    outbox.enqueue([planned(f"ABCD000{number}") for number in range(3)], now=NOW)
    outbox.enqueue([planned("ABCD0001", channel=Channel.EMAIL)], now=NOW)
    OutboxMessage.objects.filter(channel=Channel.EMAIL).update(state=State.SKIPPED, reason="no_email")

    with django_assert_num_queries(1):
        found = outbox.deliveries(["ABCD0000", "ABCD0001"])

    assert found == {
        subject: [outbox.Delivery("reminder", "sms", "due", "", NOW)] for subject in ("ABCD0000", "ABCD0001")
    }
    with django_assert_num_queries(0):
        assert outbox.deliveries([]) == {}


@pytest.mark.django_db
def test_the_oldest_due_is_counted_from_when_it_was_meant_to_go():
    outbox.enqueue([planned(), planned(offset="1d", due_at=NOW + timedelta(hours=1))], now=NOW)

    assert queries.oldest_due_seconds(now=NOW + timedelta(seconds=90)) == 90
    assert queries.counts()["due"] == 2
    assert queries.open_counts(now=NOW) == {"due": 1, "sending": 0, "unknown": 0, "dead": 0}


@pytest.mark.django_db
def test_settled_messages_are_counted_by_channel_kind_and_state():
    outbox.enqueue([planned(f"ABCD000{number}") for number in range(4)], now=NOW)
    outbox.enqueue([planned("ABCD0001", kind="change")], now=NOW)
    first, second, third, change, last = claims.claim_due(now=NOW, limit=5, channel=Channel.SMS)

    held = outbox.settle_sent([(first, "SM1"), (second, "SM2"), (last, "SM3")], now=NOW)
    outbox.settle(third, State.SKIPPED, reason="started", now=NOW)
    outbox.settle_sent([(change, "SM4"), (first, "SM1")], now=NOW)  # the first is no longer held

    assert len(held) == 3
    counted = settled_counts()
    assert sum(counted.values()) == 5
    assert {ending[2]: 0 for ending in counted} == {"sent": 0, "skipped": 0}
    assert counted["sms", "change", "sent"] == 1


@pytest.mark.django_db
def test_message_whose_receipt_comes_before_it_is_settled_is_counted_once():
    outbox.enqueue([planned("ABCD0001")], now=NOW)
    (message,) = claims.claim_due(now=NOW, limit=5, channel=Channel.SMS)

    receipts.take(message=message, state=State.SENT, provider_sid="SM1", now=NOW)
    receipts.take(message=message, state=State.DELIVERED, provider_sid="SM1", now=NOW)
    outbox.settle_sent([(message, "SM1")], now=NOW)

    assert {ending[2]: count for ending, count in settled_counts().items()} == {"sent": 1}


@pytest.mark.parametrize(
    ("state", "sid", "kept"),
    [
        (State.SENT, "SM1", 2),
        (State.SENT, "", 2),
        (State.UNKNOWN, "", 2),
        (State.FAILED, "SM1", 2),  # taken first, and then not delivered
        (State.FAILED, "", None),
    ],
)
def test_a_text_that_left_is_kept_with_its_segments(claimed, state, sid, kept):
    text = Sms(to="+33612345678", body="a" * 161, budget_since=NOW)
    assert attempts.begin([(claimed, text)], now=NOW) == {claimed.pk: ""}

    outbox.settle(claimed, state, provider_sid=sid, now=NOW)

    assert OutboxMessage.objects.get().segments == kept


def test_a_text_that_surely_never_left_has_no_segments(claimed):
    attempts.begin([(claimed, Sms(to="+33612345678", body="a", budget_since=NOW))], now=NOW)

    outbox.put_back(claimed, try_at=NOW, reason="busy", may_have_left=False, failures=0, now=NOW)

    assert OutboxMessage.objects.get().segments is None


def test_an_email_has_no_segments(claimed):
    begin_call(claimed, recipient="ada@example.org", body="a" * 161, now=NOW)
    outbox.settle(claimed, State.SENT, now=NOW)

    assert OutboxMessage.objects.get().segments is None
