from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from booking.accounts.devices import (
    CODE_LASTS,
    KEEP_REVOKED,
    SEEN_EVERY,
    forget_devices,
    leave_device,
    note_seen,
    note_use,
    offer_pairing,
    pair_device,
    revoke_device,
)
from booking.models import NAMES_SHOWN, Device, PairingCode
from booking.tokens import device_digest
from stores.models import Role, SetupChange
from tests.devices import make_tablet
from tests.factories import NOW, make_store, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def store():
    return make_store()


@pytest.fixture
def manager(store):
    return make_user("mia", store=store, role=Role.MANAGER)


def code_for(store, manager, name="Entrance"):
    return offer_pairing(store=store, device_name=name, user=manager, now=NOW)


def taken_over(store, manager, **fields) -> Device:
    make_tablet(store, acting=manager, acted_at=NOW, last_seen_at=NOW, **fields)
    return Device.objects.latest("pk")


def test_code_makes_one_tablet_the_stores_and_leaves_a_line(store, manager) -> None:
    code = code_for(store, manager)

    paired = pair_device(code=code, now=NOW)

    assert paired is not None
    device, secret = paired
    assert (device.store, device.name, device.acting) == (store, "Entrance", None)
    assert device.digest == device_digest(secret) != secret
    line = SetupChange.objects.get()
    assert (line.what, line.subject, line.user, line.after) == ("device", "Entrance", manager, {"is_paired": True})


def test_code_is_good_once_and_ten_minutes(store, manager) -> None:
    first, second = code_for(store, manager), code_for(store, manager)

    assert pair_device(code=first, now=NOW) is not None
    assert pair_device(code=first, now=NOW) is None
    assert pair_device(code=second, now=NOW + CODE_LASTS) is None
    assert pair_device(code="00000000", now=NOW) is None
    assert Device.objects.count() == 1


def test_code_itself_is_kept_nowhere(store, manager) -> None:
    code = code_for(store, manager)

    kept = PairingCode.objects.values_list("digest", "device_name").get()
    assert all(code not in text for text in kept)


def test_tablet_that_is_paired_again_ends_what_it_was_before(store, manager) -> None:
    paired = pair_device(code=code_for(store, manager), now=NOW)
    assert paired is not None

    pair_device(code=code_for(store, manager, "Counter"), now=NOW, replaces=paired[1])

    assert Device.objects.get(name="Entrance").revoked_at == NOW
    assert Device.objects.get(name="Counter").revoked_at is None


def test_revoked_tablet_has_nobody_acting_and_is_revoked_once(store, manager) -> None:
    device = taken_over(store, manager)

    assert revoke_device(store=store, device_id=device.pk, user=manager, now=NOW)
    assert not revoke_device(store=store, device_id=device.pk, user=manager, now=NOW)

    device.refresh_from_db()
    assert (device.revoked_at, device.acting, device.acted_at) == (NOW, None, None)
    assert SetupChange.objects.get().after == {"is_paired": False}


def test_tablet_of_another_store_is_not_ones_own_to_revoke(store, manager) -> None:
    device = taken_over(make_store("other-shop"), manager)

    assert not revoke_device(store=store, device_id=device.pk, user=manager, now=NOW)


def test_tablet_that_is_left_has_nobody_acting(store, manager) -> None:
    device = taken_over(store, manager)

    leave_device(device=device)

    device.refresh_from_db()
    assert (device.acting, device.acted_at) == (None, None)


def test_seen_is_written_every_ten_minutes_alone(
    store, manager, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    device = taken_over(store, manager)

    with django_assert_num_queries(0):
        note_seen(device=device, now=NOW + SEEN_EVERY - timedelta(seconds=1))
    note_seen(device=device, now=NOW + SEEN_EVERY)

    device.refresh_from_db()
    assert device.last_seen_at == NOW + SEEN_EVERY


def used(device: Device, minutes: list[int], *, now: int) -> Device:
    note_use(device=device, moments=[NOW + timedelta(minutes=one) for one in minutes], now=NOW + timedelta(minutes=now))
    device.refresh_from_db()
    return device


def test_taps_keep_the_names_shown(store, manager) -> None:
    device = used(taken_over(store, manager), [10, 20], now=20)

    assert not device.hides_names(NOW + timedelta(minutes=34))
    assert device.hides_names(NOW + timedelta(minutes=35))


def test_tap_after_the_names_went_does_not_bring_them_back(store, manager) -> None:
    device = used(taken_over(store, manager), [15], now=15)

    assert device.acted_at == NOW
    assert device.hides_names(NOW + timedelta(minutes=15))


def test_taps_sent_late_count_from_when_they_were_made(store, manager) -> None:
    device = used(taken_over(store, manager), [5, 3], now=60)

    assert device.acted_at == NOW + timedelta(minutes=5)
    assert device.hides_names(NOW + timedelta(minutes=60))


def test_tap_from_a_clock_that_is_ahead_counts_as_now(store, manager) -> None:
    device = used(taken_over(store, manager), [500], now=5)

    assert device.acted_at == NOW + timedelta(minutes=5)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 120), max_size=12))
def test_names_are_hidden_after_the_first_gap_of_fifteen_minutes(store_and_device, minutes) -> None:
    device = store_and_device
    Device.objects.filter(pk=device.pk).update(acted_at=NOW)
    device.refresh_from_db()

    used(device, minutes, now=120)

    last = 0
    for minute in sorted(minutes):
        if minute - last >= NAMES_SHOWN.seconds // 60:
            break
        last = minute
    assert device.acted_at == NOW + timedelta(minutes=last)


@pytest.fixture
def store_and_device(store, manager):
    return taken_over(store, manager)


def test_what_was_revoked_long_ago_is_forgotten(store, manager) -> None:
    taken_over(store, manager, revoked_at=NOW - KEEP_REVOKED - timedelta(seconds=1))
    kept = taken_over(store, manager, revoked_at=NOW - KEEP_REVOKED)
    code_for(store, manager)

    assert forget_devices(now=NOW) == 1
    assert forget_devices(now=NOW + CODE_LASTS) == 2
    assert not Device.objects.filter(pk=kept.pk).exists()
