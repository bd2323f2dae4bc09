"""Views of a booking in progress: each gets the state of its request, once the visitor may go on."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial, wraps
from typing import Any, cast

from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.timezone import now as clock_now
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from booking import limits
from booking.bookings.form_idempotency import reference_booked_by
from booking.customer.book.booking_step import BookingStep, chosen
from booking.customer.book.detail_questions import ASK, HAS_SEEN, with_answer
from booking.customer.book.way_cookie import Way, new_way, ways
from booking.customer.forms import DetailsForm, read_key
from booking.customer.question_fields import named_questions
from booking.customer.store_lookup import store_or_404
from booking.customer.visit_query import VisitQuery, read_visit_query
from booking.waiting_room.door import admit, valid_ticket
from booking.waiting_room.tickets import LONGEST, TicketKind
from booking.web.cross_site import refuse_cross_site
from booking.web.forms import HONEYPOT
from booking.web.rendering import customer_page
from booking.web.responses import see_other
from booking.web.retry_times import write_retry_time
from stores.queries import StorePage
from stores.slots import VisitTypeRule

HOLD_LONGEST = 200  # characters of a token, which is shorter: it is remembered in a cookie


class LedAway(Exception):
    """The visitor has to do something else first; `response` leads to the page that asks for it."""

    def __init__(self, response: HttpResponseBase) -> None:
        super().__init__()
        self.response = response


StepView = Callable[[HttpRequest, BookingStep], HttpResponseBase]


def with_booking_step(
    view: StepView,
    *,
    methods: tuple[str, ...] = ("GET", "HEAD", "POST"),
    is_choice: bool = False,
    may_wait: bool = True,
) -> Callable[..., HttpResponseBase]:
    """Pass the state of the booking to the view. A store that takes no visits answers with a page that says so.

    `is_choice` is for the view that chooses a time: other sites may send its form, and a hold that this browser had
    before, in whatever booking in progress, counts as its hold. `may_wait` is False for what continues a booking that
    was let in before: it never leads to the waiting room.
    """

    def wrapper(request: HttpRequest, store: str) -> HttpResponseBase:
        now = clock_now()
        page = store_or_404(store, now=now)
        rules, detail = page.rules, page.detail
        if not rules.visit_types and request.method == "POST":
            return see_other(reverse("book", args=[rules.slug]))
        if not rules.visit_types:
            return customer_page(request, "no_visits", {"store": detail})
        step = _step(request, page, is_choice=is_choice, now=now)
        try:
            return view(request, _admitted(step, is_choice=is_choice) if may_wait else step)
        except LedAway as led:
            return led.response
        except limits.RateLimited as limited:
            if request.method != "POST":
                raise
            until = write_retry_time(retry_after_seconds=limited.retry_after_seconds, now=now)
            return step.lead_to("book-later", until=until)

    checked = wrapper if is_choice else refuse_cross_site(wrapper)
    return wraps(view)(csrf_exempt(never_cache(require_http_methods([*methods])(checked))))


def _admitted(step: BookingStep, *, is_choice: bool) -> BookingStep:
    """Return the step of a visitor who may go on. Raises LedAway to the waiting room, RateLimited.

    Visitors who have a place already never wait.
    """
    room, store = step.room, step.rules.slug
    if room is None or _has_place(step, is_choice=is_choice):
        return step
    ticket = valid_ticket(store, room, step.ticket, now=step.now)
    if ticket is None:
        limits.way_begun_at(step.request, store)
        may_draw = room.is_closed(step.now) and limits.may_draw(step.request)
        ticket = admit(store, room, now=step.now, may_draw=may_draw)
        step = replace(step, ticket=ticket.sealed)
    if ticket.kind is TicketKind.LET_IN:
        return step
    raise LedAway(step.lead_to_waiting_room())


def _has_place(step: BookingStep, *, is_choice: bool) -> bool:
    """Tell whether a place is held for the visitor at the store, or their form has booked one."""
    if step.hold and step.kept_anywhere is not None and step.kept_anywhere.store == step.rules.slug:
        return True
    if is_choice:  # of another visit
        return False
    way = step.way
    booked = way.booked or (way.browser and reference_booked_by(key=way.key, browser=way.browser, now=step.now))
    return bool(booked)


def _step(request: HttpRequest, page: StorePage, *, is_choice: bool, now: datetime) -> BookingStep:
    rules = page.rules
    is_sent = request.method == "POST"
    data = request.POST if is_sent else request.GET
    asked = read_visit_query(data, rules)
    known = ways(request, rules.slug, now=now)
    way = _way(known, rules.slug, asked, data.get("idempotency_key" if is_sent else "form", ""), is_sent=is_sent)
    # Most GET requests need no form.
    sent = request.POST if is_sent else None
    form = cast(DetailsForm, SimpleLazyObject(partial(_form, page, asked.visit_type, way, sent)))
    hold = way.hold or _read_hold(data)
    if is_choice and not hold:
        hold = next((one.hold for one in known if one.hold), "")
    ticket = data.get("ticket", "")[:LONGEST] if page.room else ""
    return BookingStep(request, page.detail, rules, asked, form, way, hold, now, page.room, ticket)


def _read_hold(data: QueryDict) -> str:
    """Return the token of a hold that a page or form names, "" for a text that is longer than any of ours."""
    token = data.get("hold", "")
    return token if len(token) <= HOLD_LONGEST else ""


def _way(known: list[Way], store: str, asked: VisitQuery, told: str, *, is_sent: bool) -> Way:
    """Return the booking in progress that a page or form belongs to.

    It is the one that the page names, if this browser remembers it; for a page that names none, the one for the same
    time. A key that only a form carries is accepted too, but never matches another browser's.
    """
    if told:
        key = read_key(told)
        return next((way for way in known if way.key == key), None) or new_way(store, key=key if is_sent else "")
    start = "" if asked.starts_at is None else chosen(asked)
    same = (way for way in known if not is_sent and start and way.start == start)
    return next(same, None) or new_way(store)


def _form(page: StorePage, kind: VisitTypeRule, way: Way, sent: QueryDict | None) -> DetailsForm:
    """Return the form with what was sent or remembered; unbound where nothing was typed."""
    questions = named_questions(page.questions, kind)
    unasked = questions.unasked(way.typed) if sent is not None and HAS_SEEN in sent else {}
    typed: Mapping[str, Any] | None = sent
    if sent is not None and ASK in sent:  # one question alone
        before = {name: value for name, value in way.typed.items() if name not in unasked}
        typed = {**with_answer(before, sent), HONEYPOT: sent.get(HONEYPOT, "")}
    elif sent is None or "name" not in sent:
        unseen = {HONEYPOT: sent[HONEYPOT]} if sent and sent.get(HONEYPOT) else {}
        meant = {"email": sent["email_meant"]} if sent and sent.get("email_meant") else {}  # offered by the check page
        typed = {**way.typed, **meant, **unseen} if way.typed else None
    return DetailsForm(
        typed,
        country=page.rules.country,
        questions=questions,
        initial={"idempotency_key": way.key},
    )
