"""Wishes for another address of the day sheet, read from the trail of the set-up."""

from datetime import datetime, timedelta

from stores.models import SetupChange, Store

DAY_SHEET = "day_sheet"  # the name of the day sheet in the trail
DAY_SHEET_ASKED = "day_sheet_asked"  # the field of the trail that holds the address
ASKED_FOR = timedelta(days=7)


def asked_day_sheet(*, store: Store, now: datetime) -> SetupChange | None:
    """Return the wish for another address that still waits for an answer; None if there is none.

    It is the newest line about the sheet, because every later decision ends the wish.
    """
    newest = SetupChange.objects.filter(store=store, what=DAY_SHEET).order_by("-pk").first()
    return newest if newest is not None and is_awaited(newest, now=now) else None


def day_sheet_wish(number: int) -> SetupChange | None:
    """Return a wish for another address by its number, with store and user, valid or not."""
    found = SetupChange.objects.filter(pk=number, what=DAY_SHEET).select_related("store", "user").first()
    return found if found is not None and found.after.get(DAY_SHEET_ASKED) else None


def is_awaited(change: SetupChange, *, now: datetime) -> bool:
    """Tell whether a line of the trail is a wish for another address that is not too old."""
    return bool(change.after.get(DAY_SHEET_ASKED)) and now < change.at + ASKED_FOR
