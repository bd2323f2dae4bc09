"""Entries of the waiting list: joining, leaving, and passing an offer. `offers.py` makes offers."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial

from django.db import transaction
from django.db.models import Q

from booking.customer_input import CustomerDetails
from booking.idempotency import SentForm, do_once, subject_of_form
from booking.limits import ClientDigests
from booking.models import WEB_SOURCES, Hold, Source, WaitingListEntry, WaitingStatus
from booking.places.claims import drop_hold
from booking.places.locks import lock_customer, lock_entry
from booking.places.requests import SlotRequest, retry_after_expired_holds, visit_type_or_raise
from booking.places.unmet_demand import Look, first_days, note_look
from booking.policy import refusal_to_wait
from booking.refusals import BookingRefused, Refusal, WaitsAlready
from booking.subjects import Subject
from booking.tokens import new_reference
from booking.waiting_list.ended_offers import record_missed_offer
from booking.waiting_list.lifecycle import OPEN, close_entry, erase_entry, find_entry
from booking.waiting_list.open_starts import in_days, minutes_of, places_now
from stores.hours import day_start
from stores.locks import share_lock_store
from stores.queries import rules_around
from stores.slots import StoreRules, VisitTypeRule
from stores.visit_runs import visits_by_desk

_ROUTE = "page:wait"


class NoVisitsThen(BookingRefused):
    """No visit of this kind begins on the requested days; `wanted` is an instant on the first of them."""

    def __init__(self, wanted: SlotRequest) -> None:
        super().__init__(Refusal.SLOT_CLOSED)
        self.wanted = wanted


def join_waiting_list(
    *,
    store: str,
    visit_type: str,
    from_date: date,
    to_date: date,
    party_size: int,
    customer: CustomerDetails,
    source: Source,
    now: datetime,
    client: ClientDigests | None = None,
    language: str = "",
) -> WaitingListEntry:
    """Add a customer to a store's waiting list for these days, both included.

    `language` is what they ask to speak, "" for any. A place that is free already when they join is not offered to
    them: they could have booked it. Raises BookingRefused, LookupError for an unknown store or visit type.
    """
    draft = WaitingListEntry(
        from_date=from_date,
        to_date=to_date,
        party_size=party_size,
        source=source,
        name=customer.name,
        phone=customer.phone,
        email=customer.email,
        locale=customer.locale,
        language=language,
        is_simple=customer.is_simple,
        client_digest=client.home if client else "",
        created_at=now,
        updated_at=now,
    )
    entry = retry_after_expired_holds(partial(_join, store, visit_type, draft, now=now), store=store, now=now)
    # On the website they have seen that nothing is free, and were counted then.
    if source != Source.WEB and not entry.is_repeat and not entry.known_starts:
        note_look(Look(store, visit_type, "", party_size, first_days(from_date, to_date), language=language))
    return entry


def entry_joined_before(form: SentForm, *, now: datetime) -> WaitingListEntry | None:
    """Return the entry that this form has made in the last 24 hours. Raises FormUsed."""
    subject = subject_of_form(form, route=_ROUTE, now=now)
    return None if subject is None else find_entry(Subject.parse(subject))


def join_waiting_list_once(form: SentForm, *, now: datetime, join: Callable[[], WaitingListEntry]) -> WaitingListEntry:
    """Return the entry that `join` makes, or made before for the same form; wait for a parallel request.

    Raises FormUsed, InProgress, and the errors of `join`, after which nothing is stored for the key.
    """
    find, subject_of = _entry_with_subject, _subject_of
    once = partial(do_once, form, route=_ROUTE, now=now, do=join, subject_of=subject_of, find=find)
    return retry_after_expired_holds(once, now=now)


@transaction.atomic
def leave_waiting_list(*, entry_id: int, now: datetime) -> WaitingListEntry:
    """Take an entry off the list and erase its customer; an offered place goes to the next entry at once.

    An entry that has already left the list stays as it is.
    """
    entry = _lock(entry_id)
    if entry.status not in OPEN:
        return entry
    _drop_offer(entry)
    close_entry(entry, WaitingStatus.LEFT, reason="left", now=now)
    erase_entry([entry], now=now)
    return entry


@transaction.atomic
def pass_offer(*, entry_id: int, now: datetime) -> WaitingListEntry:
    """Pass an offered place to the next entry and stay on the list; without an offer nothing changes."""
    entry = _lock(entry_id)
    if entry.status == WaitingStatus.OFFERED:
        _drop_offer(entry)
        record_missed_offer(entry, store=entry.store, now=now)
    return entry


@transaction.atomic
def _join(store: str, visit_type: str, draft: WaitingListEntry, *, now: datetime) -> WaitingListEntry:
    rules = rules_around(store, now)
    kind = visit_type_or_raise(rules, visit_type)
    refusal = refusal_to_wait(
        from_date=draft.from_date,
        to_date=draft.to_date,
        now=now,
        zone=rules.zone,
        rules=rules,
        kind=kind,
        party_size=draft.party_size,
        max_party_size=kind.max_party_size,
    )
    if refusal is not None:
        raise BookingRefused(refusal)
    if not _has_starts(rules, kind, draft):
        first = day_start(draft.from_date, rules.zone)
        raise NoVisitsThen(SlotRequest(store, visit_type, first, draft.party_size, language=draft.language))
    draft.is_repeat = _waits_already(rules, kind, draft)
    days = {"from_date": draft.from_date, "to_date": draft.to_date}
    free = places_now(rules, **days, now=now).starts(kind, draft.party_size, draft.language)
    draft.known_starts = minutes_of(in_days(free, **days, rules=rules))
    draft.reference, draft.store_id, draft.visit_type_id = new_reference(), rules.id, kind.id
    draft.save(force_insert=True)
    return draft


def _subject_of(entry: WaitingListEntry) -> str:
    return str(Subject.waiting_list_entry(entry.reference))


def _entry_with_subject(subject: str) -> WaitingListEntry:
    return WaitingListEntry.objects.get(reference=Subject.parse(subject).key)


def _has_starts(rules: StoreRules, kind: VisitTypeRule, draft: WaitingListEntry) -> bool:
    """Tell whether the rules have visits of this kind that begin on these days at all."""
    own = rules.chosen("", draft.language)
    return any(visits_by_desk(own, kind, first_date=draft.from_date, last_date=draft.to_date).values())


def _waits_already(rules: StoreRules, kind: VisitTypeRule, draft: WaitingListEntry) -> bool:
    """Tell whether the same phone or e-mail already waits for the same.

    Only staff are told so, also about customers with too many entries: raises WaitsAlready.
    """
    if not draft.phone and not draft.email:
        return False
    lock_customer(draft.phone, draft.email)
    same = (Q(phone=draft.phone) if draft.phone else Q()) | (Q(email=draft.email) if draft.email else Q())
    entries = WaitingListEntry.objects.filter(same, store_id=rules.id, status__in=OPEN, is_repeat=False)
    waiting = list(entries.values_list("visit_type_id", "from_date", "to_date"))
    is_same = any(
        kind_id == kind.id and first <= draft.to_date and draft.from_date <= last for kind_id, first, last in waiting
    )
    by_staff = draft.source not in WEB_SOURCES
    if by_staff and (is_same or len(waiting) >= rules.open_bookings_per_customer):
        raise WaitsAlready
    return is_same


def _lock(entry_id: int) -> WaitingListEntry:
    """Lock an entry, after its store's hours and before its hold, as offers, bookings and settlements do."""
    share_lock_store(WaitingListEntry.objects.values_list("store_id", flat=True).get(pk=entry_id))
    return lock_entry(entry_id)


def _drop_offer(entry: WaitingListEntry) -> None:
    for hold in Hold.objects.filter(offered_to=entry).select_related("store"):
        drop_hold(hold)
