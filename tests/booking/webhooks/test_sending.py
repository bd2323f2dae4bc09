import json
import threading
from datetime import UTC, timedelta

import pytest
import time_machine
from pytest_django import Settings
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from booking.arrivals.steps import take_action
from booking.bookings.lifecycle import cancel_booking
from booking.models import TellingState, Webhook, WebhookEvent
from booking.webhooks import calls
from booking.webhooks.administration import renew_secret, send_again, send_trial, switch_off, switch_on
from booking.webhooks.claims import LEASE, claim_event
from booking.webhooks.outcomes import PAUSES
from booking.webhooks.sending import Sender, keep_sending
from booking.webhooks.signatures import seal_address
from booking.who import Who
from notifications.public_machines import find_machine
from stores.models import SetupChange, Store
from tests.booking.webhooks.events_told import bodies, follow, soon, tell, types
from tests.factories import NOW, at, make_booking, make_store, make_user
from tests.webhook_receiver import CUT, DRIP, HANG, LARGE, TEN_MEGABYTES, WebhookReceiver, running

pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> Store:
    return make_store(capacity=4)


def state() -> tuple[str, str]:
    event = WebhookEvent.objects.get()
    return event.state, event.reason


def test_event_is_verified_by_the_published_library(store: Store, receiver: WebhookReceiver) -> None:
    _, secret = follow(store, receiver)
    booking = make_booking(store)
    assert tell() == 1

    (got,) = receiver.received
    with time_machine.travel(NOW, tick=False):
        said = Verifier(secret).verify(got.body, got.headers)
        with pytest.raises(WebhookVerificationError):
            Verifier(secret).verify(got.body.replace(b"created", b"changed"), got.headers)
    assert got.path == "/hook?shop=1"
    assert got.headers["content-type"] == "application/json; charset=utf-8"
    assert said["type"] == "visit.created"
    assert said["timestamp"] == NOW.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert said["data"]["reference"] == booking.reference
    assert got.id == str(WebhookEvent.objects.get().uuid)
    assert state() == (TellingState.TOLD, "")
    assert tell(NOW + timedelta(days=1)) == 0


def test_two_secrets_sign_for_a_day_and_then_the_new_one_alone(store: Store, receiver: WebhookReceiver) -> None:
    webhook, old = follow(store, receiver)
    _, new = renew_secret(store_id=store.pk, webhook_id=webhook.pk, user=None, now=NOW)
    make_booking(store)
    tell()
    later = NOW + timedelta(hours=25)
    make_booking(store, starts_at=at(11), phone="+33612345602", now=later)
    tell(later)

    both, alone = receiver.received
    with time_machine.travel(NOW, tick=False):
        assert Verifier(old).verify(both.body, both.headers) == Verifier(new).verify(both.body, both.headers)
    with time_machine.travel(later, tick=False):
        assert Verifier(new).verify(alone.body, alone.headers)
        with pytest.raises(WebhookVerificationError):
            Verifier(old).verify(alone.body, alone.headers)


def test_secrets_and_address_stand_nowhere_in_clear(store: Store, receiver: WebhookReceiver) -> None:
    webhook, secret = follow(store, receiver)
    kept = json.dumps(list(Webhook.objects.values("sealed_secret", "sealed_address", "sealed_previous")))

    assert secret.removeprefix("whsec_") not in kept
    assert "/hook" not in kept
    assert webhook.host == "localhost"
    assert secret not in str(list(SetupChange.objects.values()))


@pytest.mark.parametrize("status", [400, 404, 429, 500, 503])
def test_refused_event_is_tried_again_under_the_same_id(store: Store, receiver: WebhookReceiver, status) -> None:
    follow(store, receiver)
    make_booking(store)
    receiver.answers = [status]
    assert (tell(), tell()) == (1, 0)
    assert state() == (TellingState.DUE, "refused")
    assert tell(soon()) == 1

    first, second = receiver.received
    assert (first.id, first.body) == (second.id, second.body)
    assert state() == (TellingState.TOLD, "")


def test_eleven_more_tries_in_three_days_then_it_is_given_up(store: Store, receiver: WebhookReceiver) -> None:
    follow(store, receiver)
    make_booking(store)
    receiver.status, now = 500, NOW
    for pause in (timedelta(), *PAUSES):
        now += pause * 1.06 + timedelta(seconds=1)
        assert tell(now) == 1

    assert state() == (TellingState.FAILED, "refused")
    assert timedelta(days=2, hours=20) < sum(PAUSES, timedelta()) < timedelta(days=3, hours=4)
    assert len(PAUSES) == 11
    assert len({one.id for one in receiver.received}) == 1
    assert tell(now + timedelta(days=9)) == 0


def test_server_that_asks_for_a_pause_gets_it(store: Store, receiver: WebhookReceiver) -> None:
    follow(store, receiver)
    make_booking(store)
    receiver.answers, receiver.headers = [503], {"Retry-After": "120"}

    assert (tell(), tell(NOW + timedelta(seconds=119)), tell(NOW + timedelta(seconds=121))) == (1, 0, 1)


def test_server_that_is_away_is_asked_by_one_event_not_by_all(store: Store, receiver: WebhookReceiver) -> None:
    follow(store, receiver)
    for number in range(4):
        make_booking(store, phone=f"+3361234560{number}")
    receiver.status = 503

    assert tell() == 1
    assert tell(soon()) == 1
    receiver.status = 204
    assert tell(NOW + timedelta(minutes=5)) == 4


def test_order_of_one_visit_is_kept_and_others_go_on(store: Store, receiver: WebhookReceiver) -> None:
    follow(store, receiver)
    first = make_booking(store)
    cancel_booking(booking_id=first.pk, who=Who.customer(NOW))
    receiver.answers = [400]
    make_booking(store, phone="+33612345602")
    assert tell() == 2
    assert types(receiver) == ["visit.created", "visit.created"]

    assert tell(soon()) == 2
    told = [one["type"] for one in bodies(receiver) if one["data"]["reference"] == first.reference]
    assert told == ["visit.created", "visit.created", "visit.cancelled"]


def test_server_that_is_gone_switches_the_webhook_off(store: Store, receiver: WebhookReceiver) -> None:
    webhook, _ = follow(store, receiver)
    make_booking(store)
    make_booking(store, phone="+33612345602")
    receiver.status = 410
    assert tell() == 1

    webhook.refresh_from_db()
    store.refresh_from_db()
    assert (webhook.is_on, webhook.off_reason, store.webhook_ids) == (False, "gone", "")
    assert {one.state for one in WebhookEvent.objects.all()} == {TellingState.DROPPED}
    line = SetupChange.objects.order_by("-pk").first()
    assert line is not None
    assert (line.what, line.subject, line.username, line.after["is_active"]) == ("webhook", "localhost", "", False)
    make_booking(store, phone="+33612345603")
    assert WebhookEvent.objects.count() == 2


def test_redirect_is_not_followed(store: Store, receiver: WebhookReceiver) -> None:
    follow(store, receiver)
    make_booking(store)
    receiver.status, receiver.headers = 307, {"Location": "http://169.254.169.254/latest/meta-data/"}
    tell()

    assert state() == (TellingState.DUE, "redirect")
    assert len(receiver.received) == 1


def test_ten_megabytes_are_not_read(store: Store, receiver: WebhookReceiver) -> None:
    follow(store, receiver)
    make_booking(store)
    receiver.fault, receiver.status = LARGE, 200
    tell()

    assert state() == (TellingState.TOLD, "")
    receiver.is_over.set()
    assert receiver.sent < TEN_MEGABYTES


@pytest.mark.parametrize(
    ("fault", "seconds", "reason"), [(HANG, 0.3, "too_slow"), (DRIP, 0.3, "too_slow"), (CUT, 60, "not_reached")]
)
def test_hanging_dripping_and_cutting_servers_are_left_in_time(
    store: Store, receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch, fault, seconds, reason
) -> None:
    follow(store, receiver)
    make_booking(store)
    receiver.fault = fault
    with monkeypatch.context() as patched:
        patched.setattr(calls, "ALL_SECONDS", seconds)
        tell()

    assert state() == (TellingState.DUE, reason)
    receiver.fault = ""
    assert tell(soon()) == 1
    assert state() == (TellingState.TOLD, "")


def test_call_that_was_given_up_during_the_look_up_of_its_name_never_leaves(
    store: Store, receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow(store, receiver)
    make_booking(store)
    is_found = threading.Event()
    with monkeypatch.context() as patched:
        patched.setattr(calls, "find_machine", lambda *told, **known: is_found.wait() and find_machine(*told, **known))
        patched.setattr(calls, "ALL_SECONDS", 0.1)
        tell()
        late = [thread for thread in threading.enumerate() if thread.name == "call"]
        is_found.set()
        for call in late:
            call.join(60)

    assert not any(call.is_alive() for call in late)
    assert (state(), receiver.received) == ((TellingState.DUE, "too_slow"), [])


def test_hanging_server_holds_up_no_other(
    store: Store, receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "ALL_SECONDS", 60)
    other = make_store("other-shop")
    with running() as slow:
        slow.fault = HANG
        follow(store, slow)
        follow(other, receiver)
        make_booking(store)
        for number in range(2):
            make_booking(other, phone=f"+3361234560{number}")
        receiver.after(2, slow.is_over.set)
        assert tell() == 3
    assert len(receiver.received) == 2
    assert {one.state for one in WebhookEvent.objects.filter(store=other)} == {TellingState.TOLD}
    assert WebhookEvent.objects.get(store=store).reason == "not_reached"


def test_dead_worker_leaves_its_event_to_another_under_the_same_id(store: Store, receiver: WebhookReceiver) -> None:
    webhook, _ = follow(store, receiver)
    booking = make_booking(store)
    cancel_booking(booking_id=booking.pk, who=Who.customer(NOW))
    left = claim_event(webhook.pk, now=NOW)
    assert left is not None
    assert tell(NOW + LEASE - timedelta(seconds=1)) == 0

    assert tell(NOW + LEASE + timedelta(seconds=1)) == 2
    assert receiver.received[0].id == str(left.uuid)
    assert types(receiver) == ["visit.created", "visit.cancelled"]


def test_clock_that_ran_ahead_keeps_nothing_back(store: Store, receiver: WebhookReceiver) -> None:
    webhook, _ = follow(store, receiver)
    make_booking(store)
    far = NOW + timedelta(days=400)
    WebhookEvent.objects.update(try_at=far)
    Webhook.objects.filter(pk=webhook.pk).update(rests_until=far)

    assert tell() == 1


def test_clock_that_ran_ahead_a_little_keeps_nothing_back_either(store: Store, receiver: WebhookReceiver) -> None:
    """Neither what its worker put off nor what it left behind."""
    webhook, _ = follow(store, receiver)
    make_booking(store)
    make_booking(store, starts_at=at(11), phone="+33612345602")
    ahead = NOW + timedelta(minutes=10)
    claimed = claim_event(webhook.pk, now=ahead)
    assert claimed is not None
    WebhookEvent.objects.exclude(pk=claimed.pk).update(try_at=ahead, tried_at=ahead)
    Webhook.objects.filter(pk=webhook.pk).update(rests_until=ahead, called_at=ahead)

    assert tell() == 2


@pytest.mark.parametrize("address", ["http://127.0.0.1:{port}/", "https://localhost:8443/", "https://[::1]/"])
def test_our_own_network_is_never_called(store: Store, receiver: WebhookReceiver, settings: Settings, address) -> None:
    follow(store, receiver)
    make_booking(store)
    text = address.format(port=receiver.server_address[1])
    Webhook.objects.update(sealed_address=seal_address(text))
    settings.WEBHOOK_NETWORKS = []
    tell()

    assert state() == (TellingState.DUE, "not_https" if text.startswith("http:") else "private_address")
    assert receiver.received == []


def test_other_key_of_the_server_is_said(store: Store, receiver: WebhookReceiver, settings: Settings) -> None:
    follow(store, receiver)
    make_booking(store)
    settings.SECRET_KEY = "another one"
    tell()

    assert state() == (TellingState.DUE, "no_address")
    assert receiver.received == []


def test_trial_and_replay(store: Store, receiver: WebhookReceiver) -> None:
    webhook, _ = follow(store, receiver)
    send_trial(store_id=store.pk, webhook_id=webhook.pk, user=None, now=NOW)
    assert (tell(), types(receiver)) == (1, ["webhook.trial"])
    event = WebhookEvent.objects.get()

    assert send_again(store_id=store.pk, webhook_id=webhook.pk, event_id=event.pk, user=None, now=NOW)[1] == 1
    tell()
    first, second = receiver.received
    assert first.id == second.id


def test_what_did_not_arrive_is_sent_again_at_once_in_its_order(store: Store, receiver: WebhookReceiver) -> None:
    webhook, _ = follow(store, receiver)
    booking = make_booking(store)
    take_action(booking_id=booking.pk, action="check_in", who=Who.staff(make_user("cleo", store=store), at(10)))
    switch_off(store_id=store.pk, webhook_id=webhook.pk, reason="", user=None, now=NOW)
    assert tell() == 0
    with pytest.raises(LookupError):
        send_again(store_id=store.pk, webhook_id=webhook.pk, event_id=None, user=None, now=NOW)
    switch_on(store_id=store.pk, webhook_id=webhook.pk, user=None, now=NOW)

    assert send_again(store_id=store.pk, webhook_id=webhook.pk, event_id=None, user=None, now=NOW)[1] == 2
    assert tell() == 2
    assert types(receiver) == ["visit.created", "visit.arrived"]


def test_loop_ends_when_told_to(store: Store, receiver: WebhookReceiver) -> None:
    stopping = threading.Event()
    follow(store, receiver)
    make_booking(store)

    def clock():
        stopping.set()
        return NOW

    keep_sending(stopping, clock=clock)

    assert len(receiver.received) == 1
    assert Sender(lambda: NOW).run(goes_on=lambda: False) == 0
