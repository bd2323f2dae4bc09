"""The state of a booking in progress: the store, the wanted visit, the hold, and what the customer typed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from booking import limits
from booking.customer.book.way_cookie import Way, keep
from booking.customer.forms import DetailsForm
from booking.customer.visit_query import VisitQuery
from booking.formatting import spoken_language
from booking.places.explain import explain_slot
from booking.places.holds import HeldPlace, held_place
from booking.places.lookup import WantedSlot, lookup
from booking.refusals import Refusal
from booking.waiting_room.tickets import TicketKind, read_ticket
from booking.web.forms import FormProblem
from booking.web.proof_of_work import BUSY, WAIT, Challenge, challenge_for
from booking.web.responses import see_other
from stores.queries import StoreDetail, WaitingRoom
from stores.slots import StoreRules

_ECHOED = ("visit_type", "party_size", "desk", "language", "starts_at", "from", "day")
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
    room: WaitingRoom | None = None
    ticket: str = ""  # of the store's waiting room, as it came with the request or was given to it

    @cached_property
    def kept(self) -> HeldPlace | None:
        """The hold for exactly the requested visit; None without one, or once it has expired."""
        place = self.kept_anywhere
        if place is None:
            return None
        asked = (self.rules.slug, self.asked.visit_type.slug, self.asked.starts_at, self.asked.party_size)
        is_same = (place.store, place.visit_type, place.starts_at, place.party_size) == asked
        return place if is_same and self._is_spoken_at(place) else None

    def _is_spoken_at(self, place: HeldPlace) -> bool:
        """Tell whether the wished language is spoken at the desk of a hold."""
        language = self.asked.language
        return not language or bool(self.rules.chosen(place.held_at, language).desks)

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

    @property
    def challenge(self) -> Challenge | None:
        """The proof of work for the next form; None if nothing is asked."""
        if self.has_waited and self.tries < BUSY:
            return None
        return challenge_for(self.rules.slug, now=self.now, tries=self.tries)

    @property
    def has_waited(self) -> bool:
        """Tell whether the visitor has waited in the waiting room as long as the proof of work would let them wait."""
        ticket = read_ticket(self.ticket, self.rules.slug)
        return ticket is not None and ticket.kind is TicketKind.LET_IN and ticket.waited >= WAIT

    def is_free(self) -> bool:
        """Tell whether the requested time is held for this visitor, or free."""
        asked = self.asked
        assert asked.starts_at is not None  # noqa: S101 -- asked only for a chosen time
        wanted = WantedSlot(
            self.rules.slug,
            asked.visit_type.slug,
            asked.starts_at,
            asked.party_size,
            asked.desk,
            language=asked.language,
        )
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
            language=asked.language,
        ).refusal

    def url_of(self, name: str, **more: str) -> str:
        """Return the address of a page of the booking for the requested visit; it contains nothing that was typed."""
        parameters = {**self.asked.parameters, "ticket": self.ticket, **more}
        return f"{reverse(name, args=[self.store.slug])}?{urlencode({key: v for key, v in parameters.items() if v})}"

    def lead_to(self, name: str, **more: str) -> HttpResponse:
        """Redirect to a page that can be reloaded; the browser remembers the hold and what was typed."""
        start = {"starts_at": self.local_start, "hold": self.hold, "form": self.way.key}
        return self.remembered(see_other(self.url_of(name, **{**start, **more})))

    def lead_to_waiting_room(self) -> HttpResponse:
        """Redirect to the waiting room; what a form brought is remembered, a page that is only read sets no cookie."""
        if self.request.method == "POST":
            return self.lead_to("book-wait")
        return self.lead_on("book-wait")

    def lead_on(self, name: str, **more: str) -> HttpResponse:
        """Redirect to a page that remembers nothing; where only a part of a page was asked for, the whole page goes."""
        url = self.url_of(name, starts_at=self.local_start, form=self.known_key, **more)
        return HttpResponse(headers={"HX-Redirect": url}) if self.request.headers.get("HX-Request") else see_other(url)

    def lead_to_times(self) -> HttpResponse:
        """Redirect to the choice of a time, which says what part of the request could not be read."""
        sent = {name: self.request.POST.get(name, "")[:_ECHOED_LONGEST] for name in _ECHOED}
        asked = {name: value for name, value in {**sent, "ticket": self.ticket}.items() if value}
        asked["form"] = self.way.key
        return self.remembered(see_other(f"{reverse('book', args=[self.store.slug])}?{urlencode(asked)}"))

    def remembered(self, response: HttpResponse, *, booked: str = "") -> HttpResponse:
        """Let the browser remember the state of the booking; once the visit is booked, only its reference."""
        start = "" if self.asked.starts_at is None else chosen(self.asked)
        way = replace(self.way, hold=self.hold, start=start, typed=self.typed)
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
            "language_name": spoken_language(self.asked.language) if self.asked.language else "",
            "minutes": self.rules.slot_minutes * self.asked.visit_type.slot_count,
            "hold": self.hold,
            "form_key": self.way.key,
            "known_key": self.known_key,
            "ticket": self.ticket,
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


def chosen(asked: VisitQuery) -> str:
    """Return what a way remembers of a chosen visit."""
    assert asked.starts_at is not None  # noqa: S101 -- asked only for a chosen time
    wish = f"{asked.visit_type.slug} {asked.party_size} {asked.desk}{f' {asked.language}' if asked.language else ''}"
    return f"{wish} {asked.starts_at.astimezone(UTC).isoformat()}"
