"""Personal data of customers: shown to them, erased at their request, and erased when due. Counts stay."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from booking import erasures
from booking.accounts.devices import forget_devices
from booking.arrivals import offline_actions
from booking.arrivals.line import forget_people, forget_tickets
from booking.bookings.changes import note_change
from booking.bookings.customer_texts import forget_old_texts, forget_texts_of, texts_of
from booking.bookings.feedback import feedback_of, forget_feedback_of
from booking.bookings.feedback_opt_outs import forget_feedback_opt_outs, wants_no_feedback
from booking.bookings.lifecycle import cancel_locked, lock_booking
from booking.idempotency import forget_answers, forget_answers_about
from booking.models import Booking, BookingEvent, EventKind, Status, WaitingListEntry
from booking.places.claims import raise_days
from booking.places.unmet_demand import forget_unmet_demand
from booking.waiting_list import lifecycle
from booking.webhooks.administration import forget_events
from booking.who import Who
from notifications import outbox
from stores.models import Store
from stores.services import forget_absences, forget_changes, forget_invitations, forget_link_invitations

CLIENTS_KEPT = timedelta(hours=48)
_BATCH = 500
_ERASED = (
    *("name", "phone", "email", "note", "answers", "late_minutes", "is_simple", "is_for_someone_else"),
    *("wants_no_texts", "language", "client_digest"),
    *("erased_at", "updated_at"),
)


def customer_data(booking: Booking) -> dict[str, object]:
    """Return all data about a booking's customer, ready for JSON; times have the store's offset."""
    zone = ZoneInfo(booking.store.time_zone)
    return {
        **_visit_data(booking, zone),
        **_person_data(booking),
        **_steps_data(booking, zone),
        **_told_data(booking, zone),
        "kept_until": _local(booking.ends_at + timedelta(days=booking.store.keep_days), zone),
    }


def _local(moment: datetime | None, zone: ZoneInfo) -> str | None:
    return moment.astimezone(zone).isoformat(timespec="seconds") if moment else None


def _visit_data(booking: Booking, zone: ZoneInfo) -> dict[str, object]:
    """Return which visit it is: where, when, of how many people."""
    return {
        "reference": booking.reference,
        "store": booking.store.slug,
        "store_name": booking.store.name,
        "visit_type": booking.visit_type.slug,
        "desk": booking.desk.slug,
        "starts_at": _local(booking.starts_at, zone),
        "ends_at": _local(booking.ends_at, zone),
        "time_zone": booking.store.time_zone,
        "status": booking.status,
        "source": booking.source,
        "party_size": booking.party_size,
    }


def _person_data(booking: Booking) -> dict[str, object]:
    """Return what the customer said of themselves, and the digest of the network that they came from."""
    return {
        "customer": {
            "name": booking.name,
            "phone": booking.phone,
            "email": booking.email,
            "locale": booking.locale,
        },
        **({"asked_to_speak": booking.language} if booking.language else {}),
        **({"wants_no_texts": True} if booking.wants_no_texts else {}),
        **({"wants_no_questions_after_visits": True} if wants_no_feedback(booking) else {}),
        "network_digest": booking.client_digest,
        "is_simple": booking.is_simple,
        "is_for_someone_else": booking.is_for_someone_else,
        "note": booking.note,
        "answers": booking.answers,
        "attendance_confirmed": booking.attendance_confirmed,
        "late_minutes": booking.late_minutes,
    }


def _steps_data(booking: Booking, zone: ZoneInfo) -> dict[str, object]:
    """Return when what happened to the visit."""
    moments = ("phoned_at", "checked_in_at", "started_at", "completed_at", "created_at", "updated_at")
    events = BookingEvent.objects.filter(booking=booking).order_by("pk")
    return {
        **{name: _local(getattr(booking, name), zone) for name in moments},
        "history": [{"kind": event.kind, "at": _local(event.at, zone), "by": event.actor} for event in events],
    }


def _told_data(booking: Booking, zone: ZoneInfo) -> dict[str, object]:
    """Return what the customer and the store told each other: feedback, texts, messages."""
    answered = feedback_of(booking)
    return {
        "feedback": {
            "answer": answered.answer,
            "words": answered.words,
            "at": _local(answered.wrote_at or answered.answered_at, zone),
        }
        if answered
        else None,
        "texts": [
            {"at": _local(text.at, zone), "text": text.body, "by": "store" if text.is_reply else "customer"}
            for text in texts_of(booking)
        ],
        "messages": [
            {"kind": one.kind, "channel": one.channel, "state": one.state, "at": _local(one.at, zone)}
            for one in outbox.deliveries([booking.reference]).get(booking.reference, ())
        ],
    }


@transaction.atomic
def erase_customer(*, booking_id: int, who: Who) -> None:
    """Erase the customer of a booking; an upcoming visit is first cancelled, without a message. Again: does nothing."""
    booking = lock_booking(booking_id)
    if booking.erased_at is not None:
        return
    days = {booking.visit_date}
    if booking.status == Status.CONFIRMED and booking.ends_at > who.now:
        days |= cancel_locked(booking, who=who, tell=False, raised_by_caller=True)
    _erase([booking], now=who.now)
    erasures.note(booking.reference)
    note_change(booking, EventKind.ERASED, who=who, days=days)


def forget_old(*, now: datetime, dry_run: bool = False) -> dict[str, int]:
    """Erase customers whose visits ended longer ago than their store keeps them, and old entries of waiting lists.

    It also erases customers again who were erased at their request and came back with a backup. Return how many, by
    store's slug.
    """
    forgotten = erase_again(now=now, dry_run=dry_run)
    for store in Store.objects.only("pk", "slug", "keep_days", "time_zone").order_by("slug"):
        store_id, slug, keep_days = store.pk, store.slug, store.keep_days
        today = now.astimezone(ZoneInfo(store.time_zone)).date()
        forgotten[slug] += lifecycle.forget_old_entries(store_id=store_id, today=today, now=now, dry_run=dry_run)
        old = Booking.objects.filter(
            store_id=store_id, erased_at__isnull=True, ends_at__lt=now - timedelta(days=keep_days)
        )
        if dry_run:
            forgotten[slug] += old.count()
            continue
        _forget_clients(store_id, now=now)
        forget_tickets(store=store, now=now)
        forget_unmet_demand(store_id=store_id, today=today)
        while batch := list(old.order_by("ends_at")[:_BATCH]):
            with transaction.atomic():
                _erase(batch, now=now)
                raise_days(store_id, {booking.visit_date for booking in batch})
            forgotten[slug] += len(batch)
    if not dry_run:
        forget_old_texts(now=now)
        forget_feedback_opt_outs(now=now)
        forget_changes(now=now)
        forget_absences(now=now)
        forget_invitations(now=now)
        forget_link_invitations(now=now)
        forget_devices(now=now)
        forget_events(now=now)
        forget_answers(now=now, kept_for={offline_actions.ROUTE: offline_actions.KEPT})
    return {slug: count for slug, count in forgotten.items() if count}


def erase_again(*, now: datetime, dry_run: bool = False) -> Counter[str]:
    """Erase customers again who came back with a backup; return how many, by store's slug."""
    found: Counter[str] = Counter()
    references = sorted(erasures.noted())
    for first in range(0, len(references), _BATCH):
        batch = references[first : first + _BATCH]
        back = Booking.objects.filter(reference__in=batch, erased_at__isnull=True)
        for booking_id, slug in back.values_list("pk", "store__slug"):
            found[slug] += 1
            if not dry_run:
                erase_customer(booking_id=booking_id, who=Who.system(now))
    return found


def _forget_clients(store_id: int, *, now: datetime) -> None:
    """Delete the record of which client a booking or entry came from, once a manager can no longer cancel by it."""
    for model in (Booking, WaitingListEntry):
        known = model.objects.filter(store_id=store_id, client_digest__gt="", created_at__lt=now - CLIENTS_KEPT)
        known.update(client_digest="")


def _erase(bookings: Sequence[Booking], *, now: datetime) -> None:
    """Erase the customers of visits: fields, stored answers, and the digests of messages."""
    references = [booking.reference for booking in bookings]
    phones = {booking.reference: booking.phone for booking in bookings if booking.phone}
    forget_texts_of(bookings, now=now)
    forget_feedback_of(bookings)
    for booking in bookings:
        booking.name = booking.phone = booking.email = booking.note = booking.language = ""
        booking.answers, booking.late_minutes, booking.client_digest = [], None, ""
        booking.is_simple = booking.is_for_someone_else = booking.wants_no_texts = False
        booking.erased_at = booking.updated_at = now
    Booking.objects.bulk_update(bookings, _ERASED)
    forget_answers_about(references)
    forget_people(booking_ids=[booking.pk for booking in bookings], now=now)
    outbox.forget(subjects=references, phones=phones, now=now)
