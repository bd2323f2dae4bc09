"""How long texts of customers are kept: 30 days, or until their customer is erased; open questions for half a day."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Q

from booking.models import Booking, CustomerText, TextQuestion
from booking.subjects import Subject
from booking.tokens import keyed_digest
from notifications import outbox

TEXTS_KEPT = timedelta(days=30)
ANSWERED_WITHIN = timedelta(hours=12)


def phone_digest(phone: str) -> str:
    """Return the digest by which a number's open question is kept."""
    return keyed_digest("text question", phone)


def texts_of(booking: Booking) -> list[CustomerText]:
    """Return the texts of a visit's customer at its store, oldest first. One statement, none without a phone."""
    if not booking.phone:
        return []
    return list(CustomerText.objects.filter(store_id=booking.store_id, phone=booking.phone).order_by("pk"))


def forget_texts_of(customers: Iterable[tuple[int, str]], *, now: datetime) -> None:
    """Delete the texts of customers, by their store's primary key and their phone, and what they were asked."""
    theirs = Q()
    phones = set()
    for store_id, phone in customers:
        if phone:
            theirs |= Q(store_id=store_id, phone=phone)
            phones.add(phone)
    if theirs:
        _delete(CustomerText.objects.filter(theirs).values_list("pk", flat=True), now=now)
        TextQuestion.objects.filter(phone_digest__in=[phone_digest(phone) for phone in phones]).delete()


def forget_old_texts(*, now: datetime) -> int:
    """Delete texts and questions that are older than they are kept; return how many texts."""
    TextQuestion.objects.filter(asked_at__lte=now - ANSWERED_WITHIN).delete()
    return _delete(CustomerText.objects.filter(at__lt=now - TEXTS_KEPT).values_list("pk", flat=True), now=now)


def _delete(ids: Sequence[int] | Iterable[int], *, now: datetime) -> int:
    gone = list(ids)
    if gone:
        outbox.forget(subjects=[str(Subject.text(one)) for one in gone], now=now)
        CustomerText.objects.filter(pk__in=gone).delete()
    return len(gone)
