"""The webhooks of all stores, for the person who runs the service: which take nothing, and a call of each on wish."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Q

from booking.models import TellingState, Webhook
from booking.operations.findings import Finding, Verdict
from booking.webhooks.addresses import BadAddress, read_address
from booking.webhooks.calls import CallResult, make_call
from booking.webhooks.events import trial_event
from booking.webhooks.signatures import event_body, open_address, signed_headers


@dataclass(frozen=True, slots=True)
class WebhookHealth:
    """A webhook that is on: whether its server rests, and when it last took an event that is still kept."""

    host: str
    is_resting: bool
    last_told_at: datetime | None


def webhooks_on(*, now: datetime) -> list[WebhookHealth]:
    """Return all webhooks that are on. One statement."""
    told = Max("events__tried_at", filter=Q(events__state=TellingState.TOLD))
    rows = Webhook.objects.filter(is_on=True).annotate(last_told_at=told).order_by("pk")
    return [
        WebhookHealth(one.host, one.rests_until is not None and one.rests_until > now, one.last_told_at) for one in rows
    ]


def call_webhooks(*, now: datetime) -> Iterator[Finding]:
    """Call each webhook that is on once, with a signed event that means nothing; nothing is written down."""
    for webhook in Webhook.objects.filter(is_on=True).select_related("store").order_by("pk"):
        result = _call(webhook, now=now)
        came = f"answers {result.status}" if result.status else f"no answer ({result.reason})"
        verdict = Verdict.WRONG if result.reason else Verdict.FINE
        yield Finding(f"webhook of {webhook.store.slug}", verdict, f"{webhook.host} {came}")


def _call(webhook: Webhook, *, now: datetime) -> CallResult:
    event = trial_event(webhook.pk, webhook.store, now=now)
    body = event_body(event)
    headers = signed_headers(webhook, event, body, now=now)
    if headers is None:
        return CallResult(None, "no_secret")
    try:
        address = read_address(open_address(webhook))
    except BadAddress as error:
        return CallResult(None, error.code)
    return make_call(address, body.encode(), headers)
