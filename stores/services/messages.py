"""Settings of a store's messages: when and how they go, and the store's own texts."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, time

from django.contrib.auth.models import User
from django.db import transaction

from stores.models import ReminderChannel, Store
from stores.services.changes import record_change
from stores.services.values import BadValue, check_range, lock, short_text

REMINDERS_MOST = 3
LONGEST_BEFORE_DAYS = 14
REMINDER_HOURS = (0, 2)
MESSAGES_EARLIEST, MESSAGES_LATEST = time(8), time(20)
LEAST_HOURS = 2
OWN_TEXT_LONGEST = 600
# What decides which reminders a visit gets, and when.
_OF_REMINDERS = ("reminder_days", "reminder_hours", "reminder_channel", "messages_from", "messages_until")
OwnTexts = Mapping[str, Mapping[str, Mapping[str, str]]]
"""Texts by channel, name and language."""


@transaction.atomic
def save_messages(
    *,
    store: Store,
    reminder_days: Collection[int],
    messages_from: time,
    messages_until: time,
    reminder_channel: str = ReminderChannel.TEXT_FIRST,
    reminder_hours: int = 0,
    confirms_by_text: bool = True,
    user: User | None,
    now: datetime,
) -> None:
    """Change when and how messages go. Raises BadValue.

    The hours lie within 08:00-20:00, as all customers are promised, and leave at least two hours. The reminders of
    visits that are booked follow later: until then the store is one with stale reminders.
    """
    days = sorted(set(reminder_days), reverse=True)
    _check_reminders(days, hours=reminder_hours, channel=reminder_channel)
    _check_sending_hours(messages_from, messages_until)
    known = lock(store)
    fields = {
        "reminder_days": ",".join(map(str, days)),
        "messages_from": messages_from,
        "messages_until": messages_until,
        "reminder_channel": reminder_channel,
        "reminder_hours": reminder_hours,
        "confirms_by_text": confirms_by_text,
    }
    is_stale = any(getattr(known, name) != fields[name] for name in _OF_REMINDERS)
    before, after = messages_in_trail(known), messages_in_trail(Store(**fields))
    Store.objects.filter(pk=store.pk).update(**fields, has_stale_reminders=is_stale or known.has_stale_reminders)
    record_change(store=store, user=user, what="messages", before=before, after=after, now=now)


@transaction.atomic
def save_own_text(
    *, store: Store, channel: str, name: str, language: str, text: str, user: User | None, now: datetime
) -> None:
    """Write the store's own text for one message in one language; "" for ours. Raises BadValue.

    Whoever calls it has checked what the text says.
    """
    text = short_text(text, field=channel, longest=OWN_TEXT_LONGEST, is_required=False)
    texts = lock(store).own_texts
    names = texts.get(channel, {})
    changed = {**texts, channel: {**names, name: {**names.get(name, {}), language: text}}}
    save_own_texts(store=store, own_texts=changed, user=user, now=now)


@transaction.atomic
def save_own_texts(*, store: Store, own_texts: OwnTexts, user: User | None, now: datetime) -> None:
    """Replace all own texts of a store; a line of the trail for each that changed."""
    known = lock(store)
    before, after = _by_place(known.own_texts), _by_place(own_texts)
    Store.objects.filter(pk=store.pk).update(own_texts=_without_empty(own_texts))
    for name, language in sorted({place[1:] for place in {**before, **after}}):
        record_change(
            store=store,
            user=user,
            what="messages",
            subject=f"{name}/{language}",
            before=_at_place(before, name, language),
            after=_at_place(after, name, language),
            now=now,
        )


def _check_reminders(days: Sequence[int], *, hours: int, channel: str) -> None:
    if len(days) > REMINDERS_MOST:
        raise BadValue("reminder_days", "too_many")
    for day in days:
        check_range("reminder_days", day, (1, LONGEST_BEFORE_DAYS))
    if hours not in REMINDER_HOURS:
        raise BadValue("reminder_hours", "out_of_range")
    if channel not in ReminderChannel.values:
        raise BadValue("reminder_channel", "out_of_range")


def _check_sending_hours(begin: time, end: time) -> None:
    if not begin >= MESSAGES_EARLIEST:
        raise BadValue("messages_from", "out_of_range")
    if end > MESSAGES_LATEST or end.hour - begin.hour < LEAST_HOURS:
        raise BadValue("messages_until", "out_of_range")


def _by_place(texts: OwnTexts) -> dict[tuple[str, str, str], str]:
    return {
        (channel, name, language): text
        for channel, names in texts.items()
        for name, languages in names.items()
        for language, text in languages.items()
        if text
    }


def _at_place(texts: Mapping[tuple[str, str, str], str], name: str, language: str) -> dict[str, str]:
    return {f"{channel}_text": texts.get((channel, name, language), "") for channel in ("sms", "email")}


def _without_empty(texts: OwnTexts) -> dict[str, dict[str, dict[str, str]]]:
    kept: dict[str, dict[str, dict[str, str]]] = {}
    for (channel, name, language), text in sorted(_by_place(texts).items()):
        kept.setdefault(channel, {}).setdefault(name, {})[language] = text
    return kept


def own_text_in_trail(store: Store, name: str, language: str) -> dict[str, str]:
    """Return a store's own texts for one message in one language as the trail stores them."""
    return _at_place(_by_place(store.own_texts), name, language)


def messages_in_trail(store: Store) -> dict[str, object]:
    """Return when and how a store's messages go as the trail stores it."""
    return {
        "reminder_days": store.reminder_days,
        "reminder_hours": store.reminder_hours,
        "reminder_channel": str(store.reminder_channel),
        "confirms_by_text": store.confirms_by_text,
        "messages_from": store.messages_from.strftime("%H:%M"),
        "messages_until": store.messages_until.strftime("%H:%M"),
    }
