"""PINs tried by many at once: five errors are five, however they arrive."""

from functools import partial

import pytest
from django.contrib.auth.hashers import check_password

from booking.accounts.pins import PinResult, take_over
from booking.models import PIN_ERRORS, TABLET_ERRORS, TABLET_PAUSE, Device, PinTries
from stores.models import Role
from tests.devices import PIN, make_pin, make_tablet
from tests.factories import NOW, make_store, make_user
from tests.threads import Meeting, at_once

TRIES = 24
WRONG = "1357"


@pytest.fixture
def device() -> Device:
    store = make_store()
    make_pin(make_user("ada", store=store, role=Role.STAFF))
    make_tablet(store)
    return Device.objects.get()


def careless(others: Meeting, pin: str) -> bool:
    """Look, and once all others have looked count an error: `take_over` without its guard.

    Return whether the PIN was compared.
    """
    known = PinTries.objects.select_related("pin").get()
    if known.errors >= PIN_ERRORS:
        return False
    check_password(pin, known.pin.digest)
    others.wait()
    PinTries.objects.filter(pk=known.pk).update(errors=known.errors + 1)
    return True


@pytest.mark.django_db(transaction=True)
def test_rig_sees_more_than_five_compared(device: Device) -> None:
    compared = at_once([partial(careless, Meeting(TRIES), WRONG)] * TRIES)

    assert sum(compared) > PIN_ERRORS


@pytest.mark.django_db(transaction=True)
def test_no_more_than_five_are_compared_however_many_try(device: Device) -> None:
    for number in range(TRIES - 1):  # each tablet pauses after three: an error each
        make_tablet(device.store, name=f"Tablet {number}")
    tablets = list(Device.objects.all())

    found = at_once([partial(take_over, device=one, username="ada", pin=WRONG, now=NOW) for one in tablets])

    assert set(found) <= {PinResult.WRONG, PinResult.LOCKED}
    assert found.count(PinResult.WRONG) <= PIN_ERRORS
    assert PinTries.objects.get().errors == PIN_ERRORS
    assert take_over(device=device, username="ada", pin=PIN, now=NOW + TABLET_PAUSE) is PinResult.LOCKED


@pytest.mark.django_db(transaction=True)
def test_a_tablet_takes_no_more_than_three_however_many_try(device: Device) -> None:
    found = at_once([lambda: take_over(device=device, username="ada", pin=WRONG, now=NOW)] * TRIES)

    assert found.count(PinResult.PAUSED) == TRIES - TABLET_ERRORS
    assert PinTries.objects.get().errors == TABLET_ERRORS
