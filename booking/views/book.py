"""Booking a visit: choose a day and a time, give details, check, booked. Nothing typed is lost on the way."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial, wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.timezone import now as clock_now
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from booking import limits
from booking.availability import WantedSlot, lookup, nearest_free
from booking.customer_input import can_be_texted
from booking.forms import DetailsForm, Problem
from booking.models import Booking, Source
from booking.policy import BookingRefused, Refusal
from booking.services.bookings import CustomerDetails
from booking.services.bookings import book as book_visit
from booking.services.once import book_once, booked_before
from booking.texts import refusal_sentence
from booking.views.asked import Asked, read_asked
from booking.views.chooser import SlotChoice, chooser, slot_choices
from booking.views.manage_access import give_key
from stores.queries import StoreDetail, store_detail, store_rules
from stores.slots import StoreRules

_OTHER_TIME_HELPS = {Refusal.SLOT_FULL, Refusal.SLOT_CLOSED, Refusal.TOO_SOON, Refusal.TOO_FAR_AHEAD}


@dataclass(frozen=True, slots=True)
class Step:
    """Where somebody is on the way to a booking: the store, what they ask for, what they typed."""

    store: StoreDetail
    rules: StoreRules
    asked: Asked
    form: DetailsForm
    now: datetime

    @property
    def carried(self) -> list[tuple[str, str]]:
        """What was typed, to go along in hidden fields: personal data never stands in an address."""
        return list(self.form.typed())

    def url_of(self, name: str) -> str:
        """Return a page on the way, for the visit asked for."""
        return f"{reverse(name, args=[self.store.slug])}?{urlencode(self.asked.parameters)}"

    def context(self, problems: Iterable[Problem] = ()) -> dict[str, Any]:
        """Return what every page on the way shows."""
        return {
            "store": self.store,
            "rules": self.rules,
            "asked": self.asked,
            "minutes": self.rules.slot_minutes * self.asked.visit_type.slot_count,
            "carried": self.carried,
            "problems": [*problems],
            "choose_url": self.url_of("book"),
            "week_url": f"{self.url_of('book')}&",
            "slot_url": f"{self.url_of('book-details')}&",
        }


StepView = Callable[[HttpRequest, Step], HttpResponse]


def _at_store(view: StepView) -> Callable[[HttpRequest, str], HttpResponse]:
    """Read where somebody is; a store that takes no visits says so."""

    @wraps(view)
    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    def wrapper(request: HttpRequest, store: str) -> HttpResponse:
        now = clock_now()
        rules, detail = store_rules(store, from_date=(now - timedelta(days=2)).date()), store_detail(store)
        if rules is None or detail is None:
            raise Http404
        if not rules.visit_types:
            return render(request, "customer/no_visits.html", {"store": detail})
        is_typed = request.method == "POST"
        data = request.POST if is_typed else request.GET
        form = DetailsForm(
            request.POST if is_typed else None, country=rules.country, initial={"idempotency_key": str(uuid.uuid4())}
        )
        return view(request, Step(detail, rules, read_asked(data, rules), form, now))

    return wrapper


@_at_store
def book(request: HttpRequest, step: Step) -> HttpResponse:
    """Ask when somebody would like to come; by POST, what they typed so far goes along."""
    return _choose(request, step)


@_at_store
def details(request: HttpRequest, step: Step) -> HttpResponse:
    """Ask who comes; by POST, to correct what was typed."""
    if step.asked.problems or step.asked.starts_at is None:
        return _choose(request, step)
    if request.method == "POST":
        typed = DetailsForm(initial=dict(step.form.typed()), country=step.rules.country)
        return _details(request, step, typed)
    if not _is_free(step):
        return _choose(request, step, problems=[_taken()], status=409)
    return _details(request, step, step.form)


@_at_store
def check(request: HttpRequest, step: Step) -> HttpResponse:
    """Show everything once more before it is booked."""
    if request.method != "POST":
        return redirect(step.url_of("book"))
    return _unfinished(request, step) or _check(request, step)


@_at_store
def confirm(request: HttpRequest, step: Step) -> HttpResponse:
    """Book, once for one form however often it is sent, and show the confirmation at an address of its own."""
    if request.method != "POST":
        return redirect(step.url_of("book"))
    unfinished = _unfinished(request, step)
    if unfinished is not None:
        return unfinished
    try:
        booking = _book(step)
    except BookingRefused as refused:
        return _check(request, step, refusal=refused.reason)
    # An old form with another time in it: what it booked stands, and can be changed.
    is_same = booking.starts_at == step.asked.starts_at
    url = reverse("manage-booked" if is_same else "manage", args=[booking.reference])
    response = HttpResponseRedirect(url if is_same else f"{url}?done=already")
    response.status_code = 303
    give_key(response, booking.reference)
    return response


def _book(step: Step) -> Booking:
    """Book, or return what this very form has booked before. Raises BookingRefused, RateLimited."""
    typed, asked = step.form.cleaned_data, step.asked
    assert asked.starts_at is not None  # noqa: S101 -- `_unfinished` saw to it
    before = booked_before(key=typed["idempotency_key"], now=step.now)
    if before is not None:
        return before
    limits.new_booking(typed["phone"])
    book_it = partial(
        book_visit,
        store=step.rules.slug,
        visit_type=asked.visit_type.slug,
        starts_at=asked.starts_at,
        party_size=asked.party_size,
        customer=CustomerDetails(
            name=typed["name"], phone=typed["phone"], email=typed["email"], locale=(get_language() or "en")[:2]
        ),
        note=typed["note"],
        source=Source.WEB,
        now=step.now,
    )
    return book_once(key=typed["idempotency_key"], now=step.now, book=book_it)


def _unfinished(request: HttpRequest, step: Step) -> HttpResponse | None:
    """Return the page on which something is still to be done, or None where all is there."""
    if step.asked.problems or step.asked.starts_at is None:
        return _choose(request, step, status=step.asked.status if step.asked.problems else 400)
    if not step.form.is_valid():
        return _details(request, step, step.form, status=400)
    return None


def _choose(
    request: HttpRequest, step: Step, *, problems: Iterable[Problem] = (), status: int | None = None
) -> HttpResponse:
    asked = step.asked
    problems = [*asked.problems, *problems]
    shown = chooser(step.rules, asked.visit_type, party_size=asked.party_size, from_date=asked.from_date, now=step.now)
    context = {
        **step.context(problems),
        "chooser": shown,
        "alternatives": _alternatives(step) if problems else [],
        "sizes": range(1, asked.visit_type.max_party_size + 1),
        "is_chosen": bool(request.GET.get("visit_type")) or len(step.rules.visit_types) == 1,
    }
    return render(request, "customer/choose.html", context, status=status or asked.status)


def _details(request: HttpRequest, step: Step, form: DetailsForm, *, status: int = 200) -> HttpResponse:
    context = {**step.context(form.problems() if form.is_bound else ()), "form": form}
    return render(request, "customer/details.html", context, status=status)


def _check(request: HttpRequest, step: Step, *, refusal: Refusal | None = None) -> HttpResponse:
    """Show the check page; where the time is gone or something else stands in the way, with what to do next."""
    if refusal is None and not _is_free(step):
        refusal = Refusal.SLOT_FULL
    problems = [Problem(refusal_sentence(refusal))] if refusal else []
    typed = step.form.cleaned_data
    context = {
        **step.context(problems),
        "typed": typed,
        "is_not_textable": bool(typed["phone"]) and not can_be_texted(typed["phone"]),
        "alternatives": _alternatives(step) if refusal in _OTHER_TIME_HELPS else [],
    }
    return render(request, "customer/check.html", context, status=409 if refusal else 200)


def _is_free(step: Step) -> bool:
    asked = step.asked
    assert asked.starts_at is not None  # noqa: S101 -- asked only for a chosen time
    wanted = WantedSlot(step.rules.slug, asked.visit_type.slug, asked.starts_at, asked.party_size)
    return lookup(wanted=[wanted], now=step.now) == [True]


def _taken() -> Problem:
    return Problem(refusal_sentence(Refusal.SLOT_FULL))


def _alternatives(step: Step) -> list[SlotChoice]:
    """Return the free times nearest to the chosen one."""
    if step.asked.starts_at is None:
        return []
    free = nearest_free(
        store=step.rules.slug,
        visit_type=step.asked.visit_type.slug,
        starts_at=step.asked.starts_at,
        party_size=step.asked.party_size,
        now=step.now,
    )
    return slot_choices(free, step.rules)


urlpatterns = [
    path("s/<slug:store>/book/", book, name="book"),
    path("s/<slug:store>/book/details/", details, name="book-details"),
    path("s/<slug:store>/book/check/", check, name="book-check"),
    path("s/<slug:store>/book/confirm/", confirm, name="book-confirm"),
]
