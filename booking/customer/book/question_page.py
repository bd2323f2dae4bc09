"""The page of one question of the simple version, between the time and the check page."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse

from booking.customer.book.booking_step import BookingStep
from booking.customer.book.detail_questions import (
    ASK,
    CHANGE,
    CHECK,
    EMAIL,
    HAS_SEEN,
    NAME,
    NEITHER,
    PHONE,
    THEN,
    DetailQuestions,
    change_choices,
    fields_of,
    give_hints,
    judged,
    question_url,
)
from booking.customer.book.hold_state import kept_words
from booking.customer.book.own_visits import own_visits_words
from booking.customer.forms import DetailsForm
from booking.web.forms import HONEYPOT, FormProblem
from booking.web.rendering import customer_page
from booking.web.responses import see_other


@dataclass(frozen=True, slots=True)
class Told:
    """What happened to an earlier form: problems to show on top, and whether its answers were sent to be taken."""

    problems: Sequence[FormProblem]
    status: HTTPStatus
    was_sent: bool = False
    is_lost: bool = False

    def status_with(self, problems: Sequence[FormProblem]) -> HTTPStatus:
        """Return the status of the page that shows these problems, its own among them."""
        return self.status if self.problems or not problems else HTTPStatus.BAD_REQUEST


def question_page(request: HttpRequest, step: BookingStep, told: Told, context: dict[str, Any]) -> HttpResponse:
    """Ask the question that the address names, or the first one that is open; check everything where none is."""
    wanted = request.GET.get(ASK, "")
    form = judged(step, step.typed, question=wanted)
    questions = DetailQuestions(form)
    question = NAME if told.is_lost else questions.read(wanted) or questions.first_open()
    if not question and form.is_valid() and not told.problems:
        return see_other(question_url(step, ""))
    has_changed = told.was_sent and questions.has_unasked
    is_last = not question or (has_changed and not wanted)
    then = CHECK if request.GET.get(THEN) == CHECK or is_last else ""
    question = question or questions.contact
    problems = [*told.problems, *(_problems(form, question) if told.was_sent else ())]
    if not told.was_sent:
        form = DetailsForm(initial=step.typed, country=step.rules.country, questions=step.form.questions)
    if fields_of(question):
        is_for_another = bool(form["is_for_someone_else"].value())
        give_hints(form, question, is_focused=not problems, is_for_someone_else=is_for_another)
    shown = {
        **context,
        **step.context(problems),
        **kept_words(step),
        **(own_visits_words(request, step) if question == NAME else {}),
        **_addresses(step, questions, question, then),
        "form": form,
        "question": question,
        "has_seen": HAS_SEEN if has_changed else "",
        "then": then,
        "field": form[question] if fields_of(question) else None,
        "choices": change_choices(step, questions.form) if question == CHANGE else (),
    }
    return customer_page(request, "book/details", shown, status=told.status_with(problems))


def _problems(form: DetailsForm, question: str) -> list[FormProblem]:
    """Return what cannot be taken of one answer, and what belongs to no question."""
    named = [(NON_FIELD_ERRORS, ""), *((name, form.first_id(name)) for name in fields_of(question))]
    return [
        FormProblem(text=str(error), field_id=target)
        for name, target in (*named, (HONEYPOT, ""))
        for error in form.errors.get(name, [])
    ]


def _addresses(step: BookingStep, questions: DetailQuestions, question: str, then: str) -> dict[str, str]:
    """Return where the page leads beside its answer: back, and to the other ways to be reached."""
    before = "" if then or question == CHANGE else questions.before(question)
    is_first = question == NAME and not then
    return {
        "before": before,
        "before_url": step.context()["times_url"] if is_first else question_url(step, before),
        "phone_url": question_url(step, PHONE, then=then),
        "email_url": question_url(step, EMAIL, then=then),
        "neither_url": question_url(step, NEITHER, then=then),
    }
