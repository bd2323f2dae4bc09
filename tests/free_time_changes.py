"""Changes of free times: one for each way in which a place is taken, given back, made or closed."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

from booking.arrivals.walk_ins import admit_walk_in
from booking.bookings.crowd_removal import take_back
from booking.bookings.lifecycle import book_visit, cancel_booking
from booking.bookings.rebooking import cancel_unanswered, take_kept_time
from booking.bookings.rescheduling import reschedule
from booking.customer_input import CustomerDetails
from booking.desk_calendars.followed_calendars import follow_calendar, leave_calendar, note_read
from booking.limits import ClientDigests
from booking.models import Booking, Source
from booking.places.busy_times import BusyTimes
from booking.places.claims import release_expired_holds
from booking.places.holds import hold_other_places, hold_places, release_hold
from booking.privacy import erase_customer
from booking.store_setup.affected_visits import AffectedResolution
from booking.store_setup.hours_changes import change_opening_hours, change_rules, change_special_hours
from booking.store_setup.pattern import propagate_pattern
from booking.store_setup.slot_changes import change_slots
from booking.tokens import hold_token
from booking.waiting_list.entries import join_waiting_list, leave_waiting_list
from booking.waiting_list.offers import offer_places
from booking.who import Who
from stores.absences import Absence
from stores.hours import WeeklyInterval
from stores.imports.geojson import ImportDefaults, import_store
from stores.models import DeskAbsence, DeskCalendar, Organization, OrganizationKind, Store, StoreClosing
from stores.osm.features import StoreFields
from stores.services import (
    add_absence,
    add_closing,
    remove_absence,
    remove_closing,
    save_desk,
    save_policy,
    save_visit_type,
)
from tests.factories import NOW, at, make_booking, make_store, make_user

EVENING = (time(23), time(1))
TEN, QUARTER_PAST = at(10), at(10, 15)
TUESDAY = TEN.date()
ADA = CustomerDetails(name="Ada Test", phone="+33612345601", email="ada@example.org", locale="en")
CLIENT = ClientDigests("narrow", "home", "site")


def book(store: Store, starts_at: datetime, number: int = 1, **more: object) -> Booking:
    return make_booking(store, starts_at=starts_at, phone=f"+336123456{number:02d}", **more)  # type: ignore[arg-type]


def hold(store: Store, starts_at: datetime, client: ClientDigests | None = None) -> str:
    kept = hold_places(store=store.slug, visit_type="visit", starts_at=starts_at, party_size=1, now=NOW, client=client)
    return hold_token(kept.public_id)


Change = Callable[[], object]
Scene = Callable[[Store], Change]
"""Makes what a change needs, and returns the change."""


def booking(store: Store) -> Change:
    return lambda: book(store, at(10))


def booking_past_midnight(store: Store) -> Change:
    return lambda: book(store, at(23, 45), visit_type="advice")


def booking_of_a_held_place(store: Store) -> Change:
    token = hold(store, at(10))
    release_hold(token=hold(store, at(9)), now=NOW)
    return lambda: (
        book_visit(
            store=store.slug, visit_type="visit", starts_at=at(10), party_size=1, customer=ADA, note="",
            source=Source.WEB, now=NOW, hold=token,
        ),
        book(store, at(10), 2),
    )  # fmt: skip


def holding(store: Store) -> Change:
    return lambda: hold(store, at(10))


def holding_another_place(store: Store) -> Change:
    token = hold(store, at(10))
    return lambda: hold_other_places(
        instead_of=token, store=store.slug, visit_type="visit", starts_at=at(9, day=25), party_size=1, now=NOW
    )


def holding_at_another_store(store: Store) -> Change:
    token, other = hold(store, at(10)), make_store("other-shop")
    return lambda: hold_other_places(
        instead_of=token, store=other.slug, visit_type="visit", starts_at=at(9), party_size=1, now=NOW
    )


def release(store: Store) -> Change:
    token = hold(store, at(10))
    return lambda: release_hold(token=token, now=NOW)


def sweep(store: Store) -> Change:
    hold(store, at(10))
    return lambda: (release_expired_holds(now=NOW + timedelta(minutes=9)), book(store, at(10), party_size=2))


def cancellation(store: Store) -> Change:
    one = book(store, at(10))
    return lambda: cancel_booking(booking_id=one.pk, who=Who.customer(NOW))


def move(store: Store) -> Change:
    one = book(store, at(10))
    return lambda: reschedule(booking_id=one.pk, starts_at=at(9, day=26), who=Who.customer(NOW))


def erasure(store: Store) -> Change:
    one = book(store, at(10))
    return lambda: erase_customer(booking_id=one.pk, who=Who.customer(NOW))


def crowd(store: Store) -> Change:
    one = book(store, at(10))
    Booking.objects.filter(pk=one.pk).update(client_digest="home")
    hold(store, at(9), CLIENT)
    return lambda: take_back(store_id=store.pk, digest="home", tell=False, user=make_user("eve"), now=NOW)


def walk_in(store: Store) -> Change:
    save_policy_of(store)
    return lambda: admit_walk_in(
        store=store, visit_type="advice", party_size=2, name="", squeeze_in=False, now=NOW, user=make_user("eve")
    )


def slots_closed(store: Store) -> Change:
    return lambda: set_slots(store, closed=True)


def slots_smaller(store: Store) -> Change:
    book(store, at(10))
    return lambda: set_slots(store, capacity=1, then=AffectedResolution.KEEP)


def other_times_offered(store: Store) -> Change:
    book(store, at(10), email="ada@example.org")
    return lambda: set_slots(store, closed=True, then=AffectedResolution.OFFER)


def other_time_taken(store: Store) -> Change:
    one = book(store, at(10), email="ada@example.org")
    set_slots(store, closed=True, then=AffectedResolution.OFFER)
    kept = one.kept_times.order_by("pk")[1]
    return lambda: take_kept_time(booking_id=one.pk, hold_id=kept.pk, now=NOW)


def no_answer(store: Store) -> Change:
    book(store, at(10), email="ada@example.org")
    set_slots(store, closed=True, then=AffectedResolution.OFFER)

    def change() -> None:
        assert cancel_unanswered(now=NOW + timedelta(days=2)) == 1
        set_slots(store, closed=False)

    return change


def offer_to_the_waiting(store: Store) -> Change:
    taken = [book(store, at(10), number, party_size=2) for number in (1, 2)]
    set_slots(store, closed=True, from_at=at(8), to_at=at(10))
    set_slots(store, closed=True, from_at=at(10, 15), to_at=at(11))
    entry = wait(store)

    def change() -> None:
        cancel_booking(booking_id=taken[0].pk, who=Who.customer(NOW))
        assert offer_places(store_id=store.pk, now=NOW) == 1
        leave_waiting_list(entry_id=entry, now=NOW)

    return change


def weekly_hours(store: Store) -> Change:
    book(store, at(8))
    return lambda: change_opening_hours(
        store_id=store.pk,
        weekly=[WeeklyInterval(day, time(9), time(10)) for day in range(7)],
        then=AffectedResolution.CANCEL,
        now=NOW,
        user=make_user("eve"),
    )


def hours_of_a_day(store: Store) -> Change:
    book(store, at(8))
    return lambda: change_special_hours(
        store_id=store.pk, date=at(8).date(), intervals=[], then=AffectedResolution.OFFER, now=NOW,
        user=make_user("eve"),
    )  # fmt: skip


def desk_at_rest(store: Store) -> Change:
    return lambda: change(
        store,
        lambda one: save_desk(
            store=one, desk=one.desks.get(slug="side"), name="Side", capacity=2, is_active=False, user=None, now=NOW
        ),
    )


def desk_with_hours(store: Store) -> Change:
    weekly = [WeeklyInterval(1, time(8), time(9))]
    return lambda: change(
        store,
        lambda one: save_desk(
            store=one, desk=one.desks.get(slug="side"), name="Side", capacity=2, weekly=weekly, user=None, now=NOW
        ),
    )


def new_desk(store: Store) -> Change:
    return lambda: change(store, lambda one: save_desk(store=one, name="New", capacity=3, user=None, now=NOW))


def longer_visits(store: Store) -> Change:
    return lambda: change(
        store,
        lambda one: save_visit_type(
            store=one, visit_type=one.visit_types.get(slug="visit"), name="Visit", slot_count=3, max_party_size=2,
            user=None, now=NOW,
        ),
    )  # fmt: skip


def smaller_parties(store: Store) -> Change:
    return lambda: change(
        store,
        lambda one: save_visit_type(
            store=one, visit_type=one.visit_types.get(slug="advice"), name="Advice", slot_count=2, max_party_size=1,
            user=None, now=NOW,
        ),
    )  # fmt: skip


def places_for_visits(store: Store) -> Change:
    book(store, at(10), party_size=2)
    return lambda: save_policy_of(store, capacity_counts="visits")


def other_grid(store: Store) -> Change:
    book(store, at(10))
    return lambda: save_policy_of(store, slot_minutes=20)


def import_of_hours(store: Store) -> Change:
    return lambda: imported(store, weekly=(WeeklyInterval(1, time(9), time(11)),))


def import_of_a_zone(store: Store) -> Change:
    book(store, at(23, 30))
    hold(store, at(0, 15))
    return lambda: imported(store, time_zone="America/Martinique")


def pattern(store: Store) -> Change:
    organization = Organization.objects.create(slug="chain", name="Chain", kind=OrganizationKind.CHAIN, created_at=NOW)
    model = make_store("model-shop", slot_minutes=30, minimum_notice_minutes=0)
    organization.stores.add(store, model)
    parts = ("visit_types", "rules", "messages", "opening_hours")
    return lambda: propagate_pattern(
        organization=organization, pattern=model, parts=parts, over_own=True, now=NOW, user=make_user("eve")
    )


def calendar_busy(store: Store) -> Change:
    book(store, at(10))
    return lambda: set_busy(store, BusyTimes([(at(9, 50), at(10, 5)), (at(23, 50), at(0, 20, day=25))]))


def calendar_free(store: Store) -> Change:
    set_busy(store, BusyTimes([(at(9), at(11)), (at(16), at(17, day=26))]))
    return lambda: set_busy(store, BusyTimes([(at(9), at(9, 30))]))


def calendar_left(store: Store) -> Change:
    set_busy(store, BusyTimes([(at(9), at(11))]))
    return lambda: leave_calendar(desk_id=store.desks.get(slug="main").pk, user=None, now=NOW)


def hours_with_a_calendar(store: Store) -> Change:
    set_busy(store, BusyTimes([(at(9), at(11)), (at(9, day=26), at(20, day=26))]))
    return lambda: save_policy_of(store, slot_minutes=20)


def absence(store: Store) -> Change:
    book(store, at(10))
    return lambda: add(store, Absence(TUESDAY, None, time(9, 50), time(10, 5), weekdays=(1, 3)))


def absence_past_midnight(store: Store) -> Change:
    return lambda: add(store, Absence(TUESDAY, TUESDAY, from_time=time(23, 30)))


def absence_over(store: Store) -> Change:
    add(store, Absence(TUESDAY, TUESDAY + timedelta(days=3)))
    known = DeskAbsence.objects.get()
    return lambda: change(store, lambda one: remove_absence(store=one, absence_id=known.pk, user=None, now=NOW))


def closing(store: Store) -> Change:
    book(store, at(10))
    return lambda: close(store, Absence(TUESDAY, None, time(9, 50), time(10, 5), weekdays=(1, 3)))


def closing_past_midnight(store: Store) -> Change:
    return lambda: close(store, Absence(TUESDAY, None, from_time=time(23, 30), weekdays=(1,)))


def closing_over(store: Store) -> Change:
    close(store, Absence(TUESDAY, None, weekdays=(1, 2)))
    known = StoreClosing.objects.get()
    return lambda: change(store, lambda one: remove_closing(store=one, closing_id=known.pk, user=None, now=NOW))


SCENES: tuple[Scene, ...] = (
    booking, booking_past_midnight, booking_of_a_held_place, holding, holding_another_place, holding_at_another_store,
    release, sweep, cancellation, move, erasure, crowd, walk_in, slots_closed, slots_smaller, other_times_offered,
    other_time_taken, no_answer, offer_to_the_waiting, weekly_hours, hours_of_a_day, desk_at_rest, desk_with_hours,
    new_desk, longer_visits, smaller_parties, places_for_visits, other_grid, import_of_hours, import_of_a_zone, pattern,
    calendar_busy, calendar_free, calendar_left, hours_with_a_calendar, absence, absence_past_midnight, absence_over,
    closing, closing_past_midnight, closing_over,
)  # fmt: skip


def set_slots(
    store: Store,
    *,
    from_at: datetime = TEN,
    to_at: datetime = QUARTER_PAST,
    capacity: int | None = None,
    closed: bool | None = None,
    then: AffectedResolution | None = None,
) -> None:
    user = make_user(f"user-{Booking.objects.count()}-{from_at:%H%M}-{closed}-{store.hours_version}")
    change_slots(
        store_id=store.pk, from_at=from_at, to_at=to_at, capacity=capacity, closed=closed, then=then, now=NOW, user=user
    )


def set_busy(store: Store, busy: BusyTimes) -> None:
    desk = store.desks.get(slug="main")
    calendar = DeskCalendar.objects.filter(desk=desk).first()
    if calendar is None:
        follow_calendar(desk_id=desk.pk, address="https://calendar.example.org/ada.ics", user=None, now=NOW)
        calendar = DeskCalendar.objects.get(desk=desk)
    note_read(calendar, busy, covers_until=at(8, day=30).date(), now=NOW)


def add(store: Store, absence: Absence) -> None:
    samir = store.desks.get(slug="main")
    change(store, lambda one: add_absence(store=one, desk=samir, absence=absence, user=None, now=NOW))


def close(store: Store, closing: Absence) -> None:
    change(store, lambda one: add_closing(store=one, closing=closing, user=None, now=NOW))


def change(store: Store, edit: Callable[[Store], object]) -> None:
    change_rules(store_id=store.pk, edit=edit, then=AffectedResolution.KEEP, now=NOW, user=None)


def save_policy_of(store: Store, **changed: object) -> None:
    fields = {
        "slot_minutes": 15,
        "capacity_counts": "people",
        "minimum_notice_minutes": 0,
        "booking_horizon_days": 28,
        "change_until_minutes": 60,
        "open_bookings_per_customer": 99,
        "keep_days": 90,
    } | changed
    change(store, lambda one: save_policy(store=one, **fields, user=None, now=NOW))  # type: ignore[arg-type]


def imported(store: Store, *, weekly: tuple[WeeklyInterval, ...] = (), time_zone: str = "") -> None:
    fields = StoreFields(
        source_id="node/1", name=store.name, latitude=store.latitude, longitude=store.longitude, weekly=weekly
    )
    import_store(fields=fields, defaults=ImportDefaults(time_zone=time_zone), now=NOW)


def wait(store: Store) -> int:
    entry = join_waiting_list(
        store=store.slug,
        visit_type="visit",
        from_date=at(8).date(),
        to_date=at(8).date(),
        party_size=2,
        customer=ADA,
        source=Source.WEB,
        now=NOW,
    )
    return entry.pk
