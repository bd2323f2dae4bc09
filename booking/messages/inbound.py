"""Answers to people who text us: what they mean is done by the same services as on their page, or a person reads it.

A text is about the visit that the number was last written about, else about its only visit to come; where several fit,
it is asked which. Nothing is cancelled without a second yes.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from django.utils import translation

from booking import limits
from booking.bookings.feedback import may_answer
from booking.bookings.lateness import say_late
from booking.bookings.lifecycle import cancel_booking, confirm_attendance
from booking.bookings.rescheduling import reschedule
from booking.message_kinds import Kind
from booking.messages import reply_texts, text_questions
from booking.messages.answer_words import Answer, Meaning, is_no, is_yes, read_answer, read_number
from booking.messages.booking_messages import (
    ATTENDANCE_CONFIRMED,
    CANCELLATION,
    NOT_COMING,
    booking_sms,
    read_booking,
)
from booking.messages.feedback import feedback_text
from booking.messages.inbox import has_written_lately, keep_text, reply_goes_at
from booking.messages.incoming_texts import IncomingText, language_of, store_of, visit_meant
from booking.messages.text_bookings import book_choice, offer_first_times, store_of_word
from booking.models import Booking, Status, TextQuestion
from booking.places.days_state import Wish
from booking.places.moved_visits import moved_visit
from booking.places.nearest_free import nearest_free
from booking.policy import LONGEST_LATE, may_change
from booking.refusals import BookingRefused
from booking.subjects import About, Subject
from booking.who import Who
from notifications.sms_recipients import last_text_to


def answer_text(*, phone: str, body: str, answer_otherwise: Callable[[str, str], str | None], now: datetime) -> str:
    """Return the reply to a text, "" for none; do what it says, or keep it for a person.

    `answer_otherwise` answers yes or no about what is no visit: the subject, and the word.
    """
    if not limits.may_answer_text(phone):
        return ""
    text = IncomingText(phone, body, now, last_text_to(phone))
    last_text_at = text.last.attempted_at if text.last else None
    asked = text_questions.open_question(phone, last_text_at=last_text_at, now=now)
    if asked is not None and (reply := _answer_question(text, asked)) is not None:
        return reply
    store = store_of_word(body)
    if store is not None:
        return offer_first_times(store, phone=phone, body=body, now=now)
    return _answer_freely(text, read_answer(body), answer_otherwise)


def _answer_freely(text: IncomingText, answer: Answer, answer_otherwise: Callable[[str, str], str | None]) -> str:
    """Return the reply to a text that answers no question of ours but "Do you come?"."""
    meaning = answer.meaning
    if _answers_feedback(text, meaning):
        return _ask_feedback_again(text)
    if meaning == Meaning.NUMBER:
        meaning = {1: Meaning.COMING, 2: Meaning.NOT_COMING}.get(answer.number or 0, Meaning.UNKNOWN)
    if meaning == Meaning.THANKS:
        return ""
    about = Subject.parse(text.last.subject) if text.last else None
    if about and about.about not in (About.BOOKING, About.TEXT) and meaning in (Meaning.COMING, Meaning.NOT_COMING):
        return answer_otherwise(str(about), "yes" if meaning == Meaning.COMING else "no") or ""
    booking, others = visit_meant(text, about)
    if meaning == Meaning.HELP:
        return _help(text, booking)
    if meaning not in _ACTIONS:
        return _pass_on(text, booking)
    if booking is None and others:
        return _ask_which(text, others, meaning, answer.number)
    if booking is None:
        return _pass_on(text, None)
    return _act(text, booking, meaning, answer.number)


def _answers_feedback(text: IncomingText, meaning: Meaning) -> bool:
    """Tell whether a text answers our question after a visit, and so says nothing about a visit to come.

    Somebody who says in words that they do not come means a visit: they are asked about it.
    """
    if text.last is None or text.last.kind != Kind.FEEDBACK:
        return False
    is_bare_no = meaning == Meaning.NOT_COMING and is_no(text.body)
    return meaning in (Meaning.NUMBER, Meaning.COMING) or is_bare_no


def _ask_feedback_again(text: IncomingText) -> str:
    """Return the question after a visit once more: it is answered by its link alone."""
    booking = read_booking(Subject.parse(text.last.subject)) if text.last else None
    if booking is None or booking.phone != text.phone or not may_answer(booking):
        return _pass_on(text, None)
    with translation.override(booking.locale):
        return feedback_text(booking)


def _act(text: IncomingText, booking: Booking, meaning: Meaning, number: int | None) -> str:
    with translation.override(booking.locale):
        if booking.status == Status.CANCELLED:
            return booking_sms(booking, CANCELLATION.name)
        try:
            return _ACTIONS[meaning](text, booking, number)
        except BookingRefused:
            return _pass_on(text, booking)


def _note_coming(text: IncomingText, booking: Booking, _number: int | None) -> str:
    text_questions.close_question(text.phone)
    confirm_attendance(booking_id=booking.pk, now=text.now)
    return booking_sms(booking, ATTENDANCE_CONFIRMED)


def _ask_whether_to_cancel(text: IncomingText, booking: Booking, _number: int | None) -> str:
    text_questions.ask(text.phone, text_questions.CANCEL, subject=booking.reference, now=text.now)
    return booking_sms(booking, NOT_COMING)


def _note_late(text: IncomingText, booking: Booking, minutes: int | None) -> str:
    if minutes is None:
        text_questions.ask(text.phone, text_questions.LATE, subject=booking.reference, now=text.now)
        return reply_texts.late_asked(booking)
    if not 1 <= minutes <= LONGEST_LATE:
        return _pass_on(text, booking)
    text_questions.close_question(text.phone)
    say_late(booking_id=booking.pk, minutes=minutes, now=text.now)
    return reply_texts.late_noted(booking, minutes)


def _offer_times(text: IncomingText, booking: Booking, _number: int | None) -> str:
    """Return the three free times nearest to a visit, to choose from by number."""
    is_in_time = may_change(
        status=booking.status,
        starts_at=booking.starts_at,
        now=text.now,
        change_until_minutes=booking.store.change_until_minutes,
        answer_until=booking.answer_until,
    )
    if not is_in_time:
        return reply_texts.not_possible(booking.store)
    wish = Wish(
        booking.store.slug,
        booking.visit_type.slug,
        party_size=booking.party_size,
        desk=booking.desk_kept,
        is_booked=True,
        moved=moved_visit(booking),
        language=booking.language,
    )
    starts = [slot.starts_at for slot in nearest_free(wish, booking.starts_at, now=text.now)]
    if not starts:
        return reply_texts.no_times(booking)
    choices = [start.isoformat() for start in starts]
    text_questions.ask(text.phone, text_questions.MOVE, subject=booking.reference, choices=choices, now=text.now)
    return reply_texts.times_offered(booking, starts)


_ACTIONS: Mapping[Meaning, Callable[[IncomingText, Booking, int | None], str]] = {
    Meaning.COMING: _note_coming,
    Meaning.NOT_COMING: _ask_whether_to_cancel,
    Meaning.LATE: _note_late,
    Meaning.MOVE: _offer_times,
}


def _answer_question(text: IncomingText, asked: TextQuestion) -> str | None:
    """Return the reply to an answer to our question, None where the text answers something else."""
    if asked.question == text_questions.BOOK:
        return book_choice(asked, phone=text.phone, number=read_number(text.body), now=text.now)
    if asked.question == text_questions.WHICH:
        return _choose_visit(text, asked)
    booking = read_booking(Subject.booking(asked.subject))
    if booking is None or booking.phone != text.phone:  # corrected since: the number was somebody else's
        return None
    if booking.status != Status.CONFIRMED or text.now >= booking.ends_at:
        return None
    number = read_number(text.body)
    with translation.override(booking.locale):
        if asked.question == text_questions.LATE and number is not None:
            return _act(text, booking, Meaning.LATE, number)
        if asked.question == text_questions.MOVE and number is not None:
            return _move(text, booking, asked, number)
        if asked.question == text_questions.CANCEL and is_yes(text.body):
            return _cancel(text, booking)
        if asked.question == text_questions.CANCEL and is_no(text.body):
            text_questions.close_question(text.phone)
            return booking_sms(booking, ATTENDANCE_CONFIRMED)
    return None


def _cancel(text: IncomingText, booking: Booking) -> str:
    """Cancel a visit after the second yes; the text about the cancellation is the reply."""
    text_questions.close_question(text.phone)
    try:
        cancel_booking(booking_id=booking.pk, who=Who.customer(text.now))
    except BookingRefused:
        return reply_texts.not_possible(booking.store)
    return ""


def _move(text: IncomingText, booking: Booking, asked: TextQuestion, number: int) -> str:
    """Move a visit to a time that was offered; the text about the change is the reply."""
    if not 1 <= number <= len(asked.choices):
        return _offer_times(text, booking, None)
    text_questions.close_question(text.phone)
    starts_at = datetime.fromisoformat(asked.choices[number - 1])
    try:
        reschedule(booking_id=booking.pk, starts_at=starts_at, who=Who.customer(text.now))
    except BookingRefused:
        return _offer_times(text, booking, None)
    return ""


def _choose_visit(text: IncomingText, asked: TextQuestion) -> str | None:
    """Return the reply once it is clear which of several visits is meant."""
    number = read_number(text.body)
    if number is None or not 1 <= number <= len(asked.choices):
        return None
    booking = read_booking(Subject.booking(str(asked.choices[number - 1])))
    text_questions.close_question(text.phone)
    meaning, _, minutes = asked.subject.partition(" ")
    if booking is None or booking.phone != text.phone:
        return None
    return _act(text, booking, Meaning(meaning), int(minutes) if minutes else None)


def _ask_which(text: IncomingText, visits: list[Booking], meaning: Meaning, number: int | None) -> str:
    choices = [visit.reference for visit in visits]
    subject = f"{meaning} {number}" if number and meaning == Meaning.LATE else str(meaning)
    text_questions.ask(text.phone, text_questions.WHICH, subject=subject, choices=choices, now=text.now)
    with translation.override(visits[0].locale):
        return reply_texts.which_visit(visits)


def keep_unanswered(*, phone: str, body: str, now: datetime) -> None:
    """Keep a text for a person to read, without an answer: for example, of somebody who wants no more texts."""
    text = IncomingText(phone, body, now, last_text_to(phone))
    booking, _others = visit_meant(text, Subject.parse(text.last.subject) if text.last else None)
    store = store_of(text, booking)
    if store is not None and limits.may_answer_text(phone):
        keep_text(store=store, phone=phone, body=body, booking=booking, now=now)


def _help(text: IncomingText, booking: Booking | None) -> str:
    store = store_of(text, booking)
    if store is None:
        return ""
    with translation.override(language_of(booking)):
        return reply_texts.help_about(store, booking)


def _pass_on(text: IncomingText, booking: Booking | None) -> str:
    """Keep a text for a person; say so once a day to each number."""
    store = store_of(text, booking)
    if store is None:
        return ""
    was_told = has_written_lately(store, text.phone, now=text.now)
    keep_text(store=store, phone=text.phone, body=text.body, booking=booking, now=text.now)
    if was_told:
        return ""
    goes_at = reply_goes_at(store, now=text.now)
    with translation.override(language_of(booking)):
        return reply_texts.passed_on(store, read_from=goes_at if goes_at > text.now else None)
