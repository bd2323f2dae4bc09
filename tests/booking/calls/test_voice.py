"""Booking by a phone call: by single keys, under the rules of the pages, and a person at any moment."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from booking.bookings.lifecycle import cancel_booking
from booking.models import Booking, BookingEvent, Hold, Source, Status
from booking.who import Who
from notifications.models import OutboxMessage
from stores.models import Store
from tests.booking.calls.phone import NUMBER, TOKEN, Phone
from tests.factories import NOW, make_booking, make_store

pytestmark = pytest.mark.django_db
MOST_KEYS, MOST_SECONDS = 6, 75


@pytest.fixture(autouse=True)
def _provider(settings: Any) -> Iterator[None]:
    settings.TWILIO_AUTH_TOKEN = TOKEN
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def store() -> Store:
    return make_store(keypad_phone=NUMBER)


def booked() -> Booking:
    return Booking.objects.get()


@pytest.mark.parametrize(("language", "voice", "said"), [("1", "fr-FR", "est pris"), ("2", "en-GB", "is booked")])
def test_visit_is_booked_in_few_keys_and_little_time(store: Store, language: str, voice: str, said: str) -> None:
    phone = Phone()
    for key in (language, "1", "1", "1", "1"):
        phone.press(key)

    visit = booked()
    assert said in phone.heard
    assert phone.languages == {voice}
    assert phone.heard.count(", ".join(visit.reference)) == 2
    assert (visit.phone, visit.source, visit.status, visit.party_size) == ("+33612345601", Source.PHONE, "confirmed", 1)
    assert visit.locale == {"1": "fr", "2": "en"}[language]
    assert phone.keys <= MOST_KEYS
    assert phone.seconds <= MOST_SECONDS
    assert OutboxMessage.objects.filter(kind="confirmation").exists()
    assert BookingEvent.objects.get().actor == "customer"
    assert not Hold.objects.exists()


def test_three_first_free_times_are_offered_and_later_ones_on_wish(store: Store) -> None:
    phone = Phone().press("2").press("1").press("1")
    first = phone.heard
    phone.press("4")

    assert first.count(" at ") == 3
    assert phone.heard.count(" at ") == 3
    assert phone.heard != first


def test_unsigned_call_is_refused(store: Store) -> None:
    answer = Client().post("/webhooks/twilio/voice", {"To": NUMBER, "From": "+33612345601"})

    assert answer.status_code == 403


def test_number_of_no_store_is_not_answered(store: Store) -> None:
    assert Phone(called="+33970000002").is_rejected
    assert Phone(called="").is_rejected


@pytest.mark.parametrize("keys", ["0", "20", "210", "2110", "21110"])
def test_person_at_any_moment(store: Store, keys: str) -> None:
    phone = Phone()
    for key in keys:
        phone.press(key)

    assert phone.rings == "+33549240039"
    assert not Booking.objects.exists()
    assert not Hold.objects.exists()


def test_keys_book_nothing_before_bookings_open(store: Store) -> None:
    """Or whoever phones would be before all who wait for the draw; a person may book at any time."""
    visit = make_booking(store, phone="+33612345601")
    Store.objects.update(has_waiting_room=True, bookings_open_at=NOW + timedelta(days=1))
    phone = Phone().press("2").press("1")

    assert "Bookings are not open yet. They open tomorrow at 09:00." in phone.heard.replace("\N{NO-BREAK SPACE}", " ")
    assert phone.rings == "+33549240039"
    Phone().press("2").press("2").press("2").press("1")
    visit.refresh_from_db()
    assert visit.status == Status.CANCELLED


def test_store_without_a_phone_of_its_own_says_what_else_to_do(store: Store) -> None:
    Store.objects.update(phone="")
    phone = Phone().press("2").press("0")

    assert phone.rings == ""
    assert "Nobody can take your call" in phone.heard


@pytest.mark.parametrize("caller", ["", "anonymous", "+266696687", "Anonymous"])
def test_hidden_number_is_led_to_a_person(store: Store, caller: str) -> None:
    phone = Phone(caller=caller).press("2").press("1")

    assert "Your number is hidden" in phone.heard
    assert phone.rings == "+33549240039"


def test_chosen_time_is_held_and_a_call_that_ends_there_keeps_it_five_minutes(store: Store) -> None:
    Phone().press("2").press("1").press("1").press("1")

    assert Hold.objects.get().expires_at == NOW + timedelta(minutes=5)


def test_other_time_gives_the_held_one_back(store: Store) -> None:
    phone = Phone().press("2").press("1").press("1").press("1")
    phone.press("2")

    assert not Hold.objects.exists()
    assert phone.heard.count(" at ") == 3


def test_last_place_goes_to_one_of_two_callers(store: Store) -> None:
    Store.objects.update(slot_minutes=60)
    phones = [Phone(caller=f"+3361234560{number}").press("2").press("1").press("1") for number in range(3)]
    for phone in phones:
        phone.press("1")

    assert Hold.objects.count() == 2
    assert "has just been taken" in phones[2].heard
    for phone in phones:
        phone.press("1")
    assert Booking.objects.count() == 2


def test_request_that_comes_twice_books_once(store: Store) -> None:
    phone = Phone().press("2").press("1").press("1").press("1").press("1")
    first = phone.heard

    assert phone.again().heard == first
    assert Booking.objects.count() == 1


def test_hold_that_ran_out_is_told_and_times_are_offered_anew(store: Store) -> None:
    phone = Phone().press("2").press("1").press("1").press("1")
    with time_machine.travel(NOW + timedelta(minutes=6), tick=False):
        phone.press("1")

    assert "no longer kept" in phone.heard
    assert not Booking.objects.exists()


def test_wrong_key_is_asked_for_once_more_then_a_person_helps(store: Store) -> None:
    phone = Phone().press("2").press("7")
    assert "one of these keys" in phone.heard
    phone.press("")

    assert phone.rings == "+33549240039"


def test_silence_at_the_beginning_ends_the_call(store: Store) -> None:
    phone = Phone().press("").press("")

    assert phone.heard == "Goodbye."


def test_visit_is_cancelled_by_a_second_yes_alone(store: Store) -> None:
    make_booking(store, phone="+33612345601")
    phone = Phone().press("2").press("2").press("2")
    assert booked().status == Status.CONFIRMED
    phone.press("1")

    assert booked().status == Status.CANCELLED
    assert phone.heard == "Your visit is cancelled. Goodbye."


def test_visit_is_kept_where_the_second_answer_is_no(store: Store) -> None:
    make_booking(store, phone="+33612345601")
    phone = Phone().press("2").press("2").press("2").press("2")

    assert booked().status == Status.CONFIRMED
    assert "stays as it is" in phone.heard


def test_visit_is_moved_to_another_time(store: Store) -> None:
    visit = make_booking(store, phone="+33612345601")
    phone = Phone().press("2").press("2").press("1").press("4").press("2")

    moved = booked()
    assert (moved.reference, moved.sequence) == (visit.reference, 1)
    assert moved.starts_at != visit.starts_at
    assert "Your visit is now" in phone.heard


def test_nobody_changes_the_visit_of_another_number(store: Store) -> None:
    make_booking(store, phone="+33612345699")
    phone = Phone().press("2").press("2")

    assert "No visit is booked with your number" in phone.heard
    assert phone.rings == "+33549240039"


def test_visit_that_was_cancelled_meanwhile_is_told(store: Store) -> None:
    visit = make_booking(store, phone="+33612345601")
    phone = Phone().press("2").press("2")
    cancel_booking(booking_id=visit.pk, who=Who.customer(NOW))
    phone.press("2")

    assert "No visit is booked" in phone.heard


def test_fourth_booking_of_a_day_is_led_to_a_person(store: Store, settings: Any) -> None:
    settings.RATE_LIMITS = True
    Store.objects.update(open_bookings_per_customer=9)
    for time in ("1", "2", "3"):
        Phone().press("2").press("1").press("1").press(time).press("1")
    phone = Phone().press("2").press("1").press("1").press("4").press("1").press("1")

    assert Booking.objects.count() == 3
    assert "too many tries" in phone.heard
    assert phone.rings == "+33549240039"


def test_landline_is_told_that_no_text_comes(store: Store) -> None:
    phone = Phone(caller="+33549240050").press("2").press("1").press("1").press("1").press("1")

    assert "No text message reaches this number" in phone.heard


@pytest.mark.parametrize(
    "query",
    ["?step=nothing", "?step=time", "?step=book&hold=x", "?step=time&times=99999999999999,x,-1", "?step=kind&kind=%00",
     "?step=change&visit=%00", "?step=book&times=1&kind=visit&language=xx", "?step=time&kind=none&language=en"],
)  # fmt: skip
@pytest.mark.parametrize("key", ["", "1", "5", "*#1"])
def test_address_that_we_never_gave_breaks_nothing(store: Store, query: str, key: str) -> None:
    phone = Phone()
    phone.url = f"{phone.url.partition('?')[0]}{query}"
    phone.press(key)

    assert not Booking.objects.exists()


def test_digits_pressed_at_once_count_as_the_first(store: Store) -> None:
    assert "To book a visit" in Phone().press("22").heard


def test_visit_of_several_is_offered_times_with_places_for_all_of_them(store: Store) -> None:
    make_booking(store, phone="+33612345601", party_size=2)
    Phone(caller="+33612345602").press("2").press("1").press("1").press("1").press("1")
    first = Booking.objects.get(phone="+33612345602")
    phone = Phone().press("2").press("2").press("1").press("1")

    assert "Your visit is now" in phone.heard
    assert Booking.objects.get(party_size=2).starts_at != first.starts_at


def test_visit_of_a_kind_that_is_no_longer_offered_is_moved_all_the_same(store: Store) -> None:
    visit = make_booking(store, phone="+33612345601")
    store.visit_types.filter(slug="visit").update(is_active=False)
    Phone().press("2").press("2").press("1").press("1")

    assert booked().starts_at != visit.starts_at


def test_visit_that_is_too_near_to_be_moved_is_led_to_a_person(store: Store) -> None:
    make_booking(store, phone="+33612345601")
    Store.objects.update(change_until_minutes=7 * 24 * 60)
    phone = Phone().press("2").press("2").press("1")
    if not phone.rings:
        phone.press("1")

    assert "too late" in phone.heard
    assert phone.rings == "+33549240039"


def test_caller_with_as_many_visits_as_one_may_have_is_led_to_a_person(store: Store) -> None:
    Store.objects.update(open_bookings_per_customer=1)
    make_booking(store, phone="+33612345601")
    phone = Phone().press("2").press("1").press("1").press("1").press("1")

    assert "already have visits" in phone.heard
    assert phone.rings == "+33549240039"


@pytest.mark.parametrize("caller", ["+7378742833", "+2562533", "+8656696", "sip:ada@example.org", "client:ada"])
def test_number_that_is_nobodys_opens_no_visit(store: Store, caller: str) -> None:
    """The provider names those who hide their number by a few numbers that are shared by all of them."""
    make_booking(store, phone="+33612345601")
    Booking.objects.update(phone=caller[:20])
    phone = Phone(caller=caller).press("2").press("2")

    assert "Your number is hidden" in phone.heard
    assert phone.rings == "+33549240039"


def test_key_means_the_kind_that_was_said_with_it(store: Store) -> None:
    phone = Phone().press("2").press("1")
    assert "Visit" in phone.heard
    store.visit_types.filter(slug="visit").update(is_active=False)
    phone.press("2").press("1").press("1")
    assert booked().visit_type.slug == "advice"


def test_kind_that_is_gone_by_the_time_of_its_key_is_asked_again(store: Store) -> None:
    phone = Phone().press("2").press("1")
    store.visit_types.filter(slug="visit").update(is_active=False)
    assert "Visit" not in phone.press("1").heard
    phone.press("1").press("1").press("1")
    assert booked().visit_type.slug == "advice"


def test_store_that_offers_nothing_leads_to_a_person(store: Store) -> None:
    store.visit_types.update(is_active=False)
    phone = Phone().press("2").press("1")

    assert "No time is free" in phone.heard
    assert phone.rings == "+33549240039"
