"""The answer to one question of the simple version: it is remembered, and leads to the next question."""

from dataclasses import replace
from functools import partial

from django.http import HttpRequest, HttpResponse

from booking.customer.book.booking_step import BookingStep
from booking.customer.book.check import lead_to_check
from booking.customer.book.detail_questions import (
    ASK,
    CHECK,
    THEN,
    DetailQuestions,
    judged,
    without_other_contact,
)
from booking.customer.book.details import AGAIN
from booking.customer.book.step_view import with_booking_step


@partial(with_booking_step, methods=("POST",))
def answer(request: HttpRequest, step: BookingStep) -> HttpResponse:
    """Remember an answer. Lead to the next question, or back to this one where the answer cannot be taken."""
    if step.is_unread:
        return step.lead_to_times()
    if step.way.booked:  # an old page, sent again: the details page says what it booked
        return step.lead_to("book-details")
    question = request.POST.get(ASK, "")
    questions = DetailQuestions(judged(step, step.typed, question=question))
    question, then = questions.read(question), CHECK if request.POST.get(THEN) == CHECK else ""
    if questions.is_open(question):
        return step.lead_to("book-details", ask=question, then=then, why=AGAIN)
    left = without_other_contact(questions, question)
    step = step if left is None else replace(step, form=judged(step, left))
    following = "" if then else questions.after(question)
    return step.lead_to("book-details", ask=following) if following else lead_to_check(step)
