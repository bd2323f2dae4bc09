"""Old messages become counts of their days; what is open, young or kept longer stays."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from notifications import tidying
from notifications.models import Channel, MessageDay, OutboxMessage, State
from notifications.tidying import Keeping, tidy

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
KEEPING = {"corner-shop": Keeping(30, ZoneInfo("Europe/Paris")), "archive-shop": Keeping(365, ZoneInfo("Europe/Paris"))}


def write(subject, *, days_ago, account="corner-shop", state=State.SENT, segments=1, due_at=None):
    visit = NOW - timedelta(days=days_ago)
    due_at = due_at or visit - timedelta(days=1)
    return OutboxMessage.objects.create(
        account=account, subject=subject, kind="reminder", sequence=0, channel=Channel.SMS, due_at=due_at,
        try_at=due_at,
        not_after=visit, state=state, segments=segments, created_at=visit - timedelta(days=5), updated_at=visit,
    )  # fmt: skip


def kept():
    return list(OutboxMessage.objects.order_by("subject").values_list("subject", flat=True))


def days():
    rows = MessageDay.objects.order_by("day", "state")
    return list(rows.values_list("account", "day", "state", "count", "measured", "segments"))


def test_messages_of_visits_long_over_become_counts_of_their_days() -> None:
    late = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)  # half past midnight in Paris
    write("OLD00001", days_ago=140, due_at=late, segments=2)
    write("OLD00002", days_ago=140, due_at=late)
    write("OLD00003", days_ago=140, due_at=late, state=State.SKIPPED, segments=None)
    write("YOUNG001", days_ago=89)

    assert tidy(keeping=KEEPING, now=NOW) == 3
    assert tidy(keeping=KEEPING, now=NOW) == 0

    assert kept() == ["YOUNG001"]
    assert days() == [
        ("corner-shop", date(2026, 7, 2), "sent", 2, 2, 3),
        ("corner-shop", date(2026, 7, 2), "skipped", 1, 0, 0),
    ]


def test_what_comes_later_is_added_to_the_same_day() -> None:
    write("OLD00001", days_ago=91)
    tidy(keeping=KEEPING, now=NOW)
    write("OLD00002", days_ago=91)

    tidy(keeping=KEEPING, now=NOW)

    assert [row[3:] for row in days()] == [(2, 2, 2)]


@pytest.mark.parametrize("state", [State.DUE, State.SENDING])
def test_open_messages_stay(state) -> None:
    write("OPEN0001", days_ago=400, state=state)

    assert tidy(keeping=KEEPING, now=NOW) == 0
    assert kept() == ["OPEN0001"]


def test_a_store_that_keeps_its_customers_longer_keeps_their_messages_as_long() -> None:
    write("KEPT0001", days_ago=364, account="archive-shop")
    write("GONE0001", days_ago=366, account="archive-shop")
    write("GONE0002", days_ago=91, account="a-shop-that-is-no-more")

    assert tidy(keeping=KEEPING, now=NOW) == 2
    assert kept() == ["KEPT0001"]


def test_a_message_of_a_visit_booked_long_before_stays_until_the_visit_is_long_over() -> None:
    write("YOUNG001", days_ago=10, due_at=NOW - timedelta(days=200))

    assert tidy(keeping=KEEPING, now=NOW) == 0


def test_batches_come_to_the_same_and_look_at_few_young_messages(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries
) -> None:
    monkeypatch.setattr(tidying, "BATCH", 3)
    for number in range(7):
        write(f"OLD{number:05}", days_ago=200 - number, account="archive-shop" if number == 1 else "corner-shop")
    for number in range(9):
        write(f"YOUNG{number:03}", days_ago=1)

    assert tidy(keeping=KEEPING, now=NOW) == 6

    assert len(kept()) == 10
    assert sum(row[3] for row in days()) == 6
    with django_assert_num_queries(3):  # one batch, of what is kept longer and of what is young, in a savepoint
        tidy(keeping=KEEPING, now=NOW)
