"""Visits of a caller at this store, found by the typed number, and shown beside the form."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from booking.bookings.customer_visits import caller_record, visit_of_store
from booking.customer_input import BadInput, phone_in_words, read_phone
from booking.formatting import visit_type_name
from booking.staff.access import StaffContext, at_store
from booking.staff.wording import badges, people_in_words
from booking.tokens import read_reference
from booking.waiting_list.queries import entry_of_store
from stores.models import Store


@dataclass(frozen=True, slots=True)
class Known:
    """A caller in words; no `visits` for callers who were never here, or are erased."""

    summary: str
    name: str
    fills: tuple[tuple[str, str], ...]  # reference and name: whose details the form can take over, each name once
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
        fills=tuple(
            {visit.name: (visit.reference, visit.name) for visit in record.latest[::-1] if visit.name}.values()
        )[::-1],
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


def details_of(at: StaffContext, reference: str) -> dict[str, str]:
    """Return what a visit of this store tells of its customer, as values of the form; one statement.

    There are none for an unknown visit, an erased one, or one of another store.
    """
    visit = visit_of_store(read_reference(reference) or "", store_id=at.store.pk)
    if visit is None:
        return {}
    return {
        "visit_type": visit.visit_type.slug,
        "name": visit.name,
        "phone": phone_in_words(visit.phone, country=at.store.country) if visit.phone else "",
        "email": visit.email,
        "locale": visit.locale,
        "is_simple": "on" if visit.is_simple else "",
        "is_for_someone_else": "on" if visit.is_for_someone_else else "",
    }


def details_of_waiting(at: StaffContext, reference: str) -> dict[str, str]:
    """Return what an entry of this store's waiting list tells, as values of the form; one statement.

    There are none for an unknown entry, an erased one, or one of another store.
    """
    entry = entry_of_store(read_reference(reference) or "", store_id=at.store.pk)
    if entry is None:
        return {}
    return {
        "waiting": entry.reference,
        "visit_type": entry.visit_type.slug,
        "party_size": str(entry.party_size),
        "language": entry.language,
        "name": entry.name,
        "phone": phone_in_words(entry.phone, country=at.store.country) if entry.phone else "",
        "email": entry.email,
        "locale": entry.locale,
        "is_simple": "on" if entry.is_simple else "",
    }


@require_POST
@at_store(come_back="staff-book")
def caller_visits(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Return what is known about the typed number, as a piece of the page; sent in a body, it is in no log."""
    known = known_caller(at.store, request.POST.get("phone", ""))
    return render(request, "staff/day/caller_visits.html", {"caller": known, "zone": at.zone, "store": at.store})
