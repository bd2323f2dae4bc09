"""Where somebody is on the way to a booking: the store, what they ask for, what is kept for them, what they typed."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, partial, wraps
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode
from django.utils.timezone import now as clock_now
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from booking.availability import WantedSlot, lookup
from booking.forms import DetailsForm, Problem
from booking.queries import KeptPlace, kept_place
from booking.views.asked import Asked, read_asked
from booking.views.reader import customer_page
from stores.queries import StoreDetail, store_detail, store_questions, store_rules
from stores.slots import StoreRules


@dataclass(frozen=True)
class Step:
    """One request on the way; `hold` is the token of what is kept for this visitor, "" for nothing."""

    store: StoreDetail
    rules: StoreRules
    asked: Asked
    form: DetailsForm
    is_sent: bool
    hold: str
    now: datetime

    @cached_property
    def kept(self) -> KeptPlace | None:
        """What is kept for the very visit that is asked for, None where nothing is, or nothing any more."""
        place = kept_place(self.hold, now=self.now) if self.hold else None
        if place is None:
            return None
        asked = (self.rules.slug, self.asked.visit_type.slug, self.asked.starts_at, self.asked.party_size)
        return place if (place.store, place.visit_type, place.starts_at, place.party_size) == asked else None

    @property
    def is_unread(self) -> bool:
        """Tell whether a time is missing, or anything asked for could not be read."""
        return bool(self.asked.problems) or self.asked.starts_at is None

    @property
    def unread_status(self) -> int:
        """The status of a page that asks again for what could not be read."""
        return self.asked.status if self.asked.problems else 400

    @property
    def local_start(self) -> str:
        """The chosen start with the store's own offset, "" where none is."""
        return self.asked.starts_at.astimezone(self.rules.zone).isoformat() if self.asked.starts_at else ""

    @property
    def carried(self) -> list[tuple[str, str]]:
        """What was typed, to go along in hidden fields: personal data never stands in an address."""
        return list(self.form.typed()) if self.is_sent else []

    def retyped(self) -> DetailsForm:
        """Return the form with what was typed in it, not yet judged."""
        return DetailsForm(initial=dict(self.carried), country=self.rules.country, questions=self.form.questions)

    def is_free(self) -> bool:
        """Tell whether the time asked for is kept for this visitor, or free."""
        asked = self.asked
        assert asked.starts_at is not None  # noqa: S101 -- asked only for a chosen time
        wanted = WantedSlot(self.rules.slug, asked.visit_type.slug, asked.starts_at, asked.party_size, asked.desk)
        return self.kept is not None or lookup(wanted=[wanted], now=self.now) == [True]

    def url_of(self, name: str, **more: str) -> str:
        """Return a page on the way, for the visit asked for."""
        return f"{reverse(name, args=[self.store.slug])}?{urlencode({**self.asked.parameters, **more})}"

    def context(self, problems: Iterable[Problem] = ()) -> dict[str, Any]:
        """Return what every page on the way shows."""
        return {
            "store": self.store,
            "rules": self.rules,
            "asked": self.asked,
            "desk_name": next((desk.name for desk in self.rules.desks if desk.slug == self.asked.desk), ""),
            "minutes": self.rules.slot_minutes * self.asked.visit_type.slot_count,
            "carried": self.carried,
            "hold": self.hold,
            "problems": [*problems],
            "choose_url": self.url_of("book"),
            "week_url": f"{self.url_of('book')}&",
            "hold_url": reverse("book-hold", args=[self.store.slug]),
        }


StepView = Callable[[HttpRequest, Step], HttpResponse]


def at_store(view: StepView, *, methods: tuple[str, ...] = ("GET", "HEAD", "POST")) -> Callable[..., HttpResponse]:
    """Read where somebody is; a store that takes no visits says so."""

    @wraps(view)
    @csrf_exempt
    @never_cache
    @require_http_methods([*methods])
    def wrapper(request: HttpRequest, store: str) -> HttpResponse:
        now = clock_now()
        rules, detail = store_rules(store, from_date=(now - timedelta(days=2)).date()), store_detail(store)
        if rules is None or detail is None:
            raise Http404
        if not rules.visit_types:
            return customer_page(request, "no_visits", {"store": detail})
        sent = request.POST if request.method == "POST" else None
        data = request.GET if sent is None else sent
        form = cast(DetailsForm, SimpleLazyObject(partial(_form, rules, sent)))  # most pages only opened need none
        hold = data.get("hold", "")
        return view(request, Step(detail, rules, read_asked(data, rules), form, sent is not None, hold, now))

    return wrapper


def _form(rules: StoreRules, sent: QueryDict | None) -> DetailsForm:
    initial = {"idempotency_key": str(uuid.uuid4())}
    return DetailsForm(sent, country=rules.country, questions=store_questions(rules.slug), initial=initial)


def see_other(url: str) -> HttpResponse:
    """Lead on to a page that can be reloaded."""
    response = HttpResponseRedirect(url)
    response.status_code = 303
    return response
