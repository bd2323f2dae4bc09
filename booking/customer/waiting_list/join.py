"""The page on which a customer joins a waiting list."""

import json
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property, partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import now as clock_now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from booking import limits
from booking.customer.book.details import AGAIN
from booking.customer.book.way_cookie import Way, keep, new_way, ways
from booking.customer.forms import WaitingForm, read_key
from booking.customer.store_lookup import store_or_404
from booking.customer.visit_query import VisitQuery, read_visit_query
from booking.customer.waiting_list.access import WAITING_KEY
from booking.customer_input import CustomerDetails
from booking.idempotency import FormUsed, SentForm
from booking.models import Source, WaitingListEntry
from booking.places.days_state import Wish
from booking.places.free_times import kept_availability
from booking.places.slot_wording import SlotChoice, slot_choice
from booking.policy import first_bookable_start, last_bookable_date
from booking.refusals import BookingRefused, Refusal, WaitsAlready, while_offered
from booking.subjects import Subject
from booking.tokens import keyed_digest
from booking.waiting_list import entries
from booking.waiting_list.queries import entry_by_reference
from booking.waiting_list.wording import waiting_refusal_sentence
from booking.web.cross_site import refuse_cross_site
from booking.web.forms import FormProblem
from booking.web.query_params import read_day
from booking.web.rendering import customer_page, reader_choice_of
from booking.web.responses import see_other
from booking.web.retry_times import write_retry_time
from stores.queries import StoreDetail
from stores.slots import StoreRules

DAYS_PROPOSED = 7
USED, WAITS_ALREADY = "used", "waits_already"
_ECHOED_LONGEST = 64


@dataclass(frozen=True)
class _Wish:
    """One request: the store, the wanted visit, the form, and the time."""

    request: HttpRequest
    store: StoreDetail
    rules: StoreRules
    asked: VisitQuery
    way: Way
    now: datetime

    @cached_property
    def first(self) -> date:
        """The first day on which a visit can still be booked."""
        soonest = first_bookable_start(now=self.now, rules=self.rules, kind=self.asked.visit_type)
        return soonest.astimezone(self.rules.zone).date()

    @cached_property
    def last(self) -> date:
        """The last day that may be booked."""
        return last_bookable_date(now=self.now, zone=self.rules.zone, rules=self.rules)

    def days(self) -> tuple[date, date]:
        """Return the days that a link to this page asks for, limited to bookable ones; else the next week."""
        first = min(max(read_day(self.request.GET.get("from", "")) or self.first, self.first), self.last)
        last = read_day(self.request.GET.get("to", "")) or first + timedelta(days=DAYS_PROPOSED - 1)
        return first, min(max(last, first), self.last)

    def form(self, typed: Any) -> WaitingForm:
        """Return the form with what was typed; where nothing was, with the days of the link."""
        first, last = self.days()
        return WaitingForm(
            typed,
            first=self.first,
            last=self.last,
            country=self.rules.country,
            initial={"from": first, "to": last, **self.way.typed},
        )

    def url_of(self, **more: str) -> str:
        """Return the address of this page for the requested visit."""
        return f"{reverse('waiting-join', args=[self.store.slug])}?{urlencode({**self.asked.parameters, **more})}"


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@refuse_cross_site
def join(request: HttpRequest, store: str) -> HttpResponseBase:
    """Ask on which days the customer could come, then add them to the list, once for each form.

    A form is answered with a redirect: to the customer's entry, or back to this page with the problems.
    """
    now = clock_now()
    page = store_or_404(store, now=now)
    rules, detail = page.rules, page.detail
    if not rules.visit_types and request.method == "POST":
        return see_other(reverse("waiting-join", args=[rules.slug]))
    if not rules.visit_types:
        return customer_page(request, "no_visits", {"store": detail})
    data = (request.POST or request.GET).copy()
    key = data.get("idempotency_key" if request.method == "POST" else "form", "")
    way = _way(request, rules.slug, key, now=now)
    data.pop("from", None)  # the form reads it
    wish = _Wish(request, detail, rules, read_visit_query(data, rules), way, now)
    return _sent(wish) if request.method == "POST" else _page(wish)


def _sent(wish: _Wish) -> HttpResponse:
    """Join the list and redirect to the entry, or back to the form with the reason."""
    form = wish.form(wish.request.POST)
    if wish.asked.problems or not form.is_valid():
        return _back(wish, form, why=AGAIN)
    try:
        with while_offered():
            entry = _join(wish, form)
    except FormUsed as used:
        reference = Subject.parse(used.subject).key
        before = entry_by_reference(reference)
        if before is not None and WAITING_KEY.is_held(wish.request, before):
            return see_other(reverse("waiting", args=[reference]))
        return see_other(wish.url_of(why=USED))
    except BookingRefused as refused:
        why = WAITS_ALREADY if isinstance(refused, WaitsAlready) else refused.reason
        return _back(wish, form, why=why)
    except limits.RateLimited as limited:
        until = write_retry_time(retry_after_seconds=limited.retry_after_seconds, now=wish.now)
        url = f"{reverse('book-later', args=[wish.store.slug])}?until={until}"
        return _remembered(wish, form, see_other(url))
    response = see_other(reverse("waiting", args=[entry.reference]))
    WAITING_KEY.give(response, entry)
    keep(wish.request, response, replace(wish.way, typed={}), now=wish.now)
    return response


def _join(wish: _Wish, form: WaitingForm) -> WaitingListEntry:
    """Join, or return the entry that this form has made before. Raises BookingRefused, FormUsed, RateLimited."""
    typed = form.cleaned_data
    sent = _sent_form(wish, typed)
    before = entries.entry_joined_before(sent, now=wish.now)
    if before is not None:
        return before
    limits.new_waiting_at(wish.request, wish.rules.slug)
    limits.new_waiting(typed["phone"], typed["email"])
    join_it = partial(
        entries.join_waiting_list,
        store=wish.rules.slug,
        visit_type=wish.asked.visit_type.slug,
        from_date=typed["from"],
        to_date=typed["to"],
        party_size=wish.asked.party_size,
        customer=CustomerDetails(
            name=typed["name"],
            phone=typed["phone"],
            email=typed["email"],
            locale=(get_language() or "en")[:2],
            is_simple=reader_choice_of(wish.request).is_simple,
        ),
        language=wish.asked.language,
        source=Source.WEB,
        client=limits.client_digests(wish.request),
        now=wish.now,
    )
    return entries.join_waiting_list_once(sent, now=wish.now, join=join_it)


def _sent_form(wish: _Wish, typed: dict[str, Any]) -> SentForm:
    """Return the identity of the form when it is sent again."""
    content = {name: value for name, value in typed.items() if name != "idempotency_key"}
    text = json.dumps([wish.rules.slug, *sorted(wish.asked.parameters.items()), content], default=str)
    return SentForm(wish.way.key, keyed_digest("form", text), wish.way.browser)


def _way(request: HttpRequest, store: str, told: str, *, now: datetime) -> Way:
    """Return the form that a page names, if this browser remembers it; else a new one, with the key of a sent form."""
    where = f"{store}/wait"
    if not told:
        return new_way(where)
    key = read_key(told)
    known = next((way for way in ways(request, where, now=now) if way.key == key), None)
    return known or new_way(where, key=key if request.method == "POST" else "")


def _remembered(wish: _Wish, form: WaitingForm, response: HttpResponse) -> HttpResponse:
    keep(wish.request, response, replace(wish.way, typed=dict(form.typed())), now=wish.now)
    return response


def _back(wish: _Wish, form: WaitingForm, *, why: str) -> HttpResponse:
    """Redirect back to the form, which the browser remembers as it was sent."""
    sent = {
        name: wish.request.POST.get(name, "")[:_ECHOED_LONGEST] for name in ("visit_type", "party_size", "language")
    }
    asked = {name: value for name, value in sent.items() if value} | {"form": wish.way.key, "why": why}
    return _remembered(wish, form, see_other(f"{reverse('waiting-join', args=[wish.store.slug])}?{urlencode(asked)}"))


def _page(wish: _Wish) -> HttpResponse:
    asked, why = wish.asked, wish.request.GET.get("why", "")
    form = wish.form(dict(wish.way.typed) if wish.way.typed and why else None)
    problems, status = list(asked.problems), asked.status
    if form.is_bound and form.problems():
        problems, status = [*problems, *form.problems()], status if problems else 400
    elif sentence := _sentence(why):
        problems, status = [*problems, FormProblem(sentence)], 409
    context = {
        "store": wish.store,
        "rules": wish.rules,
        "asked": asked,
        "minutes": wish.rules.slot_minutes * asked.visit_type.slot_count,
        "form": form,
        "form_key": wish.way.key,
        "problems": problems,
        "first_free": _first_free(wish, form),
        "choose_url": f"{reverse('book', args=[wish.store.slug])}?{urlencode(asked.parameters)}",
    }
    response = customer_page(wish.request, "waiting_list/join", context, status=status)
    if not wish.way.is_remembered:
        keep(wish.request, response, wish.way, now=wish.now)
    return response


def _sentence(why: str) -> str:
    """Return why the list was not joined, as the address of the page says; "" for no reason."""
    if why == USED:
        return _("This form was used before. To wait for other days, fill it in once more.")
    if why == WAITS_ALREADY:
        return waiting_refusal_sentence(Refusal.TOO_MANY_OPEN_BOOKINGS, waits_already=True)
    return waiting_refusal_sentence(Refusal(why)) if why in set(Refusal) else ""


def _first_free(wish: _Wish, form: WaitingForm) -> SlotChoice | None:
    """Return the first free time on the requested days: the customer need not wait for that one."""
    first, last = (read_day(str(form[name].value() or "")) for name in ("from", "to"))
    if first is None or last is None or last < first:
        return None
    asked = wish.asked
    wanted = Wish(wish.rules.slug, asked.visit_type.slug, asked.party_size, language=asked.language)
    answer = kept_availability(wanted, max(first, wish.first), min(last, wish.last), now=wish.now)
    return slot_choice(answer.first_free, wish.rules) if answer.first_free else None
