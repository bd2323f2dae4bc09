"""The addresses that we hand out, all starting with PUBLIC_URL."""

from django.conf import settings

from booking.tokens import manage_token, waiting_token


def manage_url(reference: str) -> str:
    """Return the page where the customer changes or cancels, with their token: for the customer alone."""
    return f"{manage_page_url(reference)}?token={manage_token(reference)}"


def manage_page_url(reference: str) -> str:
    """Return the same page without the token: it opens nothing."""
    return f"{settings.PUBLIC_URL}/b/{reference}/"


def short_manage_url(reference: str) -> str:
    """Return the shorter address for text messages, which leads to the same page."""
    return f"{settings.PUBLIC_URL}/m/{reference}/{manage_token(reference)}"


def waiting_url(reference: str, *, prefix: str = "") -> str:
    """Return the page of somebody's place on a waiting list, with their token: for them alone.

    `prefix` says how they read (`booking.reading`).
    """
    return f"{settings.PUBLIC_URL}{prefix}/w/{reference}/?token={waiting_token(reference)}"


def short_waiting_url(reference: str) -> str:
    """Return the shorter address for text messages, which leads to the same page."""
    return f"{settings.PUBLIC_URL}/o/{reference}/{waiting_token(reference)}"
