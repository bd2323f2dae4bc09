"""Texts that the provider still has, and when it is to forget them.

A body is needed for two days at most: before a text is sent again, the provider is asked whether it has one that reads
the same. After that it is emptied. Whoever is erased has the whole record deleted, as is what people sent to us, with
what was replied to it: we refer to that no more.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q

from notifications.digests import recipient_digest
from notifications.models import OutboxMessage, ProviderText, State, UnclearText
from notifications.sealing import seal

KEPT_FOR = timedelta(hours=48)
# A call may last a while, and the provider's list may lag, before it shows a text.
LISTED_AFTER = timedelta(seconds=60)
# After this long a text to a former number is looked for: until then its own tries may still find it.
FORMER_AFTER = KEPT_FOR
# In these a text may have left, or has, though we were never told its id.
_MAY_BE_UNCLEAR = (State.DUE, State.SENDING, State.UNKNOWN, State.DEAD, State.SKIPPED)

# One value however many rows, so that it is read and prepared once: a worker notes fifty at a time.
_NOTE = """
INSERT INTO notifications_providertext (sid, message_id, phone_digest, erase_at, is_deleted, tries)
SELECT given.sid, given.message_id, '', %s, FALSE, 0 FROM {given} WHERE TRUE
ON CONFLICT DO NOTHING
"""
_GIVEN = {
    "postgresql": "jsonb_to_recordset(%s::jsonb) AS given(sid varchar(64), message_id bigint)",
    "sqlite": "(SELECT json_extract(value, '$.sid') AS sid, json_extract(value, '$.message_id') AS message_id"
    " FROM json_each(%s)) AS given",
}


def note_texts(texts: Iterable[tuple[str, int]], *, now: datetime) -> None:
    """Note texts by the provider's id and the id of our message. One statement, or none."""
    rows = [{"sid": sid[:64], "message_id": message_id} for sid, message_id in texts if sid]
    if rows:
        erase_at = connection.ops.adapt_datetimefield_value(now + KEPT_FOR)
        with connection.cursor() as cursor:
            cursor.execute(_NOTE.format(given=_GIVEN[connection.vendor]), [erase_at, json.dumps(rows)])


def note_inbound(sid: str, *, phone: str, now: datetime) -> None:
    """Note a text that came in: it is deleted at the provider with what we reply to it."""
    text = ProviderText(sid=sid[:64], phone_digest=recipient_digest(phone), erase_at=now + KEPT_FOR, is_deleted=True)
    if sid:
        ProviderText.objects.bulk_create([text], ignore_conflicts=True)


def delete_texts(*, sids: Collection[str], message_ids: Collection[int], now: datetime) -> int:
    """Let the records of these texts be deleted at the provider with the next run; return how many are known there."""
    ProviderText.objects.bulk_create(
        [ProviderText(sid=sid, erase_at=now, is_deleted=True) for sid in sids if sid], ignore_conflicts=True
    )
    known = ProviderText.objects.filter(Q(sid__in=[sid for sid in sids if sid]) | Q(message_id__in=message_ids))
    return known.update(erase_at=now, is_deleted=True, tries=0)


def delete_talks(phones: Collection[str], *, now: datetime) -> int:
    """Let what these numbers sent to us be deleted with the next run, with the replies; return how many texts."""
    digests = [recipient_digest(phone) for phone in phones if phone]
    return ProviderText.objects.filter(phone_digest__in=digests).update(erase_at=now, tries=0) if digests else 0


def look_for(messages: Iterable[OutboxMessage], *, phones: Mapping[str, str], now: datetime) -> None:
    """Note which of these texts may be at the provider without an id that we know: they are looked for by number.

    `phones` has the number of each subject. What went to a former number was noted by `note_former_number`, and is
    looked for now.
    """
    unclear = [one for one in messages if _may_be_unclear(one)]
    if unclear:
        of_former = UnclearText.objects.filter(message_id__in=[one.pk for one in unclear])
        of_former.filter(look_at__gt=now + LISTED_AFTER).update(look_at=now + LISTED_AFTER)
    _note_unclear(unclear, phones=phones, look_at=now)


def note_former_number(messages: Iterable[OutboxMessage], *, phones: Mapping[str, str], now: datetime) -> None:
    """Note which of these texts may have left to a number that their subject is about to lose: nobody knows it later.

    They are looked for two days later, or at once when the customer is erased.
    """
    unclear = [one for one in messages if _may_be_unclear(one)]
    _note_unclear(unclear, phones=phones, look_at=now + FORMER_AFTER)


def _may_be_unclear(message: OutboxMessage) -> bool:
    return message.attempted_at is not None and not message.provider_sid and message.state in _MAY_BE_UNCLEAR


def _note_unclear(unclear: Iterable[OutboxMessage], *, phones: Mapping[str, str], look_at: datetime) -> None:
    rows = [
        UnclearText(
            message_id=one.pk,
            sealed_number=seal(phones[one.subject]),
            body_digest=one.body_digest,
            attempted_at=one.attempted_at,
            look_at=max(look_at, one.attempted_at + LISTED_AFTER),
        )
        for one in unclear
        if one.attempted_at is not None and one.recipient_digest == recipient_digest(phones.get(one.subject, ""))
    ]
    if rows:
        UnclearText.objects.bulk_create(rows, ignore_conflicts=True)


def count_left(*, now: datetime) -> int:
    """Return how many texts should be gone at the provider by now, or should have been looked for there."""
    due = ProviderText.objects.filter(erase_at__lte=now).count()
    return due + UnclearText.objects.filter(look_at__lte=now).count()
