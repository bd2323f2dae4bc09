"""Wording for staff: states, steps and refusals in plain words."""

from collections.abc import Callable, Mapping
from functools import cache

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from booking.bookings.status_wording import LATE, status_words
from booking.formatting import refusal_sentence
from booking.models import Source, Status
from booking.refusals import BookingRefused, Refusal

BADGES = {
    Status.CONFIRMED: ("calendar", ""),
    LATE: ("clock", "badge-brass"),
    Status.CHECKED_IN: ("person", "badge-go"),
    Status.IN_SERVICE: ("people", "badge-go"),
    Status.COMPLETED: ("check", ""),
    Status.NO_SHOW: ("warning", "badge-stop"),
    Status.CANCELLED: ("cross", "badge-stop"),
}


def badges() -> Mapping[str, SafeString]:
    """Return the badge of each state: color, word and sign, in the active language."""
    return _badges(get_language() or settings.LANGUAGE_CODE)


@cache
def _badges(_language: str) -> Mapping[str, SafeString]:
    return {
        status: render_to_string(
            "staff/badge.html",
            {"word": word, "icon": f"icons/{BADGES[status][0]}.html", "tone": BADGES[status][1]},
        )
        for status, word in status_words().items()
    }


def group_titles() -> dict[str, str]:
    """Return the heading of each group of the arrivals screen."""
    return {
        "late": _("Late"),
        "now": _("Expected now"),
        "waiting": _("Waiting"),
        "served": _("Being served"),
        "later": _("Later"),
        "done": _("Finished"),
    }


def totals_in_words(totals: dict[str, int]) -> list[tuple[str, str]]:
    """Return each state that has visits, with its count, as "12 booked"."""
    words: dict[str, Callable[[int], str]] = {
        Status.CONFIRMED: lambda n: ngettext("{count} still to come", "{count} still to come", n),
        Status.CHECKED_IN: lambda n: ngettext("{count} here", "{count} here", n),
        Status.IN_SERVICE: lambda n: ngettext("{count} being served", "{count} being served", n),
        Status.COMPLETED: lambda n: ngettext("{count} done", "{count} done", n),
        Status.NO_SHOW: lambda n: ngettext("{count} did not come", "{count} did not come", n),
        Status.CANCELLED: lambda n: ngettext("{count} cancelled", "{count} cancelled", n),
    }
    return [
        (status, text(totals[status]).format(count=totals[status]))
        for status, text in words.items()
        if totals.get(status)
    ]


def people_in_words(count: int) -> str:
    """Return "2 people"."""
    return ngettext("{count} person", "{count} people", count).format(count=count)


def source_words() -> dict[str, str]:
    """Return how a booking was made, where that is worth a word."""
    return {
        Source.PHONE: _("by phone"),
        Source.DESK: _("at the desk"),
        Source.WALK_IN: _("walk-in"),
        Source.SMS: _("by text message"),
    }


def nameless_words(source: str, *, is_erased: bool) -> str:
    """Return the words shown instead of a visitor's name where there is none."""
    if is_erased:
        return _("Erased")
    return _("Walk-in") if source == Source.WALK_IN else _("No name")


def staff_sentence(refused: BookingRefused) -> str:
    """Return why staff may not do this, and what to do next."""
    own = {
        Refusal.TOO_LATE: _("This time is over. Please choose a later one."),
        Refusal.PARTY_TOO_LARGE: _("This is more people than one visit of this kind may have."),
        Refusal.TOO_MANY_OPEN_BOOKINGS: _(
            "This customer already has as many visits to come as the store allows. Change or cancel one of them first."
        ),
    }
    return own.get(refused.reason) or refusal_sentence(refused.reason)
