"""`manage.py simulate`: what it says, and what it refuses."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from booking.bookings.audit import differences
from booking.models import Booking
from stores.models import Store
from tests.factories import make_store

pytestmark = pytest.mark.django_db


def simulate(*arguments: str) -> str:
    said = StringIO()
    call_command("simulate", "--stores", "2", "--days-back", "3", "--bookings-per-day", "5", *arguments, stdout=said)
    return said.getvalue()


def test_makes_a_chain_and_makes_it_once() -> None:
    said = simulate()

    assert said == f"2 stores made, {Booking.objects.count()} visits.\n"
    assert list(differences(now=timezone.now())) == []
    assert simulate() == "0 stores made, 2 were there, 0 visits.\n"
    assert simulate("--seed", "2").startswith("2 stores made, ")
    assert Store.objects.count() == 4


def test_goes_beside_real_stores_only_if_it_is_told() -> None:
    make_store()

    with pytest.raises(CommandError, match="real stores"):
        simulate()
    assert Store.objects.count() == 1

    assert simulate("--into-existing").startswith("2 stores made, ")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--stores", "0"), "--stores"),
        (("--stores", "many"), "--stores"),
        (("--days-back", "-1"), "--days-back"),
        (("--days-ahead", "29"), "--days-ahead"),
        (("--bookings-per-day", "0"), "--bookings-per-day"),
        (("--bookings-per-day", "9" * 5000), "--bookings-per-day"),
        (("--seed", "x"), "--seed"),
        (("--rush", "5", "--days-ahead", "0"), "--rush"),
    ],
)
def test_refuses_numbers_that_make_no_chain(arguments: tuple[str, ...], named: str) -> None:
    with pytest.raises(CommandError, match=f"^{named}: "):
        simulate(*arguments)
    assert not Store.objects.exists()
