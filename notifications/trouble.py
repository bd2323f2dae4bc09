"""Messages that did not arrive, in plain SQL: an index holds exactly these, and finds those of one store."""

from notifications.models import NOT_ARRIVED_REASONS

_REASONS = ", ".join(f"'{reason}'" for reason in NOT_ARRIVED_REASONS)
# Word for word the condition of the index `message_not_arrived`: SQLite uses it for nothing else.
NOT_ARRIVED = f"(state IN ('dead', 'failed', 'unknown') OR (reason IN ({_REASONS}) AND state = 'skipped'))"
