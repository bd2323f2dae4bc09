"""When the sheet of the day is written, and whose address it goes to."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User

from booking.message_kinds import Kind
from booking.messages.day_sheet_schedule import (
    change_address,
    counts,
    enqueue_day_sheets,
    needs_asking,
    use_address,
)
from booking.subjects import Subject
from notifications.models import OutboxMessage
from stores.models import Role, SetupChange, SpecialHours, Store, StoreMembership
from tests.factories import NOW, at, make_store, make_user

PROVEN, NEW = "counter@example.org", "till@example.org"
OPENS = at(9, day=23)  # on the day of NOW


@pytest.fixture
def store(db: None) -> Store:
    return make_store(day_sheet_email=PROVEN, day_sheet_language="en")


@pytest.fixture
def ada(store: Store) -> User:
    return make_user("ada", store=store)


def subjects() -> list[str]:
    return list(OutboxMessage.objects.filter(kind=Kind.DAY_SHEET).order_by("pk").values_list("subject", flat=True))


def wish_of(store: Store, user: User, email: str = NEW, *, now: datetime = NOW) -> SetupChange:
    change_address(store=store, email=email, language="fr", user=user, now=now)
    number = Subject.parse(subjects()[-1]).number()
    assert number is not None
    return SetupChange.objects.get(pk=number)


def address_of(store: Store) -> tuple[str, str]:
    store.refresh_from_db()
    return store.day_sheet_email, store.day_sheet_language


# --- When -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "due"), [(-31, 0), (-30, 1), (0, 1), (119, 1), (120, 0)], ids=lambda value: str(value)
)
def test_sheet_is_due_from_half_an_hour_before_the_opening_to_two_hours_after_it(
    store: Store, minutes: int, due: int
) -> None:
    assert enqueue_day_sheets(now=OPENS + timedelta(minutes=minutes)) == due
    assert len(subjects()) == due


def test_sheet_is_written_once_a_day_however_often_the_clock_strikes(store: Store) -> None:
    for minutes in (-30, -25, -20, 5, 24 * 60):
        enqueue_day_sheets(now=OPENS + timedelta(minutes=minutes))

    assert subjects() == [f"day/{store.pk}/2026-11-23", f"day/{store.pk}/2026-11-24"]


def test_hours_of_the_date_itself_decide(store: Store) -> None:
    SpecialHours.objects.create(store=store, date=OPENS.date(), opens=at(11).time(), closes=at(12).time())
    SpecialHours.objects.create(store=store, date=at(9).date())  # closed all day

    assert enqueue_day_sheets(now=OPENS) == 0
    assert enqueue_day_sheets(now=OPENS + timedelta(hours=2)) == 1
    assert enqueue_day_sheets(now=at(9)) == 0


def test_store_that_wants_none_gets_none(store: Store) -> None:
    Store.objects.update(day_sheet_email="")

    assert enqueue_day_sheets(now=OPENS) == 0


@pytest.mark.parametrize("people", [1, 3])
def test_all_stores_are_looked_at(store: Store, people: int) -> None:
    for number in range(people):
        make_store(f"other-shop-{number}", day_sheet_email=NEW, day_sheet_language="en")

    assert enqueue_day_sheets(now=OPENS) == people + 1


# --- Whose address ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("email", "is_asked"), [(PROVEN, False), ("", False), (NEW, True)])
def test_only_a_new_address_is_asked(store: Store, email: str, is_asked: bool) -> None:
    assert needs_asking(store=store, email=email) is is_asked


def test_no_address_counts_at_once(store: Store, ada: User) -> None:
    change_address(store=store, email="", language="en", user=ada, now=NOW)

    assert address_of(store)[0] == ""
    assert subjects() == []


def test_a_new_address_counts_once_it_has_said_yes(store: Store, ada: User) -> None:
    wish = wish_of(store, ada)

    assert address_of(store) == (PROVEN, "en")
    assert counts(wish, now=NOW)
    assert use_address(wish=wish, now=NOW)
    assert address_of(store) == (NEW, "fr")
    assert not use_address(wish=wish, now=NOW)


def test_the_last_wish_alone_counts(store: Store, ada: User) -> None:
    first = wish_of(store, ada)
    last = wish_of(store, ada, "door@example.org", now=NOW + timedelta(minutes=1))

    now = NOW + timedelta(minutes=2)
    assert (counts(first, now=now), counts(last, now=now)) == (False, True)
    assert not use_address(wish=first, now=now)
    assert address_of(store) == (PROVEN, "en")


@pytest.mark.parametrize("change", [{"role": Role.STAFF}, None])
def test_a_wish_of_somebody_who_manages_the_store_no_more_counts_no_more(
    store: Store, ada: User, change: dict[str, str] | None
) -> None:
    wish = wish_of(store, ada)
    membership = StoreMembership.objects.filter(user=ada)
    membership.update(**change) if change else membership.delete()
    wish.refresh_from_db()

    assert not counts(wish, now=NOW)


def test_a_wish_of_somebody_who_may_not_sign_in_any_more_counts_no_more(store: Store, ada: User) -> None:
    wish = wish_of(store, ada)
    User.objects.update(is_active=False)

    assert not counts(SetupChange.objects.get(pk=wish.pk), now=NOW)
