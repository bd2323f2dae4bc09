"""Schedule of day sheets: mailed before a store opens, so that people can work from paper in an outage."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.db import transaction

from booking.accounts.permissions import is_manager
from booking.message_kinds import Kind
from booking.subjects import Subject
from notifications import outbox
from notifications.content import NewMessage
from notifications.models import Channel
from stores.closings import openings_by_day
from stores.hours import Interval
from stores.models import SetupChange, Store
from stores.queries import asked_day_sheet, store_rules
from stores.queries.day_sheets import ASKED_FOR
from stores.services import ask_day_sheet, save_day_sheet, use_asked_day_sheet

BEFORE_OPENING = timedelta(minutes=30)
OF_USE_FOR = timedelta(hours=2)


@transaction.atomic
def enqueue_day_sheets(*, now: datetime) -> int:
    """Write the messages of the day sheets of stores that open within half an hour; return how many are due.

    A repeated call writes none twice, because the day is part of the message's subject.
    """
    due = [message for store in Store.objects.exclude(day_sheet_email="") for message in _due(store, now=now)]
    outbox.enqueue(due, now=now)
    return len(due)


def needs_asking(*, store: Store, email: str) -> bool:
    """Tell whether an address must agree first: every address other than "" and the one in use."""
    return email not in ("", store.day_sheet_email)


@transaction.atomic
def change_address(*, store: Store, email: str, language: str, user: User, now: datetime) -> None:
    """Mail the sheet to the present address, or to none, from now on; a new address gets a link to agree."""
    if not needs_asking(store=store, email=email):
        save_day_sheet(store=store, email=email, language=language, user=user, now=now)
        return
    wish = ask_day_sheet(store=store, email=email, language=language, user=user, now=now)
    if wish is not None:
        outbox.enqueue([_question(wish, store, now=now)], now=now)


@transaction.atomic
def use_address(*, wish: SetupChange, now: datetime) -> bool:
    """Mail the sheet from now on to the address that was asked; False if the wish no longer counts."""
    return counts(wish, now=now) and use_asked_day_sheet(wish=wish, now=now)


def counts(wish: SetupChange, *, now: datetime) -> bool:
    """Tell whether a wish for another address is the current one, of a person who still manages the store."""
    user = wish.user
    is_theirs = user is not None and user.is_active and is_manager(user, wish.store)
    return is_theirs and asked_day_sheet(store=wish.store, now=now) == wish


def _question(wish: SetupChange, store: Store, *, now: datetime) -> NewMessage:
    """Return the message; it counts like those of customers, as nobody knows yet whose address it is."""
    return NewMessage(
        account=store.slug,
        subject=str(Subject.day_sheet_address(wish.pk)),
        kind=Kind.DAY_SHEET,
        sequence=0,
        channel=Channel.EMAIL,
        due_at=now,
        not_after=now + ASKED_FOR,
    )


def _due(store: Store, *, now: datetime) -> list[NewMessage]:
    day = now.astimezone(ZoneInfo(store.time_zone)).date()
    first = min(_openings(store, day), default=None)
    if first is None:
        return []
    due_at, not_after = first.starts_at - BEFORE_OPENING, first.starts_at + OF_USE_FOR
    if not due_at <= now < not_after:
        return []
    return [
        NewMessage(
            account=store.slug,
            subject=str(Subject.day_sheet(store.pk, day)),
            kind=Kind.DAY_SHEET,
            sequence=0,
            channel=Channel.EMAIL,
            due_at=due_at,
            not_after=not_after,
            is_limited=False,
        )
    ]


def _openings(store: Store, day: date) -> Sequence[Interval]:
    rules = store_rules(store.slug, from_date=day)
    return openings_by_day(rules, first_date=day, last_date=day).get(day, [])
