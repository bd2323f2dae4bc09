from datetime import datetime

import pytest

from booking.bookings.corrections import CorrectedMeanwhile, Details, correct_details
from booking.bookings.customer_visits import Contact
from booking.bookings.lifecycle import cancel_booking
from booking.bookings.refusals import WrongStatus
from booking.messages.compose import compose
from booking.models import Booking, BookingEvent, EventKind
from booking.privacy import erase_customer
from booking.refusals import BookingRefused, Refusal
from booking.who import Who
from notifications.content import Sms
from notifications.digests import recipient_digest
from notifications.models import Channel, OutboxMessage, State, UnclearText
from stores.models import StoreDay
from tests.factories import NOW, at, make_booking, make_store

pytestmark = pytest.mark.django_db

WRONG, RIGHT = "+33612345601", "+33612345602"


def correct(
    booking: Booking,
    *,
    phone: str = WRONG,
    email: str = "",
    name: str = "Ada Test",
    note: str = "",
    now: datetime = NOW,
) -> Booking:
    booking.refresh_from_db(fields=["link_number"])
    return correct_details(
        booking_id=booking.pk,
        number=booking.link_number,
        details=Details(name, note, Contact(phone, email)),
        now=now,
    )


def test_correct_puts_name_and_note_right_and_tells_the_day() -> None:
    booking = make_booking(make_store(), name="Adda Test", note="Side dor")
    before = StoreDay.objects.get().version

    correct(booking, note="Side door", now=at(8))

    booking.refresh_from_db()
    assert (booking.name, booking.note, booking.updated_at) == ("Ada Test", "Side door", at(8))
    assert booking.sequence == 0
    version = StoreDay.objects.get().version
    assert version > before
    correct(booking, note="Side door", now=at(9))
    assert StoreDay.objects.get().version == version


def test_correct_brings_nobody_back_who_was_erased() -> None:
    booking = make_booking(make_store())
    erase_customer(booking_id=booking.pk, who=Who.customer(NOW))

    correct(booking)

    booking.refresh_from_db()
    assert booking.name == ""


def messages(state: State) -> list[tuple[str, str, str, int]]:
    rows = OutboxMessage.objects.filter(state=state).order_by("pk")
    return [(row.kind, row.channel, row.offset, row.sequence) for row in rows]


def test_other_phone_is_confirmed_and_reminded_anew_and_the_former_hears_nothing_more() -> None:
    booking = make_booking(make_store(), starts_at=at(10, day=27), phone=WRONG)
    before = messages(State.DUE)

    correct(booking, phone=RIGHT)

    booking.refresh_from_db()
    assert (booking.phone, booking.sequence, booking.starts_at) == (RIGHT, 1, at(10, day=27))
    assert messages(State.SKIPPED) == before
    assert {row.reason for row in OutboxMessage.objects.filter(state=State.SKIPPED)} == {"contact_corrected"}
    assert messages(State.DUE) == [(kind, channel, offset, 1) for kind, channel, offset, _ in before]
    sent = [compose(message, now=NOW) for message in OutboxMessage.objects.filter(kind="confirmation", state=State.DUE)]
    assert [one.to for one in sent if isinstance(one, Sms)] == [RIGHT]
    assert BookingEvent.objects.latest("pk").kind == EventKind.CONTACT_CORRECTED


@pytest.mark.parametrize(("phone", "noted"), [(RIGHT, 1), ("", 1), (WRONG, 0)], ids=["another", "none", "the same"])
def test_what_may_have_left_to_the_former_number_is_noted_to_be_looked_for(phone: str, noted: int) -> None:
    booking = make_booking(make_store(), phone=WRONG)
    OutboxMessage.objects.filter(kind="confirmation").update(
        state=State.UNKNOWN, attempted_at=NOW, recipient_digest=recipient_digest(WRONG)
    )

    correct(booking, phone=phone, email="ada@example.org")

    assert UnclearText.objects.count() == noted


def test_reminders_go_by_the_channel_of_the_new_contact() -> None:
    booking = make_booking(make_store(), starts_at=at(10, day=27), phone=WRONG)

    correct(booking, phone="", email="ada@example.org")

    assert {channel for _, channel, _, _ in messages(State.DUE)} == {Channel.EMAIL}


def test_who_is_asked_for_another_time_is_asked_at_the_new_contact() -> None:
    booking = make_booking(make_store(), starts_at=at(10, day=27), phone=WRONG)
    Booking.objects.update(answer_until=at(12))

    correct(booking, phone=RIGHT)

    (asked,) = OutboxMessage.objects.filter(state=State.DUE).exclude(kind="reminder")
    sent = compose(asked, now=NOW)
    assert isinstance(sent, Sms)
    assert (sent.to, asked.kind, asked.sequence) == (RIGHT, "change", 1)
    assert "choose" in sent.body.lower()
    assert {row.sequence for row in OutboxMessage.objects.filter(state=State.DUE, kind="reminder")} == {1}


def test_link_that_went_to_the_former_contact_ends() -> None:
    booking = make_booking(make_store(), phone=WRONG)

    assert correct(booking, phone=RIGHT).link_number == 1
    assert correct(booking, phone=RIGHT, note="Side door").link_number == 1


def test_who_has_the_link_that_ended_corrects_no_contact_any_more() -> None:
    booking = make_booking(make_store(), phone=WRONG)
    correct(booking, phone=RIGHT)

    with pytest.raises(CorrectedMeanwhile):
        correct_details(booking_id=booking.pk, number=0, details=Details("Ada Test", "", Contact(WRONG, "")), now=NOW)

    booking.refresh_from_db()
    assert (booking.phone, booking.link_number) == (RIGHT, 1)


def test_contact_with_as_many_visits_as_one_person_may_have_is_refused() -> None:
    store = make_store(open_bookings_per_customer=1)
    make_booking(store, starts_at=at(11), phone=RIGHT)
    booking = make_booking(store, phone=WRONG, email="ada@example.org")

    with pytest.raises(BookingRefused) as refused:
        correct(booking, phone=RIGHT, email="ada@example.org")

    assert refused.value.reason == Refusal.TOO_MANY_OPEN_BOOKINGS
    booking.refresh_from_db()
    assert (booking.phone, booking.sequence) == (WRONG, 0)
    assert correct(booking, phone=WRONG, email="bea@example.org").email == "bea@example.org"


def test_contact_of_a_visit_that_is_over_or_cancelled_stays() -> None:
    store = make_store()
    booking, other = make_booking(store), make_booking(store, starts_at=at(11), phone="+33612345603")
    cancel_booking(booking_id=other.pk, who=Who.customer(NOW))

    with pytest.raises(BookingRefused) as late:
        correct(booking, phone=RIGHT, now=at(10, 5))
    with pytest.raises(WrongStatus):
        correct(other, phone=RIGHT)

    assert late.value.reason == Refusal.TOO_LATE
    assert set(Booking.objects.values_list("phone", flat=True)) == {WRONG, "+33612345603"}
