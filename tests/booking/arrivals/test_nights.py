"""The minute around midnight: the line, the arrivals and the nightly rule at stores that are open then."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest
from django.contrib.auth.models import User

from booking.arrivals.line import forget_tickets, join_line, put_back, serve_ticket
from booking.arrivals.line_state import LineState, line_of
from booking.arrivals.offline_day import arrivals_day, arrivals_version
from booking.arrivals.self_check_in import check_in_at_door
from booking.arrivals.steps import take_step, undo_step
from booking.arrivals.walk_ins import admit_walk_in
from booking.bookings.day_schedule import arrivals_schedule
from booking.models import Booking, Status, Ticket
from booking.privacy import forget_old
from booking.refusals import BookingRefused, Refusal
from booking.who import Who
from stores.models import Desk, Store
from tests.factories import at, make_booking, make_store, make_user

pytestmark = pytest.mark.django_db
EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)
HOURS = {
    "night bar": ((time(18), time(3)),),
    "until midnight": ((time(10), time(0)),),
    "never closed": ((time(0), time(0)),),
    "a break past midnight": ((time(12), time(15)), (time(19), time(1, 30))),
}
# Ordinary nights, and those before the clocks change: on 25 October 2026 and 28 March 2027, both at 1:00 UTC.
NIGHTS = {
    "ordinary": at(23, 59),
    "to winter": at(23, 59, day=24, month=10),
    "to summer": at(23, 59, day=27, month=3, year=2027),
    "new year": at(23, 59, day=31, month=12),
}


@pytest.fixture(params=HOURS)
def store(request: pytest.FixtureRequest) -> Store:
    return make_store(hours=HOURS[request.param], days=EVERY_DAY, desks=("team", "second"), capacity=3)


@pytest.fixture
def ann(store: Store) -> User:
    return make_user("ann", store=store)


@pytest.fixture(params=NIGHTS)
def before(request: pytest.FixtureRequest) -> datetime:
    return NIGHTS[request.param]


def join(store: Store, now: datetime, **fields: object) -> Ticket:
    return join_line(store=store, visit_type="visit", party_size=1, name="Bob", now=now, **fields)  # type: ignore[arg-type]


def here(store: Store, starts_at: datetime, now: datetime, **fields: object) -> Booking:
    booking = make_booking(store, starts_at=starts_at, now=starts_at - timedelta(days=2), **fields)  # type: ignore[arg-type]
    return take_step(booking_id=booking.pk, step="check_in", who=Who.staff(None, now))


def people(line: LineState) -> list[tuple[int, str]]:
    return sorted((desk.desk_id, turn.key) for desk in line.desks for turn in (*desk.waiting, *desk.served))


def test_same_people_stand_in_the_line_before_and_after_midnight(store: Store, ann: User, before: datetime) -> None:
    after = before + timedelta(minutes=2)
    waits = here(store, before - timedelta(minutes=14), before - timedelta(minutes=20))
    served = here(store, before - timedelta(minutes=44), before - timedelta(minutes=44))
    take_step(booking_id=served.pk, step="start", who=Who.staff(ann, before - timedelta(minutes=40)))
    tickets = [join(store, before - timedelta(minutes=minute)) for minute in (9, 5, 1)]
    in_service = serve_ticket(store=store, ticket_id=tickets[0].pk, now=before, user=ann, may_squeeze_in=False)

    found = people(line_of(store=store, now=before))

    assert found == people(line_of(store=store, now=after))
    assert {key for _desk, key in found} == {
        *(f"visit-{one.reference}" for one in (waits, served, in_service)),
        *(f"ticket-{ticket.pk}" for ticket in tickets[1:]),
    }
    seen = [{visit.reference for visit in arrivals_day(store=store.slug, now=now).visits} for now in (before, after)]
    assert seen[0] == seen[1] == {visit.reference for visit in (waits, served, in_service)}
    shown = {visit.reference for visit in arrivals_schedule(store=store.slug, now=after).bookings}
    assert shown == seen[1]


def test_number_is_held_by_one_in_a_night(store: Store, before: datetime) -> None:
    numbers = [join(store, before - timedelta(minutes=minute)).number for minute in (4, 2)]

    numbers += [join(store, before + timedelta(minutes=minute)).number for minute in (2, 4)]

    assert numbers == [1, 2, 3, 4]


def test_visit_in_service_is_completed_after_midnight_and_that_taken_back(
    store: Store, ann: User, before: datetime
) -> None:
    after = before + timedelta(minutes=4)
    booking = here(store, before - timedelta(minutes=14), before)
    take_step(booking_id=booking.pk, step="start", who=Who.staff(ann, before))

    assert take_step(booking_id=booking.pk, step="complete", who=Who.staff(ann, after)).status == Status.COMPLETED
    assert undo_step(booking_id=booking.pk, who=Who.staff(ann, after)).status == Status.IN_SERVICE
    assert undo_step(booking_id=booking.pk, who=Who.staff(ann, after)).status == Status.CHECKED_IN
    assert undo_step(booking_id=booking.pk, who=Who.staff(ann, after)).status == Status.CONFIRMED
    assert take_step(booking_id=booking.pk, step="check_in", who=Who.staff(ann, after)).status == Status.CHECKED_IN


def test_nobody_who_waits_loses_their_ticket_to_the_night(store: Store, before: datetime) -> None:
    tickets = {join(store, before).pk, join(store, before + timedelta(minutes=2)).pk}

    forget_old(now=before + timedelta(hours=1))

    assert set(Ticket.objects.values_list("pk", flat=True)) == tickets
    forget_old(now=before + timedelta(days=1, hours=10))
    assert not Ticket.objects.exists()


def test_night_shop_keeps_its_line_when_the_nightly_rule_comes(before: datetime) -> None:
    late = make_store("late-niort", hours=((time(18), time(5)),), days=EVERY_DAY)
    ticket = join(late, before + timedelta(hours=4))

    forget_tickets(store=late, now=before + timedelta(hours=4, minutes=30))

    assert people(line_of(store=late, now=before + timedelta(hours=4, minutes=30))) == [
        (ticket.desk_id, f"ticket-{ticket.pk}")
    ]


def test_day_shop_begins_each_day_with_nobody() -> None:
    shop = make_store()
    join(shop, at(18, 59))
    here(shop, at(18, 45), at(18, 40))

    line = line_of(store=shop, now=at(8, 30, day=25))

    assert people(line) == []
    assert line.date == at(8, day=25).date()
    assert join(shop, at(9, day=25)).number == 1


@pytest.mark.parametrize("kept_until", [at(8, day=25), at(17, day=25)])
def test_ticket_of_the_night_before_joins_no_other_nights_line(kept_until: datetime) -> None:
    bar = make_store(hours=HOURS["night bar"], days=EVERY_DAY)

    with pytest.raises(BookingRefused) as refused:
        join(bar, kept_until, joined_at=at(20))

    assert refused.value.reason == Refusal.SLOT_CLOSED


def test_who_comes_right_after_midnight_is_awaited_before_it() -> None:
    bar = make_store(hours=HOURS["night bar"], days=EVERY_DAY)
    booking = make_booking(bar, starts_at=at(0, 15, day=25), phone="+33612345601")
    later = make_booking(bar, starts_at=at(20, day=25), phone="+33612345602")

    assert [visit.reference for visit in arrivals_day(store=bar.slug, now=at(22)).visits] == [booking.reference]
    assert check_in_at_door(store=bar.slug, typed=booking.reference, by_phone=False, now=at(23, 50))
    assert people(line_of(store=bar, now=at(23, 50))) == [(booking.desk_id, f"visit-{booking.reference}")]
    assert people(line_of(store=bar, now=at(23, 50))) == people(line_of(store=bar, now=at(0, 20, day=25)))
    evening = arrivals_day(store=bar.slug, now=at(18, day=25))
    assert [visit.reference for visit in evening.visits] == [later.reference]


def test_day_of_a_night_shop_is_forgotten_after_its_last_hour() -> None:
    bar = make_store(hours=HOURS["night bar"], days=EVERY_DAY)

    assert arrivals_day(store=bar.slug, now=at(1, day=25)).wiped_at == at(3, 30, day=25)


def test_what_happens_past_midnight_is_news_to_the_tablet(ann: User, store: Store) -> None:
    booking = here(store, at(23, 45), at(23, 46))
    known = arrivals_version(store=store, now=at(0, 2, day=25))

    take_step(booking_id=booking.pk, step="start", who=Who.staff(ann, at(0, 2, day=25)))

    assert arrivals_version(store=store, now=at(0, 2, day=25)) != known


def test_walk_in_from_before_midnight_is_put_back_after_it(store: Store, ann: User) -> None:
    ticket = join(store, at(23, 50))
    serve_ticket(store=store, ticket_id=ticket.pk, now=at(23, 58), user=ann, may_squeeze_in=False)

    put_back(store=store, ticket_id=ticket.pk, now=at(0, 1, day=25), user=ann)

    assert people(line_of(store=store, now=at(0, 2, day=25))) == [(ticket.desk_id, f"ticket-{ticket.pk}")]


def test_closed_day_after_a_night_leaves_the_night_whole() -> None:
    bar = make_store(hours=HOURS["night bar"], days=(1,))
    ticket = join(bar, at(23, 50))

    assert people(line_of(store=bar, now=at(2, 50, day=25))) == [(ticket.desk_id, f"ticket-{ticket.pk}")]
    assert people(line_of(store=bar, now=at(6, 15, day=25))) == []


def lines_at(moments: list[datetime], make: Callable[[datetime], LineState]) -> list[list[tuple[int, str]]]:
    return [people(make(moment)) for moment in moments]


def test_desks_share_all_who_wait(store: Store, ann: User, before: datetime) -> None:
    for minute in (9, 7, 5, 3):
        join(store, before - timedelta(minutes=minute))
    admit_walk_in(store=store, visit_type="visit", party_size=2, name="", squeeze_in=False, now=before, user=ann)
    Desk.objects.filter(store=store, slug="second").update(is_active=False)

    moments = [before, before + timedelta(minutes=2)]

    open_tickets = {f"ticket-{pk}" for pk in Ticket.objects.values_list("pk", flat=True)}
    checked_in = {f"visit-{one.reference}" for one in Booking.objects.filter(status=Status.CHECKED_IN)}
    for found in lines_at(moments, lambda moment: line_of(store=store, now=moment)):
        assert len(found) == 5
        assert {key for _desk, key in found} == open_tickets | checked_in
