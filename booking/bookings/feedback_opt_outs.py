"""Wishes for no more questions after visits to a store: kept by a digest of the e-mail address, as STOP is of a number.

Somebody who pressed the link in one e-mail is asked after no visit to that store, neither by e-mail nor by text. A wish
is kept for three years, which is how long a store has to be able to respect it; see
docs/decisions/0065-one-question-after-a-visit.md.
"""

from datetime import datetime, timedelta

from booking.models import Booking, FeedbackOptOut
from booking.tokens import feedback_address_digest
from stores.models import Store

KEPT = timedelta(days=3 * 365)


def stop_feedback(*, store: Store, address_digest: str, now: datetime) -> None:
    """Ask an address nothing more after visits to a store; again, this only keeps the wish for longer."""
    FeedbackOptOut.objects.update_or_create(store=store, address_digest=address_digest, defaults={"created_at": now})


def resume_feedback(*, store: Store, address_digest: str) -> None:
    """Ask an address again after visits to a store."""
    FeedbackOptOut.objects.filter(store=store, address_digest=address_digest).delete()


def is_feedback_stopped(*, store_id: int, address_digest: str) -> bool:
    """Tell whether an address wants no questions after visits to a store."""
    return FeedbackOptOut.objects.filter(store_id=store_id, address_digest=address_digest).exists()


def wants_no_feedback(booking: Booking) -> bool:
    """Tell whether the customer of a visit wants no questions after visits to its store. One statement, or none."""
    if not booking.email:
        return False
    digest = feedback_address_digest(booking.email)
    return is_feedback_stopped(store_id=booking.store_id, address_digest=digest)


def forget_feedback_opt_outs(*, now: datetime) -> int:
    """Delete wishes that were kept long enough; return how many."""
    return FeedbackOptOut.objects.filter(created_at__lt=now - KEPT).delete()[0]
