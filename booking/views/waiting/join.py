"""To join a waiting list: on which days, and how we can tell you of a place."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property, partial

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import now as clock_now
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from booking import limits
from booking.availability import availability
from booking.forms import Problem
from booking.models import Source, WaitingListEntry
from booking.policy import BookingRefused, first_bookable_start, last_bookable_date
from booking.services import waiting_list
from booking.services.bookings import CustomerDetails
from booking.views.asked import Asked, read_asked, read_day
from booking.views.book.step import see_other
from booking.views.chooser import SlotChoice, slot_choice
from booking.views.reader import customer_page, reading_of
from booking.views.waiting.access import give_waiting_key
from booking.views.waiting.form import WaitingForm
from booking.waiting_words import waiting_refusal_sentence
from stores.queries import StoreDetail, store_detail, store_rules
from stores.slots import StoreRules

DAYS_PROPOSED = 7


@dataclass(frozen=True)
class _Wish:
    """One request: where, for what, and when it came."""

    store: StoreDetail
    rules: StoreRules
    asked: Asked
    now: datetime

    @cached_property
    def first(self) -> date:
        """The first day on which a visit can still be booked."""
        return first_bookable_start(now=self.now, rules=self.rules).astimezone(self.rules.zone).date()

    @cached_property
    def last(self) -> date:
        """The last day that may be booked."""
        return last_bookable_date(now=self.now, zone=self.rules.zone, rules=self.rules)

    def days(self, request: HttpRequest) -> tuple[date, date]:
        """Return the days a link to this page asks for, as far as they can be had; else the next week."""
        first = min(max(read_day(request.GET.get("from", "")) or self.first, self.first), self.last)
        last = read_day(request.GET.get("to", "")) or first + timedelta(days=DAYS_PROPOSED - 1)
        return first, min(max(last, first), self.last)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, store: str) -> HttpResponse:
    """Ask on which days somebody could come, then put them on the list, once for one form."""
    now = clock_now()
    rules, detail = store_rules(store, from_date=(now - timedelta(days=2)).date()), store_detail(store)
    if rules is None or detail is None:
        raise Http404
    if not rules.visit_types:
        return customer_page(request, "no_visits", {"store": detail})
    sent = request.POST if request.method == "POST" else None
    data = (sent or request.GET).copy()
    data.pop("from", None)  # the form reads it
    wish = _Wish(detail, rules, read_asked(data, rules), now)
    first, last = wish.days(request)
    initial = {"idempotency_key": str(uuid.uuid4()), "from": first, "to": last}
    form = WaitingForm(sent, first=wish.first, last=wish.last, country=rules.country, initial=initial)
    problems = list(wish.asked.problems)
    if sent is None:
        return _page(request, wish, form, problems, status=wish.asked.status)
    if not form.is_valid() or problems:
        status = wish.asked.status if problems else 400
        return _page(request, wish, form, [*problems, *form.problems()], status=status)
    try:
        entry = _join(request, wish, form)
    except BookingRefused as refused:
        sentence = waiting_refusal_sentence(refused.reason, waits_already=bool(refused.details.get("waits_already")))
        return _page(request, wish, form, [Problem(sentence)], status=409)
    response = see_other(f"{reverse('waiting', args=[entry.reference])}?done=joined")
    give_waiting_key(response, entry.reference)
    return response


def _join(request: HttpRequest, wish: _Wish, form: WaitingForm) -> WaitingListEntry:
    """Join, or return the entry that this very form has made before. Raises BookingRefused, RateLimited."""
    typed = form.cleaned_data
    before = waiting_list.joined_before(key=typed["idempotency_key"], now=wish.now)
    if before is not None:
        return before
    limits.new_waiting(typed["phone"], typed["email"])
    join_it = partial(
        waiting_list.join,
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
            is_simple=reading_of(request).is_simple,
        ),
        source=Source.WEB,
        now=wish.now,
    )
    return waiting_list.join_once(key=typed["idempotency_key"], now=wish.now, join=join_it)


def _page(
    request: HttpRequest, wish: _Wish, form: WaitingForm, problems: Sequence[Problem], *, status: int
) -> HttpResponse:
    asked = wish.asked
    context = {
        "store": wish.store,
        "rules": wish.rules,
        "asked": asked,
        "minutes": wish.rules.slot_minutes * asked.visit_type.slot_count,
        "form": form,
        "problems": [*problems],
        "first_free": _first_free(wish, form),
        "choose_url": f"{reverse('book', args=[wish.store.slug])}?{urlencode(asked.parameters)}",
    }
    return customer_page(request, "waiting_join", context, status=status)


def _first_free(wish: _Wish, form: WaitingForm) -> SlotChoice | None:
    """Return the first time that is free on the days asked for: nobody need wait for that one."""
    first, last = (read_day(str(form[name].value() or "")) for name in ("from", "to"))
    if first is None or last is None or last < first:
        return None
    answer = availability(
        store=wish.rules.slug,
        visit_type=wish.asked.visit_type.slug,
        from_date=max(first, wish.first),
        to_date=min(last, wish.last),
        party_size=wish.asked.party_size,
        now=wish.now,
    )
    return slot_choice(answer.first_free, wish.rules) if answer.first_free else None
