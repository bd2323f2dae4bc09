"""Links in messages and on pages; all start with PUBLIC_URL."""

import json

from django.conf import settings

from booking.tokens import (
    day_sheet_token,
    door_secret,
    is_day_sheet_token,
    manage_token,
    visits_token,
    waiting_token,
)
from stores.models import SetupChange


def manage_url(reference: str, number: int = 0) -> str:
    """Return the page where the customer changes or cancels, with their token: for the customer alone.

    `number` is that of their newest link, here and in the next.
    """
    return f"{manage_page_url(reference)}?token={manage_token(reference, number)}"


def manage_page_url(reference: str) -> str:
    """Return the same page without the token: it opens nothing."""
    return f"{settings.PUBLIC_URL}/b/{reference}/"


def calendar_url(reference: str, number: int = 0) -> str:
    """Return the visit as a calendar file, with the customer's token: for them alone."""
    return f"{settings.PUBLIC_URL}/api/v1/bookings/{reference}/calendar.ics?token={manage_token(reference, number)}"


def short_manage_url(reference: str, number: int = 0) -> str:
    """Return the shorter address for text messages, which leads to the same page."""
    return f"{settings.PUBLIC_URL}/m/{reference}/{manage_token(reference, number)}"


def visits_url(reference: str, *, contact: str, hour: int) -> str:
    """Return the page that lists a customer's visits, with its token: for them alone, and for a day."""
    return f"{settings.PUBLIC_URL}/v/{reference}/{visits_token(reference, contact=contact, hour=hour)}"


def waiting_url(reference: str, *, prefix: str = "") -> str:
    """Return the page of somebody's place on a waiting list, with their token: for them alone.

    `prefix` says how they read (`booking.web.reader_prefix`).
    """
    return f"{settings.PUBLIC_URL}{prefix}/w/{reference}/?token={waiting_token(reference)}"


def short_waiting_url(reference: str) -> str:
    """Return the shorter address for text messages, which leads to the same page."""
    return f"{settings.PUBLIC_URL}/o/{reference}/{waiting_token(reference)}"


def store_page_url(store: str) -> str:
    """Return a store's page, in whatever language its reader's browser asks for."""
    return f"{settings.PUBLIC_URL}/s/{store}/"


def day_url(store: str) -> str:
    """Return the address of a store's day, for its staff."""
    return f"{settings.PUBLIC_URL}/staff/{store}/day/"


def day_sheet_link(wish: SetupChange) -> str:
    """Return the page where somebody at a new address says that the sheet of the day may come: for them alone."""
    token = day_sheet_token(wish.pk, _about(wish))
    return f"{settings.PUBLIC_URL}/{wish.after['day_sheet_language']}/staff/day-sheet/address/{token}/"


def is_day_sheet_link(wish: SetupChange, token: str) -> bool:
    """Tell whether a token is the one made for this wish: its store, address, language, time, and who asked."""
    return is_day_sheet_token(wish.pk, _about(wish), token)


def here_url(store: str) -> str:
    """Return the page where somebody expected says by their reference that they are here."""
    return f"{settings.PUBLIC_URL}/s/{store}/here/"


def door_url(store: str, number: int) -> str:
    """Return what the code on a store's door leads to: the same page, where a phone number counts as well."""
    return f"{here_url(store)}?d={door_secret(store, number)}"


def store_card_url(store: str) -> str:
    """Return the picture that stands beside a store's link."""
    return f"{settings.PUBLIC_URL}/s/{store}/card.png"


def _about(wish: SetupChange) -> str:
    return json.dumps([wish.store_id, wish.after, wish.user_id, int(wish.at.timestamp())], sort_keys=True)
