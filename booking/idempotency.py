"""Idempotency: one answer for one key, however often it is sent (a double click, a reload, a program's retry).

The key and what was done for it are written in one transaction, so a crash leaves both or neither, and a refusal stores
nothing. Forms of pages, requests to the API and taps on a tablet take their keys here; each of them decides what its
answers hold.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import uuid4

from django.db import OperationalError, connection, transaction

from booking.models import IdempotentAnswer

Result = TypeVar("Result")
KEPT = timedelta(hours=24)
_SEE_OTHER = 303
_LOCK_NOT_AVAILABLE = "55P03"
_CLAIM = """
INSERT INTO booking_idempotentanswer (id, route, key, fingerprint, body, location, subject, created_at)
VALUES (%s, %s, %s, %s, '', '', '', %s)
ON CONFLICT (route, key) DO NOTHING
"""
_CLAIMED = ("id", "route", "key", "fingerprint", "created_at")


class InProgress(OperationalError):
    """Another request with the same key is still being answered."""


def take_key(
    route: str, key: str, *, now: datetime, fingerprint: str = "", kept_for: timedelta = KEPT
) -> tuple[IdempotentAnswer, bool]:
    """Take a key in the caller's transaction: return its new row and True, or the row answered before and False.

    It waits for another request with the key that is still being answered, as long as for locks: 3 s at most. Raises
    InProgress.
    """
    taken = IdempotentAnswer(id=uuid4(), route=route, key=key, fingerprint=fingerprint, created_at=now)
    if _claim(taken):
        return taken, True
    answer = IdempotentAnswer.objects.filter(route=route, key=key).first()
    if answer is not None:
        if now - answer.created_at < kept_for:
            return answer, False
        answer.delete()
    if not _claim(taken):
        raise InProgress("a twin is being answered")
    return taken, True


def write_answer(
    taken: Collection[IdempotentAnswer], *, status: int, body: str = "", location: str = "", subject: str = ""
) -> None:
    """Write one answer to the keys that were taken for it. One statement."""
    IdempotentAnswer.objects.filter(pk__in=[row.pk for row in taken]).update(
        status=status, body=body, location=location, subject=subject
    )


def forget_answers(*, now: datetime, kept_for: Mapping[str, timedelta]) -> None:
    """Delete answers older than 24 hours; for the routes in `kept_for`, those older than it says."""
    for route, age in kept_for.items():
        IdempotentAnswer.objects.filter(route=route, created_at__lte=now - age).delete()
    IdempotentAnswer.objects.exclude(route__in=kept_for).filter(created_at__lte=now - KEPT).delete()


def forget_answers_about(subjects: Collection[str]) -> None:
    """Delete the answers about these subjects, for an erasure."""
    IdempotentAnswer.objects.filter(subject__in=subjects).delete()


def _claim(row: IdempotentAnswer) -> bool:
    """Take a key until it is answered; return False where it is taken already. Raises InProgress."""
    fields = [field for field in row._meta.concrete_fields if field.attname in _CLAIMED]
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    try:
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, values)
            return bool(cursor.rowcount)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
            raise InProgress("a twin is being answered") from error
        raise


@dataclass(frozen=True, slots=True)
class SentForm:
    """A sent form: its key, a keyed digest of what was typed, and one of a secret that its browser holds.

    A key alone opens nothing, as the sender of the form may have chosen it. The answer is repeated only for the same
    content, sent by the same browser.
    """

    key: str
    fingerprint: str = ""
    browser: str = ""


class FormUsed(Exception):
    """The form's key was used before, for other content or by another browser. `subject` is what came of it."""

    def __init__(self, subject: str) -> None:
        super().__init__("form used before")
        self.subject = subject


def subject_of_form(form: SentForm, *, route: str, now: datetime) -> str | None:
    """Return the subject of what this form did in the last 24 hours. Raises FormUsed."""
    answer = IdempotentAnswer.objects.filter(route=route, key=form.key, created_at__gt=now - KEPT).first()
    return None if answer is None else _subject_for(answer, form)


def subject_of_browser(*, route: str, key: str, browser: str, now: datetime) -> str | None:
    """Return the subject of what a form did in the last 24 hours, for the browser that sent it."""
    sent = IdempotentAnswer.objects.filter(route=route, key=key, location=browser, created_at__gt=now - KEPT)
    return sent.values_list("subject", flat=True).first()


@transaction.atomic
def do_once(
    form: SentForm,
    *,
    route: str,
    now: datetime,
    do: Callable[[], Result],
    subject_of: Callable[[Result], str],
    find: Callable[[str], Result],
) -> Result:
    """Call `do` and return its result, or find by its subject what it returned earlier for the same form.

    Raises FormUsed, InProgress, and whatever `do` raises: then nothing of the key is stored.
    """
    answer, is_new = take_key(route, form.key, fingerprint=form.fingerprint, now=now)
    if not is_new:
        return find(_subject_for(answer, form))
    result = do()
    write_answer([answer], status=_SEE_OTHER, location=form.browser, subject=subject_of(result))
    return result


def _subject_for(answer: IdempotentAnswer, form: SentForm) -> str:
    if (answer.fingerprint, answer.location) != (form.fingerprint, form.browser):
        raise FormUsed(answer.subject)
    return answer.subject
