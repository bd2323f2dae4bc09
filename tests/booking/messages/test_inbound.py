"""What customers text is done as on their page, a visit cancelled by a second yes alone; or a person reads it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from pytest_django import Settings

from booking.bookings.corrections import Details, correct_details
from booking.bookings.customer_visits import Contact
from booking.bookings.lateness import say_late
from booking.bookings.lifecycle import cancel_booking
from booking.messages import compose
from booking.models import Booking, BookingEvent, CustomerText, Status
from booking.who import Who
from notifications.models import OutboxMessage
from notifications.tasks import deliver_due
from stores.models import Store
from tests.factories import NOW, at, make_booking, make_store

pytestmark = pytest.mark.django_db

PHONE = "+33612345678"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def store() -> Store:
    return make_store()


@pytest.fixture
def booking(store: Store) -> Booking:
    return written_about(make_booking(store, phone=PHONE))


def written_about(booking: Booking, *, now: datetime = NOW) -> Booking:
    """Return a booking that its customer has had a text about."""
    deliver_due()
    assert OutboxMessage.objects.filter(subject=booking.reference, state="sent").exists()
    return booking


def text(body: str, *, phone: str = PHONE, now: datetime = NOW) -> str:
    return compose.answer(phone=phone, body=body, now=now)


def status(booking: Booking) -> str:
    booking.refresh_from_db()
    return booking.status


@pytest.mark.parametrize("body", ["1", "OUI", "oui merci", "Yes", "je serai là", "👍", "ok"])
def test_yes_is_noted(booking: Booking, body: str) -> None:
    reply = text(body)

    booking.refresh_from_db()
    assert booking.attendance_confirmed
    assert reply.startswith("Corner Shop: thank you, see you Tuesday 24 November, 10:00. Change or cancel: http")


@pytest.mark.parametrize("body", ["2", "NON", "no", "annuler svp", "je ne peux pas venir", "cancel"])
def test_no_cancels_by_a_second_yes_alone(booking: Booking, body: str) -> None:
    asked = text(body)
    assert asked.startswith(
        "Corner Shop: cancel your visit on Tuesday 24 November, 10:00? Reply YES. Or change it: http"
    )
    assert status(booking) == Status.CONFIRMED

    assert text("oui", now=NOW + timedelta(minutes=1)) == ""  # the text about the cancellation is the answer

    assert status(booking) == Status.CANCELLED
    assert OutboxMessage.objects.filter(subject=booking.reference, kind="cancellation", is_limited=True).count() == 1
    assert BookingEvent.objects.get(booking=booking, kind="cancelled").actor == "customer"


@pytest.mark.parametrize("body", ["1", "non", "oui je viens", "ok", "oui à demain", "", "?", "oui mais plus tard"])
def test_nothing_but_a_plain_yes_cancels_once_that_was_asked(booking: Booking, body: str) -> None:
    text("2")

    text(body, now=NOW + timedelta(minutes=1))

    assert status(booking) == Status.CONFIRMED


def test_a_yes_after_half_a_day_or_another_text_of_ours_cancels_nothing(
    booking: Booking, clock: time_machine.Traveller
) -> None:
    text("2")
    text("oui", now=NOW + timedelta(hours=12, minutes=1))
    assert status(booking) == Status.CONFIRMED
    text("2", now=NOW + timedelta(hours=13))
    clock.move_to(NOW + timedelta(hours=14))
    OutboxMessage.objects.update(attempted_at=NOW + timedelta(hours=14))

    text("oui", now=NOW + timedelta(hours=14, minutes=1))

    assert status(booking) == Status.CONFIRMED


def test_whoever_is_late_says_so_with_or_without_minutes(booking: Booking) -> None:
    soon = at(9, 30)
    assert text("en retard de 10 min", now=soon) == "Corner Shop: thank you, noted: about 10 minutes late."
    booking.refresh_from_db()
    assert booking.late_minutes == 10

    assert "by how many minutes" in text("je suis en retard", now=soon)
    text("20", now=soon + timedelta(minutes=1))

    booking.refresh_from_db()
    assert booking.late_minutes == 20


def test_late_long_before_goes_to_a_person(booking: Booking) -> None:
    reply = text("en retard de 10 min")

    assert reply.startswith("Corner Shop: thank you, somebody will read your text.")
    assert CustomerText.objects.get().body == "en retard de 10 min"


def test_a_visit_is_moved_to_one_of_three_times_by_its_number(booking: Booking) -> None:
    reply = text("je voudrais changer")
    lines = reply.split("\n")
    assert lines[0] == "Corner Shop: another time for Tue 24 Nov., 10:00? Reply with a number:"
    assert lines[1:4] == ["1: Tue 24 Nov., 09:30", "2: Tue 24 Nov., 09:45", "3: Tue 24 Nov., 10:15"]

    assert text("3", now=NOW + timedelta(minutes=1)) == ""

    booking.refresh_from_db()
    assert (booking.starts_at, booking.sequence) == (at(10, 15), 1)
    assert OutboxMessage.objects.filter(subject=booking.reference, kind="change").count() == 1


def test_too_late_to_move_says_whom_to_phone(booking: Booking) -> None:
    reply = text("déplacer", now=at(9))

    assert reply == "Corner Shop: this is not possible by text now. Please phone 05 49 24 00 39."


def test_of_several_visits_the_one_last_written_about_is_meant(store: Store, booking: Booking) -> None:
    other = written_about(make_booking(store, phone=PHONE, starts_at=at(11)))
    OutboxMessage.objects.filter(subject=booking.reference).update(attempted_at=NOW - timedelta(hours=1))

    text("1")

    booking.refresh_from_db()
    other.refresh_from_db()
    assert (booking.attendance_confirmed, other.attendance_confirmed) == (False, True)


def test_of_several_visits_none_of_which_was_written_about_lately_it_is_asked_which(
    store: Store, booking: Booking
) -> None:
    other = make_booking(store, phone=PHONE, starts_at=at(11))
    OutboxMessage.objects.update(attempted_at=NOW - timedelta(days=8))

    asked = text("annuler")
    assert asked.split("\n") == [
        "Which visit? Reply with a number:",
        "1: Tue 24 Nov., 10:00, Corner Shop",
        "2: Tue 24 Nov., 11:00, Corner Shop",
    ]
    assert "cancel your visit on Tuesday 24 November, 11:00?" in text("2", now=NOW + timedelta(minutes=1))
    text("oui", now=NOW + timedelta(minutes=2))

    assert (status(booking), status(other)) == (Status.CONFIRMED, Status.CANCELLED)


def test_help_says_who_how_to_phone_and_how_to_stop(booking: Booking) -> None:
    reply = text("AIDE")

    assert reply.startswith("Corner Shop, 05 49 24 00 39. Reply 1: coming, 2: not coming, LATE 10, MOVE. STOP: no more")


def test_what_is_not_understood_is_kept_for_a_person_and_said_once_a_day(booking: Booking, settings: Settings) -> None:
    first = text("C'est où ?")
    second = text("allô ?", now=NOW + timedelta(minutes=1))

    assert first == "Corner Shop: thank you, somebody will read your text. Urgent? 05 49 24 00 39"
    assert second == ""
    kept = CustomerText.objects.order_by("pk")
    assert [(one.body, one.name, one.reference) for one in kept] == [
        ("C'est où ?", "Ada Test", booking.reference),
        ("allô ?", "Ada Test", booking.reference),
    ]


def test_at_night_it_says_from_when_somebody_reads(booking: Booking) -> None:
    reply = text("C'est où ?", now=at(23, day=23))

    assert reply == "Corner Shop: thank you, we read your text from 08:00 on. Urgent? 05 49 24 00 39"


def test_thanks_need_no_answer_and_no_person(booking: Booking) -> None:
    assert text("merci beaucoup") == ""
    assert not CustomerText.objects.exists()


def test_a_text_about_a_cancelled_visit_is_told_so(booking: Booking) -> None:
    cancel_booking(booking_id=booking.pk, who=Who.staff(None, NOW))

    assert text("1").startswith("Corner Shop: your visit on Tuesday 24 November, 10:00 is cancelled. Book again: http")


def test_a_stranger_changes_nothing_and_is_read_by_the_only_store(store: Store, booking: Booking) -> None:
    for body in ("1", "2", "oui", "annuler"):
        text(body, phone="+33699999999")

    assert status(booking) == Status.CONFIRMED
    assert not booking.attendance_confirmed
    assert CustomerText.objects.filter(store=store).count() == 4


def test_a_strangers_text_is_kept_nowhere_where_nobody_knows_whose_it_is(store: Store, booking: Booking) -> None:
    make_store("other")

    assert text("hello", phone="+33699999999") == ""
    assert not CustomerText.objects.exists()


def test_a_number_that_was_someone_elses_says_nothing_about_their_visit(booking: Booking) -> None:
    Booking.objects.update(phone="+33611111111")

    text("1")

    booking.refresh_from_db()
    assert not booking.attendance_confirmed


@pytest.mark.parametrize("first", ["2", "en retard", "autre heure"])
@pytest.mark.parametrize("then", ["oui", "non", "1", "10"])
def test_number_that_was_mistyped_answers_no_question_of_before_and_gets_no_link(
    booking: Booking, first: str, then: str
) -> None:
    """Who had the text by mistake was asked something, before the customer corrected the number."""
    text(first)
    details = Details(booking.name, "", Contact("+33612345602", ""))
    correct_details(booking_id=booking.pk, number=0, details=details, now=NOW)

    reply = text(then, now=NOW + timedelta(minutes=1))

    booking.refresh_from_db()
    assert "http" not in reply
    assert (booking.status, booking.starts_at) == (Status.CONFIRMED, at(10))
    assert (booking.late_minutes, booking.attendance_confirmed) == (None, False)
    cancel_booking(booking_id=booking.pk, who=Who.customer(NOW))
    assert "http" not in text("oui", now=NOW + timedelta(minutes=2))


def test_twenty_texts_a_day_are_read_and_no_more(booking: Booking, settings: Settings) -> None:
    settings.RATE_LIMITS = True
    for _ in range(25):
        text("C'est où ?")

    assert CustomerText.objects.count() == 20


def test_a_visit_that_has_begun_may_still_be_late(booking: Booking) -> None:
    text("retard 5 min", now=at(10, 5))

    booking.refresh_from_db()
    assert booking.late_minutes == 5
    with pytest.raises(ValueError, match="0"):
        say_late(booking_id=booking.pk, minutes=0, now=NOW)


def test_sender_that_is_no_phone_is_kept_as_the_provider_names_it(store: Store) -> None:
    text("je voudrais savoir le prix", phone="whatsapp:+33612345678")

    assert CustomerText.objects.get().phone == "whatsapp:+33612345678"
