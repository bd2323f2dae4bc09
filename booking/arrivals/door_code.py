"""Renewal of the code on a store's door: a picture of an old code no longer works."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from stores.locks import lock_store_alone
from stores.models import Store
from stores.services import record_change


@transaction.atomic
def renew_door(*, store_id: int, user: User, now: datetime) -> None:
    """Make a new code for a store's door; the old one is now only a link to the store."""
    store = lock_store_alone(store_id)
    number = store.door_number + 1
    Store.objects.filter(pk=store_id).update(door_number=number)
    record_change(
        store=store,
        user=user,
        what="door",
        before={"sheet_number": store.door_number},
        after={"sheet_number": number},
        now=now,
    )
