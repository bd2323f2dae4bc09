"""Who comes: name, a way to be reached, and what the store asks."""

from django.http import HttpRequest, HttpResponse

from booking.forms import DetailsForm
from booking.policy import Refusal
from booking.views.book.choose import choose_page
from booking.views.book.gone import gone_page
from booking.views.book.kept import kept_words
from booking.views.book.step import Step, at_store
from booking.views.reader import customer_page


@at_store
def details(request: HttpRequest, step: Step) -> HttpResponse:
    """Ask who comes; by POST, to correct what was typed."""
    if step.asked.problems or step.asked.starts_at is None:
        return choose_page(request, step)
    if request.method == "POST":
        return details_page(request, step, step.retyped())
    if not step.is_free():
        return gone_page(request, step, Refusal.SLOT_FULL)
    return details_page(request, step, step.form)


def details_page(request: HttpRequest, step: Step, form: DetailsForm, *, status: int = 200) -> HttpResponse:
    """Show the form, with what is wrong in it on top."""
    problems = form.problems() if form.is_bound else ()
    context = {**step.context(problems), **kept_words(step), "form": form}
    return customer_page(request, "details", context, status=status)
