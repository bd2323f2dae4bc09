"""A change of a store's plan of messages, and what follows from it for visits that are booked already."""

from collections.abc import Collection
from datetime import datetime, time

from django.contrib.auth.models import User
from django.db import transaction

from booking.bookings.reminder_plans import AT_ONCE, follow_next, visits_with_reminders
from stores.locks import lock_store_alone
from stores.models import Store
from stores.services import save_messages


@transaction.atomic
def change_message_plan(
    *,
    store: Store,
    reminder_days: Collection[int],
    messages_from: time,
    messages_until: time,
    reminder_channel: str,
    reminder_hours: int,
    confirms_by_text: bool,
    user: User | None,
    now: datetime,
) -> int | None:
    """Change when and how messages go; return how many booked visits had their reminders changed with it.

    None: there are so many that a task does it, within a minute or two. Raises BadValue.
    """
    save_messages(
        store=store,
        reminder_days=reminder_days,
        messages_from=messages_from,
        messages_until=messages_until,
        reminder_channel=reminder_channel,
        reminder_hours=reminder_hours,
        confirms_by_text=confirms_by_text,
        user=user,
        now=now,
    )
    known = lock_store_alone(store.pk)
    if not known.has_stale_reminders:
        return 0
    if visits_with_reminders(store.pk, now=now) > AT_ONCE:
        return None
    return follow_next(known, after=0, now=now)[0]
