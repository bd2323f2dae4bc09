"""Everything once more, before it is booked."""

from django.http import HttpRequest, HttpResponse

from booking.customer_input import can_be_texted
from booking.forms import Problem
from booking.policy import BookingRefused, Refusal
from booking.proof_of_work import challenge_for
from booking.texts import refusal_sentence
from booking.views.book.choose import choose_page
from booking.views.book.details import details_page
from booking.views.book.gone import gone_page
from booking.views.book.kept import keep_place, kept_words
from booking.views.book.step import Step, at_store, see_other
from booking.views.reader import customer_page


@at_store
def check(request: HttpRequest, step: Step) -> HttpResponse:
    """Show everything once more; the time is kept from here on where it was not before."""
    if request.method != "POST":
        return see_other(step.url_of("book"))
    unfinished = unfinished_page(request, step)
    if unfinished is not None:
        return unfinished
    try:
        step = keep_place(step)
    except BookingRefused as refused:
        return gone_page(request, step, refused.reason)
    return check_page(request, step)


def unfinished_page(request: HttpRequest, step: Step) -> HttpResponse | None:
    """Return the page on which something is still to be done, or None where all is there."""
    if step.is_unread:
        return choose_page(request, step, status=step.unread_status)
    if not step.form.is_valid():
        return details_page(request, step, step.form, status=400)
    return None


def check_page(request: HttpRequest, step: Step, *, refusal: Refusal | None = None) -> HttpResponse:
    """Show what is about to be booked, or why it cannot be as it stands; the form has been found valid."""
    typed = step.form.cleaned_data
    context = {
        **step.context([Problem(refusal_sentence(refusal))] if refusal else ()),
        **kept_words(step),
        "typed": typed,
        "answers": step.form.answers(),
        "challenge": challenge_for(step.rules.slug, now=step.now),
        "is_not_textable": bool(typed["phone"]) and not can_be_texted(typed["phone"]),
    }
    return customer_page(request, "check", context, status=409 if refusal else 200)
