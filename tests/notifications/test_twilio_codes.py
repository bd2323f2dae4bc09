"""Every error code of the provider has an answer of ours: asked directly, and told by receipt."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from notifications import circuits, receipts, twilio_codes
from notifications.answers import Barred, Later, OnceMore, Puzzling, Refused
from notifications.models import Channel, OptOut, OutboxMessage, State
from notifications.tasks import deliver_due
from notifications.twilio_codes import failure_on_the_way, refusal
from tests.fake_twilio import HANG_AFTER, FakeTwilio
from tests.notifications.patience import short_patience

LATER = (14107, 20429, 21611, 30001, 30017, 30022, 30023, 30027, 30035, 30454, 63018, 63038)
ONCE_MORE = (30003, 30008, 30046, 30410, 30453, 30500)
OF_THIS_NUMBER = (
    21211, 21214, 21217, 21265, 21266, 21268, 21401, 21408, 21421, 21604, 21610, 21612, 21614, 21618, 21635,
    30004, 30005, 30006, 30007, 30036, 30038, 30450,
)  # fmt: skip
OURS = (
    20003, 20005, 20006, 20008, 20403, 20404, 21212, 21267, 21601, 21603, 21606, 21607, 21609, 21616, 21659, 21660,
    21661, 21701, 21703, 21705, 21910, 30002, 30024, 30032, 30033, 30034, 30037, 63007,
)  # fmt: skip
UNKNOWN = (21602, 21605, 21608, 21617, 21619, 30010)
NOWHERE = 29999  # in no table


def test_no_code_is_left_out_of_these_tests() -> None:
    assert sorted((*LATER, *ONCE_MORE, *OF_THIS_NUMBER, *OURS, *UNKNOWN)) == sorted(twilio_codes._CODES)


@pytest.mark.parametrize(
    ("codes", "meaning"),
    [(LATER, Later), (ONCE_MORE, OnceMore), (OF_THIS_NUMBER, Refused), (OURS, Barred), (UNKNOWN, Puzzling)],
)
def test_a_code_means_the_same_asked_or_by_receipt(codes, meaning) -> None:
    for code in codes:
        assert isinstance(refusal(status=400, code=code), meaning)
        assert failure_on_the_way(code) == refusal(status=400, code=code)


def test_codes_nobody_knows() -> None:
    assert refusal(status=400, code=NOWHERE) == Puzzling("provider_29999")
    assert refusal(status=422, code=0) == Puzzling("http_422")
    assert failure_on_the_way(NOWHERE) == Puzzling("provider_29999")
    assert failure_on_the_way(0) == Refused("not_delivered")


@pytest.mark.parametrize("status", [301, 401, 403, 404, 405, 407])
def test_a_status_that_is_about_all_we_ask_is_no_fault_of_one_message(status) -> None:
    assert refusal(status=status, code=0) == Barred(f"http_{status}")


def told(message):
    message.refresh_from_db()
    return message.state, sms_is_open(), OutboxMessage.objects.filter(channel=Channel.EMAIL).count()


def sms_is_open():
    return Channel.SMS in circuits.opened()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("codes", "state", "is_open", "emails"),
    [
        (LATER, State.DUE, False, 0),
        (ONCE_MORE, State.DUE, False, 1),
        (OF_THIS_NUMBER, State.FAILED, False, 1),
        (OURS, State.DUE, True, 0),
        ((*UNKNOWN, NOWHERE), State.DUE, False, 0),
    ],
)
def test_what_becomes_of_a_message_that_is_refused(
    twilio: FakeTwilio, new_message, codes, state, is_open, emails
) -> None:
    for code in codes:
        twilio.faults = [str(code)]
        message = new_message()

        deliver_due()

        assert (code, told(message)) == (code, (state, is_open, emails))
        forget_all()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("codes", "state", "is_open", "emails"),
    [
        (LATER, State.DUE, False, 0),
        (ONCE_MORE, State.DUE, False, 1),
        (OF_THIS_NUMBER, State.FAILED, False, 1),
        (OURS, State.DUE, True, 0),
        ((*UNKNOWN, NOWHERE), State.DUE, False, 0),
    ],
)
def test_what_becomes_of_a_message_that_was_taken_and_failed(
    twilio: FakeTwilio, new_message, codes, state, is_open, emails
) -> None:
    for code in codes:
        message = new_message()
        deliver_due()

        receive(message, code)

        assert (code, told(message)) == (code, (state, is_open, emails))
        forget_all()


def receive(message, code):
    message.refresh_from_db()
    sid = message.provider_sid
    assert receipts.take_failure(
        message=message, failure=failure_on_the_way(code), provider_sid=sid, now=timezone.now()
    )
    message.refresh_from_db()
    assert not receipts.take_failure(
        message=message, failure=failure_on_the_way(code), provider_sid=sid, now=timezone.now()
    )


def forget_all():
    OutboxMessage.objects.all().delete()
    OptOut.objects.all().delete()
    circuits.note_answer(Channel.SMS, now=timezone.now())


@pytest.mark.django_db
def test_a_full_queue_is_waited_for_longer_each_time_and_nothing_fails(twilio: FakeTwilio, new_message) -> None:
    twilio.faults = ["21611"] * 9
    message = new_message()
    pauses = []

    for _ in range(9):
        before = timezone.now()
        OutboxMessage.objects.update(try_at=before)
        deliver_due()
        message.refresh_from_db()
        pauses.append((message.try_at - before).total_seconds())

    assert (message.state, message.failures) == (State.DUE, 0)
    assert 30 <= pauses[0] < 40
    assert 900 <= pauses[-1] < 1100
    OutboxMessage.objects.update(try_at=timezone.now())
    deliver_due()
    assert told(message) == (State.SENT, False, 0)


@pytest.mark.django_db
def test_many_that_meet_a_full_queue_all_go_as_it_drains(twilio: FakeTwilio, new_message) -> None:
    for number in range(40):
        new_message(f"ABCD{number:04}", account=f"shop-{number}")

    for _ in range(8):
        twilio.room = 6
        deliver_due()
        OutboxMessage.objects.update(try_at=timezone.now())

    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {State.SENT}
    assert len({one["body"] for one in twilio.accepted}) == len(twilio.accepted) == 40


@pytest.mark.django_db
def test_a_refusal_nobody_knows_is_tried_twice_more_and_then_left_to_a_person(twilio: FakeTwilio, new_message) -> None:
    twilio.faults = [str(NOWHERE)] * 9
    message = new_message()

    states = []
    for _ in range(4):
        OutboxMessage.objects.update(try_at=timezone.now())
        deliver_due()
        states.append(told(message)[0])

    assert states == [State.DUE, State.DUE, State.DEAD, State.DEAD]
    assert twilio.calls == ["create"] * 3
    assert told(message) == (State.DEAD, False, 1)


NOW = timezone.now()
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("failure", "returns", "of_use_for", "pause"),
    [
        (OnceMore("unreachable"), 0, 2 * HOUR, HOUR),
        (OnceMore("unreachable"), 0, HOUR, None),
        (OnceMore("unreachable"), 1, 9 * HOUR, None),
        (Later("busy"), 0, 9 * HOUR, timedelta(minutes=5)),
        (Later("busy"), 2, 9 * HOUR, timedelta(minutes=20)),
        (Later("busy"), 23, 9 * HOUR, HOUR),
        (Later("busy"), 24, 9 * HOUR, None),
        (Later("busy", after_seconds=7200), 0, 9 * HOUR, 2 * HOUR),
        (Later("busy"), 0, timedelta(minutes=4), None),
        (Barred("account"), 0, 9 * HOUR, timedelta(minutes=15)),
        (Barred("account"), 1, 9 * HOUR, timedelta(minutes=30)),
        (Barred("account"), 2, 9 * HOUR, None),
        (Puzzling("too_dear"), 2, 9 * HOUR, None),
        (Refused("blocked"), 0, 9 * HOUR, None),
    ],
)
def test_what_came_back_goes_again_while_it_may_help(failure, returns, of_use_for, pause) -> None:
    try_at = receipts.next_try(failure, returns=returns, not_after=NOW + of_use_for, now=NOW)

    assert try_at == (None if pause is None else NOW + pause)


@pytest.mark.django_db
def test_a_phone_that_was_off_is_tried_once_more_and_then_goes_by_email(twilio: FakeTwilio, new_message) -> None:
    message = new_message()
    deliver_due()
    receive(message, 30003)
    message.refresh_from_db()
    old_sid = message.returned_sid
    OutboxMessage.objects.filter(pk=message.pk).update(try_at=timezone.now())

    deliver_due()

    message.refresh_from_db()
    assert (message.state, len(twilio.accepted)) == (State.SENT, 2)
    # A late word about the first try says nothing about the second.
    late = receipts.take_failure(
        message=message, failure=failure_on_the_way(30003), provider_sid=old_sid, now=timezone.now()
    )
    assert late is False
    receive(message, 30003)
    message.refresh_from_db()
    assert (message.state, message.reason, message.provider_sid) == (
        State.FAILED, "unreachable", twilio.accepted[1]["sid"],
    )  # fmt: skip


@pytest.mark.django_db
def test_a_message_that_may_have_left_and_came_back_is_sent_again(twilio: FakeTwilio, new_message) -> None:
    """The call had an unclear end, and the provider's list says that the message met a full queue."""
    twilio.faults = [HANG_AFTER]
    message = new_message()
    twilio.is_list_away = True
    with short_patience(twilio, HANG_AFTER):
        deliver_due()
    twilio.is_list_away = False
    twilio.accepted[0] |= {"status": "failed", "error_code": 30001}
    OutboxMessage.objects.update(try_at=timezone.now(), lease_until=None)

    deliver_due()

    message.refresh_from_db()
    assert (message.state, message.reason, message.attempted_at) == (State.DUE, "queue_full", None)


@pytest.mark.django_db
def test_a_filtered_text_is_called_out(twilio: FakeTwilio, new_message, caplog: pytest.LogCaptureFixture) -> None:
    message = new_message()
    deliver_due()

    receive(message, 30007)

    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == ["message_filtered"]


def test_a_delivery_that_failed_by_an_unknown_code_is_tried_twice_more_and_then_a_person_decides() -> None:
    now, not_after = datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 25, tzinfo=UTC)
    failure = failure_on_the_way(39999)

    tries = [receipts.next_try(failure, returns=returns, not_after=not_after, now=now) for returns in range(3)]

    assert failure == Puzzling("provider_39999")
    assert [at is not None for at in tries] == [True, True, False]
