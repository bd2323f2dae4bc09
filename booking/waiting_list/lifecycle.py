"""Ends of waiting list entries: what is written when one leaves the list, and what is erased."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from booking.idempotency import forget_answers_about
from booking.models import Booking, WaitingListEntry, WaitingStatus
from booking.places.locks import lock_entry
from booking.subjects import About, Subject
from notifications import outbox

KEPT_AFTER = timedelta(days=7)
OPEN = (WaitingStatus.WAITING, WaitingStatus.OFFERED)
_BATCH = 500


def find_entry(subject: Subject) -> WaitingListEntry | None:
    """Return the entry of a subject, with its store and visit type; None if the subject is not an entry."""
    entries = WaitingListEntry.objects.select_related("store", "visit_type")
    is_about_one = subject.about == About.WAITING_LIST_ENTRY
    return entries.filter(reference=subject.key).first() if is_about_one else None


def note_taken(*, entry_id: int, booking: Booking, now: datetime) -> None:
    """Note that an offered place was taken, in the transaction that books it."""
    entry = lock_entry(entry_id)
    entry.name = entry.phone = entry.email = entry.language = ""  # the booking has them now: name, phone and e-mail
    entry.booking = booking
    close_entry(entry, WaitingStatus.BOOKED, reason="booked", now=now)


def close_entry(entry: WaitingListEntry, status: WaitingStatus, *, reason: str, now: datetime) -> None:
    """End an entry that the caller has locked: nothing more is offered to it or sent about it."""
    entry.status, entry.updated_at = status, now
    entry.save()
    outbox.skip_open(subject=str(Subject.waiting_list_entry(entry.reference)), reason=reason, now=now)


def erase_entry(entries: Sequence[WaitingListEntry], *, now: datetime) -> None:
    """Erase the customers of entries: fields, kept answers, and the digests of messages."""
    phones = {str(Subject.waiting_list_entry(entry.reference)): entry.phone for entry in entries if entry.phone}
    for entry in entries:
        entry.name = entry.phone = entry.email = entry.language = ""
        entry.known_starts, entry.client_digest = [], ""
        entry.erased_at = entry.updated_at = now
    fields = ["name", "phone", "email", "language", "known_starts", "client_digest", "erased_at", "updated_at"]
    WaitingListEntry.objects.bulk_update(entries, fields)
    subjects = [str(Subject.waiting_list_entry(entry.reference)) for entry in entries]
    forget_answers_about(subjects)
    outbox.forget(subjects=subjects, phones=phones, now=now)


def forget_old_entries(*, store_id: int, today: date, now: datetime, dry_run: bool) -> int:
    """Erase the customers of a store's entries, 7 days after their last day; return how many there were."""
    old = WaitingListEntry.objects.filter(store_id=store_id, erased_at__isnull=True, to_date__lt=today - KEPT_AFTER)
    if dry_run:
        return old.count()
    count = 0
    while batch := list(old.order_by("pk")[:_BATCH]):
        erase_entry(batch, now=now)
        count += len(batch)
    return count
