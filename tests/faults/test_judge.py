"""The judge of faulty runs sees each thing that may go wrong, and nothing where all is right."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from tests.faults.customers import CANCELLATION, CHANGE, CONFIRMATION, Step, Visit
from tests.faults.judge import ON_ITS_WAY_SECONDS, Verdict, judge, judge_ids, judge_reminders
from tests.faults.providers import Accepted

NUMBER, OTHER_TIME = "+33612000001", "Sunday 13 December, 14:45"
TIME = "Saturday 12 December, 14:30"
NOON = datetime(2026, 12, 2, 12, tzinfo=UTC)
TEXTS = {
    CONFIRMATION: f"Shop: visit booked for {TIME}. Change or cancel: link",
    CHANGE: f"Shop: your visit has moved from {TIME} to {OTHER_TIME}. Change it: link",
    CANCELLATION: f"Shop: your visit on {TIME} is cancelled. Book again: link",
    "reminder": f"Shop: reminder, visit on {TIME}. Change or cancel: link",
}


def visit(*kinds: str, phone: str = NUMBER, email: str = "") -> Visit:
    """Return a visit that something happened to each 100 s, each answered after one second."""
    steps = [
        Step(kind, 100.0 * number, 100.0 * number + 1, OTHER_TIME if kind == CHANGE else TIME)
        for number, kind in enumerate(kinds)
    ]
    return Visit(phone, email, NOON, reference="ABCD1234", steps=steps)


def text(
    kind: str, at: float, *, key: str = "", wall: datetime = NOON, channel: str = "sms", to: str = NUMBER
) -> Accepted:
    return Accepted(
        at=at, wall=wall, channel=channel, to=to, text=TEXTS[kind], key=key or f"{kind} {at}", sid=f"SM{kind}{at}"
    )


def judged(given: Visit, *accepted: Accepted, state: str = "") -> Verdict:
    states = {("ABCD1234", step.kind, "sms"): {state} for step in given.steps}
    return judge([given], accepted, states)


def test_customers_who_are_told_of_each_step_are_all_right() -> None:
    verdict = judged(visit(CONFIRMATION, CHANGE), text(CONFIRMATION, 3), text(CHANGE, 101))

    assert verdict.is_right
    assert (verdict.told, verdict.seconds) == (2, [2.0, 0.0])


def test_last_step_that_nobody_was_told_of_is_lost() -> None:
    assert judged(visit(CONFIRMATION), state="sent").lost == ["ABCD1234 confirmation sms"]
    moved_twice = visit(CONFIRMATION, CHANGE, CHANGE)
    moved_twice.steps[2] = Step(CHANGE, 200, 201, TIME)
    assert judged(moved_twice, text(CONFIRMATION, 3), text(CHANGE, 205)).lost == ["ABCD1234 change sms"]


def test_message_that_staff_see_as_unknown_is_not_lost() -> None:
    verdict = judged(visit(CONFIRMATION), state="unknown")

    assert (verdict.is_right, verdict.left_to_person) == (True, 1)


def test_step_that_another_followed_need_not_be_told() -> None:
    verdict = judged(visit(CONFIRMATION, CANCELLATION), text(CANCELLATION, 105))

    assert (verdict.is_right, verdict.overtaken) == (True, 1)


def test_same_text_twice_is_doubled_and_so_are_two_texts_of_one_message() -> None:
    assert len(judged(visit(CONFIRMATION), text(CONFIRMATION, 3), text(CONFIRMATION, 9)).doubled) == 2
    both = judged(visit(CONFIRMATION, CHANGE), text(CONFIRMATION, 3, key="one"), text(CHANGE, 104, key="one"))
    assert len(both.doubled) == 2


def test_email_may_be_repeated_once() -> None:
    given = visit(CONFIRMATION, phone="", email="ada@shop.example")
    one = text(CONFIRMATION, 3, key="<id>", channel="email", to="ada@shop.example")

    assert judged(given, one, one).is_right
    assert judged(given, one, one).repeated_emails == 1
    assert judged(given, one, one, one).doubled == ["<id>"]


def test_text_at_night_is_seen_by_the_time_of_the_store() -> None:
    at_seven = NOON.replace(hour=6, minute=59)

    assert len(judged(visit(CONFIRMATION), text(CONFIRMATION, 3, wall=at_seven)).at_night) == 1
    assert judged(visit(CONFIRMATION), text(CONFIRMATION, 3, wall=at_seven + timedelta(minutes=1))).is_right


def test_text_after_the_end_is_seen_once_it_was_not_on_its_way_any_more() -> None:
    given = visit(CONFIRMATION, CANCELLATION)
    told = text(CANCELLATION, 105)

    assert judged(given, told, text("reminder", 101 + ON_ITS_WAY_SECONDS)).is_right
    assert len(judged(given, told, text("reminder", 102 + ON_ITS_WAY_SECONDS)).after_the_end) == 1
    stopped = visit(CONFIRMATION)
    stopped.stopped_at = 50
    assert len(judged(stopped, text(CONFIRMATION, 3), text("reminder", 400)).after_the_end) == 1


def test_ids_stand_on_one_row_each() -> None:
    accepted, verdict = [text(CONFIRMATION, 3, key="one"), text(CHANGE, 9, key="two")], Verdict()

    judge_ids(accepted, Counter({accepted[0].sid: 1}), {"two"}, verdict)
    assert verdict.is_right
    judge_ids(accepted, Counter({accepted[0].sid: 2}), set(), verdict)
    assert len(verdict.wrong_ids) == 2


def test_reminders_come_once() -> None:
    given, verdict = visit(CONFIRMATION), Verdict()

    judge_reminders([given], [text("reminder", 900)], [given], verdict)
    assert verdict.is_right
    judge_reminders([given], [], [given], verdict)
    assert verdict.not_reminded == [NUMBER]
    judge_reminders([given], [text("reminder", 900), text("reminder", 901)], [given], verdict)
    assert verdict.reminded_twice == [NUMBER]
