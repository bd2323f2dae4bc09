"""Wording of the waiting list: refusals, and the state of an entry."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking.formatting import day_in_words, refusal_sentence, time_in_words
from booking.models import WaitingListEntry
from booking.refusals import Refusal


def waiting_refusal_sentence(reason: Refusal, *, waits_already: bool = False) -> str:
    """Return the sentence for a refused entry or a refused place, with what to do next."""
    if waits_already:
        return _("You are on this waiting list already. You need not join again.")
    return {
        Refusal.SLOT_CLOSED: _("The store takes no visits on these days. Please choose other days."),
        Refusal.TOO_SOON: _("It is too late to wait for these days. Please choose later ones."),
        Refusal.TOO_FAR_AHEAD: _("These days are too far ahead. Please choose earlier ones."),
        Refusal.HOLD_EXPIRED: _("This time is no longer kept for you."),
    }.get(reason) or refusal_sentence(reason)


def days_in_words(entry: WaitingListEntry) -> str:
    """Return "Tuesday 4 March", "Tuesday 4 March to Friday 7 March"."""
    return days_between_in_words(entry.from_date, entry.to_date)


def days_between_in_words(from_date: date, to_date: date) -> str:
    """Return the same for two days."""
    first, last = day_in_words(from_date), day_in_words(to_date)
    return first if first == last else _("{first} to {last}").format(first=first, last=last)


def ahead_in_words(ahead: int) -> str:
    """Return how many others asked before, without naming them."""
    if not ahead:
        return _("You are first in line.")
    return ngettext("{count} request came before yours.", "{count} requests came before yours.", ahead).format(
        count=ahead
    )


def kept_in_words(expires_at: datetime, *, zone: ZoneInfo, now: datetime) -> str:
    """Return "kept for you until 10:45, for 25 more minutes": a sentence, and no clock that runs."""
    minutes = max(1, int((expires_at - now).total_seconds()) // 60)
    left = ngettext("{count} more minute", "{count} more minutes", minutes).format(count=minutes)
    return _("Kept for you until {time}, for {left}.").format(time=time_in_words(expires_at, zone), left=left)
