"""Texts that came in, each read once: a provider that had no answer in time tells of the same text again.

An id with other words, or from another number, is another text.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from notifications.digests import body_digest
from notifications.models import InboundText

KEPT_FOR = timedelta(days=1)
# Longer than an answer takes: whoever began to read that long ago has ended without one.
READ_WITHIN = timedelta(seconds=30)


@contextmanager
def read_once(sid: str, *, phone: str, body: str, now: datetime) -> Iterator[bool]:
    """Tell whether a text is to be read now; it counts as read once the block has ended without an error."""
    is_new = begin_reading(sid, phone=phone, body=body, now=now)
    this = InboundText.objects.filter(sid=sid, digest=_digest(phone, body))
    try:
        yield is_new
    except BaseException:
        if is_new and sid:
            this.delete()
        raise
    if is_new and sid:
        this.update(is_read=True)


def begin_reading(sid: str, *, phone: str, body: str, now: datetime) -> bool:
    """Note that a text is being read; tell whether nobody has read it, or is just doing so. Without an id: nobody."""
    if not sid:
        return True
    digest = _digest(phone, body)
    if _is_written(InboundText(sid=sid, digest=digest, began_at=now)):
        return True
    is_over = Q(is_read=False, began_at__lte=now - READ_WITHIN) | Q(began_at__lte=now - KEPT_FOR)
    return bool(InboundText.objects.filter(is_over, sid=sid, digest=digest).update(began_at=now, is_read=False))


def forget_inbound(*, now: datetime) -> int:
    """Delete what is kept of texts that the provider tells of no more; return how many."""
    deleted: int = InboundText.objects.filter(began_at__lte=now - KEPT_FOR).delete()[0]
    return deleted


def _is_written(text: InboundText) -> bool:
    try:
        with transaction.atomic():
            text.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def _digest(phone: str, body: str) -> str:
    return body_digest(f"{phone}\n{body}")
