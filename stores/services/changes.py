"""The trail of the set-up: what was changed at a store, by whom, and what it was before.

Every service that changes a store's set-up calls `record_change` once, inside its own transaction and while it
holds the store, so that the line is there if and only if the change is:

    before = {"name": desk.name, "capacity": desk.capacity}
    ...
    record_change(store=store, user=user, what="desk", subject=desk.name, before=before, after=..., now=now)

- `user` made the change; None for a command on the server or the system itself. Pass it down from the view.
- `before` and `after` name the same fields; only fields that differ are stored. If none differs, no line is written.
  `before={}` means that something is new, `after={}` that it was removed.
- Values are plain: text, numbers, booleans, None, dates and times, and lists of these (`hours_in_text` for hours).
- Never pass a secret or a value made from one: no password, PIN, token, code or digest. Pass `has_feed: True` instead;
  a field named after a secret is refused. Pass nothing about customers either.
- Where words cannot be read back without doubt, EXACT holds the same as plain lists: pages do not show it.
- New words for the page: add `what` and its fields to `booking/store_setup/change_labels.py`, and to the table of
  `booking/reversals/parts.py` how it is put back, or to `booking/reversals/reasons.py` why it cannot be.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from stores.hours import WeeklyInterval
from stores.models import SetupChange, Store
from stores.models.changes import EXACT, SUBJECT_LONGEST, WHAT_LONGEST

KEEP_CHANGES_DAYS = 730
SECRET_PARTS = frozenset({"password", "secret", "digest", "hash", "token", "pin", "code", "key"})
NO_SECRETS = frozenset({"postal_code"})
DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def record_change(
    *,
    store: Store,
    user: User | None,
    what: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    now: datetime,
    subject: str = "",
) -> SetupChange | None:
    """Add a line to a store's trail; None if nothing differs. Call it inside the transaction of the change."""
    line = change_line(store=store, user=user, what=what, before=before, after=after, now=now, subject=subject)
    if line is not None:
        line.save(force_insert=True)
        if user is not None:
            _note_changed(store, what)
    return line


def record_changes(lines: Iterable[SetupChange | None]) -> None:
    """Add the lines of `change_line`, of one store and one part of it, with as many statements as for one line."""
    found = [line for line in lines if line is not None]
    SetupChange.objects.bulk_create(found)
    if found and found[0].user is not None:
        _note_changed(found[0].store, found[0].what)


def _note_changed(store: Store, what: str) -> None:
    """Note on the store, for as long as it exists, that people changed this part of it."""
    parts = Store.objects.values_list("changed_parts", flat=True).get(pk=store.pk)
    if what not in parts:
        Store.objects.filter(pk=store.pk).update(changed_parts=sorted({*parts, what}))


def change_line(
    *,
    store: Store,
    user: User | None,
    what: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    now: datetime,
    subject: str = "",
) -> SetupChange | None:
    """Return the line of a change without saving it, for changes of many stores that are saved together."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a change is recorded in the transaction that makes it")
    was, became = fields_in_trail(before), fields_in_trail(after)
    fields = [
        name for name in {**was, **became} if was.get(name) != became.get(name) or (name in was) != (name in became)
    ]
    if set(fields) <= {EXACT}:
        return None
    return SetupChange(
        store=store,
        at=now,
        user=user,
        username=user.get_username() if user else "",
        what=what[:WHAT_LONGEST],
        subject=subject[:SUBJECT_LONGEST],
        before={name: was[name] for name in fields if name in was},
        after={name: became[name] for name in fields if name in became},
    )


def newest_change(store: Store) -> int:
    """Return the number of a store's newest line, 0 for none."""
    return SetupChange.objects.filter(store=store).order_by("-pk").values_list("pk", flat=True).first() or 0


def mark_put_back(*, store: Store, user: User, after: int, change_at: datetime) -> int:
    """Note on a user's lines that are newer than `after` that they put the change of `change_at` back; say how many.

    Call it inside the transaction that wrote them.
    """
    lines = SetupChange.objects.filter(store=store, user=user, pk__gt=after)
    return lines.update(puts_back_at=change_at)


@transaction.atomic
def forget_changes(*, now: datetime) -> int:
    """Delete the lines that are too old; return how many."""
    deleted, _ = SetupChange.objects.filter(at__lt=now - timedelta(days=KEEP_CHANGES_DAYS)).delete()
    return deleted


def hours_in_text(weekly: Iterable[WeeklyInterval]) -> list[str]:
    """Return a week's hours in the form of the trail: "mon 09:00-12:00", in order."""
    ordered = sorted(weekly, key=lambda one: (one.weekday, one.opens))
    return [f"{DAY_NAMES[one.weekday]} {times_in_text([(one.opens, one.closes)])[0]}" for one in ordered]


def week_from_text(lines: Iterable[str]) -> list[WeeklyInterval]:
    """Return the hours that `hours_in_text` has written."""
    named = [line.split(" ", 1) for line in lines]
    return [WeeklyInterval(DAY_NAMES.index(day), *times_from_text([times])[0]) for day, times in named]


def times_from_text(lines: Iterable[str]) -> list[tuple[time, time]]:
    """Return the hours that `times_in_text` has written."""
    pairs = [line.split("-", 1) for line in lines]
    return [(time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in pairs]


def times_in_text(times: Sequence[tuple[time, time]]) -> list[str]:
    """Return the hours of one day in the form of the trail; an empty list means closed."""
    return [f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in sorted(times)]


def fields_in_trail(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields as the trail stores them. Raises ValueError for secrets."""
    for name in fields:
        is_secret = name not in NO_SECRETS and not SECRET_PARTS.isdisjoint(name.split("_"))
        if is_secret and not isinstance(fields[name], bool):
            raise ValueError(f"{name}: secrets are no part of the trail")
    return {name: _value(value) for name, value in fields.items()}


def _value(value: Any) -> Any:
    if isinstance(value, list | tuple | set | frozenset):
        return [_value(one) for one in value]
    if isinstance(value, date | time):
        return value.isoformat()
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value)
