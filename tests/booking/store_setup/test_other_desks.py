"""Visits of a desk that is away: another desk at the same time, and one decision for all or one for each."""

import random
from contextlib import suppress
from datetime import date, time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking.bookings.other_desks import find_other_desks
from booking.bookings.rebooking import kept_times
from booking.message_kinds import Kind
from booking.messages.compose import compose
from booking.models import Booking, BookingEvent, EventKind, Hold, Status
from booking.refusals import BookingRefused
from booking.store_setup.absences import add_desk_absence, remove_desk_absence
from booking.store_setup.affected_visits import AffectedResolution, BookingsAffected, Choices
from notifications.content import Sms
from notifications.models import OutboxMessage
from stores.absences import Absence
from stores.models import DeskAbsence, Slot, Store
from stores.queries import rules_around
from tests.booking.store_setup.hours_edits import TUESDAY, books_are_right, keep_place, reread, slots
from tests.factories import NOW, at, make_booking, make_store, make_user

pytestmark = pytest.mark.django_db

MOVE, OFFER, KEEP, NOTIFY, CANCEL = (AffectedResolution(name) for name in ("move", "offer", "keep", "notify", "cancel"))
ALL_DAY = Absence(TUESDAY, TUESDAY)


@pytest.fixture
def store() -> Store:
    return make_store(capacity=1, desks=("samir", "ada"))


@pytest.fixture
def user(store: Store):
    return make_user(store=store)


def away(store: Store, user, *, then=None, desk: str = "samir", absence: Absence = ALL_DAY):
    known = store.desks.get(slug=desk)
    return add_desk_absence(store_id=store.pk, desk=known, absence=absence, then=then, now=NOW, user=user)


def with_samir(store: Store, hour: int = 10, number: int = 1, *, minute: int = 0, **more) -> Booking:
    """Book the desk of Samir, which the customer did not choose."""
    visit = make_booking(store, starts_at=at(hour, minute), phone=f"+3361234560{number}", **more)
    assert visit.desk.slug == "samir"
    return visit


def told(visit: Booking) -> list[str]:
    rows = OutboxMessage.objects.filter(subject=visit.reference).exclude(kind__in=(Kind.CONFIRMATION, Kind.REMINDER))
    return sorted(rows.exclude(state="skipped").values_list("kind", flat=True))


def test_question_names_the_free_desk_and_changes_nothing(store, user) -> None:
    first, second = with_samir(store), with_samir(store, 11, 2)
    make_booking(store, starts_at=at(11), phone="+33612345603")  # Ada is taken then

    with pytest.raises(BookingsAffected) as asked:
        away(store, user)

    assert [one.pk for one in asked.value.affected] == [first.pk, second.pk]
    assert {pk: desk.slug for pk, desk in asked.value.free_desks.items()} == {first.pk: "ada"}
    assert reread(first).desk.slug == "samir"
    assert not DeskAbsence.objects.exists()
    assert books_are_right()


def test_two_visits_that_want_the_same_place_are_not_both_promised_it(user) -> None:
    store = make_store("wide-shop", capacity=1, desks=("samir", "ada"))
    store.desks.filter(slug="samir").update(capacity=3)
    visits = [make_booking(store, phone=f"+3361234560{number}") for number in range(4)]
    assert [visit.desk.slug for visit in visits].count("samir") == 3
    Booking.objects.get(desk__slug="ada").delete()
    Slot.objects.filter(desk__slug="ada").delete()

    with pytest.raises(BookingsAffected) as asked:
        away(store, user)

    assert len(asked.value.affected) == 3
    assert len(asked.value.free_desks) == 1


def test_visit_moves_to_the_other_desk_and_nobody_is_told(store, user) -> None:
    visit = with_samir(store)

    change = away(store, user, then=MOVE)

    moved = reread(visit)
    assert (moved.desk.slug, moved.starts_at, moved.sequence, moved.status) == ("ada", at(10), 0, Status.CONFIRMED)
    assert told(visit) == []
    assert BookingEvent.objects.filter(booking=visit, kind=EventKind.RESCHEDULED).count() == 1
    assert [(one.was, one.is_news) for one in change.settled] == [(MOVE, False)]
    assert books_are_right()


def test_customer_who_asked_for_the_desk_is_told(store, user) -> None:
    visit = with_samir(store)
    Booking.objects.filter(pk=visit.pk).update(desk_was_chosen=True)

    change = away(store, user, then=MOVE)

    assert reread(visit).sequence == 1
    assert told(visit) == ["change"]
    assert [one.is_news for one in change.settled] == [True]


@pytest.mark.parametrize(("channel", "words"), [("sms", "stays, with somebody else"), ("email", "It is now with ada.")])
def test_told_customer_reads_that_the_time_stays_and_not_that_it_moved(store, user, channel: str, words: str) -> None:
    visit = with_samir(store, email="ada@example.org")
    Booking.objects.filter(pk=visit.pk).update(desk_was_chosen=True)
    store.desks.filter(slug="ada").update(name="ada")
    away(store, user, then=MOVE)
    message = OutboxMessage.objects.filter(subject=visit.reference, kind="change")[0]
    message.channel = channel

    content = compose(message, now=NOW)

    said = content.body if isinstance(content, Sms) else content.text
    assert words in said
    assert "moved" not in said
    assert "new time" not in said


def test_where_nobody_is_free_three_other_times_are_offered(store, user) -> None:
    visit = with_samir(store)
    make_booking(store, phone="+33612345602")  # takes Ada

    change = away(store, user, then=MOVE)

    asked = reread(visit)
    assert asked.desk.slug == "samir"
    assert len(kept_times(asked, now=NOW)) == 3
    assert told(visit) == ["change"]
    assert [one.was for one in change.settled] == [OFFER]
    assert books_are_right()


def test_desk_that_does_not_serve_the_kind_takes_no_visit(store, user) -> None:
    visit = with_samir(store)
    advice = store.visit_types.get(slug="advice")
    store.desks.get(slug="ada").visit_types.set([advice])
    with pytest.raises(BookingsAffected) as asked:
        away(store, user)
    assert asked.value.free_desks == {}
    away(store, user, then=MOVE)
    assert reread(visit).desk.slug == "samir"


def test_desk_that_does_not_speak_the_language_asked_for_takes_no_visit(store, user) -> None:
    visit = with_samir(store)
    Booking.objects.filter(pk=visit.pk).update(language="ar")
    with pytest.raises(BookingsAffected) as asked:
        away(store, user)
    assert asked.value.free_desks == {}

    store.desks.filter(slug="ada").update(languages="fr,ar")
    with pytest.raises(BookingsAffected) as asked:
        away(store, user)
    assert list(asked.value.free_desks) == [visit.pk]


def test_each_visit_may_have_a_decision_of_its_own(store, user) -> None:
    visits = [with_samir(store, hour, hour - 8) for hour in (9, 10, 11, 14)]
    each = {visits[0].reference: KEEP, visits[1].reference: CANCEL, visits[2].reference: NOTIFY}

    change = away(store, user, then=Choices(MOVE, each))

    assert [one.was for one in change.settled] == [KEEP, CANCEL, NOTIFY, MOVE]
    assert [reread(visit).desk.slug for visit in visits] == ["samir", "samir", "samir", "ada"]
    assert [reread(visit).status for visit in visits] == [Status.CONFIRMED, Status.CANCELLED, *[Status.CONFIRMED] * 2]
    assert [told(visit) for visit in visits] == [[], ["cancellation"], ["change"], []]
    assert books_are_right()


def test_visit_without_a_decision_is_asked_about_again(store, user) -> None:
    visits = [with_samir(store, hour, hour - 8) for hour in (9, 10)]
    with pytest.raises(BookingsAffected):
        away(store, user, then=Choices(None, {visits[0].reference: CANCEL}))
    assert reread(visits[0]).status == Status.CONFIRMED


def test_customer_who_was_asked_for_another_time_hears_that_the_visit_stays(store, user) -> None:
    visit = with_samir(store)
    slots(store, user, closed=True, desk="samir", then=OFFER)
    assert reread(visit).answer_until is not None

    away(store, user, then=MOVE)

    moved = reread(visit)
    assert (moved.desk.slug, moved.answer_until) == ("ada", None)
    assert not Hold.objects.filter(kept_for=visit).exists()
    assert books_are_right()


def test_closed_slots_of_one_desk_move_their_visits_too(store, user) -> None:
    visit = with_samir(store)
    slots(store, user, closed=True, desk="samir", then=MOVE)
    assert reread(visit).desk.slug == "ada"
    assert books_are_right()


def test_a_hold_at_a_desk_that_is_away_ends_and_its_time_opens_again(store, user) -> None:
    keep_place(store, desk="samir")
    away(store, user)
    assert not Hold.objects.exists()

    remove_desk_absence(store_id=store.pk, absence_id=DeskAbsence.objects.get().pk, then=None, now=NOW, user=user)

    keep_place(store, desk="samir")
    assert books_are_right()


def test_visit_that_stayed_has_its_place_again_once_the_absence_is_removed(store, user) -> None:
    visit = with_samir(store)
    away(store, user, then=OFFER)
    remove_desk_absence(store_id=store.pk, absence_id=DeskAbsence.objects.get().pk, then=None, now=NOW, user=user)
    assert reread(visit).answer_until is None
    assert not Hold.objects.exists()
    assert books_are_right()


def test_absence_within_the_day_and_weekly_leaves_other_times_alone(store, user) -> None:
    morning, afternoon = with_samir(store, 9), with_samir(store, 15, 2)
    next_week = make_booking(store, starts_at=at(15, day=1, month=12))
    weekly = Absence(TUESDAY, None, time(14), time(18), weekdays=(1,))

    with pytest.raises(BookingsAffected) as asked:
        away(store, user, absence=weekly)

    assert [one.pk for one in asked.value.affected] == [afternoon.pk, next_week.pk]
    assert reread(morning).status == Status.CONFIRMED


@pytest.mark.parametrize("count", [2, 9])
def test_one_statement_finds_the_desks_for_all_visits(store, user, django_assert_num_queries, count: int) -> None:
    visits = [with_samir(store, 9 + number % 3, number, minute=15 * (number // 3)) for number in range(count)]
    rules = rules_around(store.slug, NOW)
    with django_assert_num_queries(1):
        found = find_other_desks(visits, rules, now=NOW)
    assert {pk: run.desk.slug for pk, run in found.items()} == {visit.pk: "ada" for visit in visits}


@pytest.mark.parametrize("seed", range(4))
def test_each_visit_moves_as_promised_at_desks_of_unequal_size(user, seed: int) -> None:
    chance = random.Random(seed)
    store = make_store("three-desks", capacity=2, desks=("samir", "ada", "lea"), open_bookings_per_customer=99)
    store.visit_types.filter(slug="advice").update(minutes_before=15, minutes_after=15, most_at_once=3)
    for _ in range(30):
        kind, starts_at = chance.choice(("visit", "advice")), at(chance.randrange(14, 18), chance.choice((0, 30)))
        with suppress(BookingRefused):
            make_booking(store, visit_type=kind, starts_at=starts_at, party_size=chance.choice((1, 2)))
    for slug, capacity in (("ada", 1), ("lea", 3)):
        store.desks.filter(slug=slug).update(capacity=capacity)
    with pytest.raises(BookingsAffected) as refused:
        away(store, user)
    promised = {visit.pk: refused.value.free_desks.get(visit.pk, visit.desk) for visit in refused.value.affected}

    away(store, user, then=MOVE)

    moved = {visit.pk: visit.desk for visit in Booking.objects.filter(pk__in=promised).select_related("desk")}
    assert promised
    assert moved == promised
    assert books_are_right()


def test_visits_that_were_asked_and_kinds_with_a_largest_number_cost_one_statement_each(
    store, user, django_assert_num_queries
) -> None:
    store.visit_types.update(most_at_once=2)
    visits = [with_samir(store, hour, hour - 8) for hour in (9, 10, 11)]
    slots(store, user, closed=True, desk="samir", then=OFFER, to_at=at(10, 30))
    visits = list(Booking.objects.select_related("visit_type").order_by("starts_at"))
    assert sum(visit.answer_until is not None for visit in visits) == 1
    rules = rules_around(store.slug, NOW)
    with django_assert_num_queries(3):
        assert len(find_other_desks(visits, rules, now=NOW)) == 3


def test_where_the_rules_leave_nobody_else_no_statement_asks(user, django_assert_num_queries) -> None:
    store = make_store("small-shop", desks=("samir",))
    visits = [make_booking(store, starts_at=at(hour), phone=f"+336123456{hour:02d}") for hour in (9, 10, 11)]
    rules = rules_around(store.slug, NOW)
    with django_assert_num_queries(0):
        assert find_other_desks(visits, rules, now=NOW) == {}


def test_time_kept_for_a_visit_at_the_other_desk_is_free_for_it_and_no_more_than_once(store, user) -> None:
    """Ada has one place at each time. What is kept there for the first visit counts as its own, but not for others."""
    first = with_samir(store, 10, 1)
    slots(store, user, closed=True, desk="samir", then=OFFER)
    kept = [hold for hold in kept_times(reread(first), now=NOW) if hold.starts_at == at(10)]
    assert [hold.desk.slug for hold in kept] == ["ada"]

    away(store, user, then=MOVE)

    moved = reread(first)
    assert (moved.desk.slug, moved.starts_at, moved.answer_until) == ("ada", at(10), None)
    assert not Hold.objects.filter(kept_for=first).exists()
    assert books_are_right()


def test_largest_number_at_once_holds_for_those_who_stay_as_well(user) -> None:
    """More than may go on at once were let in: nobody moves, as each would be one too many at the other desk too."""
    store = make_store("wide-shop", capacity=3, desks=("samir", "ada"))
    visits = [make_booking(store, phone=f"+3361234560{number}") for number in range(3)]
    store.visit_types.update(most_at_once=2)
    rules = rules_around(store.slug, NOW)
    with_samir_only = [visit for visit in visits if visit.desk.slug == "samir"]
    assert find_other_desks(with_samir_only, rules, now=NOW) == {}


def test_question_costs_as_much_for_one_visit_as_for_eight(store, user) -> None:

    def statements(visits: int) -> int:
        with CaptureQueriesContext(connection) as seen, pytest.raises(BookingsAffected):
            away(store, user)
        assert Booking.objects.count() == visits
        return len(seen)

    with_samir(store, 9, 1)
    few = statements(1)
    for number in range(2, 9):
        with_samir(store, 10 + number // 5, number, minute=15 * (number % 4))
    assert statements(8) == few


def test_absence_before_today_is_none_of_the_visits_business(store, user) -> None:
    with_samir(store)
    away(store, user, absence=Absence(date(2026, 11, 2), date(2026, 11, 6)))
    assert DeskAbsence.objects.count() == 1
