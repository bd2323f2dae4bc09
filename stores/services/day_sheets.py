"""The address of the day sheet. A new address must agree first, as the sheet has names and phone numbers."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from stores.models import SetupChange, Store
from stores.queries.day_sheets import DAY_SHEET, DAY_SHEET_ASKED, asked_day_sheet
from stores.services.changes import record_change
from stores.services.values import lock


@transaction.atomic
def save_day_sheet(*, store: Store, email: str, language: str, user: User | None, now: datetime) -> None:
    """Change the address of the day sheet, "" for no sheet; an open question to another address ends."""
    known = lock(store)
    awaited = asked_day_sheet(store=store, now=now)
    fields = {"day_sheet_email": email, "day_sheet_language": language}
    before = {name: getattr(known, name) for name in fields}
    before[DAY_SHEET_ASKED] = awaited.after[DAY_SHEET_ASKED] if awaited else ""
    Store.objects.filter(pk=store.pk).update(**fields)
    after = {**fields, DAY_SHEET_ASKED: ""}
    record_change(store=store, user=user, what=DAY_SHEET, before=before, after=after, now=now)


@transaction.atomic
def ask_day_sheet(*, store: Store, email: str, language: str, user: User, now: datetime) -> SetupChange | None:
    """Note in the trail that an address is asked whether it wants the sheet; the present one stays until then."""
    lock(store)
    after = {DAY_SHEET_ASKED: email, "day_sheet_language": language}
    return record_change(store=store, user=user, what=DAY_SHEET, before={}, after=after, now=now)


@transaction.atomic
def use_asked_day_sheet(*, wish: SetupChange, now: datetime) -> bool:
    """Mail the sheet from now on to the address that was asked; False if the wish no longer counts."""
    store = lock(wish.store)
    if asked_day_sheet(store=store, now=now) != wish:
        return False
    email, language = wish.after[DAY_SHEET_ASKED], wish.after["day_sheet_language"]
    save_day_sheet(store=store, email=email, language=language, user=wish.user, now=now)
    return True
