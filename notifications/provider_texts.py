"""Texts that the provider still has, and when it is to forget them.

A body is needed for two days at most: before a text is sent again, the provider is asked whether it has one that reads
the same. After that it is emptied; whoever is erased has the whole record deleted.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db.models import Q

from notifications.models import ProviderText

KEPT_FOR = timedelta(hours=48)


def note_texts(texts: Iterable[tuple[str, int | None]], *, now: datetime) -> None:
    """Note texts by the provider's id and the id of our message, None for one that came in. One statement, or none."""
    rows = [
        ProviderText(sid=sid[:64], message_id=message_id, erase_at=now + KEPT_FOR) for sid, message_id in texts if sid
    ]
    if rows:
        ProviderText.objects.bulk_create(rows, ignore_conflicts=True)


def delete_texts(*, sids: Collection[str], message_ids: Collection[int], now: datetime) -> int:
    """Let the records of these texts be deleted at the provider with the next run; return how many are known there."""
    ProviderText.objects.bulk_create(
        [ProviderText(sid=sid, erase_at=now, is_deleted=True) for sid in sids if sid], ignore_conflicts=True
    )
    known = ProviderText.objects.filter(Q(sid__in=[sid for sid in sids if sid]) | Q(message_id__in=message_ids))
    return known.update(erase_at=now, is_deleted=True, tries=0)


def count_left(*, now: datetime) -> int:
    """Return how many texts should be gone at the provider by now."""
    return ProviderText.objects.filter(erase_at__lte=now).count()
