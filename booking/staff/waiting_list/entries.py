"""The waiting list for staff: entries in their order, and offered places."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from booking.models import WaitingListEntry
from booking.sending_times import is_quiet, plan_of
from booking.staff.access import StaffContext, at_store, staff_page
from booking.tokens import read_reference
from booking.waiting_list.entries import leave_waiting_list
from booking.waiting_list.offers import can_be_offered
from booking.waiting_list.queries import Offer, WaitingState, waiting_list
from booking.waiting_list.wording import days_in_words
from booking.web.responses import see_other


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """An entry of the list as staff see it; `place` counts from 1."""

    place: int
    entry: WaitingListEntry
    days: str
    since: datetime
    offer: Offer | None
    told_from: datetime | None  # offered at night to customers with a phone only: by text again from then on
    is_called: bool  # no message reaches them: the store phones
    book_url: str


@require_safe
@at_store()
def waiting_page(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Show the entries, oldest first: places are offered in this order."""
    rows = [_row(at, number, one) for number, one in enumerate(waiting_list(at.store, now=at.now), 1)]
    return staff_page(request, at, "staff/waiting_list/entries.html", {"section": "waiting", "rows": rows})


@require_POST
@at_store(come_back="staff-waiting")
def take_off(_request: HttpRequest, at: StaffContext, reference: str) -> HttpResponseBase:
    """Remove a customer from the list, at their request."""
    entries = WaitingListEntry.objects.filter(store=at.store, reference=read_reference(reference) or "")
    entry_id = entries.values_list("pk", flat=True).first()
    if entry_id is None:
        raise Http404
    leave_waiting_list(entry_id=entry_id, now=at.now)
    return see_other(reverse("staff-waiting", args=[at.store.slug]))


def _row(at: StaffContext, place: int, one: WaitingState) -> WaitingRow:
    entry = one.entry
    wish: dict[str, str | int] = {
        "visit_type": entry.visit_type.slug,
        "party_size": entry.party_size,
        "waiting": entry.reference,
        "date": max(entry.from_date, at.today).isoformat(),
        **({"language": entry.language} if entry.language else {}),
    }
    return WaitingRow(
        place=place,
        entry=entry,
        days=days_in_words(entry),
        since=entry.created_at,
        offer=one.offer,
        told_from=_told_from(at, one),
        is_called=not can_be_offered(entry),
        book_url=f"{reverse('staff-book', args=[at.store.slug])}?{urlencode(wish)}",
    )


def _told_from(at: StaffContext, one: WaitingState) -> datetime | None:
    """Return when text messages resume, where a place is offered at night to customers who get only text messages."""
    offered_at, plan = one.entry.offered_at, plan_of(at.store)
    if one.offer is None or one.entry.email or offered_at is None:
        return None
    if not is_quiet(offered_at, zone=at.zone, plan=plan):
        return None
    morning = datetime.combine(at.today, plan.earliest, at.zone)
    return morning if at.now < morning else morning + timedelta(days=1)
