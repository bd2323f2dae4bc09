"""What became of a message, and time that passes for it."""

from django.utils import timezone

from notifications import outbox
from notifications.models import Circuit, OutboxMessage


def state_of(message):
    message.refresh_from_db()
    return message.state, message.reason


def make_due_again(message):
    OutboxMessage.objects.filter(pk=message.pk).update(try_at=timezone.now(), lease_until=None)
    Circuit.objects.update(probe_at=timezone.now())


def begin_call(message, *, recipient="+33612345678", body="x", now, segments=None):
    """Note that a message may leave now; tell whether it is still held."""
    return outbox.begin_calls([outbox.Intent(message, recipient, body, segments)], now=now) == {message.pk}
