"""Own rules of a kind of visit, where they differ from the store's."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import time
from typing import Any

from stores.hours import WeeklyInterval
from stores.models import StoreQuestion, VisitType, VisitTypeHours
from stores.models.changes import EXACT
from stores.queries import Question, question_of
from stores.services.changes import hours_in_text
from stores.services.hours import check_week
from stores.services.policy import POLICY_RANGES
from stores.services.questions import question_rows, questions_in_text
from stores.services.values import BadValue, check_range
from stores.slots import BUFFER_MOST


@dataclass(frozen=True, slots=True)
class KindRules:
    """Own rules of a kind of visit; the store's hold where there is none.

    Customers book it at least `notice_minutes` before, or until `notice_until` of the day before. It takes place in the
    hours of `weekly` only, if there are any. Its desk is kept `minutes_before` and `minutes_after` as well, and no more
    than `most_at_once` go on at the same time. Its customers are asked `questions`, besides those of all visits.
    """

    notice_minutes: int | None = None
    notice_until: time | None = None
    weekly: tuple[WeeklyInterval, ...] = ()
    minutes_before: int = 0
    minutes_after: int = 0
    most_at_once: int | None = None
    questions: tuple[Question, ...] = ()


NO_RULES = KindRules()
AT_ONCE_RANGE = (1, 1000)
_NUMBERS = ("notice_minutes", "minutes_before", "minutes_after", "most_at_once")


def check_kind_rules(own: KindRules) -> None:
    """Raise BadValue or BadHours for rules that cannot be stored."""
    if own.notice_minutes is not None:
        check_range("notice_minutes", own.notice_minutes, POLICY_RANGES["minimum_notice_minutes"])
        if own.notice_until is not None:
            raise BadValue("notice_until", "invalid")
    check_range("minutes_before", own.minutes_before, (0, BUFFER_MOST))
    check_range("minutes_after", own.minutes_after, (0, BUFFER_MOST))
    if own.most_at_once is not None:
        check_range("most_at_once", own.most_at_once, AT_ONCE_RANGE)
    check_week(own.weekly, field="hours")
    question_rows(own.questions)


def put_kind_rules(visit_type: VisitType, own: KindRules) -> None:
    """Set the rules on a kind of visit that its caller saves, before `put_kind_parts`."""
    for name in _NUMBERS:
        setattr(visit_type, name, getattr(own, name))
    visit_type.notice_until = own.notice_until


def put_kind_parts(visit_type: VisitType, own: KindRules) -> None:
    """Replace the own hours and questions of a stored kind of visit."""
    visit_type.hours.all().delete()
    VisitTypeHours.objects.bulk_create(
        VisitTypeHours(visit_type=visit_type, weekday=one.weekday, opens=one.opens, closes=one.closes)
        for one in own.weekly
    )
    visit_type.questions.all().delete()
    rows = question_rows(own.questions)
    for row in rows:
        row.store_id, row.visit_type = visit_type.store_id, visit_type
    StoreQuestion.objects.bulk_create(rows)


def kind_rules_of(visit_type: VisitType) -> KindRules:
    """Return the own rules of a stored kind of visit."""
    rows = sorted(visit_type.hours.all(), key=lambda row: (row.weekday, row.opens))
    weekly = tuple(WeeklyInterval(row.weekday, row.opens, row.closes) for row in rows)
    numbers = {name: getattr(visit_type, name) for name in _NUMBERS}
    asked = sorted(visit_type.questions.all(), key=lambda row: row.position)
    questions = tuple(replace(question_of(row), visit_type_id=None) for row in asked)
    return KindRules(**numbers, notice_until=visit_type.notice_until, weekly=weekly, questions=questions)


def rules_for_trail(own: KindRules) -> dict[str, Any]:
    """Return the rules as the trail of the set-up stores them."""
    numbers = {name: getattr(own, name) for name in _NUMBERS}
    hours, questions = hours_in_text(own.weekly), questions_in_text(own.questions)
    exact = rules_as_json(own).get("questions", [])
    return {**numbers, "notice_until": own.notice_until, "hours": hours, "questions": questions, EXACT: exact}


def rules_as_json(own: KindRules) -> dict[str, Any]:
    """Return the rules that are set as plain values that JSON can hold; an empty mapping where none is."""
    weekly = [[one.weekday, f"{one.opens:%H:%M}", f"{one.closes:%H:%M}"] for one in own.weekly]
    until = own.notice_until and f"{own.notice_until:%H:%M}"
    questions = [[one.text, one.text_en, one.is_required, list(one.choices)] for one in own.questions]
    found = {name: getattr(own, name) for name in _NUMBERS}
    found |= {"notice_until": until, "weekly": weekly, "questions": questions}
    return {name: value for name, value in found.items() if value not in (getattr(NO_RULES, name), [])}


def rules_from_json(value: Mapping[str, Any]) -> KindRules:
    """Return the rules that `rules_as_json` has written."""
    until = value.get("notice_until")
    weekly = tuple(
        WeeklyInterval(day, time.fromisoformat(opens), time.fromisoformat(closes))
        for day, opens, closes in value.get("weekly") or ()
    )
    numbers = {name: value[name] for name in _NUMBERS if name in value}
    questions = tuple(
        Question(text, tuple(choices), is_required, text_en)
        for text, text_en, is_required, choices in value.get("questions") or ()
    )
    ends = until and time.fromisoformat(until)
    return KindRules(**numbers, notice_until=ends, weekly=weekly, questions=questions)
