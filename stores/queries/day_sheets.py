"""The address that was asked whether it wants the day sheet, as the trail holds it."""

from datetime import datetime, timedelta

from stores.models import SetupChange, Store

DAY_SHEET = "day_sheet"  # what the trail calls it
DAY_SHEET_ASKED = "day_sheet_asked"  # the field of the trail with the address that was asked
ASKED_FOR = timedelta(days=7)


def asked_day_sheet(*, store: Store, now: datetime) -> SetupChange | None:
    """Return the wish for another address that an answer is awaited to; None where there is none.

    It is the newest line about the sheet: whatever is decided after it ends it.
    """
    newest = SetupChange.objects.filter(store=store, what=DAY_SHEET).order_by("-pk").first()
    return newest if newest is not None and is_awaited(newest, now=now) else None


def day_sheet_wish(number: int) -> SetupChange | None:
    """Return a wish for another address by its number, with store and user, whether or not it still counts."""
    found = SetupChange.objects.filter(pk=number, what=DAY_SHEET).select_related("store", "user").first()
    return found if found is not None and found.after.get(DAY_SHEET_ASKED) else None


def is_awaited(change: SetupChange, *, now: datetime) -> bool:
    """Tell whether a line of the trail is a wish for another address, and not too old."""
    return bool(change.after.get(DAY_SHEET_ASKED)) and now < change.at + ASKED_FOR
