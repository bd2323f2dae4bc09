"""Why changes of the set-up cannot be put back: some never, some no longer."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from booking.reversals.fields import Why
from stores.models import SetupChange, Store
from stores.models.changes import EXACT
from stores.queries import AuditEntry

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


Line = AuditEntry | SetupChange
"""A line of the trail, as it is read for pages or as it is stored."""

_SECRET_GONE = gettext_lazy("An address that was replaced or ended never works again. Make a new one.")

WHY_NOT: Mapping[str, "StrOrPromise"] = {
    "feed": _SECRET_GONE,
    "desk_feed": _SECRET_GONE,
    "desk_calendar": gettext_lazy("The secret address of the calendar is not kept here. Enter it on the desk’s page."),
    "webhook": gettext_lazy("Its secret is not kept here. Add the program again, or switch it, on its own page."),
    "api_key": gettext_lazy("A key that ended never opens anything again. Make a new one."),
    "door": gettext_lazy("Sheets with the former number are not trusted any more. Print the present one."),
    "device": gettext_lazy(
        "A tablet is put in and out of service on the page of the tablets, with the tablet at hand."
    ),
    "import": gettext_lazy("The next import would bring it again. Change the part itself: that stays."),
    "organization": gettext_lazy("Whoever runs Carillon decides to which organization a store belongs."),
}
_OF_PEOPLE = gettext_lazy(
    "Passwords, PINs and addresses are their owner’s, and people join by their own consent: see under Members."
)
_NEEDS_EXACT = ("slots", "questions")


def why_not_ever(change: Line, store: Store, *, now: datetime) -> Why | None:
    """Return why a change cannot be put back whatever the set-up is now; None if it may be possible."""
    if never_words(change):
        return Why.GONE
    last_day = _last_day(change)
    if last_day and date.fromisoformat(last_day) < _today(store, now):
        return Why.OVER
    if EXACT not in change.before and (
        change.what in _NEEDS_EXACT or (change.what == "texting" and "saved_replies" in change.before)
    ):
        return Why.INEXACT
    return None


def never_words(change: Line) -> str:
    """Return in words why changes of this kind are never put back; "" if they are."""
    if change.what == "member":
        is_role = bool(change.before and change.after) and {*change.before, *change.after} == {"role"}
        return "" if is_role else str(_OF_PEOPLE)
    return str(WHY_NOT.get(change.what, ""))


def why_in_words(why: Why) -> str:
    """Return a reason as a manager reads it."""
    return {
        Why.GONE: _("What it changed, or what was in it, is not there any more."),
        Why.CHANGED: _("It was changed again since. Both are shown here: change it by hand."),
        Why.OVER: _("That day, or that time, is over."),
        Why.INEXACT: _("This change is too old: what was there before is not kept exactly."),
        Why.NO_LONGER_VALID: _("What was there before breaks a rule that holds today. Change it by hand."),
        Why.NAME_TAKEN: _("Another one in use has that name by now. Change the name first."),
        Why.LAST_ONE: _("This is the last one in use. Make another one first."),
        Why.LAST_MANAGER: _("This is the last manager. Make somebody else a manager first."),
        Why.OWN_ROLE: _("You cannot take the manager's role from yourself. Ask another manager."),
        Why.OWN_SECOND_FACTOR: _(
            "Set up your own second step first, on the page of your account. Then ask it of others."
        ),
        Why.TOO_MANY: _("Too many addresses were written to today. Please try again tomorrow."),
    }[why]


def _last_day(change: Line) -> str:
    """Return the last day that a change is about, "" without an end: days gone by keep the places that they had."""
    if change.what == "special_hours":
        return change.subject
    fields = (change.before or change.after) if change.what in ("absence", "closing") else {}
    return str(fields.get("away_until", ""))


def _today(store: Store, now: datetime) -> date:
    return now.astimezone(ZoneInfo(store.time_zone)).date()
