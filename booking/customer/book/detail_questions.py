"""What the simple version asks after the time, one question a page: name, contact, the store's own questions.

Each page is the address of the details with its question in `ask`. What was answered so far is remembered with the
booking in progress, so Back, reload and another time lose nothing. The waiting list asks in the same way, days first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from booking.customer.book.booking_step import BookingStep
from booking.customer.book.simple_questions import Choice
from booking.customer.forms import DetailsForm
from booking.web.forms import HONEYPOT, FormWithProblems

ASK, THEN = "ask", "then"  # of an address and of a form: the question, and where its answer leads
HAS_SEEN = "has_seen"  # of a form: its page said that answers belong to no question any more, and showed them
CHECK = "check"  # a value of `then`: back to the check page, from which the question was asked
NAME, PHONE, EMAIL, NOTE = "name", "phone", "email", "note"
NEITHER, CHANGE = "neither", "change"  # these two only lead on: no phone and no e-mail, and what is to be changed


@dataclass(frozen=True, slots=True)
class DetailQuestions:
    """The questions of one form, which is bound to what was answered so far.

    `opening` is asked before the contact, `on_wish` only where somebody wants to say it.
    """

    form: DetailsForm
    opening: tuple[str, ...] = (NAME,)
    on_wish: tuple[str, ...] = (NOTE,)

    @property
    def contact(self) -> str:
        """The question about how to reach the customer: e-mail for somebody who gave an address alone."""
        given = self.form.data
        return EMAIL if given.get(EMAIL) and not given.get(PHONE) else PHONE

    @property
    def in_order(self) -> list[str]:
        """The questions on the way from the time to the check page; a note is written only on wish."""
        return [*self.opening, self.contact, *self._of_store]

    @property
    def _of_store(self) -> list[str]:
        return [*self.form.questions]

    def read(self, text: str) -> str:
        """Return the question that an address or a form names; "" for none that is asked here."""
        known = (*self.opening, PHONE, EMAIL, *self.on_wish, NEITHER, CHANGE, *self._of_store)
        return text if text in known else ""

    def after(self, question: str) -> str:
        """Return the question that follows an answer, "" where all are answered."""
        order = self._order_with(question)
        return next(iter(order[order.index(question) + 1 :]), "") if question in order else ""

    def before(self, question: str) -> str:
        """Return the question to go back to, "" from the first one."""
        other_way = {EMAIL: PHONE, NEITHER: EMAIL}
        if question in other_way:
            return other_way[question]
        order = self._order_with(question)
        at = order.index(question) if question in order else len(order)
        return order[at - 1] if at else ""

    def first_open(self) -> str:
        """Return the first question whose answer is missing or cannot be taken, "" for none.

        Where answers belong to no question any more, it is the first of the store's without one.
        """
        is_open = next((one for one in (*self.in_order, PHONE, EMAIL, *self.on_wish) if self.is_open(one)), "")
        if is_open or not self.has_unasked:
            return is_open
        return next((one for one in self._of_store if not self.form.data.get(one)), "")

    @property
    def has_unasked(self) -> bool:
        """Whether answers belong to no question any more: the store has changed its questions."""
        return bool(self.form.questions.unasked(self.form.data))

    def is_open(self, question: str) -> bool:
        """Tell whether a question's answer is missing or cannot be taken."""
        return any(name in self.form.errors for name in fields_of(question))

    def _order_with(self, question: str) -> list[str]:
        contact = question if question in (PHONE, EMAIL) else self.contact
        return [*self.opening, contact, *self._of_store]


def fields_of(question: str) -> tuple[str, ...]:
    """Return the fields of the form that a page asks for; none of a page that only leads on."""
    if question in ("", NEITHER, CHANGE):
        return ()
    return (NAME, "is_for_someone_else") if question == NAME else (question,)


def with_answer(typed: Mapping[str, str], sent: Mapping[str, Any]) -> dict[str, str]:
    """Return what was typed so far, with the answer that a form sends; what it does not send was taken back."""
    answered = {name: sent.get(name, "") for name in fields_of(sent.get(ASK, ""))}
    return {**{name: value for name, value in typed.items() if name != HONEYPOT}, **answered}


def judged(step: BookingStep, typed: Mapping[str, Any], *, question: str = "") -> DetailsForm:
    """Return the form bound to what was typed; a contact that is missing altogether is said of the asked one."""
    form = DetailsForm(dict(typed), country=step.rules.country, questions=step.form.questions)
    judge_contact(form, question)
    return form


def judge_contact(form: FormWithProblems, question: str) -> None:
    """Say of the asked contact, in simple words, that none was written."""
    if form.has_error(PHONE, code="required"):
        del form.errors[PHONE]
    asked = EMAIL if question == EMAIL else PHONE
    has_contact = form.cleaned_data.get(PHONE) or form.cleaned_data.get(EMAIL)
    if not has_contact and asked not in form.errors:
        form.add_error(asked, _("Write an e-mail address.") if asked == EMAIL else _("Write a phone number."))


def without_other_contact(questions: DetailQuestions, question: str) -> dict[str, str] | None:
    """Return what was typed without a number or an address that could not be taken, once the other one is given.

    Return None where nothing is to be left out.
    """
    other = {PHONE: EMAIL, EMAIL: PHONE}.get(question, "")
    if not other or not questions.is_open(other):
        return None
    return {name: value for name, value in questions.form.typed() if name != other}


def give_hints(
    form: FormWithProblems, question: str, *, is_focused: bool, is_for_someone_else: bool = False, phone_hint: str = ""
) -> None:
    """Word the hint of the asked field, and let it have the focus; `phone_hint` stands instead of ours."""
    hints = {
        NAME: _("Write the name of the person who comes."),
        PHONE: _("Write your own number. We send you the text message.")
        if is_for_someone_else
        else _("We send you a text message."),
        EMAIL: _("Write your own address. We send you the e-mail.")
        if is_for_someone_else
        else _("We send you an e-mail."),
        NOTE: _("All staff can read it. You can leave this empty."),
        **({PHONE: phone_hint} if phone_hint else {}),
    }
    field = form.fields[question]
    form[question].help_text = hints.get(question, "" if field.required else _("You can leave this empty."))
    if is_focused and not getattr(field, "choices", None):
        field.widget.attrs["autofocus"] = True


def change_choices(step: BookingStep, form: DetailsForm) -> tuple[Choice, ...]:
    """Return what may be changed before the visit is booked, each with the page that asks for it."""
    contacts = [(PHONE, _("The phone number")), (EMAIL, _("The e-mail address"))]
    given = [(name, words) for name, words in contacts if form.data.get(name)]
    asked = [(name, str(form[name].label)) for name in DetailQuestions(form).in_order if name.startswith("question_")]
    return (
        Choice(_("The day and the time"), step.url_of("book", hold=step.hold, form=step.known_key)),
        *(
            Choice(words, question_url(step, name, then=CHECK))
            for name, words in ((NAME, _("The name")), *given, *asked, (NOTE, _("The note for the store")))
        ),
    )


def question_url(step: BookingStep, question: str, *, then: str = "") -> str:
    """Return the address of the page of a question; of the check page for ""."""
    if not question:
        return step.url_of("book-check", starts_at=step.local_start, hold=step.hold, form=step.way.key)
    wanted = {ASK: question, THEN: then}
    return step.url_of("book-details", starts_at=step.local_start, hold=step.hold, form=step.way.key, **wanted)
