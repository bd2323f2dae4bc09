"""Looks in vain on the customers' pages: which requests count for the unmet demand of a store."""

from django.http import HttpRequest

from booking.customer.book.booking_step import BookingStep
from booking.customer.chooser import Chooser
from booking.customer.crawlers import is_browser
from booking.customer.day_choices import DayState
from booking.places.unmet_demand import Look, note_look

_RELOADED = ("no-cache", "max-age=0")  # what a browser adds when a page is loaded again; nothing is kept to know it


def note_nothing_free(request: HttpRequest, step: BookingStep, shown: Chooser) -> None:
    """Count somebody who sees a week without a free time, or the full day of another week that they asked for."""
    full = tuple(day.date for day in shown.days if day.state == DayState.FULL)
    if step.asked.day is not None:
        # In a week without a free time, the links to its days lead back to what was counted when it was first seen.
        full = () if shown.is_empty or shown.shown.state != DayState.FULL else (shown.shown.date,)
    if full and (shown.is_empty or step.asked.day is not None) and not step.asked.problems and _is_seen(request):
        note_look(_look(step)._replace(dates=full))


def note_full(request: HttpRequest, step: BookingStep) -> None:
    """Count somebody who wanted a time that is full."""
    if _is_seen(request):
        note_look(_look(step)._replace(starts_at=step.asked.starts_at))


def _look(step: BookingStep) -> Look:
    asked = step.asked
    return Look(step.rules.slug, asked.visit_type.slug, asked.desk, asked.party_size, language=asked.language)


def _is_seen(request: HttpRequest) -> bool:
    """Tell whether a person sees this page for the first time: no crawler, no reload, nothing loaded ahead."""
    headers = request.headers
    return (
        request.method == "GET"
        and is_browser(headers.get("User-Agent", ""))
        and headers.get("Cache-Control", "").strip().lower() not in _RELOADED
        and "prefetch" not in headers.get("Sec-Purpose", headers.get("Purpose", ""))
    )
