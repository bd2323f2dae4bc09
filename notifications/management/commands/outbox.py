"""The command `outbox`: lists messages that are not settled, and takes a person's decision about them."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet
from django.utils import timezone

from notifications import decisions, outbox, queries
from notifications.models import OutboxMessage, State

LARGEST_ID = 2**63 - 1
MOST_PLANNED = 100  # messages that are merely due later: more would hide what wants somebody
_TOLD = (
    "id", "account", "subject", "kind", "channel", "offset", "sequence", "state", "reason", "created_at", "due_at",
    "try_at", "not_after", "attempted_at", "updated_at", "attempts", "failures", "returns", "segments", "provider_sid",
)  # fmt: skip


class Command(BaseCommand):
    help = (
        "Lists the messages that are due or not settled (sending, unknown, dead, failed), then counts by state. "
        "`retry` lets one be tried again, after asking the provider where it may have left; `drop` gives it up."
    )
    requires_system_checks = ["settings"]

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action")
        retry = actions.add_parser("retry")
        retry.add_argument("id", nargs="?")
        retry.add_argument("--all", action="store_true", help="every unknown, dead and failed message")
        actions.add_parser("drop").add_argument("id")
        actions.add_parser("show").add_argument("id")
        parser.add_argument("--state", default="", help="only these states, by comma: unknown,dead")
        parser.add_argument("--planned", action="store_true", help="all that is merely due later, however much it is")

    def handle(self, *args: Any, **options: Any) -> None:
        match options["action"]:
            case "retry":
                self._retry(options["id"], is_all=options["all"])
            case "drop":
                dropped = decisions.drop(messages=self._one(options["id"]), now=timezone.now())
                self.stdout.write(f"dropped: {dropped}")
            case "show":
                self._show(options["id"])
            case _:
                self._list(options["state"], with_planned=options["planned"])

    def _retry(self, message_id: str | None, *, is_all: bool) -> None:
        if is_all == (message_id is not None):
            raise CommandError("Name the id of one message, or --all.")
        if message_id is None:
            waiting = (State.UNKNOWN, State.DEAD, State.FAILED)
            messages = OutboxMessage.objects.filter(state__in=waiting, not_after__gt=timezone.now())
        else:
            messages = self._one(message_id)
        self.stdout.write(f"to be tried again: {decisions.retry(messages=messages, now=timezone.now())}")

    def _show(self, message_id: str) -> None:
        """Tell the life of one message; nothing of a person."""
        message = self._named(message_id).get()
        for name in _TOLD:
            value = getattr(message, name)
            told = f"{value:%Y-%m-%dT%H:%M:%SZ}" if isinstance(value, datetime) else value
            self.stdout.write(f"{name}: {'-' if told in ('', None) else told}")

    def _one(self, message_id: str) -> QuerySet[OutboxMessage]:
        messages = self._named(message_id)
        if not messages.filter(state__in=outbox.UNSETTLED_STATES).exists():
            raise CommandError(f"Message {message_id} is settled: it was {messages.get().state}.")
        return messages

    def _named(self, message_id: str) -> QuerySet[OutboxMessage]:
        number = int(message_id) if message_id.isascii() and message_id.isdigit() and len(message_id) < 20 else 0
        messages = OutboxMessage.objects.filter(pk=number) if 0 < number <= LARGEST_ID else None
        if messages is None or not messages.exists():
            raise CommandError(f"There is no message {message_id}.")
        return messages

    def _list(self, states: str, *, with_planned: bool) -> None:
        wanted = [one.strip() for one in states.split(",") if one.strip()] or outbox.UNSETTLED_STATES
        unknown = set(wanted) - set(State.values)
        if unknown:
            raise CommandError(f"--state: {', '.join(sorted(unknown))}: there is no such state.")
        unsettled = OutboxMessage.objects.filter(state__in=wanted).order_by("due_at", "pk")
        planned = unsettled.filter(state=State.DUE, due_at__gt=timezone.now()).order_by()
        is_long = not with_planned and planned[: MOST_PLANNED + 1].count() > MOST_PLANNED
        if is_long:
            unsettled = unsettled.exclude(state=State.DUE, due_at__gt=timezone.now())
        for message in unsettled.iterator():
            self.stdout.write(
                f"{message.pk} {message.state} {message.kind} {message.subject} "
                f"{message.due_at:%Y-%m-%dT%H:%M:%SZ} {message.attempts} {message.reason or '-'}"
            )
        if is_long:
            self.stdout.write("what is merely due later is left out; --planned lists it")
        self.stdout.write(" ".join(f"{state}: {count}" for state, count in queries.counts().items()))
        self.stdout.write(f"oldest due: {queries.oldest_due_seconds(now=timezone.now())} s")
