"""The page that finds anybody: visits of all days, and entries of the waiting list."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponseBase
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from booking.arrivals.find_anybody import QUERY_MAX, Found, find_anybody
from booking.formatting import visit_type_name
from booking.models import Booking
from booking.staff.access import StaffContext, at_store, staff_page
from booking.staff.wording import badges, nameless_words, people_in_words
from booking.waiting_list.wording import days_in_words

FEW, MANY = 25, 200  # visits listed at first, and at most


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A found visit in words."""

    visit: Booking
    name: str
    what: str
    badge: SafeString


@require_safe
@at_store()
def find_page(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Show who fits `q`: visits to come first, then past ones, then entries; with `more`, many of them."""
    typed = " ".join(request.GET.get("q", "").replace("\0", " ").split())[:QUERY_MAX]
    most = MANY if "more" in request.GET else FEW
    found = find_anybody(store=at.store, typed=typed, most=most, now=at.now) if typed else Found()
    context = {
        "section": "day",
        "q": typed,
        "summary": _summary(found) if typed else "",
        "groups": [(_("To come"), _rows(found.to_come)), (_("Past"), _rows(found.past))],
        "waiting": [(one.entry, days_in_words(one.entry)) for one in found.waiting],
        "ended": [(one, days_in_words(one)) for one in found.ended],
        "nobody": bool(typed) and not found.count and not found.waiting and not found.ended,
        "keep_days": at.store.keep_days,
        "can_show_more": most == FEW and found.count > found.shown,
        "is_cut": most == MANY and found.count > found.shown,
        "shown": found.shown,
    }
    return staff_page(request, at, "staff/day/find.html", context)


def _rows(visits: Sequence[Booking]) -> list[FoundRow]:
    signs = badges()
    return [
        FoundRow(
            visit=visit,
            name=visit.name or nameless_words(visit.source, is_erased=False),
            what=f"{people_in_words(visit.party_size)} · {visit_type_name(visit.visit_type.name)}",
            badge=signs[visit.status],
        )
        for visit in visits
    ]


def _summary(found: Found) -> str:
    return ngettext("{count} visit found", "{count} visits found", found.count).format(count=found.count)
