import pytest

from booking.models import PIN_ERRORS, Device, StaffPin
from booking.services.pins import TakenOver, remove_pin, set_pin, take_over, unlock_pin
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


def give(device, pin=PIN, username="ada"):
    return take_over(device=device, username=username, pin=pin, now=NOW)


def test_pin_takes_the_tablet_over(device, ada):
    assert give(device) is TakenOver.YES

    device.refresh_from_db()
    assert (device.acting, device.acted_at) == (ada, NOW)


def test_five_wrong_in_a_row_lock_it_even_for_the_right_one(device, ada):
    wrong = [give(device, "1357") for _ in range(PIN_ERRORS)]

    assert wrong == [*[TakenOver.WRONG] * (PIN_ERRORS - 1), TakenOver.LOCKED]
    assert give(device) is TakenOver.LOCKED
    device.refresh_from_db()
    assert device.acting is None


def test_right_one_starts_the_count_anew(device, ada):
    for _ in range(PIN_ERRORS - 1):
        give(device, "1357")
    assert give(device) is TakenOver.YES

    assert give(device, "1357") is TakenOver.WRONG
    assert StaffPin.objects.get().errors == 1


@pytest.mark.parametrize("username", ["nobody", "bea", "cleo"])
def test_only_those_who_work_at_the_store_and_have_a_pin(device, ada, username):
    make_user("bea", store=device.store, role=Role.STAFF)
    make_pin(make_user("cleo", store=make_store("other-shop"), role=Role.MANAGER))

    assert give(device, username=username) is TakenOver.WRONG


def test_who_may_not_sign_in_takes_nothing_over(device, ada):
    ada.is_active = False
    ada.save()

    assert give(device) is TakenOver.WRONG


def test_revoked_tablet_is_taken_over_by_nobody(device, ada):
    Device.objects.update(revoked_at=NOW)

    give(device)

    device.refresh_from_db()
    assert device.acting is None


def test_manager_unlocks_and_the_trail_says_so(store, device, ada):
    StaffPin.objects.update(errors=PIN_ERRORS)
    mia = make_user("mia", store=store, role=Role.MANAGER)

    assert unlock_pin(store=store, username="ada", user=mia, now=NOW)
    assert not unlock_pin(store=store, username="ada", user=mia, now=NOW)

    assert give(device) is TakenOver.YES
    line = SetupChange.objects.get()
    assert (line.subject, line.before, line.after) == ("ada", {"may_use_tablets": False}, {"may_use_tablets": True})


def test_manager_of_another_store_unlocks_nobody(ada):
    StaffPin.objects.update(errors=PIN_ERRORS)
    other = make_store("other-shop")

    assert not unlock_pin(store=other, username="ada", user=make_user("mia"), now=NOW)


def test_new_pin_replaces_the_old_and_opens_what_was_locked(device, ada):
    StaffPin.objects.update(errors=PIN_ERRORS)

    set_pin(user=ada, pin="9731", now=NOW)

    assert give(device) is TakenOver.WRONG
    assert give(device, "9731") is TakenOver.YES
    assert "9731" not in StaffPin.objects.get().digest


def test_pin_taken_away_ends_the_acting_at_once(device, ada):
    give(device)

    remove_pin(user=ada)

    device.refresh_from_db()
    assert device.acting is None
    assert give(device) is TakenOver.WRONG
