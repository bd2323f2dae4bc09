"""The language that a customer asks to speak: only desks that speak it count, wherever a visit is booked or moved."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from booking.bookings.lifecycle import book_visit, lock_booking
from booking.bookings.rebooking import kept_times, offer_other_times
from booking.bookings.rescheduling import reschedule
from booking.customer_input import CustomerDetails
from booking.models import Booking, Hold, Source, WaitingListEntry
from booking.places.availability import availability
from booking.places.days_state import Wish
from booking.places.explain import explain_slot
from booking.places.explanations import Explanation
from booking.places.free_times import kept_availability
from booking.places.lookup import WantedSlot, lookup
from booking.privacy import customer_data, erase_customer
from booking.refusals import BookingRefused, Refusal
from booking.waiting_list.entries import join_waiting_list
from booking.waiting_list.offers import offer_places
from booking.who import Who
from stores.bounded_cache import forget_kept
from stores.models import Desk, Slot, Store
from stores.queries import rules_around
from tests.booking.api.calls import Api, fields_of, refusal_of, request_to_book
from tests.booking.customer.book.way import CONFIRM, TEN, TYPED
from tests.booking.reading import page
from tests.booking.staff.staff_room import SHOP, make_room
from tests.factories import NOW, at, make_booking, make_store, make_user

pytestmark = pytest.mark.django_db

TUESDAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def _on_a_monday_morning() -> Iterator[None]:
    forget_kept()
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def store() -> Store:
    """Return a store where Arabic is spoken at the right desk alone."""
    store = make_store(desks=("left", "right"), capacity=1)
    speak(store, left="fr", right="fr,ar")
    return store


def speak(store: Store, **languages: str) -> None:
    for slug, spoken in languages.items():
        Desk.objects.filter(store=store, slug=slug).update(languages=spoken)


def book(store: Store, language: str, starts_at: datetime | None = None, number: int = 1, **more: object) -> Booking:
    return book_visit(
        store=store.slug,
        visit_type="visit",
        starts_at=starts_at or at(10),
        party_size=1,
        customer=CustomerDetails(name="Ada Test", phone=f"+3361234560{number}"),
        note="",
        source=Source.API,
        now=NOW,
        language=language,
        **more,  # type: ignore[arg-type]
    )


def free(store: Store, language: str) -> dict[datetime, int]:
    kept = kept_availability(Wish(store.slug, "visit", language=language), TUESDAY, TUESDAY, now=NOW)
    anew = availability(
        store=store.slug,
        visit_type="visit",
        from_date=TUESDAY,
        to_date=TUESDAY,
        party_size=1,
        now=NOW,
        language=language,
    )
    assert kept.days == anew.days
    return {slot.starts_at: slot.places_left for slot in anew.days[0].slots}


def test_only_desks_that_speak_it_have_free_times_and_take_the_visit(store: Store) -> None:
    assert (free(store, "")[at(10)], free(store, "fr")[at(10)], free(store, "ar")[at(10)]) == (2, 2, 1)
    assert free(store, "uk") == {}

    assert book(store, "ar").desk.slug == "right"
    assert at(10) not in free(store, "ar")
    assert free(store, "fr")[at(10)] == 1
    wanted = [WantedSlot(store.slug, "visit", at(10), 1, language=language) for language in ("ar", "fr")]
    assert lookup(wanted=wanted, now=NOW) == [False, True]
    with pytest.raises(BookingRefused) as refused:
        book(store, "ar", number=2)
    assert refused.value.reason == Refusal.SLOT_FULL
    with pytest.raises(BookingRefused) as refused:
        book(store, "uk", number=2)
    assert refused.value.reason == Refusal.SLOT_CLOSED


def test_a_move_keeps_the_wish(store: Store) -> None:
    booking = book(store, "ar")
    make_booking(store, starts_at=at(11), phone="+33612345602")
    taken = Booking.objects.get(phone="+33612345602")
    if taken.desk.slug == "left":
        reschedule(booking_id=taken.pk, starts_at=at(11), desk="right", who=Who.staff(make_user(store=store), NOW))

    with pytest.raises(BookingRefused) as refused:
        reschedule(booking_id=booking.pk, starts_at=at(11), who=Who.customer(NOW))
    assert refused.value.reason == Refusal.SLOT_FULL
    assert reschedule(booking_id=booking.pk, starts_at=at(14), who=Who.customer(NOW)).desk.slug == "right"


def test_why_names_the_language(store: Store) -> None:
    found = explain_slot(store=store.slug, visit_type="visit", starts_at=at(10), party_size=1, now=NOW, language="ar")
    answers = {one.desk.slug: one.answer for one in found.desks if one.desk}
    assert answers == {"left": Explanation.NOT_SPOKEN, "right": Explanation.FREE}


def test_who_waits_is_offered_what_is_free_in_their_language(store: Store) -> None:
    for desk in store.desks.all():
        Desk.objects.filter(pk=desk.pk).update(capacity=1)
    book(store, "ar", at(9))
    book(store, "fr", at(9), number=2)
    entry = join_waiting_list(
        store=store.slug,
        visit_type="visit",
        from_date=TUESDAY,
        to_date=TUESDAY,
        party_size=1,
        customer=CustomerDetails(name="Eve Test", email="eve@example.org"),
        source=Source.API,
        now=NOW,
        language="ar",
    )
    assert at(9).timestamp() // 60 not in entry.known_starts
    speak(store, right="fr")
    assert offer_places(store_id=store.pk, now=NOW) == 0
    assert not Hold.objects.exists()
    assert WaitingListEntry.objects.get().language == "ar"


def test_a_place_that_comes_free_at_another_desk_is_offered_to_nobody_who_wished_otherwise(store: Store) -> None:
    day = [at(hour, minute) for hour in (*range(9, 12), *range(14, 19)) for minute in (0, 15, 30, 45)]
    for desk in store.desks.all():
        Slot.objects.bulk_create(
            Slot(
                store=store,
                desk=desk,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=15),
                capacity=1,
                closed=True,
            )
            for starts_at in day
        )
    join_waiting_list(
        store=store.slug,
        visit_type="visit",
        from_date=TUESDAY,
        to_date=TUESDAY,
        party_size=1,
        customer=CustomerDetails(name="Eve Test", email="eve@example.org"),
        source=Source.PHONE,
        now=NOW,
        language="ar",
    )
    ten = Slot.objects.filter(starts_at=at(10))

    ten.filter(desk__slug="left").update(closed=False)
    assert offer_places(store_id=store.pk, now=NOW) == 0
    ten.filter(desk__slug="right").update(closed=False)
    assert offer_places(store_id=store.pk, now=NOW) == 1
    assert Hold.objects.get().desk.slug == "right"


def test_the_wish_is_told_to_staff_and_the_customer_and_erased(store: Store) -> None:
    booking = book(store, "ar")

    assert customer_data(booking)["asked_to_speak"] == "ar"
    erase_customer(booking_id=booking.pk, who=Who.customer(NOW))
    booking.refresh_from_db()
    assert booking.language == ""


def test_programs_ask_by_a_parameter_and_see_nothing_of_it_where_nobody_asks(store: Store) -> None:
    api = Api()
    asked = "/availability?visit_type=visit&from=2026-11-24&to=2026-11-24"
    arabic = api.get(f"/stores/{store.slug}{asked}&language=ar").json()
    assert {slot["places_left"] for slot in arabic["days"][0]["slots"]} == {1}
    assert fields_of(api.get(f"/stores/{store.slug}{asked}&language=xx")) == [("language", "invalid")]

    made = api.post("/bookings", request_to_book(language="ar")).json()
    assert made["language"] == "ar"
    assert refusal_of(api.post("/bookings", request_to_book(language="ar"))) == (409, "slot_full")
    assert "language" not in api.post("/bookings", request_to_book()).json()


def test_a_customer_asks_on_the_page_of_times(store: Store, client: Client) -> None:
    shown = page(client.get("/s/corner-shop-niort/book/?visit_type=visit&day=2026-11-24&language=ar"))
    assert "In which language?" in shown.words
    chosen = {"visit_type": "visit", "party_size": "1", "starts_at": TEN, "language": "ar"}
    details = page(client.post("/s/corner-shop-niort/book/hold/", chosen, follow=True))
    client.post(CONFIRM, {**details.forms[CONFIRM], **TYPED})

    booking = Booking.objects.get()
    assert (booking.language, booking.desk.slug) == ("ar", "right")
    unknown = client.get("/s/corner-shop-niort/book/?visit_type=visit&language=uk")
    assert unknown.status_code == 404
    assert "Nobody speaks this language there." in page(unknown).words


def test_nobody_is_asked_where_no_desk_says_what_is_spoken(client: Client) -> None:
    make_store(desks=("left", "right"))
    assert "language?" not in page(client.get("/s/corner-shop-niort/book/")).words


def test_a_chosen_desk_that_speaks_it_no_more_keeps_nobody_from_another_one(store: Store, client: Client) -> None:
    booking = book(store, "fr", desk="left")
    speak(store, left="ar")
    offer_other_times([lock_booking(booking.pk)], rules=rules_around(store.slug, NOW), told_as="x", who=Who.system(NOW))

    offered = kept_times(Booking.objects.get(), now=NOW)
    assert {one.desk.slug for one in offered} == {"right"}
    moved = reschedule(booking_id=booking.pk, starts_at=at(11), who=Who.customer(NOW))
    assert (moved.desk.slug, moved.language) == ("right", "fr")


def test_taking_a_language_away_shows_who_asked_for_it() -> None:
    room = make_room(capacity=2)
    desk = room.store.desks.get()
    speak(room.store, **{desk.slug: "fr,ar"})
    booking = book(room.store, "ar")
    other = book(room.store, "", number=2)
    form = {"name": desk.name, "capacity": "2", "kept_back": "0", "is_active": "on", "languages": ["fr"]}
    url = f"{SHOP}setup/desks/{desk.slug}/"

    shown = page(room.client().post(url, form, follow=True))

    assert "Who is affected by the change of this desk?" in shown.words
    assert booking.name in shown.words
    assert Booking.objects.get(pk=other.pk).desk_id == desk.pk
    assert Desk.objects.get(pk=desk.pk).languages == "fr,ar"
