"""The page on which a customer joins a waiting list."""

import json
from dataclasses import replace
from datetime import datetime
from functools import partial
from http import HTTPStatus
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
from booking.customer.book.detail_questions import ASK
from booking.customer.book.details import AGAIN
from booking.customer.book.way_cookie import Way, keep, new_way, ways
from booking.customer.forms import DetailsForm, WaitingForm, read_key
from booking.customer.store_lookup import store_or_404
from booking.customer.visit_query import read_visit_query
from booking.customer.waiting_list.access import WAITING_KEY
from booking.customer.waiting_list.question_page import answer, question_context
from booking.customer.waiting_list.wish import WaitingWish
from booking.customer_input import CustomerDetails
from booking.idempotency import FormUsed, SentForm
from booking.models import Source, WaitingListEntry
from booking.places.days_state import Wish
from booking.places.free_times import kept_availability
from booking.places.slot_wording import SlotChoice, slot_choice
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

USED, WAITS_ALREADY = "used", "waits_already"


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
    wish = WaitingWish(request, detail, rules, read_visit_query(data, rules), way, now)
    if request.method != "POST":
        return _page(wish)
    return answer(wish) if ASK in request.POST else _sent(wish)


def _sent(wish: WaitingWish) -> HttpResponse:
    """Join the list and redirect to the entry, or back to the form with the reason."""
    sent = wish.request.POST
    form = wish.form(dict(wish.way.typed) if "checked" in sent else sent)
    if wish.asked.problems or not form.is_valid():
        return wish.lead_back(form, why=AGAIN)
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
        return wish.lead_back(form, why=why)
    except limits.RateLimited as limited:
        until = write_retry_time(retry_after_seconds=limited.retry_after_seconds, now=wish.now)
        url = f"{reverse('book-later', args=[wish.store.slug])}?until={until}"
        return wish.remembered(form, see_other(url))
    response = see_other(reverse("waiting", args=[entry.reference]))
    WAITING_KEY.give(response, entry)
    keep(wish.request, response, replace(wish.way, typed={}), now=wish.now)
    return response


def _join(wish: WaitingWish, form: WaitingForm) -> WaitingListEntry:
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


def _sent_form(wish: WaitingWish, typed: dict[str, Any]) -> SentForm:
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


def _page(wish: WaitingWish) -> HttpResponse:
    asked, told = wish.asked, _sentence(wish.request)
    if reader_choice_of(wish.request).is_simple:
        shown, form, status = question_context(wish, told)
    else:
        shown, form, status = _form_context(wish, told)
    context = {
        **shown,
        "store": wish.store,
        "rules": wish.rules,
        "asked": asked,
        "minutes": wish.rules.slot_minutes * asked.visit_type.slot_count,
        "form": form,
        "form_key": wish.way.key,
        "problems": [*asked.problems, *shown["problems"]],
        "first_free": _first_free(wish, form),
        "choose_url": f"{reverse('book', args=[wish.store.slug])}?{urlencode(asked.parameters)}",
    }
    status = status if told or not asked.problems else HTTPStatus(asked.status)
    response = customer_page(wish.request, "waiting_list/join", context, status=status)
    if not wish.way.is_remembered:
        keep(wish.request, response, wish.way, now=wish.now)
    return response


def _form_context(wish: WaitingWish, told: str) -> tuple[dict[str, Any], DetailsForm, HTTPStatus]:
    """Return what the page of the whole form shows, its form and its status."""
    form = wish.form(dict(wish.way.typed) if wish.way.typed and wish.request.GET.get("why") else None)
    if form.is_bound and form.problems():
        return {"problems": form.problems()}, form, HTTPStatus.BAD_REQUEST
    if told:
        return {"problems": [FormProblem(told)]}, form, HTTPStatus.CONFLICT
    return {"problems": []}, form, HTTPStatus.OK


def _sentence(request: HttpRequest) -> str:
    """Return why the list was not joined, as the address of the page says; "" for no reason."""
    why = request.GET.get("why", "")
    if why == USED and reader_choice_of(request).is_simple:
        return _("You sent this page already. Do you want other days? Answer the questions again.")
    if why == USED:
        return _("This form was used before. To wait for other days, fill it in once more.")
    if why == WAITS_ALREADY:
        return waiting_refusal_sentence(Refusal.TOO_MANY_OPEN_BOOKINGS, waits_already=True)
    return waiting_refusal_sentence(Refusal(why)) if why in set(Refusal) else ""


def _first_free(wish: WaitingWish, form: DetailsForm) -> SlotChoice | None:
    """Return the first free time on the requested days: the customer need not wait for that one."""
    first, last = (read_day(str(form[name].value() or "")) for name in ("from", "to"))
    if first is None or last is None or last < first:
        return None
    asked = wish.asked
    wanted = Wish(wish.rules.slug, asked.visit_type.slug, asked.party_size, language=asked.language)
    answer = kept_availability(wanted, max(first, wish.first), min(last, wish.last), now=wish.now)
    return slot_choice(answer.first_free, wish.rules) if answer.first_free else None
