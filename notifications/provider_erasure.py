"""Erasure at the provider: bodies of texts are emptied two days after they went, and deleted with their customers."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import F

from notifications import sms
from notifications.models import OutboxMessage, ProviderText

AT_ONCE = 200  # in one run, a minute apart: more than a large chain sends in a minute
LONGEST_PAUSE = timedelta(hours=6)

log = logging.getLogger(__name__)


def erase_at_provider(*, now: datetime) -> int:
    """Empty or delete the texts that are due at the provider; return how many are done.

    One that fails is tried again later, and stops no other; a provider that cannot be asked, or does not let us, ends
    the run. Two statements and one call a text.
    """
    due = list(ProviderText.objects.filter(erase_at__lte=now).order_by("erase_at", "pk")[:AT_ONCE])
    if not due:
        return 0
    gone = _erased_meanwhile(due)
    gateway, done, failed = sms.gateway(), [], []
    for text in due:
        reason, is_hopeless = gateway.erase(text.sid, is_whole=text.is_deleted or text.message_id in gone)
        if not reason:
            done.append(text.pk)
            continue
        failed.append(text)
        if is_hopeless:
            log.error("provider_keeps_texts", extra={"reason": reason, "left": len(due) - len(done)})
            break
    ProviderText.objects.filter(pk__in=done).delete()
    for text in failed:
        pause = min(timedelta(minutes=5) * 2 ** min(text.tries, 10), LONGEST_PAUSE)
        ProviderText.objects.filter(pk=text.pk).update(erase_at=now + pause, tries=F("tries") + 1)
    return len(done)


def _erased_meanwhile(due: Sequence[ProviderText]) -> set[int]:
    """Return those messages whose customer was erased while they were sent: nobody knew the provider's id then."""
    ids = [text.message_id for text in due if text.message_id is not None]
    sent = OutboxMessage.objects.filter(pk__in=ids, recipient_digest="", attempted_at__isnull=False)
    return set(sent.values_list("pk", flat=True))
