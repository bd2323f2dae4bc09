"""Feedback: customers answer one question after their visit, and may write to the store. Answers are counted by day."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from booking.bookings.lifecycle import lock_booking
from booking.bookings.refusals import WrongStatus
from booking.message_kinds import Kind
from booking.models import Booking, Feedback, FeedbackAnswer, FeedbackDay, Status
from booking.sending_times import FEEDBACK_APART
from notifications.models import OutboxMessage, State

# They were sent, may have been, or go before this one.
_COUNTS = (State.DUE, State.SENDING, State.SENT, State.DELIVERED, State.UNKNOWN)


@transaction.atomic
def answer_feedback(*, booking_id: int, answer: FeedbackAnswer, now: datetime) -> Booking:
    """Note the answer to the question after a visit; another answer replaces it. Raises BookingRefused WRONG_STATUS."""
    booking = lock_booking(booking_id)
    if not may_answer(booking):
        raise WrongStatus(booking)
    before = Feedback.objects.filter(booking=booking).first()
    if before is None:
        day = _asked_on(booking, now=now)
        Feedback.objects.create(booking=booking, day=day, answer=answer, answered_at=now)
        _count(booking, day, {answer: 1})
    elif before.answer != answer:
        Feedback.objects.filter(pk=before.pk).update(answer=answer, answered_at=now)
        _count(booking, before.day, {FeedbackAnswer(before.answer): -1, answer: 1})
    return booking


@transaction.atomic
def write_words(*, booking_id: int, words: str, now: datetime) -> Booking:
    """Keep what a customer writes to the store after their answer; "" for nothing. Raises WRONG_STATUS."""
    booking = lock_booking(booking_id)
    answered = Feedback.objects.filter(booking=booking)
    if booking.erased_at is not None or not answered.update(words=words, wrote_at=now if words else None):
        raise WrongStatus(booking)
    return booking


def may_answer(booking: Booking) -> bool:
    """Tell whether a customer may answer: their visit is done, and the store asks, or has asked them."""
    if booking.status != Status.COMPLETED or booking.erased_at is not None:
        return False
    return bool(booking.store.feedback_when) or _questions(booking).exclude(state=State.SKIPPED).exists()


def answer_in_words(answer: str) -> str:
    """Return an answer as its button says it."""
    words = {FeedbackAnswer.YES: _("Yes"), FeedbackAnswer.PARTLY: _("Partly"), FeedbackAnswer.NO: _("No")}
    return words[FeedbackAnswer(answer)]


def feedback_of(booking: Booking) -> Feedback | None:
    """Return what a customer answered after their visit, None for nothing."""
    return Feedback.objects.filter(booking=booking).first()


def has_answered(booking: Booking) -> bool:
    """Tell whether a customer has answered already, by the page of their visit."""
    return Feedback.objects.filter(booking=booking).exists()


def was_asked_lately(booking: Booking, message: OutboxMessage) -> bool:
    """Tell whether another question to the same phone or e-mail was due in the 30 days before this one, at any store.

    Of questions that are due together the first one counts, so that however many workers send, one is sent.
    """
    contact = Q()
    if booking.phone:
        contact |= Q(phone=booking.phone)
    if booking.email:
        contact |= Q(pk__in=Booking.objects.alias(address=Lower("email")).filter(address=Lower(Value(booking.email))))
    since = booking.starts_at - 2 * FEEDBACK_APART
    references = list(Booking.objects.filter(contact, starts_at__gt=since).values_list("reference", flat=True))
    asked = OutboxMessage.objects.filter(kind=Kind.FEEDBACK, subject__in=references, state__in=_COUNTS)
    is_before = Q(due_at__lt=message.due_at) | Q(due_at=message.due_at, pk__lt=message.pk)
    return asked.filter(is_before, due_at__gt=message.due_at - FEEDBACK_APART).exists()


def forget_feedback_of(bookings: Sequence[Booking]) -> None:
    """Delete what the customers of these visits answered and wrote; the counts stay."""
    Feedback.objects.filter(booking__in=bookings).delete()


def _questions(booking: Booking) -> QuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(subject=booking.reference, kind=Kind.FEEDBACK)


def _asked_on(booking: Booking, *, now: datetime) -> date:
    """Return the store's own day on which a customer was asked, which also counts the question."""
    asked = _questions(booking).exclude(state=State.SKIPPED).order_by("pk").values_list("due_at", flat=True).first()
    moment = min(asked or now, now)
    return moment.astimezone(ZoneInfo(booking.store.time_zone)).date()


def _count(booking: Booking, day: date, changes: dict[FeedbackAnswer, int]) -> None:
    """Change the counts of a day. They are locked in one order, as two customers may change their answers crosswise."""
    of_kind = {"store_id": booking.store_id, "day": day, "visit_type_id": booking.visit_type_id}
    for answer, change in sorted(changes.items()):
        FeedbackDay.objects.bulk_create([FeedbackDay(**of_kind, answer=answer)], ignore_conflicts=True)
        FeedbackDay.objects.filter(**of_kind, answer=answer).update(count=F("count") + change)
