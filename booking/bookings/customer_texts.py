"""How long texts of customers are kept: 30 days, or until their customer is erased; open questions for half a day."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

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
    """Return the texts about a visit, oldest first. One statement.

    Not all of its number: whoever books with the number of somebody else would read what they wrote.
    """
    return list(CustomerText.objects.filter(store_id=booking.store_id, reference=booking.reference).order_by("pk"))


def forget_texts_of(bookings: Sequence[Booking], *, now: datetime) -> None:
    """Delete the texts about visits whose customers are erased, and what these were asked.

    Of a number that has no other visit at the store all texts go.
    """
    references = [booking.reference for booking in bookings]
    numbers = {(booking.store_id, booking.phone) for booking in bookings if booking.phone}
    kept = Booking.objects.filter(phone__in={phone for _, phone in numbers}, erased_at=None)
    others = set(kept.exclude(reference__in=references).values_list("store_id", "phone"))
    theirs = Q(reference__in=references)
    for store_id, phone in numbers - others:
        theirs |= Q(store_id=store_id, phone=phone)
    _delete(CustomerText.objects.filter(theirs), now=now)
    digests = [phone_digest(phone) for _, phone in numbers - others]
    TextQuestion.objects.filter(Q(phone_digest__in=digests) | Q(subject__in=references)).delete()


def forget_old_texts(*, now: datetime) -> int:
    """Delete texts and questions that are older than they are kept; return how many texts."""
    TextQuestion.objects.filter(asked_at__lte=now - ANSWERED_WITHIN).delete()
    return _delete(CustomerText.objects.filter(at__lt=now - TEXTS_KEPT), now=now)


def _delete(texts: QuerySet[CustomerText], *, now: datetime) -> int:
    gone = dict(texts.values_list("pk", "phone"))
    if gone:
        phones = {str(Subject.text(number)): phone for number, phone in gone.items()}
        outbox.forget(subjects=[*phones], phones=phones, now=now)
        CustomerText.objects.filter(pk__in=gone).delete()
    return len(gone)
