from datetime import time, timedelta

import pytest

from booking.bookings.lifecycle import cancel_booking
from booking.bookings.offered_place import take_offer
from booking.customer_input import CustomerDetails
from booking.idempotency import SentForm
from booking.models import Hold, IdempotentAnswer, Source, WaitingListEntry, WaitingStatus
from booking.places.holds import extend_hold
from booking.privacy import forget_old
from booking.refusals import BookingRefused, Refusal, UnknownVisitType
from booking.tokens import hold_token
from booking.waiting_list.entries import join_waiting_list, join_waiting_list_once, leave_waiting_list, pass_offer
from booking.waiting_list.offers import offer_places
from booking.waiting_list.queries import entry_by_reference, waiting_list, waiting_state
from booking.who import Who
from notifications.models import OutboxMessage
from stores.hours import ONE_DAY
from stores.models import Slot
from stores.queries import UnknownStore
from tests.factories import NOW, at, make_booking, make_store
from tests.waiters import TUESDAY, make_waiting

pytestmark = pytest.mark.django_db


def one_slot_store(**fields):
    """Return a shop with one time a day, for one visitor."""
    return make_store(capacity=1, hours=((time(10), time(10, 15)),), **fields)


def offered(store, **fields):
    """Return somebody to whom the Tuesday's only place is offered."""
    booking = make_booking(store)
    entry = make_waiting(store, **fields)
    cancel_booking(booking_id=booking.pk, who=Who.customer(NOW))
    assert offer_places(store_id=store.pk, now=NOW) == 1
    entry.refresh_from_db()
    return entry


def refusal_of(call, *args, **kwargs):
    with pytest.raises(BookingRefused) as refused:
        call(*args, **kwargs)
    return refused.value.reason


def test_join_keeps_what_was_told_and_sends_nothing() -> None:
    entry = make_waiting(make_store(), to_date=TUESDAY + ONE_DAY, party_size=2, email="bea@example.org", locale="fr")

    entry.refresh_from_db()
    assert (entry.status, entry.party_size, entry.locale) == (WaitingStatus.WAITING, 2, "fr")
    assert (entry.from_date, entry.to_date) == (TUESDAY, TUESDAY + ONE_DAY)
    assert len(entry.reference) == 8
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"party_size": 3}, Refusal.PARTY_TOO_LARGE),
        ({"from_date": TUESDAY - 3 * ONE_DAY, "to_date": TUESDAY - 2 * ONE_DAY}, Refusal.TOO_SOON),
        ({"to_date": TUESDAY + 28 * ONE_DAY}, Refusal.TOO_FAR_AHEAD),
        ({"from_date": TUESDAY + 5 * ONE_DAY}, Refusal.SLOT_CLOSED),  # a Sunday
    ],
)
def test_join_is_refused_where_no_place_could_ever_be_offered(fields, reason) -> None:
    store = make_store()

    assert refusal_of(make_waiting, store, **fields) == reason
    assert not WaitingListEntry.objects.exists()


def test_join_takes_days_that_have_begun_as_long_as_one_is_left() -> None:
    entry = make_waiting(make_store(), from_date=TUESDAY - 3 * ONE_DAY, to_date=TUESDAY)

    assert entry.status == WaitingStatus.WAITING


def test_join_of_an_unknown_store_or_visit_type() -> None:
    store = make_store()

    with pytest.raises(UnknownVisitType):
        make_waiting(store, visit_type="nope")
    store.slug = "nope"
    with pytest.raises(UnknownStore):
        make_waiting(store)


@pytest.mark.parametrize("contact", [{"phone": "+33612345601"}, {"phone": "", "email": "bea@example.org"}])
def test_staff_are_told_of_who_waits_for_the_same_days_already(contact) -> None:
    store = make_store()
    by_phone = {**contact, "source": Source.PHONE}
    make_waiting(store, to_date=TUESDAY + 2 * ONE_DAY, **contact)

    assert refusal_of(make_waiting, store, from_date=TUESDAY + ONE_DAY, **by_phone) == Refusal.TOO_MANY_OPEN_BOOKINGS
    make_waiting(store, visit_type="advice", **by_phone)
    late = TUESDAY + 7 * ONE_DAY
    assert refusal_of(make_waiting, store, from_date=late, **by_phone) == Refusal.TOO_MANY_OPEN_BOOKINGS
    make_waiting(make_store("other"), **by_phone)


@pytest.mark.parametrize("contact", [{"phone": "+33612345601"}, {"phone": "", "email": "bea@example.org"}])
def test_joining_again_is_offered_nothing_and_keeps_nobody_from_their_turn(contact) -> None:
    store = make_store()
    first = make_waiting(store, **contact)
    again = make_waiting(store, now=NOW + timedelta(minutes=1), **contact)
    other = make_waiting(store, now=NOW + timedelta(minutes=2))
    later = make_waiting(store, from_date=TUESDAY + 7 * ONE_DAY, now=NOW + timedelta(minutes=3), **contact)

    assert [one.is_repeat for one in (first, again, other, later)] == [False, True, False, False]
    entry = entry_by_reference(other.reference)
    assert entry is not None
    assert waiting_state(entry, now=NOW).ahead == 1
    assert [one.entry for one in waiting_list(store, now=NOW)] == [first, other, later]


def test_join_again_after_leaving() -> None:
    store = make_store()
    leave_waiting_list(entry_id=make_waiting(store, phone="+33612345601").pk, now=NOW)

    assert make_waiting(store, phone="+33612345601").status == WaitingStatus.WAITING


def test_join_once_returns_the_entry_of_the_same_form() -> None:
    store = make_store()

    def join_it():
        return join_waiting_list(
            store=store.slug,
            visit_type="visit",
            from_date=TUESDAY,
            to_date=TUESDAY,
            party_size=1,
            customer=CustomerDetails(name="Bea Test", phone="+33612345601"),
            source=Source.WEB,
            now=NOW,
        )

    first, second = (join_waiting_list_once(SentForm("one form"), now=NOW, join=join_it) for _ in range(2))

    assert first == second
    assert WaitingListEntry.objects.count() == 1


def test_leave_erases_who_waited_and_gives_the_place_back() -> None:
    store = one_slot_store()
    entry = offered(store)
    WaitingListEntry.objects.update(language="ase")

    left = leave_waiting_list(entry_id=entry.pk, now=NOW)

    assert (left.status, left.name, left.phone, left.erased_at) == (WaitingStatus.LEFT, "", "", NOW)
    assert WaitingListEntry.objects.get().language == ""
    assert not Hold.objects.exists()
    assert Slot.objects.get().places_taken == 0
    assert list(OutboxMessage.objects.filter(kind="place_offered").values_list("state", "reason")) == [
        ("skipped", "left")
    ]
    assert leave_waiting_list(entry_id=entry.pk, now=NOW).status == WaitingStatus.LEFT


def test_take_offer_books_the_place_with_what_is_known() -> None:
    store = one_slot_store()
    entry = offered(store, name="Bea Test", phone="+33612345607", email="bea@example.org", locale="fr")

    booking = take_offer(entry=entry, now=NOW)

    assert (booking.starts_at, booking.name, booking.phone, booking.locale) == (
        at(10),
        "Bea Test",
        "+33612345607",
        "fr",
    )
    entry.refresh_from_db()
    assert (entry.status, entry.booking, entry.name, entry.phone) == (WaitingStatus.BOOKED, booking, "", "")
    assert Slot.objects.get().places_taken == 1
    assert set(OutboxMessage.objects.filter(kind="place_offered").values_list("state", "reason")) == {
        ("skipped", "booked")
    }
    assert take_offer(entry=entry, now=NOW) == booking


def test_take_offer_that_ran_out_is_refused() -> None:
    entry = offered(one_slot_store())

    assert refusal_of(take_offer, entry=entry, now=NOW + timedelta(minutes=30)) == Refusal.HOLD_EXPIRED


def test_take_offer_of_what_the_store_no_longer_offers_is_refused() -> None:
    store = one_slot_store()
    entry = offered(store)
    store.visit_types.update(is_active=False)

    assert refusal_of(take_offer, entry=entry, now=NOW) == Refusal.SLOT_CLOSED


def test_offered_place_is_not_kept_longer_by_its_customer() -> None:
    offered(one_slot_store())

    assert refusal_of(extend_hold, token=hold_token(Hold.objects.get().public_id), now=NOW) == Refusal.HOLD_EXPIRED


def test_let_pass_gives_the_place_to_the_next() -> None:
    store = one_slot_store()
    first = offered(store)
    second = make_waiting(store)

    pass_offer(entry_id=first.pk, now=NOW)

    assert offer_places(store_id=store.pk, now=NOW) == 1
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == (WaitingStatus.WAITING, WaitingStatus.OFFERED)
    assert pass_offer(entry_id=first.pk, now=NOW).missed_offers == 1


def test_forget_old_erases_who_waited_seven_days_after_their_last_day() -> None:
    store = make_store()
    entry = make_waiting(store)
    IdempotentAnswer.objects.create(
        route="x", key="k", fingerprint="f", body="", subject=f"wait-{entry.reference}", created_at=NOW
    )

    assert forget_old(now=at(12, day=1, month=12)) == {}
    assert forget_old(now=at(12, day=2, month=12), dry_run=True) == {store.slug: 1}
    assert forget_old(now=at(12, day=2, month=12)) == {store.slug: 1}
    assert forget_old(now=at(12, day=2, month=12)) == {}
    entry.refresh_from_db()
    assert (entry.name, entry.phone, entry.party_size) == ("", "", 1)
    assert not IdempotentAnswer.objects.exists()
