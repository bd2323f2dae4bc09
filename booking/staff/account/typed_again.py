"""The page after a sign-in that interrupted a form: one press sends what was typed before."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from booking.formatting import dated_day_in_words
from booking.staff.access import StaffContext, at_store, staff_page
from booking.staff.typed_forms import typed_before
from booking.web.query_params import read_day

# What is shown of it, so that the user recognizes it; all of it is sent.
_SHOWN = {
    "date": _("Day"),
    "name": _("Name"),
    "phone": _("Phone number"),
    "email": _("E-mail address"),
    "note": _("Note for the team"),
    "notice": _("Notice"),
}


@require_safe
@at_store()
def typed_again(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Show what was typed before the session ended; none of it has been done yet."""
    typed = typed_before(request, at.store.slug)
    if typed is None:
        return redirect("staff-day", at.store.slug)
    given = dict(typed.fields)
    day = read_day(given.get("date", ""))
    if day is not None:
        given["date"] = dated_day_in_words(day)
    context = {
        "typed": typed,
        "shown": [(words, given[name]) for name, words in _SHOWN.items() if given.get(name)],
    }
    return staff_page(request, at, "staff/typed_again.html", context)
