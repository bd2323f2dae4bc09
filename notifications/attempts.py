"""Attempts to send: all are noted before the provider is called, if the messages may still go and are ours."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from notifications import outbox
from notifications.content import Email, Sms
from notifications.digests import prefix_digest
from notifications.models import OutboxMessage
from notifications.outbox import Intent
from notifications.segments import segments
from notifications.shares import Wish, reasons_against

log = logging.getLogger(__name__)


@transaction.atomic
def begin(contents: Sequence[tuple[OutboxMessage, Sms | Email]], *, now: datetime) -> Mapping[int, str]:
    """Note, before a provider is called, that messages may leave now; return why they must not, or "", by their ids.

    At most eight statements, for any number of messages.
    """
    wishes = [
        Wish(message, content.to, content.budget_since if isinstance(content, Sms) else None)
        for message, content in contents
    ]
    reasons = dict(reasons_against(wishes, now=now))
    intents = []
    for message, content in contents:
        if reason := reasons[message.pk]:
            if isinstance(content, Sms):
                log.warning("text_refused", extra={"account": message.account, "reason": reason})
        elif isinstance(content, Sms):
            message.prefix_digest = prefix_digest(content.to) if message.is_limited else ""
            intents.append(Intent(message, content.to, content.body, segments(content.body)))
        else:
            intents.append(Intent(message, content.to, content.text))
    held = outbox.begin_calls(intents, now=now)
    lost = {intent.message.pk: outbox.LEASE_LOST for intent in intents if intent.message.pk not in held}
    return {**reasons, **lost}
