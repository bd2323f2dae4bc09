"""The state of a booking in progress: the store, the wanted visit, the hold, and what the customer typed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property, partial, wraps
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode
from django.utils.timezone import now as clock_now
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from booking import limits
from booking.customer.book.way_cookie import Way, keep, new_way, ways
from booking.customer.forms import DetailsForm, read_key
from booking.customer.store_lookup import store_or_404
from booking.customer.visit_query import VisitQuery, read_visit_query
from booking.places.availability import WantedSlot, lookup
from booking.places.explain import explain_slot
from booking.places.holds import HeldPlace, held_place
from booking.refusals import Refusal
from booking.web.cross_site import refuse_cross_site
from booking.web.forms import HONEYPOT, FormProblem
from booking.web.rendering import customer_page
from booking.web.responses import see_other
from booking.web.retry_times import write_retry_time
from stores.queries import StoreDetail, StorePage
from stores.slots import StoreRules

_ECHOED = ("visit_type", "party_size", "desk", "starts_at", "from", "day")
_ECHOED_LONGEST = 64


@dataclass(frozen=True)
class BookingStep:
    """One request of a booking in progress; `hold` is the token of this visitor's hold, "" for none.

    `form` holds what was typed: sent with this request, or remembered from an earlier one.
    """

    request: HttpRequest
    store: StoreDetail
    rules: StoreRules
    asked: VisitQuery
    form: DetailsForm
    way: Way
    hold: str
    now: datetime

    @cached_property
    def kept(self) -> HeldPlace | None:
        """The hold for exactly the requested visit; None without one, or once it has expired."""
        place = self.kept_anywhere
        if place is None:
            return None
        asked = (self.rules.slug, self.asked.visit_type.slug, self.asked.starts_at, self.asked.party_size)
        return place if (place.store, place.visit_type, place.starts_at, place.party_size) == asked else None

    @cached_property
    def kept_anywhere(self) -> HeldPlace | None:
        """The visitor's hold, at whatever store and time; None without one."""
        return held_place(self.hold, now=self.now) if self.hold else None

    @property
    def kept_start(self) -> datetime | None:
        """The start of the visitor's hold, where its kind of visit and party size are the requested ones."""
        place, asked = self.kept_anywhere, self.asked
        wish = (self.rules.slug, asked.visit_type.slug, asked.party_size)
        is_same = place is not None and (place.store, place.visit_type, place.party_size) == wish
        return place.starts_at if place is not None and is_same else None

    @property
    def is_unread(self) -> bool:
        """Tell whether no time is chosen, or a part of the request could not be read."""
        return bool(self.asked.problems) or self.asked.starts_at is None

    @property
    def local_start(self) -> str:
        """The chosen start with the store's UTC offset, "" where none is chosen."""
        return self.asked.starts_at.astimezone(self.rules.zone).isoformat() if self.asked.starts_at else ""

    @cached_property
    def typed(self) -> dict[str, str]:
        """The customer's input so far, unchanged."""
        return dict(self.form.typed())

    @property
    def tries(self) -> int:
        """The number of this client's tries to book at this store today; the proof of work grows with it."""
        return limits.tries_to_book(self.request, self.rules.slug)

    def is_free(self) -> bool:
        """Tell whether the requested time is held for this visitor, or free."""
        asked = self.asked
        assert asked.starts_at is not None  # noqa: S101 -- asked only for a chosen time
        wanted = WantedSlot(self.rules.slug, asked.visit_type.slug, asked.starts_at, asked.party_size, asked.desk)
        return self.kept is not None or lookup(wanted=[wanted], now=self.now) == [True]

    def why_not(self) -> Refusal:
        """Return why the requested time cannot be booked."""
        asked = self.asked
        assert asked.starts_at is not None  # noqa: S101 -- asked only for a chosen time
        return explain_slot(
            store=self.rules.slug,
            visit_type=asked.visit_type.slug,
            starts_at=asked.starts_at,
            party_size=asked.party_size,
            now=self.now,
            desk=asked.desk,
        ).refusal

    def url_of(self, name: str, **more: str) -> str:
        """Return the address of a page of the booking for the requested visit; it contains nothing that was typed."""
        parameters = {**self.asked.parameters, **more}
        return f"{reverse(name, args=[self.store.slug])}?{urlencode({key: v for key, v in parameters.items() if v})}"

    def lead_to(self, name: str, **more: str) -> HttpResponse:
        """Redirect to a page that can be reloaded; the browser remembers the hold and what was typed."""
        start = {"starts_at": self.local_start, "hold": self.hold, "form": self.way.key}
        return self.remembered(see_other(self.url_of(name, **{**start, **more})))

    def lead_to_times(self) -> HttpResponse:
        """Redirect to the choice of a time, which says what part of the request could not be read."""
        sent = {name: self.request.POST.get(name, "")[:_ECHOED_LONGEST] for name in _ECHOED}
        asked = {name: value for name, value in sent.items() if value} | {"form": self.way.key}
        return self.remembered(see_other(f"{reverse('book', args=[self.store.slug])}?{urlencode(asked)}"))

    def remembered(self, response: HttpResponse, *, booked: str = "") -> HttpResponse:
        """Let the browser remember the state of the booking; once the visit is booked, only its reference."""
        chosen = "" if self.asked.starts_at is None else _chosen(self.asked)
        way = replace(self.way, hold=self.hold, start=chosen, typed=self.typed)
        if booked:
            way = replace(way, hold="", typed={}, booked=booked)
        keep(self.request, response, way, now=self.now)
        return response

    def context(self, problems: Iterable[FormProblem] = ()) -> dict[str, Any]:
        """Return the context that all pages of the booking share."""
        return {
            "store": self.store,
            "rules": self.rules,
            "asked": self.asked,
            "desk_name": next((desk.name for desk in self.rules.desks if desk.slug == self.asked.desk), ""),
            "minutes": self.rules.slot_minutes * self.asked.visit_type.slot_count,
            "hold": self.hold,
            "form_key": self.way.key,
            "known_key": self.known_key,
            "problems": [*problems],
            "choose_url": self.url_of("book", hold=self.hold, form=self.known_key),
            "times_url": self.url_of("book", starts_at=self.local_start, hold=self.hold, form=self.known_key),
            "week_url": f"{self.url_of('book', hold='' if self.known_key else self.hold, form=self.known_key)}&",
            "details_url": self.url_of("book-details", starts_at=self.local_start, hold=self.hold, form=self.way.key),
            "hold_url": reverse("book-hold", args=[self.store.slug]),
        }

    @property
    def known_key(self) -> str:
        """Return the key of the booking in progress if this browser remembers it, else ""."""
        return self.way.key if self.way.is_remembered else ""


class LedAway(Exception):
    """The visitor has to do something else first; `response` leads to the page that asks for it."""

    def __init__(self, response: HttpResponseBase) -> None:
        super().__init__()
        self.response = response


StepView = Callable[[HttpRequest, BookingStep], HttpResponseBase]


def with_booking_step(
    view: StepView, *, methods: tuple[str, ...] = ("GET", "HEAD", "POST"), is_choice: bool = False
) -> Callable[..., HttpResponseBase]:
    """Pass the state of the booking to the view. A store that takes no visits answers with a page that says so.

    `is_choice` is for the view that chooses a time: other sites may send its form, and a hold that this browser had
    before, in whatever booking in progress, counts as its hold.
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
            return view(request, step)
        except LedAway as led:
            return led.response
        except limits.RateLimited as limited:
            if request.method != "POST":
                raise
            until = write_retry_time(retry_after_seconds=limited.retry_after_seconds, now=now)
            return step.lead_to("book-later", until=until)

    checked = wrapper if is_choice else refuse_cross_site(wrapper)
    return wraps(view)(csrf_exempt(never_cache(require_http_methods([*methods])(checked))))


def _step(request: HttpRequest, page: StorePage, *, is_choice: bool, now: datetime) -> BookingStep:
    rules = page.rules
    is_sent = request.method == "POST"
    data = request.POST if is_sent else request.GET
    asked = read_visit_query(data, rules)
    known = ways(request, rules.slug, now=now)
    way = _way(known, rules.slug, asked, data.get("idempotency_key" if is_sent else "form", ""), is_sent=is_sent)
    # Most GET requests need no form.
    form = cast(DetailsForm, SimpleLazyObject(partial(_form, page, way, request.POST if is_sent else None)))
    hold = way.hold or data.get("hold", "")
    if is_choice and not hold:
        hold = next((one.hold for one in known if one.hold), "")
    return BookingStep(request, page.detail, rules, asked, form, way, hold, now)


def _way(known: list[Way], store: str, asked: VisitQuery, told: str, *, is_sent: bool) -> Way:
    """Return the booking in progress that a page or form belongs to.

    It is the one that the page names, if this browser remembers it; for a page that names none, the one for the same
    time. A key that only a form carries is accepted too, but never matches another browser's.
    """
    if told:
        key = read_key(told)
        return next((way for way in known if way.key == key), None) or new_way(store, key=key if is_sent else "")
    chosen = "" if asked.starts_at is None else _chosen(asked)
    same = (way for way in known if not is_sent and chosen and way.start == chosen)
    return next(same, None) or new_way(store)


def _chosen(asked: VisitQuery) -> str:
    assert asked.starts_at is not None  # noqa: S101 -- asked only for a chosen time
    return f"{asked.visit_type.slug} {asked.party_size} {asked.desk} {asked.starts_at.astimezone(UTC).isoformat()}"


def _form(page: StorePage, way: Way, sent: QueryDict | None) -> DetailsForm:
    """Return the form with what was sent or remembered; unbound where nothing was typed."""
    typed: Mapping[str, Any] | None = sent
    if sent is None or "name" not in sent:
        unseen = {HONEYPOT: sent[HONEYPOT]} if sent and sent.get(HONEYPOT) else {}
        typed = {**way.typed, **unseen} if way.typed else None
    return DetailsForm(
        typed,
        country=page.rules.country,
        questions=page.questions,
        initial={"idempotency_key": way.key},
    )
