"""Calendars that desks follow: read from a real server, they close slots, open them again, and cancel no visit."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from ipaddress import ip_network

import pytest
from pytest_django import DjangoAssertNumQueries

from booking.bookings.day_schedule import day_version
from booking.desk_calendars.addresses import CalendarTrouble
from booking.desk_calendars.followed_calendars import (
    KEPT_FOR,
    READ_EVERY,
    claim_calendar,
    follow_calendar,
    leave_calendar,
)
from booking.desk_calendars.queries import calendar_state, visits_at_busy_times
from booking.desk_calendars.reading import read_calendar, read_due_calendars
from booking.models import Status
from booking.places.availability import availability
from booking.refusals import NoPlace, Refusal
from booking.store_setup.affected_visits import AffectedResolution
from booking.store_setup.slot_changes import change_slots
from booking.tokens import seal, unseal
from stores.models import BusyTime, DeskCalendar, SetupChange, Slot, Store
from tests import calendar_server
from tests.calendar_server import CalendarServer, calendar, event
from tests.factories import NOW, at, make_booking, make_store, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings) -> Iterator[CalendarServer]:
    settings.CALENDAR_NETWORKS = [ip_network("127.0.0.0/8"), ip_network("::1/128")]
    with calendar_server.running() as server:
        yield server


@pytest.fixture
def store() -> Store:
    return make_store(desks=("front", "back"))


def follow(store: Store, server: CalendarServer, *, desk: str = "front", now: datetime = NOW) -> DeskCalendar:
    address = server.url.replace("localhost", "127.0.0.1")
    follow_calendar(desk_id=store.desks.get(slug=desk).pk, address=address, user=None, now=now)
    return DeskCalendar.objects.get(desk__slug=desk)


def starts(store: Store, *, desk: str = "", day: int = 24) -> list[datetime]:
    found = availability(
        store=store.slug, visit_type="visit", from_date=at(8, day=day).date(), to_date=at(8, day=day).date(),
        party_size=1, now=NOW, desk=desk,
    )  # fmt: skip
    return [slot.starts_at for slot in found.days[0].slots]


def test_busy_times_close_the_slots_of_their_desk_and_open_them_again(store: Store, server: CalendarServer) -> None:
    server.content = calendar(event("1", at(10, 20), at(11)), event("2", at(14), at(15), "TRANSP:TRANSPARENT"))
    follow(store, server)
    all_starts = starts(store)

    assert read_due_calendars(now=NOW) == 1

    busy = [at(10, 15), at(10, 30), at(10, 45)]
    assert starts(store, desk="front") == [start for start in all_starts if start not in busy]
    assert starts(store, desk="back") == starts(store) == all_starts

    server.content = calendar(event("1", at(16), at(16, 15)))
    assert read_due_calendars(now=NOW + READ_EVERY) == 1
    assert starts(store, desk="front") == [start for start in all_starts if start != at(16)]


def test_no_visit_can_be_booked_then_and_those_that_are_stay_and_are_listed(store: Store, server) -> None:
    store.desks.filter(slug="back").update(is_active=False)
    visit = make_booking(store, starts_at=at(10))
    make_booking(store, starts_at=at(9), phone="+33612345679")
    server.content = calendar(event("1", at(10, 5), at(10, 10)))
    follow(store, server)

    read_due_calendars(now=NOW)

    visit.refresh_from_db()
    assert visit.status == Status.CONFIRMED
    assert visits_at_busy_times(store, now=NOW) == [visit]
    assert visits_at_busy_times(store, now=NOW, desk=store.desks.get(slug="back")) == []
    with pytest.raises(NoPlace) as caught:
        make_booking(store, starts_at=at(10), phone="+33612345670")
    assert caught.value.reason == Refusal.SLOT_CLOSED


def test_what_a_manager_closed_stays_closed_and_what_the_calendar_closes_is_not_opened_by_hand(store, server) -> None:
    user = make_user(store=store)
    server.content = calendar(event("1", at(10), at(10, 30)))
    follow(store, server)
    read_due_calendars(now=NOW)

    def by_hand(*, closed: bool, from_at: datetime, to_at: datetime) -> None:
        change_slots(
            store_id=store.pk, desk="front", from_at=from_at, to_at=to_at, closed=closed, then=None, now=NOW, user=user
        )

    by_hand(closed=True, from_at=at(10, 15), to_at=at(10, 45))
    assert not {at(10), at(10, 15), at(10, 30)} & set(starts(store, desk="front"))
    server.content = calendar()
    read_due_calendars(now=NOW + READ_EVERY)
    shown = starts(store, desk="front")
    assert at(10) in shown
    assert not {at(10, 15), at(10, 30)} & set(shown)

    server.content = calendar(event("1", at(10), at(10, 30)))
    read_due_calendars(now=NOW + 2 * READ_EVERY)
    by_hand(closed=False, from_at=at(10), to_at=at(10, 45))
    assert {at(10), at(10, 15), at(10, 30)} & set(starts(store, desk="front")) == {at(10, 30)}


def test_a_screen_that_shows_a_visit_hears_of_its_busy_time_though_no_slot_changes(store: Store, server) -> None:
    store.desks.filter(slug="back").update(is_active=False)
    make_booking(store, starts_at=at(10))
    change_slots(
        store_id=store.pk, desk="front", from_at=at(10), to_at=at(10, 15), closed=True, then=AffectedResolution.KEEP,
        now=NOW, user=make_user(store=store),
    )  # fmt: skip
    follow(store, server)
    before = day_version(store=store, date=at(10).date(), now=NOW)
    server.content = calendar(event("1", at(10), at(10, 15)))

    read_due_calendars(now=NOW)

    assert day_version(store=store, date=at(10).date(), now=NOW) != before


def test_a_calendar_that_cannot_be_read_keeps_its_times_for_three_days(store: Store, server: CalendarServer) -> None:
    server.content = calendar(event("1", at(10, day=27), at(11, day=27)))
    follow(store, server)
    read_due_calendars(now=NOW)
    desk = store.desks.get(slug="front")
    server.status = 404

    now = NOW
    while now < NOW + KEPT_FOR:
        now = DeskCalendar.objects.get().next_at
        if now < NOW + KEPT_FOR:
            read_due_calendars(now=now)
            assert at(10, day=27) not in starts(store, desk="front", day=27)
    state = calendar_state(desk, now=now)
    assert state is not None
    assert (state.problem, state.read_at, state.times_end_at) == ("not_found", NOW, NOW + KEPT_FOR)
    assert state.next_at - (state.tried_at or NOW) == timedelta(hours=2)

    read_due_calendars(now=now)
    assert at(10, day=27) in starts(store, desk="front", day=27)

    server.status = 200
    read_due_calendars(now=now + timedelta(hours=2))
    state = calendar_state(desk, now=now)
    assert state is not None
    assert state.problem == ""
    assert BusyTime.objects.count() == 1


def test_an_unchanged_calendar_is_not_sent_again_until_a_new_day_comes_in_sight(store, server) -> None:
    server.headers = {"ETag": '"1"'}
    server.content = calendar(event("1", at(10), at(11)))
    follow(store, server)
    for number in range(3):
        read_due_calendars(now=NOW + number * READ_EVERY)
    assert ["If-None-Match" in headers for _, headers in server.asked] == [False, True, True]
    assert BusyTime.objects.count() == 1

    read_due_calendars(now=NOW + timedelta(days=1))

    assert "If-None-Match" not in server.asked[-1][1]


def test_reading_the_same_again_locks_no_store_and_changes_nothing(
    store: Store, server: CalendarServer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    server.content = calendar(event("1", at(10), at(11)))
    one = follow(store, server)
    read_calendar(one, now=NOW)
    rows = list(Slot.objects.order_by("pk").values())
    one = DeskCalendar.objects.select_related("desk__store").get()

    with django_assert_num_queries(6):  # two of them are the transaction's
        read_calendar(one, now=NOW + READ_EVERY)

    assert list(Slot.objects.order_by("pk").values()) == rows


def test_a_calendar_that_was_replaced_while_it_was_read_changes_nothing(store: Store, server) -> None:
    server.content = calendar(event("1", at(10), at(11)))
    old = follow(store, server)
    follow_calendar(desk_id=old.desk_id, address="https://calendar.example.org/b.ics", user=None, now=NOW)

    read_calendar(old, now=NOW)

    assert not BusyTime.objects.exists()
    assert DeskCalendar.objects.get().read_at is None


def test_leaving_a_calendar_opens_what_it_closed(store: Store, server: CalendarServer) -> None:
    server.content = calendar(event("1", at(9), at(12)))
    one = follow(store, server)
    read_due_calendars(now=NOW)
    assert at(9) not in starts(store, desk="front")

    leave_calendar(desk_id=one.desk_id, user=None, now=NOW)

    assert at(9) in starts(store, desk="front")
    assert not BusyTime.objects.exists()
    assert not DeskCalendar.objects.exists()
    assert [line.after for line in SetupChange.objects.order_by("pk")] == [
        {"calendar_host": "127.0.0.1"}, {"calendar_host": ""},
    ]  # fmt: skip


def test_one_calendar_in_trouble_does_not_stop_the_others(store: Store, server: CalendarServer) -> None:
    follow_calendar(desk_id=store.desks.get(slug="back").pk, address="https://10.0.0.1/x.ics", user=None, now=NOW)
    server.content = calendar(event("1", at(9), at(12)))
    follow(store, server)

    assert read_due_calendars(now=NOW) == 2

    assert DeskCalendar.objects.get(desk__slug="back").problem == "private_address"
    assert at(9) not in starts(store, desk="front")


def test_each_calendar_is_read_by_one_worker(store: Store, server: CalendarServer) -> None:
    follow(store, server)

    assert claim_calendar(now=NOW) is not None
    assert claim_calendar(now=NOW) is None
    assert claim_calendar(now=NOW + READ_EVERY) is not None


def test_the_address_is_stored_sealed_and_lost_with_the_key(store: Store, server: CalendarServer, settings) -> None:
    one = follow(store, server)
    assert "ada.ics" not in str(DeskCalendar.objects.values())

    settings.SECRET_KEY = "another key"
    read_calendar(one, now=NOW)

    assert DeskCalendar.objects.get().problem in ("address_lost", "no_address")


def test_secrets_of_any_length_come_back_from_their_seal() -> None:
    for length in (0, 1, 31, 32, 33, 64, 1000):
        secret = bytes(range(256)) * 4
        assert unseal("test", seal("test", secret[:length])) == secret[:length]
    assert len({seal("test", bytes(128))[32:][first : first + 64] for first in range(0, 256, 64)}) == 4


def test_nobody_follows_what_is_no_address(store: Store) -> None:
    with pytest.raises(CalendarTrouble):
        follow_calendar(desk_id=store.desks.get(slug="front").pk, address="http://x/y", user=None, now=NOW)

    assert not DeskCalendar.objects.exists()
