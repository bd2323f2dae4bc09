"""What customers wrote to a store after their visits. Nothing here writes, and nothing reads who wrote."""

from dataclasses import dataclass
from datetime import date

from django.db.models import F

from booking.models import Feedback

A_PAGE = 50


@dataclass(frozen=True, slots=True)
class WordsLine:
    """What one customer wrote, with their answer and the kind of visit; the day is the one on which they were asked."""

    day: date
    visit_type: str
    answer: str
    words: str


@dataclass(frozen=True, slots=True)
class WordsPage:
    """One page of lines; `next` is where the page after it begins, None for the last one."""

    lines: tuple[WordsLine, ...]
    next: int | None


def words_of_store(store_id: int, *, before: int | None) -> WordsPage:
    """Return what customers wrote, the newest first, from those older than an id; one statement."""
    written = Feedback.objects.filter(booking__store_id=store_id).exclude(words="")
    if before is not None:
        written = written.filter(pk__lt=before)
    columns = ("pk", "day", F("booking__visit_type__name"), "answer", "words")
    rows = list(written.order_by("-pk").values_list(*columns)[: A_PAGE + 1])
    shown = rows[:A_PAGE]
    lines = (WordsLine(day, kind, answer, words) for _pk, day, kind, answer, words in shown)
    return WordsPage(tuple(lines), shown[-1][0] if len(rows) > A_PAGE else None)
