"""Joining a waiting list in the simple version: one question a page, then everything is shown once more."""

from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from booking.customer.book.detail_questions import (
    ASK,
    CHANGE,
    CHECK,
    EMAIL,
    NAME,
    NEITHER,
    PHONE,
    THEN,
    DetailQuestions,
    fields_of,
    give_hints,
    judge_contact,
    with_answer,
    without_other_contact,
)
from booking.customer.book.details import AGAIN, not_remembered_sentence
from booking.customer.book.simple_questions import Choice
from booking.customer.forms import DetailsForm, WaitingForm
from booking.customer.waiting_list.wish import WaitingWish
from booking.waiting_list.wording import days_between_in_words
from booking.web.forms import FormProblem

FIRST_DAY, LAST_DAY = "from", "to"


def answer(wish: WaitingWish) -> HttpResponse:
    """Remember an answer. Lead to the next question, or back to this one where the answer cannot be taken."""
    sent = wish.request.POST
    typed = with_answer(wish.way.typed, sent)
    if sent[ASK] == FIRST_DAY and LAST_DAY not in typed:
        typed[LAST_DAY] = sent.get(LAST_DAY, "")  # proposed, until the next page asks for it
    questions = _questions(wish, typed, sent[ASK])
    question, then = questions.read(sent[ASK]), CHECK if sent.get(THEN) == CHECK else ""
    form: DetailsForm = questions.form
    if questions.is_open(question):
        return wish.lead_back(form, ask=question, then=then, why=AGAIN)
    left = without_other_contact(questions, question)
    if left is not None:
        form = wish.form(left)
    following = "" if then else questions.after(question)
    return wish.lead_back(form, ask=following or CHECK)


def question_context(wish: WaitingWish, told: str) -> tuple[dict[str, Any], DetailsForm, HTTPStatus]:
    """Return what the page of one question shows, or that everything is to be checked; its form and its status.

    `told` is why the list was not joined, "" for nothing.
    """
    wanted, why = wish.request.GET.get(ASK, ""), wish.request.GET.get("why", "")
    is_lost = not wish.way.is_remembered and (why == AGAIN or wanted not in ("", FIRST_DAY))
    questions = _questions(wish, wish.way.typed, wanted)
    question = _question(wish, questions, wanted, is_begun_anew=is_lost or bool(told))
    form: DetailsForm = questions.form
    status, problems = HTTPStatus.OK, list[FormProblem]()
    if told or is_lost:
        problems = [FormProblem(told or not_remembered_sentence(is_simple=True))]
        status = HTTPStatus.CONFLICT if told else HTTPStatus.BAD_REQUEST
    elif question not in ("", NEITHER, CHANGE) and (why == AGAIN or wanted == CHECK):
        problems = [FormProblem(str(error), f"id_{question}") for error in form.errors.get(question, [])]
        status = HTTPStatus.BAD_REQUEST if problems else HTTPStatus.OK
    if question and (not problems or told or is_lost):
        form = _unjudged(wish)
    then = CHECK if wish.request.GET.get(THEN) == CHECK or wanted == CHECK or (told and wish.way.typed) else ""
    if fields_of(question):
        give_hints(form, question, is_focused=not problems)
    if question == PHONE:
        form[PHONE].help_text = _("It must be a mobile phone. We send you a text message.")
    context = {
        "question": question,
        "then": then,
        "field": form[question] if fields_of(question) else None,
        "choices": _change_choices(wish, questions) if question == CHANGE else (),
        "typed": questions.form.cleaned_data,
        "days": "" if question else _days(questions.form),
        "problems": problems,
        **_addresses(wish, questions, question, then),
    }
    return context, form, status


def _questions(wish: WaitingWish, typed: Any, question: str) -> DetailQuestions:
    form = wish.form(dict(typed))
    judge_contact(form, question)
    if form.has_error(PHONE, code="not_textable"):
        form.errors[PHONE] = form.error_class([_("We cannot write to this phone. Write a mobile phone number.")])
    return DetailQuestions(form, opening=(FIRST_DAY, LAST_DAY, NAME), on_wish=())


def _question(wish: WaitingWish, questions: DetailQuestions, wanted: str, *, is_begun_anew: bool) -> str:
    """Return the question that the address names, or the first one that is open; "" where all is to be checked."""
    if is_begun_anew:
        return FIRST_DAY
    first = questions.first_open() if wish.way.typed else FIRST_DAY
    return questions.read(wanted) or first


def _unjudged(wish: WaitingWish) -> WaitingForm:
    """Return the form with what was typed, not validated yet; the last day is not proposed before the first."""
    form = wish.form(None)
    first, last = str(form.initial[FIRST_DAY]), str(form.initial[LAST_DAY])
    form.initial[LAST_DAY] = max(first, last)
    return form


def _days(form: DetailsForm) -> str:
    return days_between_in_words(form.cleaned_data[FIRST_DAY], form.cleaned_data[LAST_DAY])


def _change_choices(wish: WaitingWish, questions: DetailQuestions) -> tuple[Choice, ...]:
    contacts = [(PHONE, _("The phone number")), (EMAIL, _("The e-mail address"))]
    days = [(FIRST_DAY, _("The first day")), (LAST_DAY, _("The last day"))]
    given = [(name, words) for name, words in contacts if questions.form.data.get(name)]
    asked = [*days, (NAME, _("The name")), *given]
    return tuple(Choice(words, _url(wish, name, then=CHECK)) for name, words in asked)


def _addresses(wish: WaitingWish, questions: DetailQuestions, question: str, then: str) -> dict[str, str]:
    """Return where the page leads beside its answer: back, and to the other ways to be reached."""
    before = "" if then or question == CHANGE else questions.before(question)
    if not question:
        before = questions.contact
    return {
        "before_url": "" if question == FIRST_DAY and not then else _url(wish, before or CHECK),
        "change_url": _url(wish, CHANGE),
        "phone_url": _url(wish, PHONE, then=then),
        "email_url": _url(wish, EMAIL, then=then),
        "neither_url": _url(wish, NEITHER, then=then),
    }


def _url(wish: WaitingWish, question: str, *, then: str = "") -> str:
    return wish.url_of(ask=question, then=then, form=wish.way.key)
