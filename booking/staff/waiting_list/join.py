"""The page on which staff add a caller or somebody at the desk to the waiting list."""

from datetime import timedelta
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from booking.customer_input import CustomerDetails
from booking.idempotency import SentForm
from booking.models import Source
from booking.policy import last_bookable_date
from booking.refusals import BookingRefused, WaitsAlready, while_offered
from booking.staff.access import StaffContext, at_store, staff_page
from booking.staff.forms.waiting_list import WaitingCallerForm
from booking.tokens import keyed_digest
from booking.waiting_list import entries
from booking.waiting_list.wording import waiting_refusal_sentence
from booking.web.forms import FormProblem
from booking.web.query_params import read_day
from booking.web.responses import see_other
from stores.queries import rules_around
from stores.slots import StoreRules

DAYS_PROPOSED = 7


@require_http_methods(["GET", "HEAD", "POST"])
@at_store()
def join_for_caller(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Ask what the caller would wait for, then add them to the list, once for each form."""
    rules = rules_around(at.store.slug, at.now)
    sent = request.POST if request.method == "POST" else None
    last = last_bookable_date(now=at.now, zone=rules.zone, rules=rules)
    form = WaitingCallerForm(sent, first=at.today, last=last, rules=rules, initial=_initial(request, at, rules))
    problems: list[FormProblem] = []
    status = 200
    if form.is_bound:
        if form.is_valid():
            try:
                with while_offered():
                    _join(at, form)
            except BookingRefused as refused:
                waits_already = isinstance(refused, WaitsAlready)
                problems = [FormProblem(waiting_refusal_sentence(refused.reason, waits_already=waits_already))]
                status = 409
            else:
                return see_other(reverse("staff-waiting", args=[at.store.slug]))
        else:
            problems, status = form.problems(), 400
    context = {"section": "waiting", "rules": rules, "form": form, "problems": problems}
    return staff_page(request, at, "staff/waiting_list/join.html", context, status=status)


def _join(at: StaffContext, form: WaitingCallerForm) -> None:
    """Join, once for each form however often it is sent. Raises BookingRefused."""
    typed = form.cleaned_data
    wish = f"{typed['visit_type']} {typed['from']} {typed['to']} {typed['party_size']} {typed['name']}"
    wish += f" {typed['language']}" if typed["language"] else ""
    entries.join_waiting_list_once(
        SentForm(key=f"staff:{at.store.slug}:{typed['key']}:{keyed_digest('caller', wish)[:32]}"),
        now=at.now,
        join=partial(
            entries.join_waiting_list,
            store=at.store.slug,
            visit_type=typed["visit_type"],
            from_date=typed["from"],
            to_date=typed["to"],
            party_size=typed["party_size"],
            customer=CustomerDetails(
                name=typed["name"],
                phone=typed["phone"],
                email=typed["email"],
                locale=typed["locale"] or (get_language() or "en")[:2],
            ),
            source=Source(typed["source"]),
            language=typed["language"],
            now=at.now,
        ),
    )


def _initial(request: HttpRequest, at: StaffContext, rules: StoreRules) -> dict[str, Any]:
    first = max(read_day(request.GET.get("date", "")) or at.today, at.today)
    return {
        "visit_type": rules.visit_types[0].slug if rules.visit_types else "",
        "party_size": "1",
        "source": Source.PHONE,
        "from": first,
        "to": first + timedelta(days=DAYS_PROPOSED - 1),
    }
