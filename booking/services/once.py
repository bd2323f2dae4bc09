"""One booking for one form, however often it is sent: a double click, a reload, the back button.

The form's key and the booking are written in one transaction, so a crash leaves both or neither.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from booking.models import Booking, IdempotentAnswer

KEPT = timedelta(hours=24)
_ROUTE = "page:book"
_SEE_OTHER = 303


def booked_before(*, key: str, now: datetime) -> Booking | None:
    """Return what a form with this key has booked in the last 24 hours."""
    kept = IdempotentAnswer.objects.filter(route=_ROUTE, key=key, created_at__gt=now - KEPT).first()
    return None if kept is None else Booking.objects.filter(reference=kept.subject).first()


@transaction.atomic
def book_once(*, key: str, now: datetime, book: Callable[[], Booking]) -> Booking:
    """Return what `book` books, or what it booked before for the same key; a twin is waited for.

    Raises what `book` raises, and then keeps nothing of the key.
    """
    IdempotentAnswer.objects.filter(route=_ROUTE, key=key, created_at__lte=now - KEPT).delete()
    kept, is_new = IdempotentAnswer.objects.get_or_create(
        route=_ROUTE, key=key, defaults={"fingerprint": "", "status": _SEE_OTHER, "created_at": now}
    )
    if not is_new:
        return Booking.objects.get(reference=kept.subject)
    booking = book()
    kept.subject = booking.reference
    kept.save(update_fields=["subject"])
    return booking
