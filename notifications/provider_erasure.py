"""Erasure at the provider: bodies of texts are emptied two days after they went, and deleted with their customers.

What people sent to us is deleted two days after it came, with what was replied to it.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F

from notifications import outbox, provider_texts, sms
from notifications.answers import Unclear
from notifications.models import OutboxMessage, ProviderText, UnclearText
from notifications.sealing import unseal

AT_ONCE = 200  # in one run, a minute apart: more than a large chain sends in a minute
LONGEST_PAUSE = timedelta(hours=6)

log = logging.getLogger(__name__)


def erase_at_provider(*, now: datetime) -> int:
    """Empty or delete the texts that are due at the provider; return how many are done.

    One that fails is tried again later, and stops no other; a provider that cannot be asked, or does not let us, ends
    the run. Two statements and one call a text; for one that came in, a call or two more.
    """
    gateway = sms.gateway()
    _look_for_unclear(gateway, now=now)
    due = list(ProviderText.objects.filter(erase_at__lte=now).order_by("erase_at", "pk")[:AT_ONCE])
    if not due:
        return 0
    gone, done, failed = _erased_meanwhile(due), [], []
    for text in due:
        reason, is_hopeless = _erase(gateway, text, is_whole=text.is_deleted or text.message_id in gone)
        if not reason:
            done.append(text)
            continue
        failed.append(text)
        if is_hopeless:
            log.error("provider_keeps_texts", extra={"reason": reason, "left": len(due) - len(done)})
            break
    # Whoever was erased during the run has the whole record go with the next one, where this one emptied its body.
    ProviderText.objects.filter(pk__in=[text.pk for text in done if text.is_deleted]).delete()
    ProviderText.objects.filter(pk__in=[text.pk for text in done if not text.is_deleted], is_deleted=False).delete()
    for text in failed:
        as_read = ProviderText.objects.filter(pk=text.pk, is_deleted=text.is_deleted)
        as_read.update(erase_at=now + _pause(text.tries), tries=F("tries") + 1)
    return len(done)


def _erase(gateway: sms.Gateway, text: ProviderText, *, is_whole: bool) -> tuple[str, bool]:
    return gateway.erase_talk(text.sid) if text.phone_digest else gateway.erase(text.sid, is_whole=is_whole)


def _look_for_unclear(gateway: sms.Gateway, *, now: datetime) -> None:
    """Look for texts of which only the provider knows whether they left; those are deleted there.

    They are those of erased customers, and those to a former number of a visit.

    One that cannot be looked for now is looked for later; a provider that cannot be asked ends the search.
    """
    if settings.SMS_GATEWAY != "twilio":
        return
    for text in _without_known(UnclearText.objects.filter(look_at__lte=now).order_by("look_at", "pk")[:AT_ONCE]):
        number = unseal(text.sealed_number)
        if not number:  # sealed with another key: nobody can read it any more
            text.delete()
            continue
        found = gateway.find_sent(to=number, digest=text.body_digest, key="", since=text.attempted_at, now=now)
        if isinstance(found, Unclear):
            log.error("provider_not_asked", extra={"reason": found.reason})
            UnclearText.objects.filter(pk=text.pk).update(look_at=now + _pause(text.tries), tries=F("tries") + 1)
            if found.reason == sms.LIST_TOO_LONG:  # of this number alone
                continue
            break
        sids = outbox.unclaimed([one.sid for one in found], message=OutboxMessage(pk=text.message_id))
        provider_texts.delete_texts(sids=sids, message_ids=[text.message_id], now=now)
        text.delete()


def _without_known(texts: Iterable[UnclearText]) -> list[UnclearText]:
    """Return these texts; those whose id the provider has told meanwhile are dropped, as an erasure deletes by it."""
    due = list(texts)
    if not due:
        return []
    ids = [text.message_id for text in due]
    known = set(OutboxMessage.objects.filter(pk__in=ids, provider_sid__gt="").values_list("pk", flat=True))
    if known:
        UnclearText.objects.filter(message_id__in=known).delete()
    return [text for text in due if text.message_id not in known]


def _pause(tries: int) -> timedelta:
    pause: timedelta = timedelta(minutes=5) * 2 ** min(tries, 10)
    return min(pause, LONGEST_PAUSE)


def _erased_meanwhile(due: Sequence[ProviderText]) -> set[int]:
    """Return those messages whose customer was erased while they were sent: nobody knew the provider's id then."""
    ids = [text.message_id for text in due if text.message_id is not None]
    sent = OutboxMessage.objects.filter(pk__in=ids, recipient_digest="", attempted_at__isnull=False)
    return set(sent.values_list("pk", flat=True))
