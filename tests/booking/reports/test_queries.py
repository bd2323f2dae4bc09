"""What happened: every visit counts once, forgotten or not, with as many statements for one as for thousands."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries

from booking import tasks
from booking.arrivals.line import join_line, put_back, serve_ticket
from booking.models import Booking, Source, Status
from booking.privacy import forget_old
from booking.reports.queries import OrganizationReport, longest_range, organization_report, store_report
from booking.reports.tallies import MessageCount, Report, Use, VisitOutcome, Waits
from notifications.models import OutboxMessage, State
from stores.models import Organization, Slot, Store
from tests.booking.staff.staff_room import fill_day
from tests.factories import NOW, at, make_booking, make_store, make_user

TUESDAY = date(2026, 11, 24)


def ask(store: Store, first: date = TUESDAY, last: date = TUESDAY) -> Report:
    return store_report(store=store, from_date=first, to_date=last)


def happened(booking: Booking, status: Status, **fields: object) -> Booking:
    Booking.objects.filter(pk=booking.pk).update(status=status, **fields)
    return booking


@pytest.mark.django_db
@pytest.mark.parametrize("count", [0, 3, 240])
def test_six_statements_count_any_number(django_assert_num_queries: DjangoAssertNumQueries, count: int) -> None:
    store = make_store()
    fill_day(store, count)

    with django_assert_num_queries(6):
        found = ask(store)

    total = found.total
    assert total.came + total.no_show + total.cancelled + total.open == count
    assert sum(found.sources.values()) == count
    assert sum(one.count for one in ask(store, date(2026, 11, 23)).messages) == 2 * count


@pytest.mark.django_db
def test_messages_count_the_same_once_only_counts_of_their_days_are_left() -> None:
    store = make_store()
    fill_day(store, 3)
    before = ask(store, date(2026, 11, 23)).messages
    OutboxMessage.objects.update(state=State.SENT)
    sent = ask(store, date(2026, 11, 23)).messages

    with time_machine.travel(NOW + timedelta(days=400), tick=False):
        tasks.forget_old()

    assert not OutboxMessage.objects.exists()
    assert sorted(ask(store, date(2026, 11, 23)).messages, key=str) == sorted(sent, key=str)
    assert sum(one.count for one in before) == sum(one.count for one in sent)


@pytest.mark.django_db
def test_visits_count_by_how_they_ended_how_early_they_were_booked_and_weekday() -> None:
    store = make_store(capacity=9)
    happened(make_booking(store), Status.COMPLETED)
    happened(make_booking(store, phone="+33612345602"), Status.NO_SHOW)
    happened(make_booking(store, starts_at=at(10, day=27)), Status.NO_SHOW, source=Source.WEB)
    happened(make_booking(store, starts_at=at(11)), Status.IN_SERVICE, source=Source.WALK_IN)
    happened(make_booking(store, starts_at=at(12, day=26) - timedelta(hours=1)), Status.CANCELLED)

    found = ask(store, date(2026, 11, 23), date(2026, 11, 29))

    assert found.total == VisitOutcome(came=2, no_show=2, cancelled=1)
    assert found.by_period[TUESDAY] == VisitOutcome(came=2, no_show=1)
    assert found.by_lead[1] == VisitOutcome(came=1, no_show=1), "walk-ins cannot fail to come"
    assert found.by_lead[4] == VisitOutcome(no_show=1)
    assert found.by_weekday[4] == VisitOutcome(no_show=1)
    assert found.sources == {"web": 1, "api": 3, "sms": 0, "phone": 0, "desk": 0, "walk_in": 1}


@pytest.mark.django_db
def test_waits_run_from_arriving_to_being_served() -> None:
    store = make_store(capacity=9)
    for number, minutes in enumerate((2, 4, 30)):
        visit = make_booking(store, phone=f"+3361234560{number}")
        happened(visit, Status.COMPLETED, checked_in_at=at(9, 55), started_at=at(9, 55) + timedelta(minutes=minutes))

    found = ask(store)

    assert found.waits == Waits(3, median=4, ninetieth=30)
    assert found.waits_by_hour == {9: found.waits}


@pytest.mark.django_db
def test_who_took_a_ticket_waited_from_then_on() -> None:
    store = make_store(capacity=9)
    user = make_user(store=store)
    joined = at(10)
    ticket = join_line(store=store, visit_type="visit", party_size=1, name="Ann", now=joined)

    serve_ticket(store=store, ticket_id=ticket.pk, now=joined + timedelta(minutes=12), user=user, may_squeeze_in=False)

    assert ask(store).waits == Waits(1, 12, 12)
    put_back(store=store, ticket_id=ticket.pk, now=joined + timedelta(minutes=13), user=user)
    assert ask(store).waits == Waits(0, 0, 0)


@pytest.mark.django_db
def test_places_are_those_of_the_rules_but_for_closed_ones() -> None:
    store = make_store(capacity=2)
    make_booking(store, party_size=2)
    make_booking(store, starts_at=at(11))
    Slot.objects.filter(starts_at=at(11)).update(closed=True)

    use = ask(store).use_by_hour

    assert set(use) == {9, 10, 11, 14, 15, 16, 17, 18}
    assert (use[9], use[10], use[11]) == (Use(0, 8), Use(2, 8), Use(1, 7))


@pytest.mark.django_db
def test_who_was_forgotten_still_counts() -> None:
    store = make_store()
    happened(make_booking(store, email="ada@example.org"), Status.NO_SHOW)
    before = ask(store)

    assert forget_old(now=NOW + timedelta(days=300)) == {store.slug: 1}

    assert ask(store) == before


@pytest.mark.django_db
def test_other_stores_and_days_are_not_counted() -> None:
    store, other = make_store(), make_store("other-shop")
    make_booking(other)
    make_booking(store, starts_at=at(10, day=25))
    OutboxMessage.objects.all().delete()

    found = ask(store)

    assert found.total == VisitOutcome()
    assert found.messages == ()


@pytest.mark.django_db
def test_messages_count_by_what_became_of_them() -> None:
    store = make_store()
    fill_day(store, 2)

    assert ask(store, date(2026, 11, 23)).messages == (
        MessageCount("confirmation", "sms", "delivered", 2),
        MessageCount("reminder", "sms", "delivered", 2),
    )


@pytest.mark.django_db
def test_segments_are_summed_of_what_kept_them() -> None:
    store = make_store()
    fill_day(store, 3)
    OutboxMessage.objects.filter(kind="reminder", subject__in=["00000000", "00000001"]).update(segments=2)

    found = ask(store, date(2026, 11, 23)).messages

    assert found == (
        MessageCount("confirmation", "sms", "delivered", 3),
        MessageCount("reminder", "sms", "delivered", 3, measured=2, segments=4),
    )


@pytest.fixture
def chain() -> Organization:
    return Organization.objects.create(slug="chain", name="Chain", kind="chain", created_at=NOW)


def ask_chain(chain: Organization, first: date = TUESDAY, last: date = TUESDAY) -> OrganizationReport:
    return organization_report(chain, from_date=first, to_date=last)


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_seven_statements_count_any_number_of_stores(
    chain: Organization, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for number in range(count):
        store = make_store(f"shop-{number}", name=f"Shop {number}")
        make_booking(store)
        chain.stores.add(store)

    with django_assert_num_queries(7):
        found = ask_chain(chain)

    assert [one.name for one in found.stores] == [f"Shop {number}" for number in range(count)]
    assert found.total.total.open == count


@pytest.mark.django_db
def test_an_organization_without_a_store_has_nothing_to_count(chain: Organization) -> None:
    found = ask_chain(chain)

    assert (found.stores, found.total.total, found.total.messages) == ((), VisitOutcome(), ())


@pytest.mark.django_db
def test_each_store_of_an_organization_is_as_by_itself_and_all_are_summed(chain: Organization) -> None:
    near = make_store("near", name="Near", capacity=9)
    far = make_store("far", name="Far", time_zone="Pacific/Auckland", country="NZ")
    stranger = make_store("stranger")
    happened(make_booking(near), Status.COMPLETED, checked_in_at=at(9, 55), started_at=at(10))
    happened(make_booking(near, phone="+33612345602"), Status.NO_SHOW)
    happened(make_booking(far, starts_at=datetime(2026, 11, 24, 21, tzinfo=UTC)), Status.NO_SHOW)  # the 25th there
    make_booking(stranger)
    chain.stores.add(near, far)
    days = (TUESDAY, TUESDAY + timedelta(days=1))

    found = ask_chain(chain, *days)
    total = found.total

    assert {one.slug: one.report for one in found.stores} == {"near": ask(near, *days), "far": ask(far, *days)}
    assert total.total == VisitOutcome(came=1, no_show=2)
    assert total.by_weekday[1] == VisitOutcome(came=1, no_show=1)
    assert total.by_weekday[2] == VisitOutcome(no_show=1)
    assert total.waits == Waits(1, 5, 5)
    assert total.sources["api"] == 3
    assert total.use.taken == 3
    assert total.use.offered == sum(one.report.use.offered for one in found.stores)


@pytest.mark.parametrize(("stores", "days"), [(0, 800), (1, 800), (50, 800), (100, 400), (1000, 40), (9000, 28)])
def test_the_range_is_shorter_the_more_stores_there_are(stores: int, days: int) -> None:
    assert longest_range(stores) == days
