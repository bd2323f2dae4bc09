"""Attempts to send: each is noted before the provider is called, if the message may still go and is ours."""

import logging
from datetime import datetime

from django.db import transaction

from notifications import outbox
from notifications.content import Email, Sms
from notifications.digests import prefix_digest
from notifications.models import OutboxMessage
from notifications.segments import segments
from notifications.sms_recipients import reason_against_mailing, reason_against_texting

log = logging.getLogger(__name__)


@transaction.atomic
def begin_text(message: OutboxMessage, text: Sms, *, now: datetime) -> str:
    """Note, before the provider is called, that a text may leave now; return why it must not, or ""."""
    reason = reason_against_texting(
        text.to,
        account=message.account,
        budget_since=text.budget_since,
        is_counted=message.attempted_at is not None,
        is_limited=message.is_limited,
        now=now,
    )
    if reason:
        log.warning("text_refused", extra={"account": message.account, "reason": reason})
        return reason
    message.prefix_digest = prefix_digest(text.to) if message.is_limited else ""
    is_ours = outbox.begin_call(message, recipient=text.to, body=text.body, segments=segments(text.body), now=now)
    return "" if is_ours else outbox.LEASE_LOST


@transaction.atomic
def begin_email(message: OutboxMessage, mail: Email, *, now: datetime) -> str:
    """Note, before the mail server is called, that an e-mail may leave now; return why it must not, or ""."""
    if message.is_limited and message.attempted_at is None:
        reason = reason_against_mailing(mail.to, now=now)
        if reason:
            return reason
    return "" if outbox.begin_call(message, recipient=mail.to, body=mail.text, now=now) else outbox.LEASE_LOST
