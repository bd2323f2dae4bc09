"""`manage.py outbox`: what waits for its time, and what waits for a person."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from notifications import decisions
from notifications.management.commands import outbox as command
from notifications.models import OutboxMessage, State

pytestmark = pytest.mark.django_db


def run(*arguments):
    output = StringIO()
    call_command("outbox", *arguments, stdout=output)
    return output.getvalue().splitlines()


def test_the_list_has_a_line_for_each_unsettled_message_then_counts(new_message) -> None:
    due_at = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    message = new_message(due_at=due_at, not_after=due_at + timedelta(days=1))
    OutboxMessage.objects.create(
        account="x", subject="SENT0001", kind="reminder", sequence=0, channel="sms", due_at=due_at, not_after=due_at,
        try_at=due_at, state=State.SENT, created_at=due_at, updated_at=due_at,
    )  # fmt: skip

    lines = run()

    assert lines[0] == f"{message.pk} due confirmation ABCD1234 2026-11-24T09:00:00Z 0 -"
    assert lines[1] == "due: 1 sending: 0 sent: 1 delivered: 0 failed: 0 skipped: 0 unknown: 0 dead: 0"
    assert lines[2].startswith("oldest due: ")
    assert len(lines) == 3


def test_what_is_merely_due_later_is_left_out_where_it_would_hide_the_rest(new_message, monkeypatch) -> None:
    monkeypatch.setattr(command, "MOST_PLANNED", 1)
    new_message("ABCD0001", due_at=timezone.now() + timedelta(hours=1))
    new_message("ABCD0002", due_at=timezone.now() - timedelta(hours=1))
    assert [line.split()[3] for line in run()[:-2]] == ["ABCD0002", "ABCD0001"]

    new_message("ABCD0003", due_at=timezone.now() + timedelta(hours=2))
    assert [line.split()[3] for line in run()[:-3]] == ["ABCD0002"]
    assert [line.split()[3] for line in run("--planned")[:-2]] == ["ABCD0002", "ABCD0001", "ABCD0003"]
    assert run()[-2].startswith("due: 3 ")


def test_states_are_chosen_and_an_unknown_one_is_refused(new_message) -> None:
    new_message("ABCD0001")
    OutboxMessage.objects.update(state=State.DEAD)

    assert len(run("--state", "dead,unknown")) == 3
    assert len(run("--state", "unknown")) == 2
    with pytest.raises(CommandError, match="no such state"):
        run("--state", "gone")


def test_one_message_is_told_whole_whatever_its_state(new_message) -> None:
    message = new_message("ABCD0001")
    OutboxMessage.objects.update(state=State.SENT)

    told = run("show", str(message.pk))

    assert f"id: {message.pk}" in told
    assert "state: sent" in told
    assert "reason: -" in told
    with pytest.raises(CommandError, match="There is no message"):
        run("show", "0")


def test_an_empty_outbox_says_so() -> None:
    assert run()[-1] == "oldest due: 0 s"


def test_retry_makes_an_unknown_message_due(new_message) -> None:
    message = new_message()
    OutboxMessage.objects.update(state=State.UNKNOWN, attempts=3)

    run("retry", str(message.pk))

    message.refresh_from_db()
    assert (message.state, message.attempts) == (State.DUE, 0)


def test_retry_all_leaves_what_would_be_too_late(new_message) -> None:
    new_message("ABCD0001")
    new_message("ABCD0002", not_after=timezone.now())
    OutboxMessage.objects.update(state=State.DEAD)

    assert run("retry", "--all") == ["to be tried again: 1"]
    assert list(OutboxMessage.objects.order_by("pk").values_list("state", flat=True)) == [State.DUE, State.DEAD]


def test_drop_settles_a_message(new_message) -> None:
    message = new_message()

    run("drop", str(message.pk))

    message.refresh_from_db()
    assert (message.state, message.reason) == (State.SKIPPED, "dropped")


@pytest.mark.parametrize(
    "arguments",
    [("retry",), ("retry", "99"), ("drop", "99"), ("drop", "x"), ("retry", "9" * 30), ("retry", "1", "--all")],
)
def test_what_cannot_be_meant_is_refused(arguments) -> None:
    with pytest.raises(CommandError):
        run(*arguments)


def test_after_a_restore_nothing_old_goes_out(new_message) -> None:
    now = timezone.now()
    old, coming = new_message("ABCD0001"), new_message("ABCD0002", due_at=now + timedelta(hours=1))

    assert decisions.after_restore(now=now + timedelta(seconds=1)) == 1

    old.refresh_from_db()
    coming.refresh_from_db()
    assert ((old.state, old.reason), coming.state) == ((State.SKIPPED, "restored"), State.DUE)
