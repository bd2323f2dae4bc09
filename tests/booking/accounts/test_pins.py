from itertools import count

import pytest

from booking.accounts.pins import PinResult, Unlocked, remove_pin, set_pin, take_over, unlock_pin
from booking.models import PIN_ERRORS, PIN_UNLOCKS, TABLET_ERRORS, TABLET_PAUSE, Device, PinTries, StaffPin
from stores.models import Role, SetupChange
from tests.devices import PIN, make_pin, make_tablet
from tests.factories import NOW, make_store, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def store():
    return make_store()


@pytest.fixture
def device(store) -> Device:
    make_tablet(store)
    return Device.objects.get()


@pytest.fixture
def ada(store):
    user = make_user("ada", store=store, role=Role.STAFF)
    make_pin(user)
    return user


PATIENCE = count(1)


def give(device, pin=PIN, username="ada"):
    """Give a PIN by somebody who waits until the tablet takes one again."""
    return take_over(device=device, username=username, pin=pin, now=NOW + next(PATIENCE) * TABLET_PAUSE)


def test_pin_takes_the_tablet_over(device: Device, ada) -> None:
    assert give(device) is PinResult.YES

    device.refresh_from_db()
    assert device.acting == ada
    assert (device.acted_at or NOW) > NOW


def test_five_wrong_in_a_row_lock_it_even_for_the_right_one(device: Device, ada) -> None:
    wrong = [give(device, "1357") for _ in range(PIN_ERRORS)]

    assert wrong == [*[PinResult.WRONG] * (PIN_ERRORS - 1), PinResult.LOCKED]
    assert give(device) is PinResult.LOCKED
    device.refresh_from_db()
    assert device.acting is None


def test_right_one_starts_the_count_anew(device: Device, ada) -> None:
    for _ in range(PIN_ERRORS - 1):
        give(device, "1357")
    assert give(device) is PinResult.YES

    assert give(device, "1357") is PinResult.WRONG
    assert PinTries.objects.get().errors == 1


@pytest.mark.parametrize("username", ["nobody", "bea", "cleo"])
def test_only_those_who_work_at_the_store_and_have_a_pin(device: Device, ada, username) -> None:
    make_user("bea", store=device.store, role=Role.STAFF)
    make_pin(make_user("cleo", store=make_store("other-shop"), role=Role.MANAGER))

    assert give(device, username=username) is PinResult.WRONG


def test_who_may_not_sign_in_takes_nothing_over(device: Device, ada) -> None:
    ada.is_active = False
    ada.save()

    assert give(device) is PinResult.WRONG


def test_revoked_tablet_is_taken_over_by_nobody(device: Device, ada) -> None:
    Device.objects.update(revoked_at=NOW)

    give(device)

    device.refresh_from_db()
    assert device.acting is None


def test_manager_unlocks_and_the_trail_says_so(store, device: Device, ada) -> None:
    PinTries.objects.update(errors=PIN_ERRORS)
    mia = make_user("mia", store=store, role=Role.MANAGER)

    assert unlock_pin(store=store, username="ada", user=mia, now=NOW) is Unlocked.YES
    assert not unlock_pin(store=store, username="ada", user=mia, now=NOW)

    assert give(device) is PinResult.YES
    line = SetupChange.objects.get()
    assert (line.subject, line.before, line.after) == ("ada", {"may_use_tablets": False}, {"may_use_tablets": True})


def test_manager_of_another_store_unlocks_nobody(ada) -> None:
    PinTries.objects.update(errors=PIN_ERRORS)
    other = make_store("other-shop")

    assert not unlock_pin(store=other, username="ada", user=make_user("mia"), now=NOW)


def test_new_pin_replaces_the_old_and_opens_what_was_locked(device: Device, ada) -> None:
    PinTries.objects.update(errors=PIN_ERRORS)

    set_pin(user=ada, pin="973146", now=NOW)

    assert give(device) is PinResult.WRONG
    assert give(device, "973146") is PinResult.YES
    assert "973146" not in StaffPin.objects.get().digest


def test_pin_taken_away_ends_the_acting_at_once(device: Device, ada) -> None:
    give(device)

    remove_pin(user=ada)

    device.refresh_from_db()
    assert device.acting is None
    assert give(device) is PinResult.WRONG


def test_errors_and_unlocks_at_one_store_give_no_tries_at_another(device: Device, ada) -> None:
    elsewhere = make_store("other-shop")
    ada.memberships.create(store=elsewhere, role=Role.STAFF)
    make_tablet(elsewhere)
    other_device = Device.objects.get(store=elsewhere)
    mallory = make_user("mallory", store=elsewhere, role=Role.MANAGER)

    for _ in range(PIN_ERRORS):
        give(other_device, "135790")
    assert give(device) is PinResult.YES
    for _ in range(PIN_ERRORS):
        give(device, "135790")
    assert unlock_pin(store=elsewhere, username="ada", user=mallory, now=NOW) is Unlocked.YES

    assert give(device) is PinResult.LOCKED
    assert give(other_device) is PinResult.YES


def test_third_unlock_in_a_row_takes_the_pin_away_and_its_owner_chooses_a_new_one(store, device: Device, ada) -> None:
    mia = make_user("mia", store=store, role=Role.MANAGER)
    done = []
    for _ in range(PIN_UNLOCKS):
        for _ in range(PIN_ERRORS):
            give(device, "135790")
        done.append(unlock_pin(store=store, username="ada", user=mia, now=NOW))

    assert done == [Unlocked.YES, Unlocked.YES, Unlocked.VOID]
    assert give(device) is PinResult.WRONG
    assert not StaffPin.objects.exists()
    assert SetupChange.objects.order_by("-pk").first().after == {"chooses_anew": True}
    set_pin(user=ada, pin="973146", now=NOW)
    assert give(device, "973146") is PinResult.YES


def test_right_pin_in_between_starts_the_unlocks_anew(store, device: Device, ada) -> None:
    mia = make_user("mia", store=store, role=Role.MANAGER)
    for _ in range(PIN_UNLOCKS + 1):
        for _ in range(PIN_ERRORS):
            give(device, "135790")
        assert unlock_pin(store=store, username="ada", user=mia, now=NOW) is Unlocked.YES
        assert give(device) is PinResult.YES


def test_tablet_pauses_after_three_errors_whoever_is_named_and_locks_nobody_by_them(store, device: Device, ada) -> None:
    cleo = make_user("cleo", store=store, role=Role.STAFF)
    make_pin(cleo)
    tries = [("ada", "135790"), ("cleo", "135790"), ("nobody", "135790"), ("ada", PIN), ("cleo", PIN)]

    found = [take_over(device=device, username=name, pin=pin, now=NOW) for name, pin in tries]

    assert found == [PinResult.WRONG] * TABLET_ERRORS + [PinResult.PAUSED] * 2
    assert set(PinTries.objects.values_list("errors", flat=True)) == {1}
    just_before = NOW + TABLET_PAUSE * 0.99
    assert take_over(device=device, username="ada", pin=PIN, now=just_before) is PinResult.PAUSED
    assert take_over(device=device, username="ada", pin=PIN, now=NOW + TABLET_PAUSE) is PinResult.YES
    device.refresh_from_db()
    assert (device.pin_errors, device.paused_until) == (0, None)


def test_each_error_after_the_pause_is_another_pause(device: Device, ada) -> None:
    for _ in range(TABLET_ERRORS):
        take_over(device=device, username="nobody", pin="1", now=NOW)

    later = NOW + TABLET_PAUSE
    found = [take_over(device=device, username="nobody", pin="1", now=later) for _ in range(2)]

    assert found == [PinResult.WRONG, PinResult.PAUSED]


def test_short_pin_of_before_still_works(device: Device) -> None:
    user = make_user("dora", store=device.store, role=Role.STAFF)
    make_pin(user, pin="2580")

    assert give(device, "2580", username="dora") is PinResult.YES
