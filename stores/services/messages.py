"""Settings of a store's messages: the times at which they go, and the store's own sentence."""

from collections.abc import Collection, Mapping
from datetime import datetime, time

from django.contrib.auth.models import User
from django.db import transaction

from stores.models import Store
from stores.services.changes import record_change
from stores.services.values import BadValue, check_range, lock, short_text

REMINDERS_MOST = 3
LONGEST_BEFORE_DAYS = 14
MESSAGES_EARLIEST, MESSAGES_LATEST = time(8), time(20)
LEAST_HOURS = 2
SMS_WORDS_LONGEST = 80


@transaction.atomic
def save_messages(
    *,
    store: Store,
    reminder_days: Collection[int],
    messages_from: time,
    messages_until: time,
    sms_words: Mapping[str, str],
    user: User | None,
    now: datetime,
) -> None:
    """Change when messages go, and the store's own sentence in texts, by language. Raises BadValue.

    The hours lie within 08:00-20:00, as all customers are promised, and leave at least two hours. Messages that are
    already planned keep their times.
    """
    days = sorted(set(reminder_days), reverse=True)
    if len(days) > REMINDERS_MOST:
        raise BadValue("reminder_days", "too_many")
    for day in days:
        check_range("reminder_days", day, (1, LONGEST_BEFORE_DAYS))
    if not messages_from >= MESSAGES_EARLIEST:
        raise BadValue("messages_from", "out_of_range")
    if messages_until > MESSAGES_LATEST or messages_until.hour - messages_from.hour < LEAST_HOURS:
        raise BadValue("messages_until", "out_of_range")
    words = {
        language: short_text(text, field=f"sms_words.{language}", longest=SMS_WORDS_LONGEST, is_required=False)
        for language, text in sms_words.items()
    }
    known = lock(store)
    fields = {
        "reminder_days": ",".join(map(str, days)),
        "messages_from": messages_from,
        "messages_until": messages_until,
        "sms_words": {language: text for language, text in words.items() if text},
    }
    before, after = _in_the_trail(known), _in_the_trail(Store(**fields))
    Store.objects.filter(pk=store.pk).update(**fields)
    record_change(store=store, user=user, what="messages", before=before, after=after, now=now)


def _in_the_trail(store: Store) -> dict[str, str]:
    return {
        "reminder_days": store.reminder_days,
        "messages_from": store.messages_from.strftime("%H:%M"),
        "messages_until": store.messages_until.strftime("%H:%M"),
        **{f"sms_words_{language}": text for language, text in store.sms_words.items()},
    }
