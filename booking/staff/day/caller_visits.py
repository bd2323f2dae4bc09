"""Visits of a caller at this store, found by the typed number, and shown beside the form."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from booking.bookings.customer_visits import caller_record
from booking.customer_input import BadInput, read_phone
from booking.formatting import visit_type_name
from booking.staff.access import StaffContext, at_store
from booking.staff.wording import badges, people_in_words
from stores.models import Store


@dataclass(frozen=True, slots=True)
class Known:
    """A caller in words; no `visits` for callers who were never here, or are erased."""

    summary: str
    name: str
    visits: tuple[tuple[object, str, str, SafeString], ...]  # time, visit type, party size, status


def known_caller(store: Store, typed: str) -> Known | None:
    """Return what the store knows about a typed number; None for no number, or an incomplete one."""
    try:
        phone = read_phone(typed, country=store.country)
    except BadInput:
        return None
    record = caller_record(store_id=store.pk, phone=phone)
    if not record.latest:
        return None
    signs = badges()
    summary = ngettext("{count} visit at this store", "{count} visits at this store", record.count)
    if record.missed:
        summary += ", " + ngettext("{count} not come to", "{count} not come to", record.missed).format(
            count=record.missed
        )
    return Known(
        summary=summary.replace("{count}", str(record.count)),
        name=record.latest[0].name,
        visits=tuple(
            (
                visit,
                visit_type_name(visit.visit_type.name),
                people_in_words(visit.party_size),
                signs[visit.status],
            )
            for visit in record.latest
        ),
    )


@require_POST
@at_store(come_back="staff-book")
def caller_visits(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Return what is known about the typed number, as a piece of the page; sent in a body, it is in no log."""
    known = known_caller(at.store, request.POST.get("phone", ""))
    return render(request, "staff/day/caller_visits.html", {"caller": known, "zone": at.zone, "store": at.store})
