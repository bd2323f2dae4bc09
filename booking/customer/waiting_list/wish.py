"""The state of one request to join a waiting list: the store, the wanted visit, the days, and what was typed."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from booking.customer.book.way_cookie import Way, keep
from booking.customer.forms import DetailsForm, WaitingForm
from booking.customer.visit_query import VisitQuery
from booking.policy import first_bookable_start, last_bookable_date
from booking.web.query_params import read_day
from booking.web.responses import see_other
from stores.queries import StoreDetail
from stores.slots import StoreRules

DAYS_PROPOSED = 7
_ECHOED = ("visit_type", "party_size", "language")
_ECHOED_LONGEST = 64


@dataclass(frozen=True)
class WaitingWish:
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
        """Return the address of this page for the requested visit; it contains nothing that was typed."""
        said = {name: value for name, value in more.items() if value}
        return f"{reverse('waiting-join', args=[self.store.slug])}?{urlencode({**self.asked.parameters, **said})}"

    def remembered(self, form: DetailsForm, response: HttpResponse) -> HttpResponse:
        """Let the browser remember the form as it was sent."""
        keep(self.request, response, replace(self.way, typed=dict(form.typed())), now=self.now)
        return response

    def lead_back(self, form: DetailsForm, **said: str) -> HttpResponse:
        """Redirect to the page, which says what of the request could not be read; the browser remembers the form."""
        sent = {name: self.request.POST.get(name, "")[:_ECHOED_LONGEST] for name in _ECHOED}
        asked = {name: value for name, value in {**sent, **said}.items() if value} | {"form": self.way.key}
        url = f"{reverse('waiting-join', args=[self.store.slug])}?{urlencode(asked)}"
        return self.remembered(form, see_other(url))
