"""Administration of a store's webhooks: each change holds the store alone and leaves a line in its trail."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction

from booking.models import OFF_GONE, OPEN_TELLING, TellingState, Webhook, WebhookEvent
from booking.webhooks.addresses import BadAddress, read_address
from booking.webhooks.events import trial_event
from booking.webhooks.signatures import BOTH_SIGN_FOR, new_secret, seal_address, seal_secret
from stores.locks import lock_store_alone
from stores.models import Store
from stores.services import BadValue, record_change

MOST_OF_A_STORE = 5
KEEP_EVENTS = timedelta(days=30)
_AGAIN = (TellingState.FAILED, TellingState.DROPPED)


@transaction.atomic
def add_webhook(*, store_id: int, address: str, user: User | None, now: datetime) -> tuple[Webhook, str]:
    """Add a webhook, switched on; return it and its secret, which is shown once. Raises BadValue."""
    try:
        host = read_address(address).host
    except BadAddress as error:
        raise BadValue("address", error.code) from error
    store = lock_store_alone(store_id)
    if store.webhooks.count() >= MOST_OF_A_STORE:
        raise BadValue("address", "too_many")
    secret = new_secret()
    webhook = Webhook.objects.create(
        store=store, host=host, sealed_address=seal_address(address.strip()), sealed_secret=seal_secret(secret),
        created_at=now,
    )  # fmt: skip
    _list_in_store(store)
    _record(store, webhook, {}, {"is_active": True}, user=user, now=now)
    return webhook, secret


@transaction.atomic
def renew_secret(*, store_id: int, webhook_id: int, user: User | None, now: datetime) -> tuple[Webhook, str]:
    """Give a webhook a new secret, and return both; the one before signs too for another day. Raises LookupError."""
    store, webhook = _locked(store_id, webhook_id)
    secret = new_secret()
    webhook.sealed_previous, webhook.previous_until = webhook.sealed_secret, now + BOTH_SIGN_FOR
    webhook.sealed_secret = seal_secret(secret)
    webhook.save(update_fields=["sealed_previous", "previous_until", "sealed_secret"])
    _record(store, webhook, {"has_new_secret": False}, {"has_new_secret": True}, user=user, now=now)
    return webhook, secret


@transaction.atomic
def switch_on(*, store_id: int, webhook_id: int, user: User | None, now: datetime) -> Webhook:
    """Switch a webhook on: it is told what happens from now on. Raises LookupError."""
    store, webhook = _locked(store_id, webhook_id)
    Webhook.objects.filter(pk=webhook.pk).update(is_on=True, off_reason="", failures=0, rests_until=None)
    _list_in_store(store)
    _record(store, webhook, {"is_active": webhook.is_on}, {"is_active": True}, user=user, now=now)
    return webhook


@transaction.atomic
def switch_off(*, store_id: int, webhook_id: int, reason: str, user: User | None, now: datetime) -> Webhook:
    """Switch a webhook off; what it has not been told is dropped, and may be sent again later. Raises LookupError."""
    store, webhook = _locked(store_id, webhook_id)
    Webhook.objects.filter(pk=webhook.pk).update(is_on=False, off_reason=reason)
    still_open = WebhookEvent.objects.filter(webhook_id=webhook_id, state__in=OPEN_TELLING)
    still_open.update(state=TellingState.DROPPED, lease_until=None, lease_token=None, reason=reason or "off")
    _list_in_store(store)
    after = {"is_active": False, **({"said_gone": True} if reason == OFF_GONE else {})}
    _record(store, webhook, {"is_active": webhook.is_on}, after, user=user, now=now)
    return webhook


@transaction.atomic
def remove_webhook(*, store_id: int, webhook_id: int, user: User | None, now: datetime) -> Webhook:
    """Remove a webhook with its events. Raises LookupError."""
    store, webhook = _locked(store_id, webhook_id)
    Webhook.objects.filter(pk=webhook_id).delete()
    _list_in_store(store)
    _record(store, webhook, {"is_active": webhook.is_on}, {}, user=user, now=now)
    return webhook


@transaction.atomic
def send_trial(*, store_id: int, webhook_id: int, user: User | None, now: datetime) -> Webhook:
    """Tell a webhook that is on an event that means nothing, as a trial. Raises LookupError."""
    store, webhook = _locked(store_id, webhook_id)
    if not webhook.is_on:
        raise LookupError(webhook_id)
    trial_event(webhook.pk, store, now=now).save(force_insert=True)
    Webhook.objects.filter(pk=webhook.pk).update(rests_until=None)
    _record(store, webhook, {"is_tried": False}, {"is_tried": True}, user=user, now=now)
    return webhook


@transaction.atomic
def send_again(
    *, store_id: int, webhook_id: int, event_id: int | None, user: User | None, now: datetime
) -> tuple[Webhook, int]:
    """Send a settled event again under the same id, or all that did not arrive; return how many. Raises LookupError."""
    store, webhook = _locked(store_id, webhook_id)
    if not webhook.is_on:
        raise LookupError(webhook_id)
    events = WebhookEvent.objects.filter(webhook_id=webhook_id)
    if event_id is None:
        events = events.filter(state__in=_AGAIN)
    else:
        events = events.filter(pk=event_id).exclude(state__in=OPEN_TELLING)
    count = events.update(state=TellingState.DUE, try_at=now, attempts=0)
    if count:
        Webhook.objects.filter(pk=webhook.pk).update(rests_until=None)
        _record(store, webhook, {"sent_again": 0}, {"sent_again": count}, user=user, now=now)
    return webhook, count


@transaction.atomic
def forget_events(*, now: datetime) -> int:
    """Delete events of more than 30 days ago, and those whose webhook is gone; return how many."""
    gone = WebhookEvent.objects.exclude(webhook_id__in=Webhook.objects.values("pk"))
    old = WebhookEvent.objects.filter(at__lt=now - KEEP_EVENTS)
    return old.delete()[0] + gone.delete()[0]


def _locked(store_id: int, webhook_id: int) -> tuple[Store, Webhook]:
    """Lock a store alone, and return it with one of its webhooks. Raises LookupError."""
    store = lock_store_alone(store_id)
    webhook = Webhook.objects.filter(pk=webhook_id, store_id=store_id).first()
    if webhook is None:
        raise LookupError(webhook_id)
    return store, webhook


def _list_in_store(store: Store) -> None:
    """Write into a store's row which of its webhooks are on."""
    on = Webhook.objects.filter(store_id=store.pk, is_on=True).order_by("pk").values_list("pk", flat=True)
    Store.objects.filter(pk=store.pk).update(webhook_ids=",".join(map(str, on)))


def _record(
    store: Store,
    webhook: Webhook,
    before: Mapping[str, object],
    after: Mapping[str, object],
    *,
    user: User | None,
    now: datetime,
) -> None:
    record_change(store=store, user=user, what="webhook", subject=webhook.host, before=before, after=after, now=now)
