"""The page of a store's webhooks: the programs that are told of its visits, and what became of the last events."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from booking.models import Webhook
from booking.staff.access import StaffContext, at_store, staff_page
from booking.staff.forms.webhooks import WebhookForm
from booking.staff.setup.hours import FORM_METHODS
from booking.staff.webhook_wording import address_problem_in_words, happening_in_words, telling_in_words
from booking.web.responses import see_other
from booking.webhooks import administration
from booking.webhooks.queries import ShownWebhook, ToldEvent, store_webhooks
from booking.webhooks.signatures import BOTH_SIGN_FOR
from stores.models import Role
from stores.services import BadValue

_NUMBER_LONGEST = 18
_CHANGES: dict[str, Callable[..., object]] = {
    "on": administration.switch_on,
    "off": partial(administration.switch_off, reason=""),
    "remove": administration.remove_webhook,
    "trial": administration.send_trial,
    "again": partial(administration.send_again, event_id=None),
}


@require_http_methods(FORM_METHODS)
@at_store(need=Role.MANAGER)
def webhooks(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """List the webhooks, add one, or do what a button says; a secret is shown once, on the page that made it."""
    what, new = request.POST.get("what", "add"), None
    form = WebhookForm(request.POST if request.method == "POST" and what == "add" else None)
    if request.method == "POST" and what == "renew":
        new = _with_number(at, request, administration.renew_secret)
    elif request.method == "POST" and what != "add":
        _change(at, request, what)
        return see_other(f"{reverse('staff-setup-webhooks', args=[at.store.slug])}?done={what}")
    elif form.is_bound and form.is_valid():
        new = _add(at, form)
    return _page(request, at, form, new, what)


def _add(at: StaffContext, form: WebhookForm) -> tuple[Webhook, str] | None:
    address = form.cleaned_data["address"]
    try:
        return administration.add_webhook(store_id=at.store.pk, address=address, user=at.user, now=at.now)
    except BadValue as bad:
        form.add_error("address", address_problem_in_words(bad.code))
        return None


def _change(at: StaffContext, request: HttpRequest, what: str) -> None:
    """Do what a button says. Raises Http404 where it says nothing that can be done."""
    change = _CHANGES.get(what)
    if change is None:
        raise Http404
    if "event" in request.POST:
        change = partial(administration.send_again, event_id=_number(request, "event"))
    _with_number(at, request, change)


def _with_number(at: StaffContext, request: HttpRequest, change: Callable[..., Any]) -> Any:
    """Make a change of the webhook that a form names. Raises Http404 for an unknown one, or one that is off."""
    number = _number(request, "webhook")
    try:
        return change(store_id=at.store.pk, webhook_id=number, user=at.user, now=at.now)
    except LookupError:
        raise Http404 from None


def _number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) <= _NUMBER_LONGEST):
        raise Http404
    return int(text)


def _page(
    request: HttpRequest, at: StaffContext, form: WebhookForm, new: tuple[Webhook, str] | None, what: str
) -> HttpResponseBase:
    problems = form.problems() if form.is_bound else []
    context = {
        "section": "setup",
        "form": WebhookForm() if new else form,
        "problems": problems,
        "secret": new[1] if new else "",
        "secret_host": new[0].host if new else "",
        "both_until": at.now + BOTH_SIGN_FOR if new and what == "renew" else None,
        "webhooks": [_shown(one) for one in store_webhooks(at.store, now=at.now)],
        "done": request.GET.get("done", ""),
    }
    return staff_page(request, at, "staff/setup/webhooks.html", context, status=400 if problems else 200)


def _shown(webhook: ShownWebhook) -> dict[str, Any]:
    return {"webhook": webhook, "events": [_event(one) for one in webhook.events]}


def _event(event: ToldEvent) -> dict[str, Any]:
    is_visit = event.type.startswith("visit.")
    return {
        "id": event.id,
        "title": happening_in_words(event.type),
        "reference": event.subject if is_visit else "",
        "at": event.at,
        "words": telling_in_words(event),
        "next_at": event.try_at if event.attempts else None,
        "state": event.state,
        "may_go_again": event.state in ("told", "failed", "dropped"),
    }
