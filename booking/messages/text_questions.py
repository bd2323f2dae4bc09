"""The question that a number was asked last by text: one at a time, and only as long as nothing else was texted."""

from collections.abc import Sequence
from datetime import datetime

from booking.bookings.customer_texts import ANSWERED_WITHIN, phone_digest
from booking.models import TextQuestion

CANCEL, LATE, WHICH, MOVE, BOOK = "cancel", "late", "which", "move", "book"


def ask(phone: str, question: str, *, subject: str = "", choices: Sequence[object] = (), now: datetime) -> None:
    """Note what a number was asked; the question before it is over."""
    values = {"question": question, "subject": subject, "choices": list(choices), "asked_at": now}
    TextQuestion.objects.update_or_create(phone_digest=phone_digest(phone), defaults=values)


def open_question(phone: str, *, last_text_at: datetime | None, now: datetime) -> TextQuestion | None:
    """Return what a number was asked, unless that is too old, or we have texted it something else since."""
    asked = TextQuestion.objects.filter(phone_digest=phone_digest(phone), asked_at__gt=now - ANSWERED_WITHIN).first()
    is_over = asked is not None and last_text_at is not None and last_text_at > asked.asked_at
    return None if is_over else asked


def close_question(phone: str) -> None:
    """Note that a number is asked nothing any more."""
    TextQuestion.objects.filter(phone_digest=phone_digest(phone)).delete()
