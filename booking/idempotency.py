"""One deed for one form, however often it is sent: a double click, a reload, the back button.

The form's key and the deed are written in one transaction, so a crash leaves both or neither. A key alone opens
nothing: whoever made the form may have chosen it. It is answered again only for the same content, sent by the same
browser.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from booking.models import Booking, IdempotentAnswer
from booking.places.requests import retry_after_expired_holds

KEPT = timedelta(hours=24)
BOOK_ROUTE = "page:book"
_SEE_OTHER = 303


@dataclass(frozen=True, slots=True)
class SentForm:
    """A form as it was sent: its key, a keyed digest of what was typed, one of a secret that its browser holds."""

    key: str
    fingerprint: str = ""
    browser: str = ""


class FormUsed(Exception):
    """The form's key was used before: for something else, or by somebody else. `subject` is what came of it."""

    def __init__(self, subject: str) -> None:
        super().__init__("form used before")
        self.subject = subject


def done_before(form: SentForm, *, route: str, now: datetime) -> str | None:
    """Return the subject of what this form has done in the last 24 hours. Raises FormUsed."""
    kept = IdempotentAnswer.objects.filter(route=route, key=form.key, created_at__gt=now - KEPT).first()
    return None if kept is None else _subject_for(kept, form)


def do_once(form: SentForm, *, route: str, now: datetime, do: Callable[[], str]) -> str:
    """Return the subject that `do` returns, or the one it returned before for the same form; a twin is waited for.

    Raises FormUsed, and what `do` raises: then nothing of the key is kept.
    """
    return retry_after_expired_holds(partial(_do_once, form, route=route, now=now, do=do), now=now)


@transaction.atomic
def _do_once(form: SentForm, *, route: str, now: datetime, do: Callable[[], str]) -> str:
    answers = IdempotentAnswer.objects.filter(route=route, key=form.key)
    answers.filter(created_at__lte=now - KEPT).delete()
    kept, is_new = answers.get_or_create(
        route=route,
        key=form.key,
        defaults={
            "fingerprint": form.fingerprint,
            "location": form.browser,
            "status": _SEE_OTHER,
            "created_at": now,
        },
    )
    if not is_new:
        return _subject_for(kept, form)
    kept.subject = do()
    kept.save(update_fields=["subject"])
    return kept.subject


def booked_before(form: SentForm, *, now: datetime) -> Booking | None:
    """Return what this form has booked in the last 24 hours. Raises FormUsed."""
    reference = done_before(form, route=BOOK_ROUTE, now=now)
    return None if reference is None else Booking.objects.filter(reference=reference).first()


def booked_in(*, key: str, browser: str, now: datetime) -> str | None:
    """Return the reference of what a form has booked in the last 24 hours, for the browser that sent it."""
    sent = IdempotentAnswer.objects.filter(route=BOOK_ROUTE, key=key, location=browser, created_at__gt=now - KEPT)
    return sent.values_list("subject", flat=True).first()


def book_once(form: SentForm, *, now: datetime, book: Callable[[], Booking]) -> Booking:
    """Return what `book` books, or what it booked before for the same form. Raises as `do_once`."""
    booked: list[Booking] = []

    def do() -> str:
        booked[:] = [book()]
        return booked[0].reference

    reference = do_once(form, route=BOOK_ROUTE, now=now, do=do)
    return booked[0] if booked else Booking.objects.get(reference=reference)


def _subject_for(kept: IdempotentAnswer, form: SentForm) -> str:
    if (kept.fingerprint, kept.location) != (form.fingerprint, form.browser):
        raise FormUsed(kept.subject)
    return kept.subject
