"""One question after a visit that took place: once, by day, against nobody's will, counted without names."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine

from booking.arrivals.steps import take_step, undo_step
from booking.arrivals.walk_ins import admit_walk_in
from booking.bookings.audit import differences
from booking.bookings.feedback import answer_feedback, write_words
from booking.bookings.refusals import WrongStatus
from booking.models import Booking, Feedback, FeedbackAnswer, FeedbackDay, Status
from booking.privacy import customer_data, erase_customer, forget_old
from booking.sending_times import feedback_goes_at
from booking.who import Who
from notifications.models import OutboxMessage, State
from notifications.sms_recipients import opt_out
from notifications.tasks import deliver_due
from stores.models import Store
from tests.factories import PARIS, at, make_booking, make_store, make_user

pytestmark = pytest.mark.django_db

DONE = at(10, 20)  # when the visit of 10:00 is marked as done
ASKED = at(12, 20)
MOBILE = "+33612345601"


@pytest.fixture
def store() -> Store:
    return make_store(feedback_when="hours", capacity=4, booking_horizon_days=60)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(DONE, tick=False) as clock:
        yield clock


def step(booking: Booking, name: str, *, now: datetime = DONE, happened_at: datetime | None = None) -> Booking:
    return take_step(booking_id=booking.pk, step=name, who=Who.staff(None, now), happened_at=happened_at)


def done_visit(store: Store, *, now: datetime = DONE, **fields: object) -> Booking:
    """Return a visit that has taken place and is marked as done."""
    booking = make_booking(store, **fields)  # type: ignore[arg-type]
    step(booking, "check_in", now=booking.starts_at)
    return step(booking, "complete", now=now)


def questions(booking: Booking) -> list[tuple[str, str, str]]:
    found = OutboxMessage.objects.filter(subject=booking.reference, kind="feedback").order_by("pk")
    return [(one.channel, one.state, one.reason) for one in found]


def answer(booking: Booking, given: str = "yes", *, now: datetime = ASKED) -> None:
    answer_feedback(booking_id=booking.pk, answer=FeedbackAnswer(given), now=now)


def counts() -> dict[str, int]:
    return {one.answer: one.count for one in FeedbackDay.objects.all() if one.count}


# --- When it goes ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("completed_at", "now", "in_the_morning", "goes_at"),
    [
        (at(10, 20), at(10, 20), False, at(12, 20)),
        (at(18, 30), at(18, 30), False, at(8, day=25)),
        (at(17, 59), at(17, 59), False, at(19, 59)),
        (at(10, 20), at(10, 20), True, at(8, day=25)),
        (at(7, 0), at(7, 0), True, at(8, day=25)),
        (at(1, 0), at(1, 0), True, at(8)),
        (at(18, 30, day=23), at(9, 10), True, at(9, 10)),
        (at(18, 30, day=23), at(21, 0), False, at(8, day=25)),
        (at(10, 20, day=20), at(10, 20), False, None),
    ],
    ids=[
        "two-hours",
        "evening",
        "just-by-day",
        "morning",
        "early",
        "night",
        "late-tap",
        "late-tap-at-night",
        "too-late",
    ],
)
def test_it_goes_by_day_two_hours_after_or_the_next_morning(
    completed_at: datetime, now: datetime, in_the_morning: bool, goes_at: datetime | None
) -> None:
    assert feedback_goes_at(completed_at, now=now, in_the_morning=in_the_morning, zone=PARIS) == goes_at


def test_a_store_that_did_not_switch_it_on_asks_nobody() -> None:
    assert questions(done_visit(make_store())) == []


def test_a_visit_that_is_done_is_asked_about_by_text(store: Store, clock: time_machine.Traveller) -> None:
    booking = done_visit(store, email="ada@example.org")
    assert questions(booking) == [("sms", "due", "")]

    clock.move_to(ASKED - timedelta(minutes=1))
    deliver_due()
    assert questions(booking) == [("sms", "due", "")]
    clock.move_to(ASKED)
    deliver_due()
    assert questions(booking) == [("sms", "sent", "")]


def test_who_cannot_be_texted_is_asked_by_email(store: Store) -> None:
    booking = done_visit(store, phone="", email="ada@example.org")

    assert questions(booking) == [("email", "due", "")]


@pytest.mark.parametrize("ended", ["no_show", "cancelled"])
def test_a_visit_that_did_not_take_place_is_not_asked_about(store: Store, ended: str) -> None:
    booking = make_booking(store)
    if ended == "no_show":
        step(booking, "no_show")
    else:
        Booking.objects.filter(pk=booking.pk).update(status=Status.CANCELLED)

    assert questions(booking) == []


def test_a_walk_in_without_a_contact_is_not_asked(store: Store) -> None:
    booking = admit_walk_in(
        store=store, visit_type="visit", party_size=1, name="Ada", squeeze_in=False, now=at(10), user=make_user("staff")
    )
    step(booking, "complete")

    assert questions(booking) == []


# --- Once -----------------------------------------------------------------------------------------


def test_a_step_that_is_taken_back_is_not_asked_about(store: Store, clock: time_machine.Traveller) -> None:
    booking = done_visit(store)
    undo_step(booking_id=booking.pk, who=Who.staff(None, DONE))
    clock.move_to(ASKED)
    deliver_due()

    assert questions(booking) == [("sms", "skipped", "undone")]
    assert list(differences(now=ASKED)) == []


def test_done_taken_back_and_done_again_is_asked_about_once(store: Store, clock: time_machine.Traveller) -> None:
    booking = done_visit(store)
    undo_step(booking_id=booking.pk, who=Who.staff(None, DONE))
    step(booking, "complete", now=at(10, 40))
    clock.move_to(at(12, 40))
    deliver_due()

    assert questions(booking) == [("sms", "skipped", "undone"), ("sms", "sent", "")]


def test_what_was_sent_is_not_sent_again_after_an_undo(store: Store, clock: time_machine.Traveller) -> None:
    booking = done_visit(store)
    clock.move_to(ASKED)
    deliver_due()
    undo_step(booking_id=booking.pk, who=Who.staff(None, at(13)))
    step(booking, "complete", now=at(13, 5))
    clock.move_to(at(16))
    deliver_due()

    assert questions(booking) == [("sms", "sent", "")]


def test_the_same_tap_twice_asks_once(store: Store) -> None:
    booking, tap = make_booking(store), uuid4()
    step(booking, "check_in", now=at(10))
    for _ in range(2):
        take_step(booking_id=booking.pk, step="complete", who=Who.staff(None, DONE), action_id=tap)

    assert questions(booking) == [("sms", "due", "")]


def test_a_tap_of_yesterday_asks_by_day_and_an_older_one_asks_nobody(store: Store) -> None:
    booking, older = make_booking(store, starts_at=at(10, day=24)), make_booking(store, starts_at=at(11, day=24))
    for one in (booking, older):
        step(one, "check_in", now=one.starts_at)
    step(booking, "complete", now=at(7, day=25), happened_at=DONE)
    step(older, "complete", now=at(11, 30, day=27), happened_at=at(11, 20, day=24))

    assert OutboxMessage.objects.get(subject=booking.reference, kind="feedback").due_at == at(8, day=25)
    assert questions(older) == []


def test_an_undo_while_it_is_about_to_leave_keeps_it_back(store: Store) -> None:
    booking = done_visit(store)
    OutboxMessage.objects.filter(kind="feedback").update(state=State.SENDING, lease_token=uuid4())

    undo_step(booking_id=booking.pk, who=Who.staff(None, DONE))

    assert questions(booking) == [("sms", "skipped", "undone")]


def test_what_may_have_left_is_not_written_anew(store: Store) -> None:
    booking = done_visit(store)
    OutboxMessage.objects.filter(kind="feedback").update(state=State.SENDING, lease_token=uuid4(), attempted_at=ASKED)

    undo_step(booking_id=booking.pk, who=Who.staff(None, ASKED))
    step(booking, "complete", now=at(12, 30))

    assert questions(booking) == [("sms", "sending", "")]


@pytest.mark.parametrize("contact", [{"phone": MOBILE, "email": ""}, {"phone": "", "email": "Ada@example.org"}])
def test_a_contact_is_asked_once_in_thirty_days_over_all_stores(
    store: Store, clock: time_machine.Traveller, contact: dict[str, Any]
) -> None:
    other = make_store("other-shop", feedback_when="hours")
    first = done_visit(store, **contact)
    again = done_visit(other, **{**contact, "email": contact["email"].lower()})
    clock.move_to(ASKED)
    deliver_due()

    assert [state for _, state, _ in questions(first)] == ["sent"]
    assert [(state, reason) for _, state, reason in questions(again)] == [("skipped", "asked_lately")]


def test_thirty_days_later_a_regular_is_asked_again(store: Store, clock: time_machine.Traveller) -> None:
    done_visit(store)
    clock.move_to(ASKED)
    deliver_due()
    later = at(10, 21, day=24, month=12)
    booking = done_visit(store, starts_at=at(10, day=24, month=12), now=later)
    clock.move_to(later + timedelta(hours=2))
    deliver_due()

    assert [state for _, state, _ in questions(booking)] == ["sent"]


def test_somebody_else_is_asked_all_the_same(store: Store, clock: time_machine.Traveller) -> None:
    bookings = [done_visit(store, phone=phone) for phone in (MOBILE, "+33612345602")]
    clock.move_to(ASKED)
    deliver_due()

    assert [questions(one) for one in bookings] == [[("sms", "sent", "")]] * 2


# --- Against nobody's will ------------------------------------------------------------------------


def test_stop_silences_it_and_no_email_comes_instead(store: Store, clock: time_machine.Traveller) -> None:
    booking = done_visit(store, email="ada@example.org")
    opt_out(MOBILE, now=DONE)
    clock.move_to(ASKED)
    deliver_due()
    deliver_due()

    assert questions(booking) == [("sms", "skipped", "opted_out"), ("email", "skipped", "opted_out")]


@pytest.mark.parametrize("switched", ["off", "erased"])
def test_switched_off_or_erased_meanwhile_nothing_goes(
    store: Store, clock: time_machine.Traveller, switched: str
) -> None:
    booking = done_visit(store)
    if switched == "off":
        Store.objects.update(feedback_when="")
    else:
        erase_customer(booking_id=booking.pk, who=Who.customer(DONE))
    clock.move_to(ASKED)
    deliver_due()

    assert questions(booking) == [("sms", "skipped", {"off": "not_asked", "erased": "erased"}[switched])]


def test_who_has_answered_already_is_not_asked(store: Store, clock: time_machine.Traveller) -> None:
    booking = done_visit(store)
    answer(booking, now=at(11))
    clock.move_to(ASKED)
    deliver_due()

    assert questions(booking) == [("sms", "skipped", "answered")]


def test_a_late_one_waits_for_the_morning(store: Store, clock: time_machine.Traveller) -> None:
    booking = done_visit(store)
    clock.move_to(at(22))
    deliver_due()

    assert questions(booking) == [("sms", "due", "night")]
    assert OutboxMessage.objects.get(kind="feedback").due_at == at(8, day=25)


# --- Answers --------------------------------------------------------------------------------------


def test_an_answer_is_counted_on_the_day_of_the_question_and_may_change(store: Store) -> None:
    booking = done_visit(store)
    answer(booking, "yes", now=at(9, day=26))
    answer(booking, "partly", now=at(10, day=26))
    answer(booking, "partly", now=at(11, day=26))

    assert counts() == {"partly": 1}
    assert FeedbackDay.objects.get(answer="partly").day == ASKED.date()
    assert list(differences(now=at(12, day=26))) == []


def test_a_visit_that_is_not_done_or_that_nobody_asked_about_takes_no_answer(store: Store) -> None:
    coming, not_asked = make_booking(store), done_visit(make_store("other-shop"))
    for booking in (coming, not_asked):
        with pytest.raises(WrongStatus):
            answer(booking)
    with pytest.raises(WrongStatus):
        write_words(booking_id=coming.pk, words="Hello", now=ASKED)

    assert Feedback.objects.count() == FeedbackDay.objects.count() == 0


def test_an_answer_is_taken_after_the_store_has_switched_it_off(store: Store) -> None:
    booking = done_visit(store)
    Store.objects.update(feedback_when="")

    answer(booking)

    assert counts() == {"yes": 1}


def test_words_are_shown_to_their_customer_with_the_data(store: Store) -> None:
    booking = done_visit(store)
    answer(booking, "no")
    write_words(booking_id=booking.pk, words="The lens was missing.", now=at(12, 30))

    assert customer_data(booking)["feedback"] == {
        "answer": "no",
        "words": "The lens was missing.",
        "at": "2026-11-24T12:30:00+01:00",
    }


@pytest.mark.parametrize("way", ["erase", "forget"])
def test_erasure_and_retention_leave_the_counts_alone(store: Store, way: str) -> None:
    booking = done_visit(store)
    answer(booking, "no")
    write_words(booking_id=booking.pk, words="The lens was missing.", now=ASKED)
    if way == "erase":
        erase_customer(booking_id=booking.pk, who=Who.customer(at(13)))
    else:
        forget_old(now=at(13) + timedelta(days=store.keep_days))

    assert not Feedback.objects.exists()
    assert counts() == {"no": 1}
    assert list(differences(now=at(13))) == []
    booking.refresh_from_db()
    with pytest.raises(WrongStatus):
        write_words(booking_id=booking.pk, words="Once more", now=at(14))
    with pytest.raises(WrongStatus):
        answer(booking)


def test_the_audit_names_questions_and_answers_that_do_not_fit(store: Store) -> None:
    booking = done_visit(store)
    answer(booking)
    FeedbackDay.objects.all().delete()
    Booking.objects.update(status=Status.NO_SHOW)

    found = list(differences(now=at(12)))

    assert any(f"asks after {booking.reference}, which is not done" in line for line in found)
    assert any("1 answers are kept, 0 counted" in line for line in found)
