"""The question after a visit, behind the customer's link: one press answers it. Opening the link changes nothing."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import now as clock_now
from django.views.decorators.http import require_http_methods, require_safe

from booking import limits
from booking.bookings.feedback import answer_feedback, answer_in_words, feedback_of, may_answer, write_words
from booking.customer.access import BOOKING_KEY, opened_by_key
from booking.customer.book.details import AGAIN
from booking.customer.book.way_cookie import Way, forget, keep, way_at
from booking.customer.forms import FeedbackForm
from booking.customer.manage.page import done, refused, visit_context
from booking.models import Booking, FeedbackAnswer
from booking.refusals import BookingRefused
from booking.tokens import manage_token, read_short_token
from booking.web.rendering import customer_page
from booking.web.responses import keep_private, see_other

_FORM_METHODS = ["GET", "HEAD", "POST"]
_THANKS, _CHANGE = "thanks", "change"


@require_safe
def feedback_link(request: HttpRequest, token: str) -> HttpResponseBase:
    """Redirect from the short address in a text message to the question. Raises RateLimited."""
    limits.refuse_wrong_tokens(request)
    named = read_short_token("booking", token)
    if named is None:
        limits.wrong_token(request)
        return keep_private(BOOKING_KEY.not_open(request), opened_by_key=True)
    target = f"{reverse('manage-feedback', args=[named[0]])}?{urlencode({'token': manage_token(*named)})}"
    return keep_private(HttpResponseRedirect(target), opened_by_key=True)


@require_safe
@opened_by_key
def feedback(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Ask the question; once it is answered, say thank you, and offer to write to the store and to book again."""
    if not may_answer(booking):
        return done(booking, "")
    now = clock_now()
    answered, way = feedback_of(booking), _way(request, booking)
    is_sent = request.GET.get("why") == AGAIN and way.is_remembered
    form = FeedbackForm(way.typed if is_sent else None, initial={"words": answered.words if answered else ""})
    problems = form.problems()
    context = {
        **visit_context(booking, now=now),
        "answers": [(answer.value, answer_in_words(answer)) for answer in FeedbackAnswer],
        "answered": answered,
        "answer_words": answer_in_words(answered.answer) if answered else "",
        "is_asking": answered is None or request.GET.get("done") == _CHANGE,
        "has_written": request.GET.get("done") == _THANKS,
        "form": form,
        "problems": problems,
    }
    return customer_page(request, "manage/feedback", context, status=400 if problems else 200)


@require_http_methods(_FORM_METHODS)
@opened_by_key
def feedback_answer(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Note which of the three answers was pressed."""
    answer = request.POST.get("answer", "")
    if request.method != "POST" or answer not in FeedbackAnswer.values:
        return _to_question(booking)
    try:
        answer_feedback(booking_id=booking.pk, answer=FeedbackAnswer(answer), now=clock_now())
    except BookingRefused as no:
        return refused(booking, no.reason)
    return _to_question(booking)


@require_http_methods(_FORM_METHODS)
@opened_by_key
def feedback_words(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Keep what a customer writes to the store. What is too long is remembered, and shown by the page's address."""
    if request.method != "POST":
        return _to_question(booking)
    now, way, form = clock_now(), _way(request, booking), FeedbackForm(request.POST)
    if not form.is_valid():
        response = _to_question(booking, why=AGAIN)
        keep(request, response, replace(way, typed=form.typed()), now=now)
        return response
    try:
        write_words(booking_id=booking.pk, words=form.cleaned_data["words"], now=now)
    except BookingRefused as no:
        return refused(booking, no.reason)
    response = _to_question(booking, **({"done": _THANKS} if form.cleaned_data["words"] else {}))
    forget(response, way)
    return response


def _way(request: HttpRequest, booking: Booking) -> Way:
    return way_at(request, f"{booking.store.slug}/feedback/{booking.reference}", now=clock_now())


def _to_question(booking: Booking, **query: str) -> HttpResponse:
    url = reverse("manage-feedback", args=[booking.reference])
    return see_other(f"{url}?{urlencode(query)}" if query else url)
